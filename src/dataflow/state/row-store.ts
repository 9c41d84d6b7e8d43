/**
 * Kept rows, column by column. A row is named by its id: ids of freed rows are given again, last freed first, and ids are below
 * `capacity`. Rows keep no order of their own.
 */
import { assert } from '#base'
import { type ArraySupply, type DataType, newArrays, type Vector } from '#data'
import { grownBytes } from './grown.ts'
import { createStoredColumn, type StoredColumn } from './stored-column.ts'

export class RowStore {
  readonly #columns: readonly StoredColumn[]
  readonly #places: readonly number[]
  /** By column: 1 where a row is NULL; null as long as none was. */
  readonly #nulls: (Uint8Array<ArrayBuffer> | null)[]
  #reserved = 16
  #used = 0
  #freed: number[] = []

  constructor(types: readonly DataType[]) {
    this.#columns = types.map(createStoredColumn)
    this.#places = types.map((_, position) => position)
    this.#nulls = types.map(() => null)
  }

  /** Columns of a row. */
  get width(): number {
    return this.#columns.length
  }

  /** Rows held now. */
  get count(): number {
    return this.#used - this.#freed.length
  }

  /** All ids ever given are below it. */
  get capacity(): number {
    return this.#used
  }

  get stateBytes(): number {
    let bytes = this.#freed.length * 8
    for (const column of this.#columns) bytes += column.stateBytes
    for (const nulls of this.#nulls) bytes += nulls === null ? 0 : nulls.byteLength
    return bytes
  }

  /** Keeps row `rows[i]` of the columns (row i when `rows` is null) and writes its new id to `ids[i]`. */
  append(columns: readonly Vector[], rows: Int32Array | null, count: number, ids: Int32Array): void {
    this.take(count, ids)
    this.write(this.#places, columns, rows, count, ids)
  }

  /** Keeps rows that another store may have held, which goes: nothing of it is left in this one. */
  appendCopies(columns: readonly Vector[], count: number, ids: Int32Array): void {
    const passing = columns.map((vector): Vector => {
      if (vector.form !== 'bytes') return vector
      const { form, data, starts, ends, nulls } = vector
      return { form, data, starts, ends, nulls }
    })
    this.append(passing, null, count, ids)
  }

  /** Gives out ids of rows whose columns are written later. */
  take(count: number, ids: Int32Array): void {
    for (let i = 0; i < count; i++) ids[i] = this.#freed.pop() ?? this.#used++
    if (this.#used > this.#reserved) this.#reserve(Math.max(this.#used, this.#reserved * 2))
  }

  /** Writes some of the columns of row `rows[i]` (row i when `rows` is null) to `ids[i]`; each is written once for an id. */
  write(places: readonly number[], columns: readonly Vector[], rows: Int32Array | null, count: number, ids: Int32Array): void {
    for (const position of places) {
      const vector = columns[position]
      assert(vector !== undefined, 'a vector is given for each column')
      this.#columns[position]?.write(vector, rows, count, ids)
      this.#writeNulls(position, vector.nulls, rows, count, ids)
    }
  }

  /** The rows of these ids. With `padded`, id −1 gives a row of NULLs. */
  gather(ids: Int32Array, count: number, padded = false, arrays: ArraySupply = newArrays): Vector[] {
    const pads = padded ? padsOf(ids, count) : null
    const kept = pads === null ? ids : ids.map((id) => (id < 0 ? 0 : id))
    return this.#columns.map((column, position) =>
      column.gather(kept, count, this.#gatherNulls(position, kept, count, pads, arrays), arrays),
    )
  }

  /** One column of these rows; id −1 gives NULL. */
  gatherColumn(position: number, ids: Int32Array, count: number, arrays: ArraySupply = newArrays): Vector {
    const pads = padsOf(ids, count)
    const kept = pads === null ? ids : ids.map((id) => (id < 0 ? 0 : id))
    const column = this.#columns[position]
    assert(column !== undefined, 'the column is among the stored ones')
    return column.gather(kept, count, this.#gatherNulls(position, kept, count, pads, arrays), arrays)
  }

  /** The boxed value of a kept row; null where it is NULL. */
  valueAt(position: number, id: number): unknown {
    return this.isNull(position, id) ? null : this.#columns[position]?.valueAt(id)
  }

  /** Lets a row go; its id will be given to another. */
  free(id: number): void {
    this.freeAll([id])
  }

  freeAll(ids: readonly number[]): void {
    for (const column of this.#columns) column.release(ids)
    for (const id of ids) this.#freed.push(id)
  }

  isNull(position: number, id: number): boolean {
    const nulls = this.#nulls[position] ?? null
    return nulls !== null && nulls[id] === 1
  }

  /** Compares values of two rows that are not NULL. */
  compare(position: number, a: number, b: number): number {
    return this.#columns[position]?.compare(a, b) ?? 0
  }

  /** Whether a kept row equals a row of a batch; NULL equals NULL. */
  sameAs(id: number, columns: readonly Vector[], row: number): boolean {
    for (let position = 0; position < this.#columns.length; position++) {
      const vector = columns[position]
      if (vector === undefined) return false
      const isNull = vector.nulls !== null && vector.nulls[row] === 1
      if (isNull !== this.isNull(position, id)) return false
      if (!isNull && this.#columns[position]?.same(id, vector, row) !== true) return false
    }
    return true
  }

  /** Whether two kept rows are equal; NULL equals NULL. */
  same(a: number, b: number): boolean {
    for (let position = 0; position < this.#columns.length; position++) {
      const isNull = this.isNull(position, a)
      if (isNull !== this.isNull(position, b)) return false
      if (!isNull && this.#columns[position]?.equal(a, b) !== true) return false
    }
    return true
  }

  #reserve(capacity: number): void {
    this.#reserved = capacity
    for (const column of this.#columns) column.reserve(capacity)
    for (const [position, nulls] of this.#nulls.entries()) {
      if (nulls === null) continue
      this.#nulls[position] = grownBytes(nulls, capacity)
    }
  }

  #writeNulls(position: number, from: Uint8Array | null, rows: Int32Array | null, count: number, ids: Int32Array): void {
    let nulls = this.#nulls[position] ?? null
    if (from === null) {
      if (nulls !== null) for (let i = 0; i < count; i++) nulls[ids[i] as number] = 0
      return
    }
    if (nulls === null) {
      if (!anyNull(from, rows, count)) return
      nulls = new Uint8Array(this.#reserved)
      this.#nulls[position] = nulls
    }
    for (let i = 0; i < count; i++) nulls[ids[i] as number] = from[rows === null ? i : (rows[i] as number)] as number
  }

  #gatherNulls(position: number, ids: Int32Array, count: number, pads: Uint8Array | null, arrays: ArraySupply): Uint8Array | null {
    const nulls = this.#nulls[position] ?? null
    if (nulls === null) return pads
    const gathered = arrays.bytes(count)
    let any = 0
    for (let i = 0; i < count; i++) {
      const flag = (nulls[ids[i] as number] as number) | (pads === null ? 0 : (pads[i] as number))
      gathered[i] = flag
      any |= flag
    }
    return any === 0 ? null : gathered
  }
}

function anyNull(nulls: Uint8Array, rows: Int32Array | null, count: number): boolean {
  let any = 0
  if (rows === null) for (let i = 0; i < count; i++) any |= nulls[i] as number
  else for (let i = 0; i < count; i++) any |= nulls[rows[i] as number] as number
  return any !== 0
}

/** 1 where an id is −1, or null when none is. */
function padsOf(ids: Int32Array, count: number): Uint8Array | null {
  let pads: Uint8Array | null = null
  for (let i = 0; i < count; i++) {
    if ((ids[i] as number) >= 0) continue
    pads ??= new Uint8Array(count)
    pads[i] = 1
  }
  return pads
}
