/**
 * The columns of a batch while a decoder fills them, one row after another. The arrays are filled again for every batch. Generated
 * code writes the typed arrays itself; the methods are for what is rare: NULL, integers that are not safe numbers, a row taken back.
 */
import { type DataType, decodeText, plainFormOf, type Vector } from '#data'

const noIntegers = new Int32Array(0)
const noNumbers = new Float64Array(0)
const noFlags = new Uint8Array(0)

export class ColumnStore {
  readonly name: string
  readonly type: DataType
  readonly form: 'flags' | 'integers' | 'numbers' | 'bytes' | 'values'
  readonly flags: Uint8Array
  readonly integers: Int32Array
  readonly numbers: Float64Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly values: unknown[]
  /** Where a text column holds words: `starts` are places in this list, which may only grow. */
  words: readonly string[] | null = null
  /** Text of rows whose start is negative. */
  defaultText = ''
  readonly #nulls: Uint8Array
  #hasNulls = false
  #wide: Map<number, bigint> | null = null

  constructor(name: string, type: DataType, rowsMax: number) {
    const plain = plainFormOf(type)
    this.name = name
    this.type = type
    this.form = plain === 'text' ? 'bytes' : plain
    this.flags = this.form === 'flags' ? new Uint8Array(rowsMax) : noFlags
    this.integers = this.form === 'integers' ? new Int32Array(rowsMax) : noIntegers
    this.numbers = this.form === 'numbers' ? new Float64Array(rowsMax) : noNumbers
    this.starts = this.form === 'bytes' ? new Int32Array(rowsMax) : noIntegers
    this.ends = this.form === 'bytes' ? new Int32Array(rowsMax) : noIntegers
    this.values = this.form === 'values' ? Array.from({ length: rowsMax }, () => null) : []
    this.#nulls = new Uint8Array(rowsMax)
  }

  /** Forgets the rows of the batch before. */
  reset(): void {
    if (this.#hasNulls) this.#nulls.fill(0)
    this.#hasNulls = false
    this.#wide = null
  }

  /** Forgets one row, so that another can take its place. */
  clear(row: number): void {
    this.#nulls[row] = 0
    this.#wide?.delete(row)
  }

  setNull(row: number): void {
    this.#nulls[row] = 1
    this.#hasNulls = true
    if (this.form === 'bytes') {
      this.starts[row] = 0
      this.ends[row] = 0
    }
  }

  /** Takes the first rows of a smaller store of the same column. */
  take(other: ColumnStore, rows: number): void {
    this.flags.set(other.flags)
    this.integers.set(other.integers)
    this.numbers.set(other.numbers)
    this.starts.set(other.starts)
    this.ends.set(other.ends)
    for (let row = 0; row < Math.min(rows, other.values.length); row++) this.values[row] = other.values[row]
    this.#nulls.set(other.#nulls)
    this.#hasNulls = other.#hasNulls
    this.#wide = other.#wide
  }

  /** Gives a row the value of another. */
  copy(from: number, to: number): void {
    this.#nulls[to] = this.#nulls[from] as number
    const wide = this.#wide?.get(from)
    if (wide !== undefined) this.#wide?.set(to, wide)
    else this.#wide?.delete(to)
    switch (this.form) {
      case 'flags':
        this.flags[to] = this.flags[from] as number
        break
      case 'integers':
        this.integers[to] = this.integers[from] as number
        break
      case 'numbers':
        this.numbers[to] = this.numbers[from] as number
        break
      case 'bytes':
        this.starts[to] = this.starts[from] as number
        this.ends[to] = this.ends[from] as number
        break
      case 'values':
        this.values[to] = this.values[from]
    }
  }

  /** Takes a boxed value. Text cannot be given so: it lies in the bytes that are decoded. */
  setBoxed(row: number, value: unknown): void {
    if (value === null) this.setNull(row)
    else if (this.form === 'values') this.values[row] = value
    else if (typeof value === 'bigint') this.#setWide(row, value)
    else if (typeof value === 'boolean') this.flags[row] = value ? 1 : 0
    else if (this.form === 'integers') this.integers[row] = value as number
    else this.numbers[row] = value as number
  }

  #setWide(row: number, value: bigint): void {
    this.#wide ??= new Map()
    this.#wide.set(row, value)
    this.numbers[row] = 0
  }

  /** The first `rows` rows; `bytes` is what was decoded. */
  vector(rows: number, bytes: Uint8Array): Vector {
    const nulls = this.#hasNulls ? this.#nulls : null
    switch (this.form) {
      case 'flags':
        return { form: 'flags', data: this.flags, nulls }
      case 'integers':
        return { form: 'integers', data: this.integers, nulls }
      case 'bytes':
        if (this.words !== null) return { form: 'dictionary', codes: this.starts, words: this.words, nulls }
        if (this.defaultText !== '') return this.#withDefault(rows, bytes)
        return { form: 'bytes', data: bytes, starts: this.starts, ends: this.ends, nulls }
      case 'values':
        return { form: 'values', data: this.values, nulls }
      case 'numbers':
        return this.#wide === null ? { form: 'numbers', data: this.numbers, nulls } : { form: 'wide', data: this.#widened(rows), nulls }
    }
  }

  #withDefault(rows: number, bytes: Uint8Array): Vector {
    const { starts, ends, defaultText } = this
    const nulls = this.#hasNulls ? this.#nulls : null
    const isUsed = starts.subarray(0, rows).some((start) => start < 0)
    if (!isUsed) return { form: 'bytes', data: bytes, starts, ends, nulls }
    const data = Array.from({ length: rows }, (_, row) => {
      const start = starts[row] as number
      return start < 0 ? defaultText : decodeText(bytes, start, ends[row] as number)
    })
    return { form: 'text', data, nulls }
  }

  #widened(rows: number): bigint[] {
    return Array.from({ length: rows }, (_, row) => this.#wide?.get(row) ?? BigInt(this.numbers[row] as number))
  }
}

/** So many rows are decoded at once that wide tables do not take hundreds of megabytes. */
export function decodedRowsMax(columns: number, batchRows: number): number {
  return Math.max(64, Math.min(batchRows, Math.floor(1_048_576 / Math.max(1, columns))))
}
