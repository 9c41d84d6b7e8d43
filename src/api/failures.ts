/** Errors as clients get them. What is ours to mend is told by a number alone; the log has the rest. */
import { type Failure, failureOf, type MillraceError } from '#base'

const statusOfCode: Readonly<Record<string, number>> = {
  ACCESS_SIGN_IN_NEEDED: 401,
  ACCESS_TOKEN_NOT_KNOWN: 401,
  ACCESS_SIGN_IN_WRONG: 401,
  ACCESS_SIGN_IN_SLOW: 429,
  ACCESS_DENIED: 403,
  ACCESS_SERVER_ADMIN: 403,
  API_CSRF: 403,
  API_ORIGIN: 403,
  API_HOST: 421,
  API_BODY_TOO_LARGE: 413,
  API_PATH_TOO_LONG: 414,
  API_REQUEST_SLOW: 408,
  API_HEADERS_TOO_LONG: 431,
  API_TOO_MANY: 429,
  API_STREAMS_FULL: 429,
  STORE_RECORD_CHANGED: 409,
}

export function statusOf({ code, blame }: MillraceError): number {
  const known = statusOfCode[code]
  if (known !== undefined) return known
  if (code.endsWith('_NOT_FOUND')) return 404
  if (code.endsWith('_EXISTS') || code.endsWith('_CHANGED')) return 409
  return { user: 400, external: 503, internal: 500 }[blame]
}

/** The parts of an error that its reader can do something with. */
export function answeredFailure(error: MillraceError): Failure {
  const failure = failureOf(error)
  return failure.blame === 'internal' ? { ...failure, causes: [] } : failure
}
