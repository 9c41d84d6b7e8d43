/** What functions with OVER give for each row of a partition of which all rows are there, in their order. */
import { changeDelete, type DataType, sameValueAt, selectRows, type Vector, valueAt } from '#data'
import type { AggregateShape } from '../aggregates/create.ts'
import { Measures } from './measures.ts'
import type { PartitionOverShape } from './partition-over.ts'

type PartitionFunction =
  | { readonly kind: 'row-number' | 'rank' | 'dense-rank' | 'percent-rank' | 'cumulative-share' }
  | { readonly kind: 'tile'; readonly tiles: number }
  /** Its arguments are the value and what stands for a missing row, if anything; the row lies so far behind, or before if below zero. */
  | { readonly kind: 'neighbour'; readonly offset: number }
  /** Over the rows of the frame. */
  | { readonly kind: 'aggregate'; readonly aggregate: AggregateShape }

export interface PartitionMeasureShape {
  readonly function: PartitionFunction
  /** Places of the argument columns. */
  readonly arguments: readonly number[]
  readonly result: DataType
}

interface Partition {
  readonly columns: readonly Vector[]
  readonly count: number
  /** By row: the first row that stands at the same place of the order, the one after the last such row, and how many places came before. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly places: Int32Array
}

export class PartitionFunctions {
  readonly #shape: PartitionOverShape
  /** Of each function that is an aggregate, in order. */
  readonly #aggregates: Measures
  readonly #read: ReadonlySet<number>
  readonly #slot = new Int32Array(1)

  constructor(shape: PartitionOverShape) {
    this.#shape = shape
    const aggregates = shape.measures.flatMap(({ function: over, arguments: args }) =>
      over.kind === 'aggregate' ? [{ aggregate: over.aggregate, arguments: args, filter: null }] : [],
    )
    this.#aggregates = new Measures(aggregates)
    this.#aggregates.reserve(1)
    this.#read = new Set(aggregates.flatMap(({ arguments: args }) => args))
  }

  /** By function, by row: the boxed values. */
  valuesOf(columns: readonly Vector[], count: number): readonly (readonly unknown[])[] {
    const partition = { columns, count, ...this.#placesOf(columns, count) }
    const aggregated = this.#aggregatedIn(partition)
    let next = 0
    return this.#shape.measures.map((measure) => {
      const { function: over } = measure
      if (over.kind === 'aggregate') return aggregated[next++] ?? []
      return Array.from({ length: count }, (_, row) => valueAtRow(over, measure, row, partition, this.#shape.types))
    })
  }

  #placesOf(columns: readonly Vector[], count: number): Pick<Partition, 'starts' | 'ends' | 'places'> {
    const { orderBy, types } = this.#shape
    const [starts, ends, places] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)]
    for (let row = 1; row < count; row++) {
      const isEqual = orderBy.every((place) => {
        const vector = columns[place] as Vector
        return sameValueAt(vector, row - 1, vector, row, types[place] as DataType)
      })
      starts[row] = isEqual ? (starts[row - 1] as number) : row
      places[row] = (places[row - 1] as number) + (isEqual ? 0 : 1)
    }
    for (let row = count - 1; row >= 0; row--)
      ends[row] = row + 1 < count && places[row + 1] === places[row] ? (ends[row + 1] as number) : row + 1
    return { starts, ends, places }
  }

  #aggregatedIn(partition: Partition): readonly (readonly unknown[])[] {
    const measures = this.#shape.measures.filter(({ function: over }) => over.kind === 'aggregate')
    const values: unknown[][] = measures.map(() => [])
    if (measures.length === 0) return values
    this.#aggregates.clear(0)
    let [gone, added] = [0, 0]
    for (let row = 0, end = 0; row < partition.count; row = end) {
      end = this.#shape.frame.unit === 'range' ? (partition.ends[row] as number) : row + 1
      const [first, last] = this.#frameOf(row, partition)
      this.#change(partition, added, last, null)
      this.#change(partition, gone, first, changeDelete)
      gone = first
      added = last
      const results = this.#aggregates.results(this.#slot, 1)
      for (const [index, { result }] of measures.entries()) {
        const value = valueAt(results[index] as Vector, 0, result)
        for (let each = row; each < end; each++) values[index]?.push(value)
      }
    }
    return values
  }

  /** The first row of the frame of a row, and the one after its last. */
  #frameOf(row: number, { count, starts, ends }: Partition): readonly [first: number, last: number] {
    const { unit, preceding, following } = this.#shape.frame
    const [start, end] = unit === 'range' ? [starts[row] as number, ends[row] as number] : [row, row + 1]
    return [preceding === null ? 0 : Math.max(0, start - preceding), following === null ? count : Math.min(count, end + following)]
  }

  /** Adds some rows to the aggregates, or takes them back. */
  #change({ columns }: Partition, from: number, to: number, kind: number | null): void {
    const count = to - from
    if (count === 0) return
    const kinds = kind === null ? null : new Uint8Array(count).fill(kind)
    const rows = Int32Array.from({ length: count }, (_, index) => from + index)
    const chosen = columns.map((vector, place) => (this.#read.has(place) ? selectRows(vector, rows, count) : vector))
    this.#aggregates.add({ length: count, columns: chosen, kinds, watermarks: null }, new Int32Array(count), false)
  }
}

function valueAtRow(
  over: Exclude<PartitionFunction, { kind: 'aggregate' }>,
  { arguments: args }: PartitionMeasureShape,
  row: number,
  { columns, count, starts, ends, places }: Partition,
  types: readonly DataType[],
): unknown {
  const boxed = (argument: number | undefined, at: number): unknown =>
    argument === undefined ? null : valueAt(columns[argument] as Vector, at, types[argument] as DataType)
  switch (over.kind) {
    case 'row-number':
      return row + 1
    case 'rank':
      return (starts[row] as number) + 1
    case 'dense-rank':
      return (places[row] as number) + 1
    case 'percent-rank':
      return count === 1 ? 0 : (starts[row] as number) / (count - 1)
    case 'cumulative-share':
      return (ends[row] as number) / count
    case 'tile':
      return tileOf(row, count, over.tiles)
    case 'neighbour': {
      const at = row + over.offset
      return at >= 0 && at < count ? boxed(args[0], at) : boxed(args[1], row)
    }
  }
}

/** Tiles are equally long, but for the first ones, which have a row more where rows are left over. */
function tileOf(row: number, count: number, tiles: number): number {
  const length = Math.floor(count / tiles)
  const longer = count % tiles
  const rowsInLonger = longer * (length + 1)
  return row < rowsInLonger ? Math.floor(row / (length + 1)) + 1 : longer + Math.floor((row - rowsInLonger) / length) + 1
}
