import { expect, test } from 'vitest'
import { ControlLoop, JobBook, type JobSpec, jobKind } from '#jobs'
import { MemoryStore, writeOf } from '#store'
import { MovedClock } from './monitor.fixture.ts'
import { watchedJobs } from './watched-job.ts'

const spec: JobSpec = {
  name: 'orders by day',
  description: '',
  folder: 'sales',
  tags: ['a'],
  owner: 'ada',
  program: { kind: 'sql', text: 'SELECT 1' },
  engine: { kind: 'embedded' },
  settings: {},
  variables: {},
  parallelism: 1,
  checkpointIntervalMs: 1000,
  restart: { kind: 'never' },
  upgrade: 'keep-state',
  latencyTier: 'minutes',
}

test('jobs are watched as the control loop knows them', async () => {
  const clock = new MovedClock()
  const store = new MemoryStore(clock)
  await store.commit({ writes: [writeOf(jobKind, { workspace: 'default', id: 'j1' }, spec, 0)], by: 'ada' })
  const book = await JobBook.load(store, clock)
  const loop = new ControlLoop({ book, clock, hostOf: () => null, report: () => undefined })
  expect(watchedJobs(book, loop)).toMatchObject([
    {
      workspace: 'default',
      job: 'j1',
      spec: { name: 'orders by day', folder: 'sales', latencyTier: 'minutes' },
      wanted: 'stopped',
      status: { state: 'stopped', evidence: { kind: 'none' } },
    },
  ])
})
