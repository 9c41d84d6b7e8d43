/**
 * Writes rows as bytes and adds the bytes up to a digest.
 *
 * A row has the layout of a binary row of Flink: a header with a bit for each NULL, eight bytes for each column, and behind
 * them texts, each filled up to a multiple of eight bytes. The digest is the sum of the hashes of all rows, those that are taken back
 * subtracted: it tells what the rows come to, whatever their order and however their changes were grouped.
 */
import {
  type Batch,
  ByteCopier,
  boxExact,
  changeDelete,
  changeUpdateBefore,
  type DataType,
  jsonText,
  numbersIn,
  type Schema,
  type Vector,
} from '#data'

const encoder = new TextEncoder()
const headerBytes = 8
const cellBytes = 8
/** Columns whose NULL bits are put into one header. */
const bitsInHeader = 24

export class RowDigest {
  readonly #schema: Schema
  /** Bytes of a row before its texts. */
  readonly #fixedBytes: number
  #bytes = new Uint8Array(65_536)
  #words = new Int32Array(this.#bytes.buffer)
  #cells = new Float64Array(this.#bytes.buffer)
  /** For each row of the batch where it begins, and how far its texts have come. */
  #starts = new Int32Array(0)
  #ends = new Int32Array(0)
  /** Encoded words of dictionaries, by the array that stands for the dictionary. */
  readonly #dictionaries = new WeakMap<readonly string[], (Uint8Array | undefined)[]>()
  #low = 0
  #high = 0
  /** Rows that are left: inserts less deletes. */
  rows = 0

  constructor(schema: Schema) {
    this.#schema = schema
    this.#fixedBytes = headerBytes * Math.ceil(Math.max(1, schema.length) / bitsInHeader) + cellBytes * schema.length
  }

