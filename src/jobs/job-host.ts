/**
 * The seam between the control loop and what runs jobs: processes of this machine, a Flink cluster, a simulation. A host knows jobs by
 * their id alone and has at most one run of each. Every verb can be repeated: it asks for a state, and what became of it is observed. Every
 * verb ends some time: who waits for a network does not wait for ever.
 */
import type { Failure } from '#base'
import type { Evidence, RunReport } from '#engines'
import type { RunMetrics } from '#metrics'

export interface JobHost {
  /** Who says so, such as `processes of this server` or `flink cluster "dev"`. */
  readonly source: string
  /**
   * Starts a run. Where a run of this attempt is there, or was, it does nothing. Where one of an earlier attempt still is, fails with
   * JOBS_RUN_IN_THE_WAY. Resolves when the order was taken: whether it runs is observed. Who does not answer may have taken the order.
   * An order that comes late, for an attempt before one that is known here, does nothing. An error blamed on the user says that this
   * attempt will never run; any other one says nothing of it.
   */
  start(order: RunOrder): Promise<void>
  /** What is known of jobs, by id; changes nothing. A host that does not answer at all gives `unreachable` for each. */
  observe(jobIds: readonly string[]): Promise<ReadonlyMap<string, RunEvidence>>
  /**
   * Asks a run to end. Where it is not there, or ended, it does nothing; an order to start this attempt that comes later does nothing
   * either, so that a job is not woken by an order that was long on its way.
   */
  stop(jobId: string, attempt: number, how: 'checkpoint' | 'now'): Promise<void>
  /**
   * Asks for a savepoint of a run, under an id of ours, and tells how far it is; repeated, it finds the same one. With `stops`, the run
   * ends with it.
   */
  savepoint(jobId: string, attempt: number, order: SavepointOrder): Promise<SavepointSight>
  /** What the operators of the run did so far; null where nobody knows. */
  measure(jobId: string): Promise<RunMetrics | null>
  /** Lets go of what is kept of runs that have ended. */
  forget(jobId: string): Promise<void>
  /** Removes a savepoint with its bytes; where there are none, it does nothing. A host without this verb leaves them to the user. */
  removeSavepoint?(jobId: string, savepointId: string, place: string): Promise<void>
  /** Removes all that is kept of a job that is removed, its state too. A host without this verb forgets its runs, and leaves the rest. */
  remove?(jobId: string): Promise<void>
}

export interface RunOrder {
  readonly workspace: string
  readonly jobId: string
  /** Counts the starts of the job, from 1. */
  readonly attempt: number
  /** The version of the job. */
  readonly version: number
  readonly name: string
  /** SQL, its variables filled in. */
  readonly script: string
  readonly settings: Readonly<Record<string, string>>
  readonly parallelism: number
  readonly checkpointIntervalMs: number
  /** The newest checkpoint of the job, if there is one; a savepoint at a place; or nothing, which sets older state aside. */
  readonly from: { readonly kind: 'newest' } | { readonly kind: 'savepoint'; readonly place: string } | { readonly kind: 'empty' }
  /**
   * Where the state of the job began last, if that is not its first run. With `from` newest: checkpoints of earlier attempts do not count,
   * and where there is none since, the run begins where the origin did.
   */
  readonly origin?: StateOrigin
  readonly allowsDroppedState: boolean
}

export interface StateOrigin {
  /** The first attempt that went on from here, or shall. */
  readonly attempt: number
  readonly from: { readonly kind: 'savepoint'; readonly place: string } | { readonly kind: 'empty' }
}

export interface SavepointOrder {
  readonly savepointId: string
  readonly stops: boolean
}

export type SavepointSight =
  | { readonly state: 'in-progress' }
  | { readonly state: 'completed'; readonly place: string; readonly bytes: number | null }
  | { readonly state: 'failed'; readonly failure: Failure }

export type RunEvidence = Evidence<{ readonly run: SeenRun }>

export interface SeenRun {
  readonly attempt: number
  readonly version: number
  readonly state: RunState
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Null while it runs. */
  readonly endedAt: number | null
  /** Null unless it failed. */
  readonly failure: Failure | null
  /** Null before the first. */
  readonly report: RunReport | null
}

export type RunState = 'starting' | 'running' | 'stopping' | 'finished' | 'stopped' | 'failed'
