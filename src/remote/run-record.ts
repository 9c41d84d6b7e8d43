/** What is kept of the runs of a job on a cluster, so that a server that was killed finds them again. */
import type { Failure } from '#base'
import type { SavepointSight } from '#jobs'
import type { RecordKind } from '#store'

/** Kept by cluster and job: the name of the cluster stands where other kinds have that of a workspace. */
export interface JobRuns {
  /** Oldest first. */
  readonly runs: readonly FlinkRun[]
  /** The newest attempt that was asked to stop: none up to it is started any more. */
  readonly stop: StopOrder | null
  /** Oldest first. */
  readonly savepoints: readonly KeptSavepoint[]
}

/** Written before the cluster is asked to start it. */
export interface FlinkRun {
  readonly attempt: number
  readonly version: number
  /** Of the job on the cluster: 32 hexadecimal digits. */
  readonly id: string
  /** When it was ordered, in epoch milliseconds. */
  readonly startedAt: number
  readonly from: RestorePlace
  /** Whether the cluster has said that it has it. */
  readonly isTaken: boolean
  /** Where its checkpoints are; empty: not known. */
  readonly folder: string
  /** The newest that was seen; null: none was. */
  readonly state: RestorePlace | null
  /** Null while it runs, or where nobody has seen its end. */
  readonly end: FlinkEnd | null
}

/** State to begin with. */
export interface RestorePlace {
  /** Empty: nothing. */
  readonly place: string
  /** Whether it is the job's own, which may remove it once it has newer state: users keep their savepoints. */
  readonly isOwn: boolean
}

export interface FlinkEnd {
  readonly state: 'finished' | 'stopped' | 'failed'
  /** Epoch milliseconds. */
  readonly endedAt: number
  /** Null unless it failed. */
  readonly failure: Failure | null
}

export interface StopOrder {
  readonly attempt: number
  readonly how: 'checkpoint' | 'now'
  /** Epoch milliseconds. */
  readonly at: number
}

export interface KeptSavepoint {
  readonly id: string
  readonly attempt: number
  /** How it ended; null: it has not, as far as is known. */
  readonly sight: SavepointSight | null
}

export const runsKind: RecordKind<JobRuns> = { name: 'flink-runs', keepsVersions: false }

export const noRuns: JobRuns = { runs: [], stop: null, savepoints: [] }
export const nowhere: RestorePlace = { place: '', isOwn: false }

const runsKept = 20
const savepointsKept = 100

/** With a run in the place of what is known of its attempt. */
export function withRun(known: JobRuns, run: FlinkRun): JobRuns {
  const others = known.runs.filter(({ attempt }) => attempt !== run.attempt)
  return { ...known, runs: [...others, run].toSorted((a, b) => a.attempt - b.attempt).slice(-runsKept) }
}

/** With other facts of a run that is known; as it was where it is not. */
export function withFacts(known: JobRuns, attempt: number, facts: Partial<FlinkRun>): JobRuns {
  return { ...known, runs: known.runs.map((run) => (run.attempt === attempt ? { ...run, ...facts } : run)) }
}

/** The first word about an end holds. */
export function withEnd(known: JobRuns, attempt: number, end: FlinkEnd, state: RestorePlace | null): JobRuns {
  const runs = known.runs.map((run) =>
    run.attempt === attempt && run.end === null ? { ...run, isTaken: true, end, state: state ?? run.state } : run,
  )
  return { ...known, runs }
}

export function withStop(known: JobRuns, stop: StopOrder): JobRuns {
  if (known.stop !== null && known.stop.attempt > stop.attempt) return known
  const isSame = known.stop?.attempt === stop.attempt && known.stop.how === stop.how
  return isSame ? known : { ...known, stop }
}

export function withSavepoint(known: JobRuns, savepoint: KeptSavepoint): JobRuns {
  const others = known.savepoints.filter(({ id }) => id !== savepoint.id)
  return { ...known, savepoints: [...others, savepoint].slice(-savepointsKept) }
}
