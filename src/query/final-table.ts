/** The table that a stream of changes adds up to. */
import { type Batch, changeDelete, changeUpdateBefore, comparator, rowAt, type Schema } from '#data'
import type { ResultOrder } from './listener.ts'

interface Kept {
  readonly values: readonly unknown[]
  /** How often the row is there; below zero while a retraction came before its row. */
  count: number
  readonly place: number
}

/** Keeps equal rows as counts, in order of first arrival; an updated row keeps its place. Holds as many rows as the answer has. */
export class FinalTable {
  readonly #schema: Schema
  readonly #order: readonly ResultOrder[]
  readonly #rows = new Map<string, Kept>()
  #places = 0
  /** The place of the row that a -U took away, for the +U that follows. */
  #freedPlace: number | null = null
  #isMoved = false

  constructor(schema: Schema, order: readonly ResultOrder[]) {
    this.#schema = schema
    this.#order = order
  }

  apply(batch: Batch): void {
    for (let row = 0; row < batch.length; row++) {
      const kind = batch.kinds?.[row] ?? 0
      this.#change(rowAt(batch, this.#schema, row), kind === changeUpdateBefore || kind === changeDelete ? -1 : 1)
      if (kind !== changeUpdateBefore) this.#freedPlace = null
    }
  }

  #change(values: readonly unknown[], by: number): void {
    const key = JSON.stringify(values, distinctly)
    const kept = this.#rows.get(key)
    if (kept === undefined) {
      this.#isMoved ||= this.#freedPlace !== null
      this.#rows.set(key, { values, count: by, place: this.#freedPlace ?? this.#places++ })
      return
    }
    kept.count += by
    if (kept.count !== 0) return
    this.#rows.delete(key)
    this.#freedPlace = kept.place
  }

  /** Different rows there are now. */
  get size(): number {
    return this.#rows.size
  }

  /** The rows there are now: in the order that the statement asks for, else as they came. */
  rows(): (readonly unknown[])[] {
    const rows: (readonly unknown[])[] = []
    const kept = [...this.#rows.values()]
    if (this.#isMoved) kept.sort((a, b) => a.place - b.place)
    for (const { values, count } of kept) for (let i = 0; i < count; i++) rows.push(values)
    return this.#order.length === 0 ? rows : rows.sort(this.#compare())
  }

  #compare(): (a: readonly unknown[], b: readonly unknown[]) => number {
    const keys = this.#order.map(({ column, descending, nullsFirst }) => {
      const type = this.#schema[column]?.type
      return { column, sign: descending ? -1 : 1, nulls: nullsFirst ? -1 : 1, compare: type === undefined ? () => 0 : comparator(type) }
    })
    return (a, b) => {
      for (const { column, sign, nulls, compare } of keys) {
        const left = a[column] ?? null
        const right = b[column] ?? null
        if (left === null && right === null) continue
        if (left === null) return nulls
        if (right === null) return -nulls
        const order = compare(left, right)
        if (order !== 0) return order * sign
      }
      return 0
    }
  }
}

/** Keeps apart what JSON would print alike. */
function distinctly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: value.toString() }
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
  if (value instanceof Map) return { map: [...value] }
  if (value instanceof Uint8Array) return { bytes: [...value] }
  return value
}
