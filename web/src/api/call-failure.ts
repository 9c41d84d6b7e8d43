import type { Failure } from '#api/contract'

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
