import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { FlinkJobs } from './cluster-jobs.ts'
import { type FakeRestServer, Refusal, startFakeRestServer } from './rest-server.fixture.ts'

let server: FakeRestServer
let jobs: FlinkJobs

beforeEach(async () => {
  server = await startFakeRestServer()
  jobs = new FlinkJobs({ url: server.url, headers: {} }, systemClock)
})
afterEach(() => server.close())

function tellCluster(free: number, all: number, config: Readonly<Record<string, string>>): void {
  server.answers.set('/overview', { 'slots-available': free, 'slots-total': all })
  server.answers.set(
    '/jobmanager/config',
    Object.entries(config).map(([key, value]) => ({ key, value })),
  )
}

describe('slots of a cluster', () => {
  test.each([
    ['are too few where they are fixed', 2, 4, { 'rest.port': '8081' }, true],
    ['suffice', 3, 4, { 'rest.port': '8081' }, false],
    ['are not known before there is a task manager', 0, 0, { 'rest.port': '8081' }, false],
    ['may be fewer than a job wants where the scheduler is adaptive', 2, 4, { 'jobmanager.scheduler': 'Adaptive' }, false],
    ['may be fewer than a job wants in reactive mode', 2, 4, { 'scheduler-mode': 'REACTIVE' }, false],
    ['become more on Kubernetes', 2, 4, { 'kubernetes.cluster-id': 'dev' }, false],
    ['become more on YARN', 2, 4, { 'yarn.application.name': 'dev' }, false],
  ])('%s', async (_name, free, all, config, isLacking) => {
    tellCluster(free, all, config)
    expect(await jobs.lacksSlots(3)).toBe(isLacking)
  })

  test('are not known where nobody may read the configuration', async () => {
    tellCluster(0, 4, {})
    server.answers.set('/jobmanager/config', new Refusal(404, 'it is hidden'))
    expect(await jobs.lacksSlots(3)).toBe(false)
  })

  test('that come back in a moment are waited for', async () => {
    let asked = 0
    server.answers.set('/overview', () => ({ 'slots-available': asked++ < 2 ? 0 : 3, 'slots-total': 4 }))
    await jobs.checkSlots(3)
    expect(asked).toBe(3)
  })

  test('that do not come are told', async () => {
    tellCluster(1, 4, {})
    await expect(jobs.checkSlots(3)).rejects.toThrow('the job needs 3 slots, and 1 are there for it')
  })
})
