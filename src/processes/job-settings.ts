/** What a job runs with under Flink's keys, of its own and of the server: the same for whoever only plans it. */
import type { RunOrder } from '#jobs'

export interface JobSettings {
  readonly settings: Readonly<Record<string, string>>
  /** Those that no statement can change. */
  readonly fixedSettings: Readonly<Record<string, string>>
}

type JobFacts = Pick<RunOrder, 'name' | 'settings' | 'parallelism' | 'checkpointIntervalMs'>
type Places = Readonly<Record<'execution.checkpointing.dir' | 'execution.state-recovery.path', string>>

/** @param places where its checkpoints lie, and the savepoint that it begins with; empty: none */
export function jobSettings({ name, settings, parallelism, checkpointIntervalMs }: JobFacts, places: Places): JobSettings {
  return {
    settings: {
      ...settings,
      'pipeline.name': name,
      'parallelism.default': String(parallelism),
      'execution.checkpointing.interval': `${checkpointIntervalMs} ms`,
    },
    fixedSettings: places,
  }
}
