import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { FlinkJobs } from './cluster-jobs.ts'
import { type FakeRestServer, Refusal, startFakeRestServer } from './rest-server.fixture.ts'
import type { Topology } from './topology.ts'

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

describe('memory of a cluster', () => {
  const graph: Topology = {
    vertices: [
      { id: 'a', parallelism: 4, operators: [{ number: 1, id: 'a', name: 'a', description: '', parallelism: 4, inputs: [] }] },
      {
        id: 'b',
        parallelism: 9,
        operators: [{ number: 2, id: 'b', name: 'b', description: '', parallelism: 9, inputs: [{ from: 1, exchange: 'HASH' }] }],
      },
    ],
    slots: 9,
  }

  function tellManagers(...managers: readonly { slots: unknown; managed: unknown; free?: unknown; all?: unknown }[]): void {
    const rows = managers.map(({ slots, managed }, index) => ({
      id: `m${index}`,
      slotsNumber: slots,
      memoryConfiguration: { managedMemory: managed, taskHeap: 800 },
    }))
    server.answers.set('/taskmanagers', { taskmanagers: rows })
    for (const [index, { free, all }] of managers.entries()) {
      const metrics = { nettyShuffleMemorySegmentsAvailable: free, nettyShuffleMemorySegmentsTotal: all }
      server.answers.set(`/taskmanagers/m${index}`, { metrics })
    }
  }

  test('is that of its least slot, and of all buffers', async () => {
    tellManagers({ slots: 4, managed: 1000, free: 10, all: 20 }, { slots: 2, managed: 400, free: 15, all: 19 })
    expect(await jobs.memory()).toEqual({ slot: { managedBytes: 200, heapBytes: 200 }, buffers: { free: 25, all: 39 } })
  })

  test('is not known where it is not told', async () => {
    tellManagers()
    expect(await jobs.memory()).toEqual({ slot: null, buffers: null })
    tellManagers({ slots: 0, managed: 'much', free: 1, all: 0 }, { slots: 2, managed: 400, free: 15, all: 19 })
    expect(await jobs.memory()).toEqual({ slot: null, buffers: null })
    tellManagers({ slots: 1, managed: 400 })
    expect(await jobs.memory()).toEqual({ slot: { managedBytes: 400, heapBytes: 800 }, buffers: null })
    tellManagers(...Array.from({ length: 101 }, () => ({ slots: 1, managed: 1, free: 1, all: 1 })))
    expect(await jobs.memory()).toMatchObject({ buffers: null })
    expect(server.asked.filter((each) => each.includes('/taskmanagers/m100'))).toEqual([])
  })

  test.each([
    [40, {}, false],
    [39, {}, true],
    [39, { 'jobmanager.scheduler': 'adaptive' }, false],
    [39, { 'kubernetes.cluster-id': 'dev' }, false],
  ])('with %d buffers and %j', async (all, config, isLacking) => {
    tellCluster(9, 9, { 'rest.port': '1', ...config })
    tellManagers({ slots: 9, managed: 0, free: 0, all })
    const trouble = await jobs.lackOfBuffers(graph, await jobs.memory())
    expect(trouble?.message ?? null).toBe(isLacking ? 'the job needs 40 network buffers to begin, and all task managers have 39' : null)
  })
})

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
