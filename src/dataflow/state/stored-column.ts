/**
 * One column of kept rows, addressed by row id. Packed as tightly as the vectors that come allow (stored-text.ts for texts); what is
 * written can be read back as a vector, compared and told apart, whatever form it came in.
 */
import { assert, unreachable } from '#base'
import {
  type ArraySupply,
  boxExact,
  compareExact,
  compareNumbers,
  compareValues,
  type DataType,
  type Equality,
  equality,
  familyOf,
  isExactInteger,
  plainFormOf,
  type Vector,
} from '#data'
import { grownBytes, grownIntegers, grownNumbers } from './grown.ts'
import { StoredText } from './stored-text.ts'

export interface StoredColumn {
  /** Makes room for ids below `capacity`. */
  reserve(capacity: number): void
  /** Writes row `rows[i]` (row i without `rows`) of the vector to `ids[i]`, new or released. NULLs are kept by the owner. */
  write(vector: Vector, rows: Int32Array | null, count: number, ids: Int32Array): void
  /** The values of these rows. */
  gather(ids: Int32Array, count: number, nulls: Uint8Array | null, arrays: ArraySupply): Vector
  /** The boxed value of a row that is not NULL. */
  valueAt(id: number): unknown
  /** Lets go of what rows hold outside of typed arrays. */
  release(ids: readonly number[]): void
  /** Negative, 0 or positive, in the order of SQL; neither value is NULL. */
  compare(a: number, b: number): number
  /** Whether two stored values are equal; neither is NULL. NaN equals NaN. */
  equal(a: number, b: number): boolean
  /** Whether the stored value equals one of a vector; neither is NULL. NaN equals NaN. */
  same(id: number, vector: Vector, row: number): boolean
  readonly stateBytes: number
}

export function createStoredColumn(type: DataType): StoredColumn {
  const form = plainFormOf(type)
  switch (form) {
    case 'flags':
      return new StoredFlags()
    case 'integers':
      return new StoredIntegers()
    case 'numbers':
      return new StoredNumbers(isExactInteger(type))
    case 'text':
      return new StoredText(true)
    case 'values':
      return familyOf(type) === 'bytes' ? new StoredText(false) : new StoredValues(type)
    default:
      return unreachable(form)
  }
}

class StoredFlags implements StoredColumn {
  #data = new Uint8Array(16)

  get stateBytes(): number {
    return this.#data.byteLength
  }

  reserve(capacity: number): void {
    this.#data = grownBytes(this.#data, capacity)
  }

  write(vector: Vector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    assert(vector.form === 'flags', 'booleans come as flags')
    const from = vector.data
    const data = this.#data
    for (let i = 0; i < count; i++) data[ids[i] as number] = from[rows === null ? i : (rows[i] as number)] as number
  }

  gather(ids: Int32Array, count: number, nulls: Uint8Array | null, arrays: ArraySupply): Vector {
    const data = arrays.bytes(count)
    for (let i = 0; i < count; i++) data[i] = this.#data[ids[i] as number] as number
    return { form: 'flags', data, nulls }
  }

  valueAt(id: number): boolean {
    return this.#data[id] === 1
  }

  release(): void {}

  compare(a: number, b: number): number {
    return (this.#data[a] as number) - (this.#data[b] as number)
  }

  equal(a: number, b: number): boolean {
    return this.#data[a] === this.#data[b]
  }

  same(id: number, vector: Vector, row: number): boolean {
    return vector.form === 'flags' && this.#data[id] === vector.data[row]
  }
}

class StoredIntegers implements StoredColumn {
  #data = new Int32Array(16)

  get stateBytes(): number {
    return this.#data.byteLength
  }

  reserve(capacity: number): void {
    this.#data = grownIntegers(this.#data, capacity)
  }

  write(vector: Vector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    assert(vector.form === 'integers', 'small integers come as integers')
    const from = vector.data
    const data = this.#data
    for (let i = 0; i < count; i++) data[ids[i] as number] = from[rows === null ? i : (rows[i] as number)] as number
  }

  gather(ids: Int32Array, count: number, nulls: Uint8Array | null, arrays: ArraySupply): Vector {
    const stored = this.#data
    const data = arrays.integers(count)
    for (let i = 0; i < count; i++) data[i] = stored[ids[i] as number] as number
    return { form: 'integers', data, nulls }
  }

  valueAt(id: number): number {
    return this.#data[id] as number
  }

  release(): void {}

  compare(a: number, b: number): number {
    return (this.#data[a] as number) - (this.#data[b] as number)
  }

  equal(a: number, b: number): boolean {
    return this.#data[a] === this.#data[b]
  }

  same(id: number, vector: Vector, row: number): boolean {
    return vector.form === 'integers' && this.#data[id] === vector.data[row]
  }
}

/** Floating numbers, and exact integers, where NaN marks the few values that are kept apart as bigints. */
class StoredNumbers implements StoredColumn {
  readonly #exact: boolean
  readonly #wide = new Map<number, bigint>()
  #data = new Float64Array(16)

