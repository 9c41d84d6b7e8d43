/** Errors as clients get them. What is ours to mend is told by a number alone; the log has the rest. */
import type { MillraceError } from '#base'
import type { Failure } from './contract/route.ts'

const statusOfCode: Readonly<Record<string, number>> = {
  ACCESS_SIGN_IN_NEEDED: 401,
  ACCESS_SIGN_IN_WRONG: 401,
  ACCESS_SIGN_IN_SLOW: 429,
  ACCESS_DENIED: 403,
  ACCESS_SERVER_ADMIN: 403,
  API_CSRF: 403,
  API_ORIGIN: 403,
  API_HOST: 421,
  API_BODY_TOO_LARGE: 413,
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

const causesMax = 10

/** The parts of an error that its reader can do something with. */
export function failureOf(error: MillraceError): Failure {
  const { code, blame, message, detail, hint, position } = error
  return {
    code,
    blame,
    message,
    detail: detail ?? null,
    hint: hint ?? null,
    position:
      position === undefined || position.within !== undefined
        ? null
        : { start: position.start, end: position.end, line: position.line, column: position.column },
    causes: blame === 'internal' ? [] : causesOf(error),
  }
}

function causesOf(error: Error): string[] {
  const causes: string[] = []
  let { cause } = error
  while (cause instanceof Error && causes.length < causesMax) {
    causes.push(cause.message)
    cause = cause.cause
  }
  return causes
}
