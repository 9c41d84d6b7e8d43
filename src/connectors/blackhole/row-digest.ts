/**
 * Adds all bytes of rows up to a digest: the sum of the hashes of all rows, those that are taken back subtracted. It tells what the rows
 * come to, whatever their order, however their changes were grouped, and in whatever form their columns are.
 *
 * A row is hashed column by column. A number counts with the eight bytes of its double, a text with the bytes of its UTF-8.
 */
import { type Batch, boxExact, changeDelete, changeUpdateBefore, type DataType, jsonText, numbersIn, type Schema, type Vector } from '#data'
import { mixHigh, mixLow, startHigh, startLow, TextHash } from './text-hash.ts'

const encoder = new TextEncoder()
/** What stands for NULL: no number has these bytes, NaN neither. */
const nullLow = 1
const nullHigh = 0x7ff80000
const negativeZeroHigh = 0x80000000 | 0

/** The hashes of the words of a dictionary, as far as they were needed: two for each code. */
interface WordHashes {
  readonly known: number[]
  readonly words: readonly string[]
}

export class RowDigest {
  readonly #schema: Schema
  /** What the columns of each row of a batch have come to. */
  #lows = new Int32Array(0)
  #highs = new Int32Array(0)
  readonly #text = new TextHash()
  /** By the array that stands for the dictionary. */
  readonly #dictionaries = new WeakMap<readonly string[], WordHashes>()
  #low = 0
  #high = 0
  /** Rows that are left: inserts less deletes. */
  rows = 0

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** 16 hexadecimal digits. */
  get digest(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  add(batch: Batch): void {
    if (this.#lows.length < batch.length) {
      this.#lows = new Int32Array(batch.length)
      this.#highs = new Int32Array(batch.length)
    }
    this.#lows.fill(startLow, 0, batch.length)
    this.#highs.fill(startHigh, 0, batch.length)
    for (const [index, vector] of batch.columns.entries()) this.#addColumn(vector, batch.length, this.#schema[index]?.type)
    this.#sum(batch)
  }

  #addColumn(vector: Vector, length: number, type: DataType | undefined): void {
    switch (vector.form) {
      case 'bytes':
        this.#addBytes(vector.data, vector.starts, vector.ends, vector.nulls, length)
        break
      case 'dictionary':
        this.#addWords(this.#hashesOf(vector.words), vector.codes, vector.nulls, length)
        break
      case 'text':
        this.#addTexts(vector.data, vector.nulls, length)
        break
      case 'values':
        this.#addBoxed(vector.data, type, length)
        break
      default:
        this.#addNumbers(doublesOf(vector, length), vector.nulls, length)
    }
  }

  #mix(row: number, low: number, high: number): void {
    this.#lows[row] = mixLow(this.#lows[row] as number, low)
    this.#highs[row] = mixHigh(this.#highs[row] as number, high)
  }

  #addNumbers(data: Float64Array, nulls: Uint8Array | null, length: number): void {
    const words = new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
    for (let row = 0; row < length; row++) {
      const low = words[2 * row] as number
      const high = words[2 * row + 1] as number
      if (nulls !== null && nulls[row] === 1) this.#mix(row, nullLow, nullHigh)
      // Zero has one form.
      else this.#mix(row, low, low === 0 && high === negativeZeroHigh ? 0 : high)
    }
  }

  #addBytes(data: Uint8Array, starts: Int32Array, ends: Int32Array, nulls: Uint8Array | null, length: number): void {
    const view = new DataView(data.buffer, data.byteOffset, data.length)
    const text = this.#text
    for (let row = 0; row < length; row++) {
      if (nulls !== null && nulls[row] === 1) this.#mix(row, nullLow, nullHigh)
      else {
        text.addBytes(view, starts[row] as number, ends[row] as number)
        this.#mix(row, text.low, text.high)
      }
    }
  }

  #addTexts(data: readonly string[], nulls: Uint8Array | null, length: number): void {
    const text = this.#text
    for (let row = 0; row < length; row++) {
      if (nulls !== null && nulls[row] === 1) this.#mix(row, nullLow, nullHigh)
      else {
        text.addText(data[row] as string)
        this.#mix(row, text.low, text.high)
      }
    }
  }

  #addWords({ known, words }: WordHashes, codes: Int32Array, nulls: Uint8Array | null, length: number): void {
    for (let row = 0; row < length; row++) {
      if (nulls !== null && nulls[row] === 1) {
        this.#mix(row, nullLow, nullHigh)
        continue
      }
      const code = codes[row] as number
      while (known.length <= 2 * code) {
        this.#text.addText(words[known.length >> 1] as string)
        known.push(this.#text.low, this.#text.high)
      }
      this.#mix(row, known[2 * code] as number, known[2 * code + 1] as number)
    }
  }

  /** Values in boxes: their own bytes, or those of their JSON. */
  #addBoxed(data: readonly unknown[], type: DataType | undefined, length: number): void {
    for (let row = 0; row < length; row++) {
      const value = data[row]
      if (value === null || value === undefined || type === undefined) this.#mix(row, nullLow, nullHigh)
      else {
        const bytes = value instanceof Uint8Array ? value : encoder.encode(typeof value === 'string' ? value : jsonText(value, type, 'UTC'))
        this.#text.addBytes(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length)
        this.#mix(row, this.#text.low, this.#text.high)
      }
    }
  }

  #hashesOf(words: readonly string[]): WordHashes {
    let hashes = this.#dictionaries.get(words)
    if (hashes === undefined) {
      hashes = { known: [], words }
      this.#dictionaries.set(words, hashes)
    }
    return hashes
  }

  #sum({ length, kinds }: Batch): void {
    for (let row = 0; row < length; row++) {
      const low = mixLow(this.#lows[row] as number, (this.#highs[row] as number) >>> 16)
      const high = mixHigh(this.#highs[row] as number, low >>> 15)
      const kind = kinds === null ? 0 : kinds[row]
      const sign = kind === changeUpdateBefore || kind === changeDelete ? -1 : 1
      this.#low = (this.#low + sign * low) | 0
      this.#high = (this.#high + sign * high) | 0
      this.rows += sign
    }
  }
}

function doublesOf(vector: Vector, length: number): Float64Array {
  switch (vector.form) {
    case 'wide':
      return Float64Array.from(vector.data, shortened)
    case 'flags':
      return Float64Array.from(vector.data.subarray(0, length))
    default: {
      const data = numbersIn(vector)
      return data instanceof Float64Array ? data : Float64Array.from(data.subarray(0, length))
    }
  }
}

/** An exact integer as a double: itself where it is a safe number, else what it comes to when it is folded. */
function shortened(value: bigint): number {
  const boxed = boxExact(value)
  return typeof boxed === 'number' ? boxed : Number(BigInt.asIntN(53, boxed ^ (boxed >> 53n)))
}
