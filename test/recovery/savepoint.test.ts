/** Savepoints of runs that go on meanwhile: a run that starts from one writes what the first had not written by then. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine, localHost } from '#engines'
import { QuerySession, type StatementListener } from '#query'
import { allNumbers, Sums } from './sums.fixture.ts'

let sums: Sums

beforeEach(async () => {
  sums = await Sums.create(50_000)
})
afterEach(() => rm(sums.folder, { recursive: true, force: true }))

/** One worker, or several that take turns. */
function engineOf(workers: number): EmbeddedEngine {
  const host = workers === 1 ? {} : { workers: localHost({ clock: systemClock, openBlobs, random: () => 0.5, waitingBytesMax: 1 << 14 }) }
  return new EmbeddedEngine({ clock: systemClock, userFunction: () => () => null, ...host })
}

interface Life {
  readonly settings?: Readonly<Record<string, string>>
  readonly workers?: number
  readonly signal?: AbortSignal
  readonly submitted?: (engine: EmbeddedEngine, jobId: string) => void
}

async function live({ settings = {}, workers = 1, signal = new AbortController().signal, submitted }: Life): Promise<void> {
  const engine = engineOf(workers)
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine,
    settings: {
      'execution.checkpointing.dir': sums.dataDir,
      'execution.checkpointing.interval': '1 h',
      'parallelism.default': String(workers),
      ...settings,
    },
    clock: systemClock,
    loadFunction: () => Promise.reject(new Error('no functions here')),
  })
  const listener: StatementListener = { submitted: (jobId) => submitted?.(engine, jobId) }
  await session.run(sums.script, listener, signal)
}

const savepoint = (): string => path.join(sums.folder, 'savepoint')

/** What is there when other work has gone on from the savepoint. */
async function restoredNumbers(): Promise<number[]> {
  await live({ settings: { 'execution.checkpointing.dir': path.join(sums.folder, 'other'), 'execution.state-recovery.path': savepoint() } })
  return sums.numbers()
}

test.each([1, 3])('one is taken while %i workers run, which go on to the end', async (workers) => {
  let taken: Promise<{ readonly checkpoint: number; readonly bytes: number }> | undefined
  await live({
    workers,
    submitted: (engine, jobId) =>
      setTimeout(() => {
        taken = engine.savepoint(jobId, savepoint())
      }, 700),
  })
  expect(await taken).toEqual({ checkpoint: 1, bytes: expect.any(Number) })
  expect(await sums.numbers()).toEqual(allNumbers)
  const both = await restoredNumbers()
  expect(both.length).toBeGreaterThan(100)
  expect(both.length).toBeLessThan(200)
})

test('a run that is stopped at the same time ends with it', async () => {
  const stopping = new AbortController()
  let taken: Promise<unknown> | undefined
  await live({
    signal: stopping.signal,
    submitted: (engine, jobId) =>
      setTimeout(() => {
        taken = engine.savepoint(jobId, savepoint())
        stopping.abort()
      }, 700),
  })
  await taken
  expect((await sums.numbers()).length).toBeLessThan(100)
  expect(await restoredNumbers()).toEqual(allNumbers)
})

test('a checkpoint that is copied stays there however many are taken meanwhile', async () => {
  const copies: Promise<unknown>[] = []
  await live({
    settings: { 'execution.checkpointing.interval': '1 ms' },
    submitted: (engine, jobId) => {
      for (let copy = 0; copy < 10; copy++)
        setTimeout(() => copies.push(engine.savepoint(jobId, `${savepoint()}-${copy}`)), 100 * (copy + 1))
    },
  })
  await Promise.all(copies)
  expect(copies).toHaveLength(10)
})

test('a run that keeps nothing, or has ended, is refused', async () => {
  let engine: EmbeddedEngine | undefined
  const taken: Promise<unknown>[] = []
  const stopping = new AbortController()
  await live({
    settings: { 'execution.checkpointing.dir': '' },
    signal: stopping.signal,
    submitted: (own, jobId) => {
      engine = own
      taken.push(own.savepoint(jobId, savepoint()).catch((error: unknown) => error))
      stopping.abort()
    },
  })
  expect(await taken[0]).toMatchObject({ code: 'ENGINE_WORK_NOT_KEPT' })
  await expect(engine?.savepoint('sums', savepoint())).rejects.toMatchObject({ code: 'ENGINE_CHECKPOINT_NOT_TAKEN' })
})
