/** What is kept in memory of each job: all that lists, searches and the control loop need, and of its script a bounded part. */
import type { Stored } from '#store'
import type { JobEngine, JobSpec, RestartPolicy } from './job-spec.ts'

export interface JobCard extends Omit<JobSpec, 'program' | 'settings' | 'variables' | 'parallelism' | 'checkpointIntervalMs'> {
  readonly workspace: string
  readonly id: string
  readonly version: number
  /** Epoch milliseconds. */
  readonly changedAt: number
  readonly changedBy: string
  /** In small letters. */
  readonly sortedName: string
  /** In small letters: its texts and the beginning of its script. */
  readonly searched: string
}

/** What the loop needs of the version that is wanted, which need not be the newest. */
export interface WantedVersion {
  readonly version: number
  readonly engine: JobEngine
  readonly restart: RestartPolicy
}

const searchedLengthMax = 20_000

export function cardOf({ workspace, id, version, value, writtenAt, writtenBy }: Stored<JobSpec>): JobCard {
  const { name, description, folder, tags, owner, engine, restart, upgrade, latencyTier, program } = value
  const texts = [name, folder, ...tags, description, program.text].join('\n')
  return {
    workspace,
    id,
    version,
    changedAt: writtenAt,
    changedBy: writtenBy,
    name,
    description,
    folder,
    tags,
    owner,
    engine,
    restart,
    upgrade,
    latencyTier,
    sortedName: name.toLowerCase(),
    searched: texts.slice(0, searchedLengthMax).toLowerCase(),
  }
}

export function wantedOf(version: number, { engine, restart }: Pick<JobSpec, 'engine' | 'restart'>): WantedVersion {
  return { version, engine, restart }
}

/** The name of an engine with its cluster: one for each host. */
export function engineName(engine: JobEngine): string {
  return engine.kind === 'embedded' ? 'embedded' : `flink:${engine.cluster}`
}
