/** States that users asked to keep, and can start from. */
import type { Failure } from '#base'
import type { RecordKind } from '#store'

export interface Savepoint {
  readonly jobId: string
  /** The version of the job that it was taken of. */
  readonly version: number
  readonly attempt: number
  readonly state: SavepointState
  /** Null until it is completed. */
  readonly place: string | null
  readonly bytes: number | null
  /** Whether the run ends with it. */
  readonly stops: boolean
  /** Who asked for it. */
  readonly owner: string
  /** The request for it; null where it had none. */
  readonly requestId: string | null
  /** Epoch milliseconds. */
  readonly askedAt: number
  readonly endedAt: number | null
  /** Null unless it failed. */
  readonly failure: Failure | null
}

type SavepointState =
  | 'asked'
  | 'in-progress'
  | 'completed'
  | 'failed'
  /** It is being removed with its bytes. */
  | 'disposing'

/** Found by an id of its own in the workspace of its job. */
export const savepointKind: RecordKind<Savepoint> = { name: 'savepoint', keepsVersions: false }

export function isOpen({ state }: Savepoint): boolean {
  return state === 'asked' || state === 'in-progress'
}
