/** What the client of Kafka raises, in our words: its kind, and a coded error without anything of the foreign one that could hold a secret. */
import { MillraceError } from '#base'
import type { FailureKind } from '../failure.ts'
import { codeOf, isConnectionLost } from '../socket-failure.ts'
import { kafkaErrors } from './errors.ts'

/** What is looked for in errors of the client, of sockets and of TLS, which hold one another. */
interface ForeignError {
  readonly code?: unknown
  readonly message?: unknown
  /** The name of an error that Kafka itself answered with. */
  readonly apiId?: unknown
  readonly cause?: unknown
  readonly errors?: readonly unknown[]
  /** Where the system wanted to go. */
  readonly hostname?: unknown
  readonly address?: unknown
  readonly port?: unknown
}

const kindByAnswer: Readonly<Record<string, FailureKind>> = {
  LEADER_NOT_AVAILABLE: 'unreachable',
  NOT_LEADER_OR_FOLLOWER: 'unreachable',
  REQUEST_TIMED_OUT: 'unreachable',
  BROKER_NOT_AVAILABLE: 'unreachable',
  REPLICA_NOT_AVAILABLE: 'unreachable',
  NETWORK_EXCEPTION: 'unreachable',
  COORDINATOR_NOT_AVAILABLE: 'unreachable',
  NOT_COORDINATOR: 'unreachable',
  NOT_CONTROLLER: 'unreachable',
  KAFKA_STORAGE_ERROR: 'unreachable',
  LISTENER_NOT_FOUND: 'unreachable',
  FENCED_LEADER_EPOCH: 'unreachable',
  UNKNOWN_LEADER_EPOCH: 'unreachable',
  OFFSET_NOT_AVAILABLE: 'unreachable',
  PREFERRED_LEADER_NOT_AVAILABLE: 'unreachable',
  ELIGIBLE_LEADERS_NOT_AVAILABLE: 'unreachable',
  STALE_BROKER_EPOCH: 'unreachable',
  UNKNOWN_SERVER_ERROR: 'unreachable',
  NOT_ENOUGH_REPLICAS: 'unreachable',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'unreachable',
  COORDINATOR_LOAD_IN_PROGRESS: 'busy',
  CONCURRENT_TRANSACTIONS: 'busy',
  REBALANCE_IN_PROGRESS: 'busy',
  UNSTABLE_OFFSET_COMMIT: 'busy',
  THROTTLING_QUOTA_EXCEEDED: 'busy',
  UNKNOWN_TOPIC_OR_PARTITION: 'gone',
  UNKNOWN_TOPIC_ID: 'gone',
  INCONSISTENT_TOPIC_ID: 'gone',
  OFFSET_OUT_OF_RANGE: 'gone',
  INVALID_PRODUCER_EPOCH: 'fenced',
  PRODUCER_FENCED: 'fenced',
  TRANSACTION_COORDINATOR_FENCED: 'fenced',
  MESSAGE_TOO_LARGE: 'data',
  RECORD_LIST_TOO_LARGE: 'data',
  INVALID_RECORD: 'data',
  INVALID_TIMESTAMP: 'data',
  CORRUPT_MESSAGE: 'unreachable',
}

/**
 * The kind of an error of the client, or of one of ours that was made of one. Where the client `hasConnected` before, names of hosts are
 * right, and who hangs up in the middle of a beginning may be stopping.
 */
export function kafkaFailureKind(error: unknown, hasConnected = false): FailureKind {
  if (error instanceof MillraceError) return error.code === 'CONNECTORS_KAFKA_UNREACHABLE' ? 'unreachable' : 'refused'
  const all = flattened(error)
  const answer = answerIn(all)
  if (answer !== null) return kindByAnswer[answer] ?? 'refused'
  if (certificateTrouble(all) !== null || all.some(isTlsExpected) || all.some(isUnsupported)) return 'refused'
  if (!hasConnected && all.some(isTlsUnanswered)) return 'refused'
  if (!hasConnected && all.some(isHostUnknown) && !all.some((each) => each.code === 'ECONNREFUSED')) return 'refused'
  if (all.some((each) => each.code === 'PLT_KFK_AUTHENTICATION') && !all.some(isNetworkTrouble)) return 'refused'
  return all.some(isNetworkTrouble) ? 'unreachable' : 'unknown'
}

