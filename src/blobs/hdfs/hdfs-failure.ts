/** Sorts what goes wrong in talks with HDFS. */
import { counted, GivenUp, MillraceError } from '#base'
import { blobErrors } from '../errors.ts'

/** What a node answered instead of doing what it was asked for. */
export class HdfsRefusal extends Error {
  readonly status: number
  /** The name of its exception; empty where it gave none. */
  readonly exception: string

  constructor(status: number, exception: string, message: string) {
    super(message)
    this.status = status
    this.exception = exception
  }
}

const pauseMs = 200
const busyPauseMs = 1000

const passing: Readonly<Record<string, string>> = {
  SafeModeException: 'The name node is in safe mode',
  RetriableException: 'The name node asks for patience',
  StandbyException: 'The name node is on standby',
  AlreadyBeingCreatedException: 'Another writer holds the file',
  RecoveryInProgressException: 'Another writer holds the file',
  LeaseExpiredException: 'Another writer holds the file',
  BlockMissingException: 'No data node has the block',
  NoRouteToHostException: 'A data node is not reached',
  ConnectException: 'A data node is not reached',
}
const passingTexts: readonly (readonly [RegExp, string])[] = [
  [/in startup mode|not (?:yet )?started/i, 'The name node is starting'],
  [/safe ?mode/i, 'The name node is in safe mode'],
  [/could only be (?:replicated|written) to|Failed to find datanode|No active nodes contain/i, 'No data node is there'],
  [/Could not obtain block|All datanodes .* are bad|Failed to replace a bad datanode/i, 'No data node has the block'],
]
const lostTouch: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused',
  ECONNRESET: 'The connection was cut',
  ECONNABORTED: 'The connection was cut',
  EPIPE: 'The connection was cut',
  ETIMEDOUT: 'Nothing answered in time',
  ENOTFOUND: 'There is no host of that name',
  EAI_AGAIN: 'The name of the host could not be looked up',
  EHOSTUNREACH: 'There is no way to the host',
  ENETUNREACH: 'There is no way to the network',
  HPE_INVALID_CONSTANT: 'The answer was no HTTP',
}

/** Why something may succeed later; undefined where it will not. */
function passingReason(error: unknown): string | undefined {
  if (!(error instanceof HdfsRefusal)) return lostTouch[String((error as { code?: unknown }).code)]
  const said = passing[error.exception] ?? passingTexts.find(([text]) => text.test(error.message))?.[1]
  return said ?? (error.status === 429 || error.status >= 500 ? `The node answered with status ${error.status}` : undefined)
}

/** How long to pause before it is tried for the second time; null when that is of no use. */
export function hdfsPauseAfter(error: unknown): number | null {
  if (error instanceof MillraceError || passingReason(error) === undefined) return null
  return error instanceof HdfsRefusal ? busyPauseMs : pauseMs
}

/** What went wrong, in a sentence. */
export function describeHdfs(error: unknown): string {
  const reason = passingReason(error)
  if (reason !== undefined) return reason
  if (!(error instanceof HdfsRefusal)) return `The client said ${(error as { code?: string }).code ?? (error as Error).name}`
  return `The node answered ${error.exception === '' ? `with status ${error.status}` : error.exception}`
}

/** Whether another name node may do what this one does not. */
export function isOfAnotherNode(error: unknown): boolean {
  return error instanceof HdfsRefusal ? error.exception === 'StandbyException' : String((error as { code?: unknown }).code) in lostTouch
}

export function isHdfsMissing(error: unknown): boolean {
  return error instanceof HdfsRefusal && error.exception === 'FileNotFoundException'
}

interface Request {
  readonly name: string
  readonly place: string
  readonly user: string
  readonly action: 'read' | 'write'
}

export function hdfsError(error: unknown, { name, place, user, action }: Request): MillraceError {
  if (error instanceof MillraceError) return error
  const raised = error instanceof GivenUp ? error.cause : error
  if (isHdfsMissing(raised)) return blobErrors.BLOBS_NOT_FOUND({ name, place })
  if (raised instanceof HdfsRefusal && passingReason(raised) === undefined) {
    if (raised.status === 401) return blobErrors.BLOBS_HDFS_SECURED({ place })
    if (raised.exception === 'AccessControlException') return blobErrors.BLOBS_HDFS_DENIED({ user, action, name, place })
    const isOwnProtocol = raised.message.includes('Hadoop IPC port')
    if (raised.exception === '') {
      return blobErrors.BLOBS_HDFS_PORT(
        { place },
        { detail: isOwnProtocol ? "The port is that of Hadoop's own protocol." : `${describeHdfs(raised)}.` },
      )
    }
  }
  const cause = describeHdfs(raised)
  const tried = error instanceof GivenUp ? ` Tried ${counted(error.tries, 'time')} in ${(error.tookMs / 1000).toFixed(1)} s.` : ''
  const isLost = error instanceof GivenUp || (raised as { code?: unknown }).code === 'ENOTFOUND'
  if (isLost) return blobErrors.BLOBS_UNREACHABLE({ place }, { detail: `${cause}.${tried}` })
  const create = action === 'read' ? blobErrors.BLOBS_UNREADABLE : blobErrors.BLOBS_UNWRITABLE
  const said = raised instanceof HdfsRefusal ? ` It said: ${raised.message.split('\n')[0]?.slice(0, 200)}` : ''
  return create({ name, place }, { detail: `${cause}.${said}` })
}
