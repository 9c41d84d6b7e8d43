import type { Failure } from '#api/contract'
import { isMissingPart } from './missing-parts.ts'

/** A call that was answered with a failure, or not at all: then the status is 0. */
export class CallFailure extends Error {
  readonly status: number
  readonly failure: Failure

  constructor(status: number, failure: Failure) {
    super(failure.message)
    this.name = 'CallFailure'
    this.status = status
    this.failure = failure
  }
}

/** What to show of anything that was thrown: never its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CallFailure) return error.failure
  if (isMissingPart(error))
    return {
      code: 'WEB_PART_MISSING',
      blame: 'external',
      message: 'a part of the console could not be loaded',
      detail: null,
      hint: 'The server is away, or its console was changed: load the page again.',
      position: null,
      causes: [],
    }
  return {
    code: 'WEB_CONSOLE_BROKEN',
    blame: 'internal',
    message: 'the console has a fault of its own',
    detail: error instanceof Error ? error.message : null,
    hint: 'Load the page again; if the fault stays, tell whoever runs this server.',
    position: null,
    causes: [],
  }
}