  /** 16 hexadecimal digits. */
  get digest(): string {
    return [this.#high, this.#low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  add(batch: Batch): void {
    const texts = batch.columns.map((vector, index) => this.#textsOf(vector, batch.length, this.#schema[index]?.type))
    this.#place(batch, texts)
    for (const [index, vector] of batch.columns.entries()) {
      const encoded = texts[index]
      if (encoded === undefined || encoded === null) this.#writeNumbers(vector, index, batch.length)
      else this.#writeTexts(encoded, vector.nulls, index, batch.length)
    }
    this.#sum(batch)
  }

  /** The bytes of a column of texts; null for a column whose values have eight bytes. */
  #textsOf(vector: Vector, length: number, type: DataType | undefined): Texts | null {
    switch (vector.form) {
      case 'bytes':
        return { kind: 'slices', data: vector.data, starts: vector.starts, ends: vector.ends }
      case 'dictionary':
        return { kind: 'blocks', blocks: this.#wordsOf(vector.words, vector.codes, vector.nulls, length), codes: vector.codes }
      case 'text':
        return { kind: 'strings', data: vector.data }
      case 'values':
        return { kind: 'blocks', blocks: Array.from({ length }, (_, row) => boxedBytes(vector.data[row], type)), codes: null }
      default:
        return null
    }
  }

  #wordsOf(words: readonly string[], codes: Int32Array, nulls: Uint8Array | null, length: number): readonly (Uint8Array | undefined)[] {
    let encoded = this.#dictionaries.get(words)
    if (encoded === undefined) {
      encoded = []
      this.#dictionaries.set(words, encoded)
    }
    for (let row = 0; row < length; row++) {
      const code = codes[row] as number
      if (nulls?.[row] !== 1) encoded[code] ??= encoder.encode(words[code])
    }
    return encoded
  }

  /** Gives each row its place in the buffer, and clears it. */
  #place({ length, columns }: Batch, texts: readonly (Texts | null)[]): void {
    if (this.#starts.length < length + 1) {
      this.#starts = new Int32Array(length + 1)
      this.#ends = new Int32Array(length)
    }
    const sizes = this.#ends
    sizes.fill(this.#fixedBytes, 0, length)
    for (const [index, column] of texts.entries()) if (column !== null) addSizes(column, columns[index]?.nulls ?? null, sizes, length)
    let at = 0
    for (let row = 0; row < length; row++) {
      this.#starts[row] = at
      const end = at + (sizes[row] as number)
      this.#ends[row] = at + this.#fixedBytes
      at = end
    }
    this.#starts[length] = at
    if (at > this.#bytes.length) {
      this.#bytes = new Uint8Array(at * 2)
      this.#words = new Int32Array(this.#bytes.buffer)
      this.#cells = new Float64Array(this.#bytes.buffer)
    } else {
      this.#bytes.fill(0, 0, at)
    }
  }

  #setNull(row: number, column: number): void {
    const bit = 8 + column
    const word = ((this.#starts[row] as number) >> 2) + (bit >> 5)
    this.#words[word] = (this.#words[word] as number) | (1 << (bit & 31))
  }

  #writeNumbers(vector: Vector, column: number, length: number): void {
    const cells = this.#cells
    const starts = this.#starts
    const at = (this.#fixedBytes >> 3) - this.#schema.length + column
    const { nulls } = vector
    const data = cellsOf(vector)
    for (let row = 0; row < length; row++) {
      if (nulls !== null && nulls[row] === 1) this.#setNull(row, column)
      // Zero has one form.
      else cells[((starts[row] as number) >> 3) + at] = (data[row] as number) + 0
    }
  }

  #writeTexts(texts: Texts, nulls: Uint8Array | null, column: number, length: number): void {
    const bytes = this.#bytes
    const words = this.#words
    const cell = (this.#fixedBytes >> 2) - 2 * this.#schema.length + 2 * column
    const slices = texts.kind === 'slices' ? new ByteCopier(texts.data, bytes) : null
    for (let row = 0; row < length; row++) {
      if (nulls !== null && nulls[row] === 1) {
        this.#setNull(row, column)
        continue
      }
      const start = this.#starts[row] as number
      const to = this.#ends[row] as number
      let size = 0
      if (texts.kind === 'slices') {
        const from = texts.starts[row] as number
        const end = texts.ends[row] as number
        size = end - from
        slices?.copy(from, end, to)
      } else if (texts.kind === 'strings') {
        size = writeText(texts.data[row] as string, bytes, to)
      } else {
        const block = texts.blocks[texts.codes === null ? row : (texts.codes[row] as number)] as Uint8Array
        size = block.length
        copyBlock(block, bytes, to)
      }
      const at = (start >> 2) + cell
      words[at] = size
      words[at + 1] = to - start
      this.#ends[row] = to + ((size + 7) & ~7)
    }
  }

  #sum({ length, kinds }: Batch): void {
    const words = this.#words
    for (let row = 0; row < length; row++) {
      const end = (this.#starts[row + 1] as number) >> 2
      let low = 0x811c9dc5 | 0
      let high = 0x9747b28c | 0
      // Two chains that do not wait for each other; a row has an even number of words.
      for (let at = (this.#starts[row] as number) >> 2; at < end; at += 2) {
        low = Math.imul(low ^ (words[at] as number), 0x01000193)
        low ^= low >>> 15
        high = Math.imul(high ^ (words[at + 1] as number), 0x85ebca6b)
        high ^= high >>> 13
      }
      low = Math.imul(low ^ (high >>> 16), 0xc2b2ae35)
      high = Math.imul(high ^ (low >>> 15), 0x27d4eb2f)
      const kind = kinds === null ? 0 : kinds[row]
      const sign = kind === changeUpdateBefore || kind === changeDelete ? -1 : 1
      this.#low = (this.#low + sign * low) | 0
      this.#high = (this.#high + sign * high) | 0
      this.rows += sign
    }
  }
}

/** The values of a column of texts: slices of one buffer, strings, or blocks by row or by the code of the row. */
type Texts =
  | { readonly kind: 'strings'; readonly data: readonly string[] }
  | { readonly kind: 'slices'; readonly data: Uint8Array; readonly starts: Int32Array; readonly ends: Int32Array }
  | { readonly kind: 'blocks'; readonly blocks: readonly (Uint8Array | undefined)[]; readonly codes: Int32Array | null }

function addSizes(texts: Texts, nulls: Uint8Array | null, sizes: Int32Array, length: number): void {
  for (let row = 0; row < length; row++) {
    if (nulls !== null && nulls[row] === 1) continue
    const size = sizeOf(texts, row)
    sizes[row] = (sizes[row] as number) + ((size + 7) & ~7)
  }
}

function sizeOf(texts: Texts, row: number): number {
  switch (texts.kind) {
    case 'slices':
      return (texts.ends[row] as number) - (texts.starts[row] as number)
    case 'strings':
      return encodedLength(texts.data[row] as string)
    case 'blocks':
      return texts.blocks[texts.codes === null ? row : (texts.codes[row] as number)]?.length ?? 0
  }
}

function encodedLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return encoder.encode(text).length
  return text.length
}

/** Returns the count of bytes, for which there is room. */
function writeText(text: string, bytes: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return encoder.encodeInto(text, bytes.subarray(at)).written
    bytes[at + i] = unit
  }
  return text.length
}

function copyBlock(block: Uint8Array, to: Uint8Array, at: number): void {
  if (block.length > 64) to.set(block, at)
  else for (let i = 0; i < block.length; i++) to[at + i] = block[i] as number
}

function cellsOf(vector: Vector): ArrayLike<number> {
  switch (vector.form) {
    case 'wide':
      return vector.data.map(shortened)
    case 'flags':
      return vector.data
    default:
      return numbersIn(vector)
  }
}

/** Eight bytes for an exact integer: itself where it is a safe number, else what it comes to when it is folded. */
function shortened(value: bigint): number {
  const boxed = boxExact(value)
  return typeof boxed === 'number' ? boxed : Number(BigInt.asIntN(53, boxed ^ (boxed >> 53n)))
}

function boxedBytes(value: unknown, type: DataType | undefined): Uint8Array {
  if (value === null || value === undefined || type === undefined) return new Uint8Array(0)
  if (value instanceof Uint8Array) return value
  return encoder.encode(typeof value === 'string' ? value : jsonText(value, type, 'UTC'))
}