/** In a few words that hold no secret: for the status of a run that waits. */
export function describeKafkaFailure(error: unknown): string {
  if (error instanceof MillraceError) return error.message
  const all = flattened(error)
  const answer = answerIn(all)
  if (answer !== null) return `Kafka answers ${answer}`
  const code = all.map((each) => each.code).find((each) => typeof each === 'string' && !each.startsWith('PLT_KFK'))
  return `Kafka is not reachable (${typeof code === 'string' ? code : (words(all) ?? 'no connection')})`
}

/** A coded error. `address` is where the connection went, `action` what was tried: "read topic "orders"". Coded ones stay as they are. */
export function kafkaError(error: unknown, { address, action }: { readonly address: string; readonly action: string }): MillraceError {
  if (error instanceof MillraceError) return error
  const all = flattened(error)
  const answer = answerIn(all)
  if (answer !== null) return answeredError(answer, all, address, action)
  const certificate = certificateTrouble(all)
  if (certificate !== null) return kafkaErrors.CONNECTORS_KAFKA_CERTIFICATE_REFUSED({ address }, { detail: certificate })
  if (all.some(isTlsExpected)) return kafkaErrors.CONNECTORS_KAFKA_TLS_EXPECTED({ address })
  if (all.some(isTlsUnanswered)) return kafkaErrors.CONNECTORS_KAFKA_TLS_NOT_EXPECTED({ address })
  if (all.some(isUnsupported)) return kafkaErrors.CONNECTORS_KAFKA_VERSION_UNSUPPORTED({ address, request: action })
  if (kafkaFailureKind(error) === 'refused') {
    const unknown = all.find(isHostUnknown)
    if (unknown !== undefined) return kafkaErrors.CONNECTORS_KAFKA_HOST_NOT_FOUND({ host: String(unknown.hostname), address })
    return kafkaErrors.CONNECTORS_KAFKA_LOGIN_REFUSED({ address }, { detail: saying(all) })
  }
  if (!all.some(isNetworkTrouble)) return kafkaErrors.CONNECTORS_KAFKA_ANSWER_UNCLEAR({ address }, { detail: `It was: ${words(all)}.` })
  return kafkaErrors.CONNECTORS_KAFKA_UNREACHABLE({ address }, { detail: unreachableDetail(all), hint: unreachableHint(all) })
}

function answeredError(answer: string, all: readonly ForeignError[], address: string, action: string): MillraceError {
  if (answer === 'UNSUPPORTED_SASL_MECHANISM' || answer === 'ILLEGAL_SASL_STATE') {
    return kafkaErrors.CONNECTORS_KAFKA_LOGIN_REFUSED({ address }, { detail: `The broker does not take the mechanism there: ${answer}.` })
  }
  if (answer === 'SASL_AUTHENTICATION_FAILED') return kafkaErrors.CONNECTORS_KAFKA_LOGIN_REFUSED({ address }, { detail: saying(all) })
  const detail = `Kafka answered ${answer}.`
  if (answer.endsWith('AUTHORIZATION_FAILED')) return kafkaErrors.CONNECTORS_KAFKA_UNAUTHORIZED({ action }, { detail })
  if (kindByAnswer[answer] === 'unreachable' || kindByAnswer[answer] === 'busy')
    return kafkaErrors.CONNECTORS_KAFKA_UNREACHABLE({ address }, { detail })
  return kafkaErrors.CONNECTORS_KAFKA_REQUEST_REFUSED({ action }, { detail })
}

/** The names of answers that an error holds; one that says more than "try again" goes first. */
function answerIn(all: readonly ForeignError[]): string | null {
  const answers = all.flatMap(({ apiId }) => (typeof apiId === 'string' ? [apiId] : []))
  return answers.find((answer) => kindByAnswer[answer] !== 'unreachable') ?? answers[0] ?? null
}

