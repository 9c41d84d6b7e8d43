/** Tables whose sources cannot read some numbers, and whose sinks refuse some, in runs that may fail and go on. */
import { systemClock } from '#base'
import { type BlobStore, MemoryBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import type { Connector, DeadLetter, SinkWriter, SourceReader } from '#connectors'
import { batchOf, rowsOf, type Schema } from '#data'
import { EmbeddedEngine, localHost } from '#engines'
import { QuerySession } from '#query'

const batchRows = 5

/** What goes wrong, by number. */
export interface Faults {
  /** Cannot be read. */
  readonly isUnreadable: (n: number) => boolean
  /** Is refused by the sink, which finds that out when it prepares. */
  readonly isRefused: (n: number) => boolean
  /** Ends the run, once. */
  breaksAt: number | null
}

/** What outlives a run. */
export class World {
  readonly stores = new Map<string, BlobStore>()
  /** Rows that were committed, by table. */
  readonly tables = new Map<string, (readonly unknown[])[]>()

  rowsOf(table: string): readonly (readonly unknown[])[] {
    return this.tables.get(table) ?? []
  }
}

function letterOf(n: number, code: string): DeadLetter {
  return { code, message: `number ${n} is no good`, position: JSON.stringify({ n }), key: null, value: Buffer.from(String(n)) }
}

/** Numbers from 0 to before 40, which several readers share. */
function readerOf(schema: Schema, faults: Faults, from: { readonly next: number; readonly step: number }): SourceReader {
  let { next } = from
  return {
    read: () => {
      if (next >= 40) return null
      const numbers = Array.from({ length: batchRows }, (_, index) => next + index)
      if (faults.breaksAt !== null && numbers.includes(faults.breaksAt)) {
        faults.breaksAt = null
        throw new RangeError('the source broke')
      }
      next += batchRows * from.step
      const rows = numbers.filter((n) => !faults.isUnreadable(n)).map((n) => schema.map(() => n))
      const deadLetters = numbers.filter(faults.isUnreadable).map((n) => letterOf(n, 'UNREADABLE'))
      // Slow enough for checkpoints in between.
      return new Promise((resolve) => {
        setTimeout(() => resolve({ batch: batchOf(schema, rows), split: 'all', deadLetters }), 5)
      })
    },
    position: () => ({ next, step: from.step }),
    skippedRows: 0,
    close: () => Promise.resolve(),
  }
}

type Row = readonly unknown[]

function writerOf(schema: Schema, table: Row[], faults: Faults | null, deadLetters: ((letter: DeadLetter) => void) | null): SinkWriter {
  let written: Row[] = []
  return {
    write: (batch) => void written.push(...rowsOf(batch, schema)),
    prepare: () => {
      const refused = written.filter(([n]) => faults?.isRefused(Number(n)) === true)
      for (const [n] of refused) deadLetters?.(letterOf(Number(n), 'REFUSED'))
      const record = written.filter((row) => !refused.includes(row)).map((row) => row.map(textOf))
      written = []
      return Promise.resolve(record)
    },
    commit: (record) => {
      table.push(...(record as Row[]))
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

/** Records are JSON. */
function textOf(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : value
}

function failingConnector(world: World, faults: Faults): Connector {
  return {
    name: 'failing',
    options: [],
    source: () => ({
      bounded: true,
      metadata: [],
      divide: (readers, positions) =>
        Promise.resolve(positions ?? Array.from({ length: readers }, (_, own) => ({ next: own * batchRows, step: readers }))),
      open: ({ columns, position, hasDeadLetters }) => {
        const schema = columns.map(({ key, type }) => ({ name: key, type }))
        const from = (position as { readonly next: number; readonly step: number } | undefined) ?? { next: 0, step: 1 }
        return Promise.resolve(readerOf(schema, hasDeadLetters ? faults : { ...faults, isUnreadable: () => false }, from))
      },
    }),
    sink: ({ name, options }) => ({
      takes: 'append',
      isShareable: options['shared'] !== 'false',
      open: ({ schema, deadLetters }) => {
        const rows = world.tables.get(name) ?? []
        world.tables.set(name, rows)
        return Promise.resolve(writerOf(schema, rows, name === 'numbers_out' ? faults : null, deadLetters))
      },
    }),
  }
}

/** Runs a script to its end, or to where it fails. */
export async function runScript(sql: string, world: World, faults: Faults, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  const openBlobs = (place: string): BlobStore => {
    const store = world.stores.get(place) ?? new MemoryBlobs()
    world.stores.set(place, store)
    return store
  }
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock: systemClock,
      openBlobs,
      workers: localHost({ clock: systemClock, openBlobs, random: () => 0.5, waitingBytesMax: 1 << 16 }),
      connectors: [failingConnector(world, faults)],
      userFunction: () => () => null,
    }),
    settings,
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  await session.run(sql, {}, new AbortController().signal)
}
