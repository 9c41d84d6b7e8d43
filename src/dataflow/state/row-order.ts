/**
 * The order of kept rows under ORDER BY. Each row has one number made of its first sort column, its rank: rows of different ranks are
 * told apart by it alone, and only rows of the same rank need their columns compared.
 */
import { type DataType, plainFormOf, type Vector } from '#data'
import { grownNumbers } from './grown.ts'
import type { RowStore } from './row-store.ts'
import { prefixOfBytes, prefixOfText } from './text.ts'

export interface OrderColumn {
  /** Place of the column among the stored ones. */
  readonly column: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

const exactBelow = 2 ** 53

export class RowOrder {
  readonly #store: RowStore
  readonly #keys: readonly OrderColumn[]
  readonly #rankDecides: boolean
  #ranks = new Float64Array(16)

  constructor(store: RowStore, types: readonly DataType[], keys: readonly OrderColumn[]) {
    this.#store = store
    this.#keys = keys
    const first = keys[0] === undefined ? undefined : types[keys[0].column]
    const form = first === undefined ? 'integers' : plainFormOf(first)
    this.#rankDecides = keys.length <= 1 && form !== 'text' && form !== 'values'
  }

  get stateBytes(): number {
    return this.#ranks.byteLength
  }

  /** The ranks of the rows of a batch. */
  ranksOf(columns: readonly Vector[], rows: number): Float64Array {
    const ranks = new Float64Array(rows)
    const key = this.#keys[0]
    const vector = key === undefined ? undefined : columns[key.column]
    if (key === undefined || vector === undefined) return ranks
    writeRanks(vector, rows, ranks)
    if (key.descending) for (let i = 0; i < rows; i++) ranks[i] = -(ranks[i] as number)
    const { nulls } = vector
    if (nulls !== null) {
      const ofNull = key.nullsFirst ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
      for (let i = 0; i < rows; i++) if (nulls[i] === 1) ranks[i] = ofNull
    }
    return ranks
  }

  /** Notes the rank of a row that is kept under `id`. */
  note(id: number, rank: number): void {
    this.#ranks = grownNumbers(this.#ranks, id + 1)
    this.#ranks[id] = rank
  }

  rankOf(id: number): number {
    return this.#ranks[id] as number
  }

  /** Whether two rows of this same rank are equal in all sort columns. */
  decides(rank: number): boolean {
    return this.#rankDecides && rank < exactBelow && rank > -exactBelow
  }

  /** Negative, 0 or positive, by the sort columns of two kept rows. */
  compare(a: number, b: number): number {
    const rankA = this.#ranks[a] as number
    const rankB = this.#ranks[b] as number
    if (rankA < rankB) return -1
    if (rankA > rankB) return 1
    if (this.decides(rankA)) return 0
    for (const key of this.#keys) {
      const difference = this.#compareColumn(key, a, b)
      if (difference !== 0) return difference
    }
    return 0
  }

  #compareColumn({ column, descending, nullsFirst }: OrderColumn, a: number, b: number): number {
    const nullA = this.#store.isNull(column, a)
    const nullB = this.#store.isNull(column, b)
    if (nullA || nullB) return nullA === nullB ? 0 : nullA === nullsFirst ? -1 : 1
    const difference = this.#store.compare(column, a, b)
    return descending ? -difference : difference
  }
}

/** Ascending ranks; those of NULLs are not looked at. NaN is the greatest number. */
function writeRanks(vector: Vector, rows: number, ranks: Float64Array): void {
  switch (vector.form) {
    case 'flags':
    case 'integers':
      for (let i = 0; i < rows; i++) ranks[i] = vector.data[i] as number
      return
    case 'numbers':
      for (let i = 0; i < rows; i++) {
        const value = vector.data[i] as number
        ranks[i] = Number.isNaN(value) ? Number.POSITIVE_INFINITY : value
      }
      return
    case 'wide':
      for (let i = 0; i < rows; i++) ranks[i] = Number(vector.data[i])
      return
    case 'bytes':
      for (let i = 0; i < rows; i++) ranks[i] = prefixOfBytes(vector.data, vector.starts[i] as number, vector.ends[i] as number)
      return
    case 'text':
      for (let i = 0; i < rows; i++) ranks[i] = prefixOfText(vector.data[i] ?? '')
      return
    case 'dictionary':
      for (let i = 0; i < rows; i++) {
        const word = vector.words[vector.codes[i] as number]
        ranks[i] = word === undefined ? 0 : prefixOfText(word)
      }
      return
    case 'values':
      writeBinaryRanks(vector.data, rows, ranks)
  }
}

function writeBinaryRanks(data: readonly unknown[], rows: number, ranks: Float64Array): void {
  for (let i = 0; i < rows; i++) {
    const value = data[i]
    ranks[i] = value instanceof Uint8Array ? prefixOfBytes(value, 0, value.length) : 0
  }
}
