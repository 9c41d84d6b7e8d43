/** Everything that can go wrong over HTTP, and what kind of failure a status or an error of the socket speaks of. */
import { defineErrors, MillraceError } from '#base'
import type { FailureKind } from '../failure.ts'
import { codeOf, isHostUnknown, isTlsRefused, socketFailureKind } from '../socket-failure.ts'
import { StatusFailure } from '../status-failure.ts'

export const httpErrors = defineErrors({
  CONNECTORS_HTTP_UNREACHABLE: {
    blame: 'external',
    message: 'could not get an answer from "{origin}"',
  },
  CONNECTORS_HTTP_HOST_NOT_FOUND: {
    blame: 'user',
    message: 'host of "{origin}" does not exist',
    hint: "Look at 'url'.",
  },
  CONNECTORS_HTTP_TLS_REFUSED: {
    blame: 'user',
    message: 'could not agree with "{origin}" on TLS',
    hint: "Look at 'tls.ca' and the certificate of the server.",
  },
  CONNECTORS_HTTP_STATUS_REFUSED: {
    blame: 'user',
    message: '"{origin}" answered a {method} with status {status}',
    hint: "Look at 'url', 'method' and 'headers.*'.",
  },
  CONNECTORS_HTTP_STATUS_FAILED: {
    blame: 'external',
    message: '"{origin}" answered a {method} with status {status}',
  },
  CONNECTORS_HTTP_REDIRECT_REFUSED: {
    blame: 'user',
    message: '"{origin}" sends requests on to "{target}"',
  },
  CONNECTORS_HTTP_RESPONSE_TOO_LONG: {
    blame: 'user',
    message: 'an answer of "{origin}" is longer than {limit} bytes',
    hint: "Raise 'response.max-size', or ask for less at a time.",
  },
  CONNECTORS_HTTP_RESPONSE_UNREADABLE: {
    blame: 'user',
    message: 'could not read the answer of "{origin}" for table "{table}"',
  },
  CONNECTORS_HTTP_OPTION_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" cannot be used',
  },
  CONNECTORS_HTTP_LOOKUP_KEY_MISSING: {
    blame: 'user',
    message: 'table "{table}" can only be looked up by all columns in its address',
  },
  CONNECTORS_HTTP_BATCH_REFUSED: {
    blame: 'user',
    message: '"{origin}" refused {rows} of table "{table}" with status {status}',
    hint: 'Give the table dead letters to go on without such rows.',
  },
})

/** Said by a status: 429 and 503 ask for patience, other 5xx may pass, all else stays so. */
export function statusKind(status: number): FailureKind {
  if (status === 429 || status === 503) return 'busy'
  if (status === 408 || status === 425 || status >= 500) return 'unreachable'
  return status === 410 ? 'gone' : 'refused'
}

export function httpFailureKind(error: unknown): FailureKind {
  if (error instanceof StatusFailure) return statusKind(error.status)
  if (error instanceof MillraceError) return error.code === 'CONNECTORS_HTTP_UNREACHABLE' ? 'unreachable' : 'refused'
  const code = codeOf(error)
  // What is left are answers that break off or are no HTTP.
  return socketFailureKind(code) ?? (code.startsWith('HPE_') ? 'unreachable' : 'unknown')
}

/** What is waited for, in a few words. */
export function httpTrouble(error: unknown): string {
  if (error instanceof StatusFailure) return `the server answers with status ${error.status}`
  return codeOf(error) === 'ECONNREFUSED' ? 'nobody answers at the address' : 'the connection was lost'
}

/** A coded error for one of the socket. It keeps no cause and shows no more than the origin: addresses and headers may hold secrets. */
export function httpError(error: unknown, origin: string): MillraceError {
  if (error instanceof MillraceError) return error
  const code = codeOf(error)
  if (isHostUnknown(code)) return httpErrors.CONNECTORS_HTTP_HOST_NOT_FOUND({ origin })
  const detail = code === '' ? 'The connection was lost.' : `The system said: ${code}.`
  if (isTlsRefused(code)) return httpErrors.CONNECTORS_HTTP_TLS_REFUSED({ origin }, { detail })
  return httpErrors.CONNECTORS_HTTP_UNREACHABLE({ origin }, { detail })
}