function flattened(error: unknown): readonly ForeignError[] {
  const found: ForeignError[] = []
  const visit = (each: unknown, depth: number): void => {
    if (typeof each !== 'object' || each === null || depth > 8) return
    const foreign = each as ForeignError
    found.push(foreign)
    visit(foreign.cause, depth + 1)
    if (Array.isArray(foreign.errors)) for (const inner of foreign.errors) visit(inner, depth + 1)
  }
  visit(error, 0)
  return found
}

const libraryCodes: readonly unknown[] = ['PLT_KFK_NETWORK', 'PLT_KFK_TIMEOUT', 'PLT_KFK_UNEXPECTED_CORRELATION_ID']

function isNetworkTrouble(error: ForeignError): boolean {
  return isConnectionLost(codeOf(error)) || isHostUnknown(error) || libraryCodes.includes(error.code)
}

function isHostUnknown({ code }: ForeignError): boolean {
  return code === 'ENOTFOUND'
}

function isUnsupported({ code }: ForeignError): boolean {
  return code === 'PLT_KFK_UNSUPPORTED_API'
}

function isTlsExpected({ code, message }: ForeignError): boolean {
  return code === 'PLT_KFK_USER' && String(message).includes('requires TLS')
}

/** The other side hung up, or answered otherwise, when TLS was begun. */
function isTlsUnanswered({ code, message }: ForeignError): boolean {
  return (code === 'PLT_KFK_USER' && String(message).includes('TLS handshake')) || code === 'ERR_SSL_WRONG_VERSION_NUMBER'
}

const certificateCodes: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate of the broker is signed by itself and not among those that are trusted.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate of the broker comes of an authority that is not trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of the broker comes of an authority that is not trusted.',
  UNABLE_TO_GET_ISSUER_CERT: 'The certificate of the broker comes of an authority that is not trusted.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate of the broker comes of an authority that is not trusted.',
  CERT_HAS_EXPIRED: 'The certificate of the broker has expired.',
  CERT_NOT_YET_VALID: 'The certificate of the broker is not valid yet.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the broker is for another host.',
}

function certificateTrouble(all: readonly ForeignError[]): string | null {
  for (const { code } of all) {
    if (typeof code !== 'string') continue
    const known = certificateCodes[code]
    if (known !== undefined) return known
    if (code.startsWith('ERR_SSL_') && code.includes('ALERT'))
      return `The broker refused the client's side of the encryption: ${code.slice(8).toLowerCase().replaceAll('_', ' ')}.`
    if (code.startsWith('ERR_OSSL_')) return `The keys or certificates of the client cannot be used: ${code}.`
  }
  return null
}

/** What was said last, without anything that could be a secret: Kafka's own sentence on a login names no password. */
function saying(all: readonly ForeignError[]): string {
  const own = all.map((each) => (each as { serverErrorMessage?: unknown }).serverErrorMessage).find((each) => typeof each === 'string')
  return typeof own === 'string' && own !== '' ? `Kafka said: ${own.replace(/\.$/, '')}.` : 'Kafka gave no reason.'
}

function words(all: readonly ForeignError[]): string | null {
  const message = all.at(-1)?.message
  return typeof message === 'string' && message !== '' ? message.replace(/\.$/, '') : null
}

function unreachableDetail(all: readonly ForeignError[]): string {
  const refused = all.find((each) => each.code === 'ECONNREFUSED')
  if (refused !== undefined)
    return `The connection to ${String(refused.address)}:${String(refused.port)} was refused: nothing listens there.`
  return `The last trouble was: ${words(all) ?? 'the connection was closed'}.`
}

function unreachableHint(all: readonly ForeignError[]): string {
  const isClosed = all.some((each) => String(each.message).includes('Connection closed'))
  return isClosed
    ? "The broker closes connections that do not suit it: look at 'properties.security.protocol' and at the log of the broker."
    : "Start the broker, or correct 'properties.bootstrap.servers'."
}
