/** What the codes of errors of sockets, of names of hosts and of TLS speak of. */
import type { FailureKind } from './failure.ts'

const lost: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EAI_AGAIN',
])

/** The code of any error; '' where it has none. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** There is no connection, or no longer one; there may be one later. */
export function isConnectionLost(code: string): boolean {
  return lost.has(code)
}

export function isHostUnknown(code: string): boolean {
  return code === 'ENOTFOUND'
}

/** The two sides do not agree on TLS, or one does not trust the certificate of the other. */
export function isTlsRefused(code: string): boolean {
  return /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/.test(code)
}

/** Null for codes of something else. */
export function socketFailureKind(code: string): FailureKind | null {
  if (isConnectionLost(code)) return 'unreachable'
  return isHostUnknown(code) || isTlsRefused(code) ? 'refused' : null
}
