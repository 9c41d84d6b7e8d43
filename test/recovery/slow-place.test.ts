import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { type BlobStore, MemoryBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import type { Connector } from '#connectors'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'

const intervalMs = 10
/** Far more intervals than one. */
const slowMs = 30 * intervalMs

/** Batches of one row that were read. */
let reads = 0

/** Gives a row whenever it is asked, until it is told to end. */
function endlessRows(hasEnded: () => boolean): Connector {
  const read = (): Promise<{ batch: ReturnType<typeof oneRow>; split: string } | null> =>
    new Promise((resolve) => {
      setImmediate(() => {
        reads += 1
        resolve(hasEnded() ? null : { batch: oneRow(), split: '' })
      })
    })
  return {
    name: 'endless',
    options: [],
    source: () => ({
      bounded: false,
      metadata: [],
      open: () => Promise.resolve({ read, position: () => reads, skippedRows: 0, close: () => Promise.resolve() }),
    }),
    sink: null,
  }
}

function oneRow() {
  const column = { form: 'numbers', data: Float64Array.of(reads), nulls: null } as const
  return { length: 1, columns: [column], kinds: null, watermarks: null }
}

test('a run goes on for as long as a checkpoint is being written', async () => {
  const blobs = new MemoryBlobs()
  let readMeanwhile = 0
  const slow: BlobStore = {
    place: blobs.place,
    lock: () => blobs.lock(),
    list: (prefix) => blobs.list(prefix),
    read: (...place) => blobs.read(...place),
    remove: (name) => blobs.remove(name),
    create: async (name, mode) => {
      if (name.startsWith('state/')) {
        // The second half comes when one that waits for a late checkpoint would have stopped.
        await new Promise((resolve) => setTimeout(resolve, slowMs / 2))
        const before = reads
        await new Promise((resolve) => setTimeout(resolve, slowMs / 2))
        readMeanwhile = Math.max(readMeanwhile, reads - before)
      }
      return blobs.create(name, mode)
    },
  }
  const engine = new EmbeddedEngine({
    clock: systemClock,
    openBlobs: () => slow,
    connectors: [endlessRows(() => readMeanwhile > 0 || reads > 1e6)],
    userFunction: () => () => null,
  })
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine,
    settings: { 'execution.checkpointing.dir': 'memory', 'execution.checkpointing.interval': `${intervalMs} ms` },
    clock: systemClock,
    loadFunction: () => Promise.reject(new Error('no functions are called')),
  })
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort(), 20 * slowMs)
  await session.run(
    `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'endless');
     CREATE TABLE sink (n BIGINT, rows_ BIGINT, PRIMARY KEY (n) NOT ENFORCED) WITH ('connector' = 'blackhole');
     INSERT INTO sink SELECT n, COUNT(*) FROM numbers GROUP BY n;`,
    {},
    ending.signal,
  )
  clearTimeout(timer)
  expect(readMeanwhile).toBeGreaterThan(1)
})
