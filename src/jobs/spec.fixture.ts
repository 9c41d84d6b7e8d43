/** A spec that is right, and what a test changes of it. */
import type { JobSpec } from './job-spec.ts'

export function specOf(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: 'orders',
    description: '',
    folder: '',
    tags: [],
    owner: 'ada',
    program: { kind: 'sql', text: 'INSERT INTO sums SELECT * FROM orders' },
    engine: { kind: 'embedded' },
    settings: {},
    variables: {},
    parallelism: 1,
    checkpointIntervalMs: 10_000,
    restart: { kind: 'never' },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
    ...changes,
  }
}
