/** The seam to whoever understands scripts: what a job writes, what is wrong with it, and what a new version does to the state of the old one. */
import type { Failure } from '#base'
import type { JobSpec } from './job-spec.ts'

export interface Planner {
  /** Reads a script as its host would, and runs nothing. */
  check(job: PlannedJob, spec: JobSpec): Promise<PlanCheck>
  /** What of the state of one version another one goes on with; null: nobody knows. */
  compare(job: PlannedJob, before: JobSpec, after: JobSpec, checkpointPlace: string | null): Promise<StateVerdict | null>
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
  /** The part of the script that keeps this state; null where it is not known. */
  readonly fragment: string | null
  /** How much it is; null where nobody knows. */
  readonly bytes: number | null
}

export function droppedIn({ operators }: StateVerdict): readonly StatePart[] {
  return operators.filter(({ verdict }) => verdict === 'dropped')
}
