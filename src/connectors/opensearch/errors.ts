/** Everything that can go wrong with OpenSearch, and what kind of failure a status or an error of the socket speaks of. */
import { defineErrors, MillraceError } from '#base'
import type { FailureKind } from '../failure.ts'
import { codeOf, isHostUnknown, isTlsRefused, socketFailureKind } from '../socket-failure.ts'
import { StatusFailure } from '../status-failure.ts'

export const openSearchErrors = defineErrors({
  CONNECTORS_OPENSEARCH_UNREACHABLE: {
    blame: 'external',
    message: 'could not get an answer from OpenSearch at "{origin}"',
  },
  CONNECTORS_OPENSEARCH_HOST_NOT_FOUND: {
    blame: 'user',
    message: 'host of OpenSearch at "{origin}" does not exist',
    hint: "Look at 'hosts'.",
  },
  CONNECTORS_OPENSEARCH_TLS_REFUSED: {
    blame: 'user',
    message: 'could not agree with OpenSearch at "{origin}" on TLS',
    hint: "Look at 'hosts', 'tls.ca' and the certificate of the server.",
  },
  CONNECTORS_OPENSEARCH_ACCESS_REFUSED: {
    blame: 'user',
    message: 'the OpenSearch server at "{origin}" refused the user or what the user may do',
    hint: "Look at 'username' and 'password', or at 'api-key', and at the rights to write to the index.",
  },
  CONNECTORS_OPENSEARCH_STATUS_REFUSED: {
    blame: 'user',
    message: 'the OpenSearch server at "{origin}" answered a bulk request with status {status}',
    hint: "Look at 'hosts', 'connection.path-prefix' and 'index'.",
  },
  CONNECTORS_OPENSEARCH_STATUS_FAILED: {
    blame: 'external',
    message: 'the OpenSearch server at "{origin}" answered a bulk request with status {status}',
  },
  CONNECTORS_OPENSEARCH_ANSWER_UNREADABLE: {
    blame: 'external',
    message: 'could not read the answer of OpenSearch at "{origin}"',
    hint: "Look whether 'hosts' and 'connection.path-prefix' lead to OpenSearch.",
  },
  CONNECTORS_OPENSEARCH_INDEX_REFUSED: {
    blame: 'user',
    message: 'table "{table}" may not write to index "{index}" of OpenSearch',
    hint: 'Look whether the index exists, may be made by writing to it, and may be written to.',
  },
  CONNECTORS_OPENSEARCH_REJECTED: {
    blame: 'external',
    message: 'the OpenSearch server was too busy for documents of table "{table}"',
    hint: "Raise 'sink.bulk-flush.backoff.max-retries', or leave it out.",
  },
  CONNECTORS_OPENSEARCH_DOCUMENT_REFUSED: {
    blame: 'user',
    message: 'could not write document "{id}" of table "{table}" to index "{index}"',
    hint: 'Give the table dead letters to go on without such rows.',
  },
  CONNECTORS_OPENSEARCH_OPTION_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" cannot be used',
  },
  CONNECTORS_OPENSEARCH_KEY_UNSUPPORTED: {
    blame: 'user',
    message: 'column "{column}" of type {type} cannot be part of the ids of documents of table "{table}"',
  },
  CONNECTORS_OPENSEARCH_OVERWRITE_UNSUPPORTED: {
    blame: 'user',
    message: 'table "{table}" cannot be overwritten as a whole',
    hint: 'Use INSERT INTO.',
  },
})

/** Of a whole answer or of one document: 429 and 503 ask for patience, other 5xx may pass. */
export function statusKind(status: number): FailureKind {
  if (status === 429 || status === 503) return 'busy'
  if (status === 408 || status >= 500) return 'unreachable'
  return [400, 409, 413, 422].includes(status) ? 'data' : 'refused'
}

export function openSearchFailureKind(error: unknown): FailureKind {
  if (error instanceof StatusFailure) return statusKind(error.status)
  if (error instanceof MillraceError) return error.code === 'CONNECTORS_OPENSEARCH_UNREACHABLE' ? 'unreachable' : 'refused'
  const code = codeOf(error)
  // What is left are answers that break off or are no HTTP.
  return socketFailureKind(code) ?? (code.startsWith('HPE_') ? 'unreachable' : 'unknown')
}

/** What is waited for, in a few words. */
export function openSearchTrouble(error: unknown): string {
  if (error instanceof StatusFailure) return `OpenSearch answers with status ${error.status}`
  if (error instanceof MillraceError) return 'OpenSearch answers with something else than expected'
  const code = codeOf(error)
  if (code === 'ECONNREFUSED') return 'nobody answers at the address of OpenSearch'
  return code === 'ETIMEDOUT' ? 'OpenSearch does not answer' : 'the connection to OpenSearch was lost'
}

/** A coded error for one of the socket. It keeps no cause: what was sent may hold secrets. */
export function openSearchError(error: unknown, origin: string): MillraceError {
  if (error instanceof MillraceError) return error
  const code = codeOf(error)
  if (isHostUnknown(code)) return openSearchErrors.CONNECTORS_OPENSEARCH_HOST_NOT_FOUND({ origin })
  const detail = code === '' ? 'The connection was lost.' : `The system said: ${code}.`
  if (isTlsRefused(code)) return openSearchErrors.CONNECTORS_OPENSEARCH_TLS_REFUSED({ origin }, { detail })
  return openSearchErrors.CONNECTORS_OPENSEARCH_UNREACHABLE({ origin }, { detail })
}

/** Whether somebody was there, who broke off or did not speak HTTP. */
export function isBrokenOff(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')
}