  constructor(exact: boolean) {
    this.#exact = exact
  }

  get stateBytes(): number {
    return this.#data.byteLength + this.#wide.size * 64
  }

  reserve(capacity: number): void {
    this.#data = grownNumbers(this.#data, capacity)
  }

  write(vector: Vector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    if (vector.form === 'wide') {
      for (let i = 0; i < count; i++) {
        const row = rows === null ? i : (rows[i] as number)
        if (vector.nulls === null || vector.nulls[row] !== 1) this.#writeWide(ids[i] as number, boxExact(vector.data[row] as bigint))
      }
      return
    }
    assert(vector.form === 'numbers', 'numbers come as numbers or wide')
    const from = vector.data
    const data = this.#data
    for (let i = 0; i < count; i++) data[ids[i] as number] = from[rows === null ? i : (rows[i] as number)] as number
  }

  #writeWide(id: number, value: number | bigint): void {
    if (typeof value === 'bigint') this.#wide.set(id, value)
    this.#data[id] = typeof value === 'bigint' ? Number.NaN : value
  }

  gather(ids: Int32Array, count: number, nulls: Uint8Array | null, arrays: ArraySupply): Vector {
    const stored = this.#data
    const data = arrays.numbers(count)
    for (let i = 0; i < count; i++) data[i] = stored[ids[i] as number] as number
    if (this.#wide.size > 0) {
      for (let i = 0; i < count; i++) if (this.#wide.has(ids[i] as number)) return this.#gatherWide(ids, count, nulls)
    }
    return { form: 'numbers', data, nulls }
  }

  #gatherWide(ids: Int32Array, count: number, nulls: Uint8Array | null): Vector {
    const data = Array.from({ length: count }, (_, i) => (nulls !== null && nulls[i] === 1 ? 0n : BigInt(this.valueAt(ids[i] as number))))
    return { form: 'wide', data, nulls }
  }

  valueAt(id: number): number | bigint {
    const value = this.#data[id] as number
    return this.#exact && Number.isNaN(value) ? (this.#wide.get(id) ?? 0) : value
  }

  release(ids: readonly number[]): void {
    if (this.#wide.size > 0) for (const id of ids) this.#wide.delete(id)
  }

  compare(a: number, b: number): number {
    if (this.#exact) return compareExact(this.valueAt(a), this.valueAt(b))
    return compareNumbers(this.#data[a] as number, this.#data[b] as number)
  }

  equal(a: number, b: number): boolean {
    return this.compare(a, b) === 0
  }

  same(id: number, vector: Vector, row: number): boolean {
    if (vector.form === 'wide') return this.valueAt(id) === boxExact(vector.data[row] as bigint)
    assert(vector.form === 'numbers', 'numbers come as numbers or wide')
    return compareNumbers(this.#data[id] as number, vector.data[row] as number) === 0
  }
}

/** Nested values as they are. */
class StoredValues implements StoredColumn {
  readonly #type: DataType
  readonly #equality: Equality
  readonly #data: unknown[] = []

  constructor(type: DataType) {
    this.#type = type
    this.#equality = equality(type)
  }

  get stateBytes(): number {
    return this.#data.length * 64
  }

  reserve(): void {}

  write(vector: Vector, rows: Int32Array | null, count: number, ids: Int32Array): void {
    assert(vector.form === 'values', 'nested values come as values')
    for (let i = 0; i < count; i++) this.#put(ids[i] as number, vector.data[rows === null ? i : (rows[i] as number)])
  }

  #put(id: number, value: unknown): void {
    while (this.#data.length <= id) this.#data.push(null)
    this.#data[id] = value
  }

  gather(ids: Int32Array, count: number, nulls: Uint8Array | null): Vector {
    const data: unknown[] = []
    for (let i = 0; i < count; i++) data.push(nulls !== null && nulls[i] === 1 ? null : (this.#data[ids[i] as number] ?? null))
    return { form: 'values', data, nulls }
  }

  valueAt(id: number): unknown {
    return this.#data[id] ?? null
  }

  release(ids: readonly number[]): void {
    for (const id of ids) this.#data[id] = null
  }

  compare(a: number, b: number): number {
    return compareValues(this.#data[a], this.#data[b], this.#type)
  }

  equal(a: number, b: number): boolean {
    return this.#equality(this.#data[a], this.#data[b])
  }

  same(id: number, vector: Vector, row: number): boolean {
    return vector.form === 'values' && this.#equality(this.#data[id], vector.data[row])
  }
}
