/**
 * Tables to be read, with rows that follow from a seed. Rows come by event time, somewhat out of order, in batches of any size and after
 * any time. A table of several splits can be divided among readers, each of which reads first what is furthest behind; or, where splits
 * are named, any of them, so that each has a watermark of its own.
 */
import type { ConnectorTable, LookupReader, ReadRequest, Source, SourceBatch, SourceReader, WantedColumn } from '#connectors'
import { type Batch, batchOf, columnIndex, rowsOf, type Schema } from '#data'
import { Dice } from '../oracle/random-query.ts'
import type { Life } from './life.fixture.ts'

type Row = readonly unknown[]

/** Where each split of a reader stands, by its number. */
type Position = readonly (readonly [split: number, offset: number])[]

const startsAt = Date.UTC(2024, 0, 1)

/** The rows of a table: the same for each seed. Times differ from row to row; `isLate`: some rows come after their watermark. */
export function rowsOfSeed(name: string, schema: Schema, count: number, seed: number, isLate: boolean): Row[] {
  const dice = new Dice(seed * 31 + Buffer.from(name).reduce((sum, byte) => sum + byte, 0))
  const maybe = (percent: number, value: unknown): unknown => (dice.chance(percent) ? value : null)
  let ms = startsAt
  const rows = Array.from({ length: count }, (_, id) => {
    ms += 400 + dice.below(1600) + (dice.chance(6) ? 20_000 : 0)
    const values: Readonly<Record<string, unknown>> = {
      id,
      k: maybe(schema.some((column) => column.name === 'k' && column.type.nullable) ? 90 : 100, dice.below(5)),
      s: maybe(85, dice.pick(['a', 'b', 'c'])),
      n: maybe(90, dice.below(20) - 5),
      d: maybe(90, dice.below(1000)),
      ts: ms,
    }
    const delayMs = isLate && dice.chance(15) ? 9000 : dice.below(3000)
    return { row: schema.map((column) => values[column.name] ?? null), atMs: ms + delayMs }
  })
  return rows.sort((a, b) => a.atMs - b.atMs).map(({ row }) => row)
}

export interface ReadTable {
  readonly rows: readonly Row[]
  readonly life: Life
}

export function sourceOf(table: ConnectorTable, open: () => ReadTable): Source {
  const splits = Number(table.options['splits'] ?? 1)
  const start: Position = Array.from({ length: splits }, (_, split) => [split, 0])
  return {
    bounded: table.options['bounded'] === 'true',
    metadata: [],
    open: async (request) => new SimulatedReader(table, open(), splits, (request.position as Position | undefined) ?? start, request),
    ...(splits === 1
      ? {}
      : {
          divide: (readers: number, positions: readonly unknown[] | null) => {
            const all = positions === null ? start : (positions as readonly Position[]).flat()
            return Promise.resolve(Array.from({ length: readers }, (_, reader) => all.filter((__, index) => index % readers === reader)))
          },
        }),
    lookup: {
      cache: { kind: 'none' },
      retriesMax: 0,
      open: async ({ keys, columns }) => lookupReader(table, open(), keys, columns),
    },
  }
}

class SimulatedReader implements SourceReader {
  readonly skippedRows = 0
  readonly #table: ConnectorTable
  readonly #read: ReadTable
  readonly #splits: number
  readonly #position: [split: number, offset: number][]
  readonly #schema: Schema
  readonly #places: readonly number[]
  #batch: Batch | null = null

  constructor(table: ConnectorTable, read: ReadTable, splits: number, position: Position, { columns }: ReadRequest) {
    this.#table = table
    this.#read = read
    this.#splits = splits
    this.#position = position.map(([split, offset]) => [split, offset])
    this.#schema = columns.map(({ key, type }) => ({ name: key, type }))
    this.#places = placesOf(table, columns)
  }

  position(): Position {
    return this.#position.map(([split, offset]) => [split, offset])
  }

  read(): SourceBatch | null | Promise<SourceBatch | null> {
    const { life } = this.#read
    if (this.#batch !== null) spoil(this.#batch)
    if (life.dice.chance(30) && !life.isDead) return this.#next()
    return life.effect(`read ${this.#table.name}`, () => this.#next())
  }

  #next(): SourceBatch | null {
    return this.#table.options['named'] === 'true' ? this.#nextOfSplit() : this.#nextOfAll()
  }

  /** Some rows of some split. */
  #nextOfSplit(): SourceBatch | null {
    const { dice } = this.#read.life
    const left = this.#position.filter(([split, offset]) => offset * this.#splits + split < this.#read.rows.length)
    if (left.length === 0) return null
    const position = dice.pick(left)
    const splits = left.map(([split]) => String(split))
    const rows: Row[] = []
    for (let count = 1 + dice.below(9); count > 0; count--) {
      const row = this.#read.rows[position[1] * this.#splits + position[0]]
      if (row === undefined) break
      position[1] += 1
      rows.push(this.#places.map((place) => row[place]))
    }
    this.#batch = batchOf(this.#schema, rows)
    return { batch: this.#batch, split: String(position[0]), splits }
  }

  #nextOfAll(): SourceBatch | null {
    const rows: Row[] = []
    for (let left = 1 + this.#read.life.dice.below(9); left > 0; left--) {
      const row = this.#nextRow()
      if (row !== null) rows.push(this.#places.map((place) => row[place]))
    }
    if (rows.length === 0) return null
    this.#batch = batchOf(this.#schema, rows)
    return { batch: this.#batch, split: '' }
  }

  /** The row of the split that is furthest behind. */
  #nextRow(): Row | null {
    const time = columnIndex(this.#table.schema, 'ts')
    let first: { readonly row: Row; readonly place: number } | null = null
    for (const [place, [split, offset]] of this.#position.entries()) {
      const row = this.#read.rows[offset * this.#splits + split]
      if (row !== undefined && (first === null || Number(row[time]) < Number(first.row[time]))) first = { row, place }
    }
    const position = this.#position[first?.place ?? -1]
    if (position !== undefined) position[1] += 1
    return first?.row ?? null
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** A batch may be filled again by the next call: whoever has kept it will notice. */
function spoil({ columns }: Batch): void {
  for (const vector of columns) {
    if (vector.form === 'integers' || vector.form === 'numbers') vector.data.fill(-77)
  }
}

function placesOf(table: ConnectorTable, columns: readonly WantedColumn[]): number[] {
  return columns.map(({ key }) => columnIndex(table.schema, key))
}

function lookupReader(
  table: ConnectorTable,
  { rows, life }: ReadTable,
  keys: readonly WantedColumn[],
  columns: readonly WantedColumn[],
): LookupReader {
  const keyPlaces = placesOf(table, keys)
  const places = placesOf(table, columns)
  const schema = columns.map(({ key, type }) => ({ name: key, type }))
  return {
    lookup: (batch) => {
      const asked = rowsOf(
        batch,
        keys.map(({ key, type }) => ({ name: key, type })),
      )
      return life.effect('look up', () => {
        const found = asked.flatMap((key, place) =>
          rows
            .filter((row) => keyPlaces.every((at, index) => row[at] === key[index]))
            .map((row) => ({ place, row: places.map((at) => row[at]) })),
        )
        return {
          rows: batchOf(
            schema,
            found.map(({ row }) => row),
          ),
          places: Int32Array.from(found, ({ place }) => place),
        }
      })
    },
    close: () => Promise.resolve(),
  }
}
