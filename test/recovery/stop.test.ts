/** A durable run that is asked to stop goes on later as if it had never stopped, at whatever moment it was asked. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#base'
import { type BlobStore, MemoryBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-stop-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function script(): string {
  return `
CREATE TABLE numbers (n BIGINT, \`time\` AS TO_TIMESTAMP_LTZ(n, 3), WATERMARK FOR \`time\` AS \`time\`)
  WITH ('connector' = 'datagen', 'rows-per-second' = '10000000', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '99999');
CREATE TABLE sums (ends TIMESTAMP_LTZ(3), numbers BIGINT, total BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv');
INSERT INTO sums SELECT window_end, COUNT(*), SUM(n) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(\`time\`), INTERVAL '1' SECOND))
  GROUP BY window_start, window_end;`
}

/** Runs the script over checkpoints that are kept; `onCreate` is told of each blob before it is written. */
async function run(blobs: BlobStore, interval: string, stopping: AbortController, onCreate: (name: string) => void): Promise<void> {
  const watched: BlobStore = {
    place: blobs.place,
    create: (name) => {
      onCreate(name)
      return blobs.create(name)
    },
    read: (name, start, length) => blobs.read(name, start, length),
    list: (prefix) => blobs.list(prefix),
    remove: (name) => blobs.remove(name),
    lock: () => blobs.lock(),
  }
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: () => () => null, openBlobs: () => watched }),
    settings: { 'execution.checkpointing.dir': 'here', 'execution.checkpointing.interval': interval },
    clock: systemClock,
    loadFunction: () => Promise.reject(new Error('no functions here')),
  })
  await session.run(script(), {}, stopping.signal)
}

async function rowsWritten(): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== '')).sort()
}

test('stopped while its second checkpoint is taken, it loses nothing and invents nothing', async () => {
  const blobs = new MemoryBlobs()
  const stopping = new AbortController()
  await run(blobs, '1 ms', stopping, (name) => {
    if (name.endsWith('00000002.json')) stopping.abort()
  })
  expect((await rowsWritten()).length).toBeLessThan(100)
  await run(blobs, '1 h', new AbortController(), () => undefined)
  const rows = await rowsWritten()
  expect(rows.map((row) => row.split(',')[1])).toEqual(Array.from({ length: 100 }, () => '1000'))
})
