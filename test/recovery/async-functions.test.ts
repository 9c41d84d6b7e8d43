/** A durable run that is stopped while rows wait for an asynchronous function goes on as if it had never stopped. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { type BlobStore, MemoryBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession, UserFunctions } from '#query'

const rows = 400

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-async-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function run(blobs: BlobStore, called: (value: number) => void, stopping: AbortController): Promise<void> {
  const evaluate = async (value: number): Promise<number> => {
    called(value)
    await pause(value % 3)
    return value * 10
  }
  const functions = new UserFunctions(() => Promise.resolve({ tenfold: { parameters: ['INT'], returns: 'INT', async: true, evaluate } }))
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: (user) => functions.callable(user), openBlobs: () => blobs }),
    settings: {
      'execution.checkpointing.dir': 'here',
      'execution.checkpointing.interval': '5 ms',
      'table.exec.async-scalar.max-concurrent-operations': '20',
    },
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  })
  await session.run(
    `CREATE FUNCTION tenfold AS 'functions.ts#tenfold';
    CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'fields.n.kind' = 'sequence',
      'fields.n.start' = '1', 'fields.n.end' = '${rows}');
    CREATE TABLE results (n INT, tenfold INT) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv');
    INSERT INTO results SELECT n, tenfold(n) FROM numbers;`,
    {},
    stopping.signal,
  )
}

async function rowsWritten(): Promise<number[][]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''))
  return lines.map((line) => line.split(',').map(Number)).sort(([a = 0], [b = 0]) => a - b)
}

test('nothing is lost and nothing comes twice', async () => {
  const blobs = new MemoryBlobs()
  const written: number[] = []
  for (const stopAt of [30, 90, 250, Number.NaN]) {
    const stopping = new AbortController()
    await run(blobs, (value) => value === stopAt && stopping.abort(), stopping)
    written.push((await rowsWritten()).length)
  }
  expect(written[2]).toBeLessThan(rows)
  expect(await rowsWritten()).toEqual(Array.from({ length: rows }, (_, index) => [index + 1, (index + 1) * 10]))
})
