/** The seam to whoever understands scripts: what a job writes, what is wrong with it, and what a new version does to the state of the old one. */
import type { Failure } from '#base'
import type { JobSpec } from './job-spec.ts'

export interface Planner {
  /** Reads a script as its host would, and runs nothing. */
  check(job: PlannedJob, spec: JobSpec): Promise<PlanCheck>
  /** What of state that is kept a version goes on with; null: nobody knows. */
  compare(job: PlannedJob, kept: KeptState, after: JobSpec): Promise<StateVerdict | null>
}

/** State that a run would begin with. */
export interface KeptState {
  /** The version that kept it. */
  readonly spec: JobSpec
  /** The place of the savepoint that is begun with; null: the newest checkpoint of the job is. */
  readonly savepoint: string | null
  /** The place of the savepoint that the runs of the job began with, which counts while they have no checkpoint; null: there is none. */
  readonly origin: string | null
  /** Whether the newest run kept it, or one of the same version. */
  readonly isOfRun: boolean
}

/** Whose script it is. */
export interface PlannedJob {
  readonly workspace: string
  /** Null for one that is not there yet. */
  readonly jobId: string | null
}

export interface PlanCheck {
  /** The tables that are written. */
  readonly outputs: readonly string[]
  /** What is wrong, the first first; a script with one is refused. */
  readonly diagnostics: readonly Failure[]
  /** The plan as EXPLAIN shows it; null where there is none. */
  readonly plan: string | null
}

export interface StateVerdict {
  readonly operators: readonly StatePart[]
}

/** An operator that keeps state. */
export interface StatePart {
  /** As EXPLAIN names it. */
  readonly operator: string
  readonly verdict: 'kept' | 'dropped' | 'new'
  readonly why: string
  /** What it is kept for: in the new script, and of what is dropped in the one before; null where that is not known. */
  readonly fragment: StateFragment | null
  /** How much it is; null where nobody knows. */
  readonly bytes: number | null
  /** What is counted in it, such as groups; nothing where nobody knows. */
  readonly holds: readonly { readonly name: string; readonly entries: number }[]
}

/** Clauses of a script, as they are written, with an ellipsis for what stands between them. */
export interface StateFragment {
  readonly text: string
  /** Where it begins. */
  readonly line: number
  readonly column: number
  /** Whether there is more of it. */
  readonly isCut: boolean
  /** The view that it stands in, of whose text the line and the column are. */
  readonly view: string | null
}

/** All that would be lost. */
export interface DroppedState {
  readonly operators: number
  /** Of those whose size is known; null where none is. */
  readonly bytes: number | null
  /** How many of them have a size that nobody knows. */
  readonly unmeasured: number
}

export function sumOfDropped(verdict: StateVerdict): DroppedState {
  const dropped = droppedIn(verdict)
  const known = dropped.flatMap(({ bytes }) => bytes ?? [])
  return {
    operators: dropped.length,
    bytes: known.length === 0 ? null : known.reduce((sum, bytes) => sum + bytes, 0),
    unmeasured: dropped.length - known.length,
  }
}

export function droppedIn({ operators }: StateVerdict): readonly StatePart[] {
  return operators.filter(({ verdict }) => verdict === 'dropped')
}
