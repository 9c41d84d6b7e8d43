/** Everything that can go wrong with Redis, and what kind of failure its replies and its connection speak of. */
import { defineErrors, MillraceError } from '#base'
import type { FailureKind } from '../failure.ts'
import { isConnectionLost, isHostUnknown, isTlsRefused, socketFailureKind } from '../socket-failure.ts'

export const redisErrors = defineErrors({
  CONNECTORS_REDIS_UNREACHABLE: {
    blame: 'external',
    message: 'could not reach Redis at "{address}"',
  },
  CONNECTORS_REDIS_HOST_NOT_FOUND: {
    blame: 'user',
    message: 'host of Redis at "{address}" does not exist',
    hint: "Look at 'host' and 'port', or at 'url'.",
  },
  CONNECTORS_REDIS_ACCESS_REFUSED: {
    blame: 'user',
    message: 'the Redis server at "{address}" refused the user or the password',
    hint: "Look at 'username' and 'password', and at what ACL WHOAMI and ACL GETUSER say of the user.",
  },
  CONNECTORS_REDIS_TLS_MISMATCH: {
    blame: 'user',
    message: 'the Redis server at "{address}" and this table do not agree on TLS',
    hint: "Look at 'tls', 'tls.ca' and the certificate of the server.",
  },
  CONNECTORS_REDIS_CLUSTERED: {
    blame: 'user',
    message: 'the Redis server at "{address}" is part of a cluster, which is not supported',
    hint: 'Use a server of its own, or a proxy before the cluster.',
  },
  CONNECTORS_REDIS_REFUSED: {
    blame: 'external',
    message: 'the Redis server at "{address}" refused a command',
  },
  CONNECTORS_REDIS_OPTION_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" cannot be used',
  },
  CONNECTORS_REDIS_PATTERN_MISMATCH: {
    blame: 'user',
    message: 'option "{key}" of table "{table}" does not name keys',
  },
  CONNECTORS_REDIS_COLUMN_UNSUPPORTED: {
    blame: 'user',
    message: 'column "{column}" of type {type} cannot be kept in a {structure}',
  },
  CONNECTORS_REDIS_STRUCTURE_MISMATCH: {
    blame: 'user',
    message: 'table "{table}" cannot be kept in keys of type {structure}',
  },
  CONNECTORS_REDIS_LOOKUP_KEY_MISSING: {
    blame: 'user',
    message: 'table "{table}" can only be looked up by all columns of its keys',
  },
  CONNECTORS_REDIS_ROW_REFUSED: {
    blame: 'user',
    message: 'could not write the row with key "{key}" of table "{table}"',
  },
  CONNECTORS_REDIS_VALUE_UNREADABLE: {
    blame: 'user',
    message: 'could not read {position} of table "{table}"',
  },
  CONNECTORS_REDIS_POSITION_GONE: {
    blame: 'external',
    message: 'stream "{stream}" no longer has all entries after {id}',
    hint: 'Keep more of it with MAXLEN or MINID, or start without the checkpoint.',
  },
  CONNECTORS_REDIS_SERVER_OLD: {
    blame: 'user',
    message: 'the Redis server at "{address}" does not count the entries of streams',
    detail: 'Without XINFO STREAM entries-added it cannot be told whether entries were trimmed before they were read.',
    hint: 'Use Redis 7.0 or newer.',
  },
  CONNECTORS_REDIS_STAGED_LOST: {
    blame: 'external',
    message: 'rows of table "{table}" that were ready to be committed are gone from Redis',
    detail: 'The server was restarted without all of its data, or somebody removed the key "{key}".',
    hint: "Let the server keep what it acknowledged (appendonly yes, appendfsync always), or set 'sink.delivery-guarantee' = 'at-least-once'.",
  },
})

/** What replies begin with. */
const kindsOfReplies: Readonly<Record<string, FailureKind>> = {
  LOADING: 'unreachable',
  MASTERDOWN: 'unreachable',
  READONLY: 'unreachable',
  NOREPLICAS: 'unreachable',
  UNKILLABLE: 'busy',
  BUSY: 'busy',
  OOM: 'busy',
  MISCONF: 'busy',
  TRYAGAIN: 'busy',
  WRONGPASS: 'refused',
  NOAUTH: 'refused',
  NOPERM: 'refused',
  MOVED: 'refused',
  ASK: 'refused',
  CROSSSLOT: 'refused',
  CLUSTERDOWN: 'refused',
  WRONGTYPE: 'data',
}

