/** Runs queries over tables that give changes, and keeps what follows for whoever reads the answer. */
import { systemClock } from '#base'
import { MemoryBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import type { Connector, Source } from '#connectors'
import { type Batch, batchOf, changeDelete, changeNames, changeUpdateBefore, rowsOf, type Schema } from '#data'
import { EmbeddedEngine, localHost } from '#engines'
import { QuerySession } from '#query'

export interface Change {
  readonly kind: number
  readonly row: Readonly<Record<string, unknown>>
}

/** The changes of a table in batches, and how they are meant. */
export interface ChangingTable {
  readonly changes: NonNullable<Source['changes']>
  readonly batches: readonly (readonly Change[])[]
}

/** Tables by name. Those of several readers give each of them the keys that are its own. */
function changingConnector(tables: Readonly<Record<string, ChangingTable>>): Connector {
  return {
    name: 'changing',
    options: [],
    sink: null,
    source: ({ name, primaryKey }) => {
      const { changes, batches } = tables[name] ?? { changes: 'append', batches: [] }
      const keyOf = ({ row }: Change): number => primaryKey.reduce((sum, key) => sum + Number(row[key]), 0)
      return {
        bounded: false,
        metadata: [],
        changes,
        divide: (readers) => Promise.resolve(Array.from({ length: readers }, (_, own) => ({ own, readers }))),
        open: ({ columns, position }) => {
          const { own, readers } = (position as { readonly own: number; readonly readers: number } | undefined) ?? { own: 0, readers: 1 }
          const schema = columns.map(({ key, type }) => ({ name: key, type }))
          let next = 0
          return Promise.resolve({
            read: () => {
              const given = batches[next++]?.filter((change) => keyOf(change) % readers === own)
              if (given === undefined) return null
              const rows = given.map(({ row }) => schema.map((column) => row[column.name] ?? null))
              return {
                batch: batchOf(
                  schema,
                  rows,
                  given.map(({ kind }) => kind),
                ),
                split: `part-${own}`,
              }
            },
            position: () => null,
            skippedRows: 0,
            close: () => Promise.resolve(),
          })
        },
      }
    },
  }
}

export interface Answer {
  /** As in `-U[1, a]`. */
  readonly lines: readonly string[]
  /** The rows that are left in the end, sorted. */
  readonly table: readonly string[]
}

export async function answerOf(sql: string, tables: Readonly<Record<string, ChangingTable>>, workers = 1): Promise<Answer> {
  const openBlobs = () => new MemoryBlobs()
  const shape = { clock: systemClock, openBlobs, random: () => 0.5, waitingBytesMax: 1 << 16 }
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock: systemClock,
      openBlobs,
      workers: localHost(shape),
      connectors: [changingConnector(tables)],
      userFunction: () => () => null,
    }),
    settings: { 'parallelism.default': String(workers) },
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  const lines: string[] = []
  const left = new Map<string, number>()
  let schema: Schema = []
  const take = (batch: Batch): void => {
    rowsOf(batch, schema).forEach((row, index) => {
      const kind = batch.kinds?.[index] ?? 0
      const text = JSON.stringify(row)
      lines.push(`${changeNames[kind as 0]}${text}`)
      left.set(text, (left.get(text) ?? 0) + (kind === changeDelete || kind === changeUpdateBefore ? -1 : 1))
    })
  }
  const opened = (shown: { readonly schema: Schema }): void => {
    schema = shown.schema
  }
  await session.run(sql, { opened, changes: take }, new AbortController().signal)
  const odd = [...left].find(([, count]) => count < 0)
  if (odd !== undefined) throw new RangeError(`row ${odd[0]} was taken back more often than it came`)
  return { lines, table: [...left].flatMap(([text, count]) => Array.from({ length: count }, () => text)).sort() }
}
