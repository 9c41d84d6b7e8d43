import { MillraceError } from '#base'

/** A whole answer over HTTP that is no success. */
export class StatusFailure extends MillraceError {
  readonly status: number

  constructor(from: MillraceError, status: number) {
    super(from.code, { blame: from.blame, message: from.message }, {}, { detail: from.detail, hint: from.hint })
    this.status = status
  }
}
