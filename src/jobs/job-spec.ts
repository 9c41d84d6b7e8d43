/** What is wanted of a job: what it is, where it runs, and what is done when it breaks. */
import type { RecordKind } from '#store'

/** Kept with all its versions: the version of the record is the version of the job. */
export interface JobSpec {
  /** One in its workspace. */
  readonly name: string
  readonly description: string
  /** Where people find it, such as `sales/daily`; empty: at the top. */
  readonly folder: string
  readonly tags: readonly string[]
  /** The user who answers for it. */
  readonly owner: string
  readonly program: JobProgram
  readonly engine: JobEngine
  /** Settings under Flink's keys; those that the server sets itself, such as the place of checkpoints, are refused. */
  readonly settings: Readonly<Record<string, string>>
  /** What `${name}` stands for in the script. */
  readonly variables: Readonly<Record<string, string>>
  readonly parallelism: number
  readonly checkpointIntervalMs: number
  readonly restart: RestartPolicy
  /** What becomes of state when a new version starts. */
  readonly upgrade: UpgradeMode
  /** What its users expect of its results; defaults and alerts follow. */
  readonly latencyTier: LatencyTier
}

/** A script of SQL: definitions, then one INSERT or one statement set. */
interface JobProgram {
  readonly kind: 'sql'
  readonly text: string
}

export type JobEngine = { readonly kind: 'embedded' } | { readonly kind: 'flink'; readonly cluster: string }

export type RestartPolicy =
  | { readonly kind: 'never' }
  | {
      readonly kind: 'back-off'
      readonly delayMs: number
      readonly delayMsMax: number
      /** Failures in `windowMs` after which it stays failed: a storm. */
      readonly failuresMax: number
      readonly windowMs: number
    }

/** From its newest checkpoint or savepoint; or without any state. */
type UpgradeMode = 'keep-state' | 'drop-state'

export type LatencyTier = 'seconds' | 'minutes'

export const jobKind: RecordKind<JobSpec> = { name: 'job', keepsVersions: true }

/** What users ask of a job, apart from what it is. */
export interface JobWish {
  readonly state: 'running' | 'stopped'
  /** The version of the job that shall run. */
  readonly version: number
  /** Grows with each wish that needs a new run, such as a restart that was asked for. */
  readonly generation: number
  /** Where the first run of this generation begins: its own newest checkpoint, a savepoint, or nothing. */
  readonly from: RestorePoint
  /** Whether state that no longer fits may be dropped. */
  readonly allowsDroppedState: boolean
  /** How it is stopped. */
  readonly stop: StopHow
  readonly askedBy: string
  readonly askedAt: number
  /** Requests that were granted of late, newest last, so that one that is sent again asks for nothing new. */
  readonly requests?: readonly string[]
  /** The version that somebody has accepted to lose state with. */
  readonly droppableVersion?: number
  /** Whether the job goes when it has stopped; or at once, though something of it may be left running where nobody can look. */
  readonly removal?: 'when-stopped' | 'at-once'
}

export type RestorePoint =
  | { readonly kind: 'newest' }
  | { readonly kind: 'savepoint'; readonly id: string; readonly place: string }
  | { readonly kind: 'empty' }

/** After a last checkpoint; after a savepoint, which is kept for the user; or at once. */
export type StopHow =
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'savepoint'; readonly savepointId: string }
  | { readonly kind: 'now' }

export const wishKind: RecordKind<JobWish> = { name: 'job-wish', keepsVersions: false }