const waits: Readonly<Record<string, string>> = {
  LOADING: 'Redis loads its data',
  MASTERDOWN: 'the replica has lost its master',
  READONLY: 'the server is a read-only replica',
  NOREPLICAS: 'too few replicas are there',
  OOM: 'Redis has reached its limit of memory',
  MISCONF: 'Redis cannot keep its data on disk and takes no writes',
  BUSY: 'Redis runs a long script',
}

/** What can be done about an error of the client or of the server. */
export function redisFailureKind(error: unknown): FailureKind {
  if (error instanceof MillraceError) return error.code === 'CONNECTORS_REDIS_UNREACHABLE' ? 'unreachable' : 'refused'
  const { code, message } = partsOf(error)
  const known = socketFailureKind(code)
  if (known !== null) return known
  if (isTls(code, message)) return 'refused'
  const reply = replyWord(message)
  const kind = kindsOfReplies[reply]
  if (kind !== undefined) return kind
  if (reply === 'ERR') return isRefusedPassword(message) || /DB index|unknown command/i.test(message) ? 'refused' : 'data'
  return isLost(message) ? 'unreachable' : 'unknown'
}

/** What is waited for, in a few words. */
export function redisTrouble(error: unknown): string {
  const { code, message } = partsOf(error)
  return (
    waits[replyWord(message)] ?? (code === 'ECONNREFUSED' ? 'nobody answers at the address of Redis' : 'the connection to Redis was lost')
  )
}

/** A coded error for one of the client or of the server. It keeps no cause: foreign ones hold passwords and values. */
export function redisError(error: unknown, address: string): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message } = partsOf(error)
  const word = replyWord(message)
  const create = factoryOf(code, message, word)
  return create({ address }, { detail: detailOf(code, message, word) })
}

function factoryOf(code: string, message: string, word: string): (typeof redisErrors)['CONNECTORS_REDIS_REFUSED'] {
  if (isHostUnknown(code)) return redisErrors.CONNECTORS_REDIS_HOST_NOT_FOUND
  if (isTls(code, message)) return redisErrors.CONNECTORS_REDIS_TLS_MISMATCH
  if (['WRONGPASS', 'NOAUTH', 'NOPERM'].includes(word) || isRefusedPassword(message)) return redisErrors.CONNECTORS_REDIS_ACCESS_REFUSED
  if (['MOVED', 'ASK', 'CROSSSLOT', 'CLUSTERDOWN'].includes(word)) return redisErrors.CONNECTORS_REDIS_CLUSTERED
  if (isConnectionLost(code) || isLost(message)) return redisErrors.CONNECTORS_REDIS_UNREACHABLE
  return redisErrors.CONNECTORS_REDIS_REFUSED
}

function detailOf(code: string, message: string, word: string): string {
  if (waits[word] !== undefined) return `The reason: ${waits[word]}.`
  if (word === '') return code === '' ? 'The connection was lost.' : `The system said: ${code}.`
  // What follows may hold values.
  return `The server said: ${replyText(message).split(/, with args beginning with/)[0] ?? ''}.`
}

/** What the server said, without what it says of transactions. */
export function replyText(message: string): string {
  return message.replace(/^EXECABORT Transaction discarded because of: /, '').replace(/\.$/, '')
}

/** The first word of a reply, such as `WRONGTYPE`; '' where the error is no reply. */
function replyWord(message: string): string {
  return /^([A-Z]+)(?: |$)/.exec(replyText(message))?.[1] ?? ''
}

function isRefusedPassword(message: string): boolean {
  return /^ERR (?:invalid password|Client sent AUTH, but no password is set|AUTH <password> called without any password)/i.test(message)
}

function isTls(code: string, message: string): boolean {
  if (isTlsRefused(code)) return true
  // The server answers a client that does not speak TLS with an alert of TLS.
  return message.includes('got "\\u0015"') || message.includes(`got "${String.fromCharCode(0x15)}`)
}

function isLost(message: string): boolean {
  return /Connection is closed|Stream isn't writeable|connect ETIMEDOUT|Command aborted|Command timed out|Socket timeout|before secure TLS/i.test(
    message,
  )
}

function partsOf(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' }
}
