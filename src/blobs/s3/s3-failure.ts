/** Sorts what goes wrong in talks with a store that speaks S3. Its own texts are not shown: they may repeat what was sent. */
import { counted, GivenUp, MillraceError } from '#base'
import { blobErrors } from '../errors.ts'

/** What the client raises, as far as it is looked at. */
interface Raised {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean }
}

/** An answer with fewer bytes than it announced, or than were asked for. */
export class HalfAnswer extends Error {
  readonly code = 'HALF_ANSWER'
}

/** Pause before something is tried for the second time. */
const pauseMs = 100
const crowdedPauseMs = 1000

const crowded = new Set(['SlowDown', 'SlowDownRead', 'SlowDownWrite', 'ThrottlingException', 'Throttling', 'TooManyRequests'])
const passing = new Set(['InternalError', 'ServiceUnavailable', 'RequestTimeout', 'TimeoutError', 'AbortError', 'OperationAborted'])
const lostTouch: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused',
  ECONNRESET: 'The connection was cut',
  EPIPE: 'The connection was cut',
  ETIMEDOUT: 'Nothing answered in time',
  TimeoutError: 'Nothing answered in time',
  AbortError: 'Nothing answered in time',
  ENOTFOUND: 'There is no host of that name',
  EAI_AGAIN: 'The name of the host could not be looked up',
  EHOSTUNREACH: 'There is no way to the host',
  ENETUNREACH: 'There is no way to the network',
  ECONNABORTED: 'The connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'The connection was cut',
  HALF_ANSWER: 'The answer ended too early',
}

/** How long to pause before it is tried for the second time; null when that is of no use. */
export function pauseAfter(error: unknown): number | null {
  if (error instanceof MillraceError) return null
  const { name, code, $metadata } = error as Raised
  const status = $metadata?.httpStatusCode ?? 0
  if (crowded.has(String(name)) || status === 429 || status === 503) return crowdedPauseMs
  // After a wrong time the client sets its clock by the answer: the next request is right.
  const passes =
    passing.has(String(name)) || String(code) in lostTouch || isGarbled(error) || status >= 500 || $metadata?.clockSkewCorrected === true
  return passes ? pauseMs : null
}

/** Whether an answer is not what its checksum says, as may happen to one that is read while another takes its place. */
function isGarbled(error: unknown): boolean {
  const { name, message } = error as Raised
  return name === 'Error' && String(message).startsWith('Checksum mismatch')
}

function isSkewed(error: unknown): boolean {
  return (error as Raised).name === 'RequestTimeTooSkewed'
}

export function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as Raised
  return name === 'NoSuchKey' || (name === 'NotFound' && $metadata?.httpStatusCode === 404)
}

/** Whether a condition of a request did not hold, or another one was faster. */
export function isRefused(error: unknown): boolean {
  const { name, $metadata } = error as Raised
  return name === 'PreconditionFailed' || name === 'ConditionalRequestConflict' || $metadata?.httpStatusCode === 412
}

export function isBeyondEnd(error: unknown): boolean {
  const { name, $metadata } = error as Raised
  return name === 'InvalidRange' || $metadata?.httpStatusCode === 416
}

interface Request {
  readonly name: string
  readonly place: string
  readonly bucket: string
  readonly action: 'read' | 'write'
}

const denied: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'The store does not know the access key.',
  XAdminUserNotFound: 'The store does not know the access key.',
  SignatureDoesNotMatch: 'The secret key does not belong to the access key.',
  ExpiredToken: 'The session token has run out.',
  InvalidToken: 'The session token does not belong to the access key.',
  TokenRefreshRequired: 'The session token has run out.',
  AccessDenied: 'The keys are right, but a permission is missing.',
  AllAccessDisabled: 'The bucket is closed.',
}

/** The coded error for one that the client raised. The cause is left out: it holds the request with its signature. */
export function s3Error(error: unknown, request: Request): MillraceError {
  if (error instanceof MillraceError) return error
  const raised = (error instanceof GivenUp ? error.cause : error) as Raised
  const { name, place, bucket, action } = request
  const word = String(raised.name)
  if (isMissing(raised)) return blobErrors.BLOBS_NOT_FOUND({ name, place })
  if (word === 'NoSuchBucket') return blobErrors.BLOBS_BUCKET_NOT_FOUND({ bucket })
  if (isSkewed(raised)) return blobErrors.BLOBS_CLOCK_SKEWED({ place })
  if (word === 'CredentialsProviderError') return blobErrors.BLOBS_KEYS_NOT_FOUND({ place })
  if (isOfRegion(raised) || raised.$metadata?.httpStatusCode === 301) return blobErrors.BLOBS_REGION({ place })
  const status = raised.$metadata?.httpStatusCode ?? 0
  if (word in denied || status === 401 || status === 403) return blobErrors.BLOBS_ACCESS_DENIED({ place }, { detail: denied[word] })
  const cause = describeFailure(raised)
  const tried = error instanceof GivenUp ? ` Tried ${counted(error.tries, 'time')} in ${(error.tookMs / 1000).toFixed(1)} s.` : ''
  if (error instanceof GivenUp || raised.code === 'ENOTFOUND')
    return blobErrors.BLOBS_UNREACHABLE({ place }, { detail: `${cause}.${tried}` })
  const create = action === 'read' ? blobErrors.BLOBS_UNREADABLE : blobErrors.BLOBS_UNWRITABLE
  return create({ name, place }, { detail: `${cause}.` })
}

/** What went wrong, in a sentence without secrets. */
export function describeFailure(error: unknown): string {
  const raised = error as Raised
  if (isGarbled(error)) return 'The answer is not what its checksum says'
  return lostTouch[String(raised.code)] ?? lostTouch[String(raised.name)] ?? answerOf(raised)
}

/** Whether an upload in parts is not there: it was ended or abandoned. */
export function isUploadGone(error: unknown): boolean {
  return (error as Raised).name === 'NoSuchUpload'
}

function isOfRegion({ name, message }: Raised): boolean {
  const isAsked = name === 'Error' && message === 'Region is missing'
  return isAsked || name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed' || name === 'IllegalLocationConstraintException'
}

function answerOf({ name, code, $metadata }: Raised): string {
  const status = $metadata?.httpStatusCode
  if (status === undefined) return `The client said ${String(code ?? name)}`
  return `The store answered ${String(name)}, status ${status}`
}
