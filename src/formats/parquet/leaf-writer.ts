/** Writes a leaf column: collects levels and values of a page, closes pages, and keeps them until the row group is full. */
import { crc32 } from 'node:zlib'
import { ByteWriter } from '../byte-writer.ts'
import { compress } from './compression.ts'
import { bitsFor } from './hybrid.ts'
import { encodeHybrid } from './hybrid-encoder.ts'
import { grown } from './leaf-values.ts'
import { writePageHeader } from './metadata-writer.ts'
import type { WriteSettings } from './options.ts'
import { writeInt32 } from './plain-writer.ts'
import type { ValueEncoder } from './value-encoder.ts'

/** Levels of a page, at most: so many NULLs make a page as well. */
const pageLevelsMax = 65_536
const dictionaryWordsMax = 65_536
const dictionaryBytesMax = 1 << 20
/** After so many values a dictionary is given up that has nearly as many words: no page of its chunk would be worth it. */
const sampledValues = 16_384
const sampledWordsMax = sampledValues * 0.95
/** Longer bounds are not kept: they would make the footer large. */
const boundBytesMax = 1024

/** A column chunk ready to be written. */
export interface WrittenChunk {
  /** Its pages, the dictionary first. */
  readonly pages: readonly Uint8Array[]
  readonly dictionaryBytes: number
  readonly bytes: number
  readonly unpackedBytes: number
  readonly values: number
  readonly nulls: number
  readonly encodings: readonly number[]
  readonly min: Uint8Array | null
  readonly max: Uint8Array | null
}

const encodingPlain = 0
const encodingRle = 3
const encodingDictionary = 8

export class LeafWriter {
  readonly encoder: ValueEncoder
  readonly #definition: number
  readonly #repetition: number
  readonly #settings: WriteSettings
  #repetitions = new Int32Array(0)
  #definitions = new Int32Array(0)
  #levels = 0
  /** Values of the page in the encoding PLAIN; booleans as a byte each. */
  readonly #plain = new ByteWriter(4096)
  #values = 0
  #codes = new Int32Array(0)
  /** Null once the values of the chunk turned out not to repeat. */
  #dictionary: Map<unknown, number> | null
  readonly #words = new ByteWriter(1024)
  #wordCount = 0
  /** Whether pages refer to the dictionary. */
  #isReferred = false
  #hasPlainPages = false
  #pages: Uint8Array[] = []
  #pageBytes = 0
  #unpackedBytes = 0
  #chunkLevels = 0
  #chunkNulls = 0
  #min: unknown = null
  #max: unknown = null
  /** The bounds of texts as bytes, where those are known. */
  #minBytes: Uint8Array | null = null
  #maxBytes: Uint8Array | null = null

  constructor(encoder: ValueEncoder, definition: number, repetition: number, settings: WriteSettings) {
    this.encoder = encoder
    this.#definition = definition
    this.#repetition = repetition
    this.#settings = settings
    this.#dictionary = this.#newDictionary()
  }

  /** Bytes held in memory. */
  get bytes(): number {
    return this.#pageBytes + this.#plain.length + this.#words.length
  }

  /** An entry without a value. */
  addNull(repetition: number, definition: number): void {
    this.#addLevels(repetition, definition)
    this.#chunkNulls++
  }

  addValue(repetition: number, value: unknown): void {
    this.#addLevels(repetition, this.#definition)
    this.encoder.write(value, this.#plain)
    this.#count(value)
  }

  /** Numbers of a column that is no part of another one. */
  addNumbers(data: Int32Array | Float64Array, nulls: Uint8Array | null, length: number): void {
    for (let row = 0; row < length; row++) {
      if (nulls !== null && nulls[row] === 1) this.addNull(0, 0)
      else this.addValue(0, data[row])
      this.endRow()
    }
  }

  /** A text as bytes: it is not encoded again, and not made a text where nobody asks for that. */
  addBytes(repetition: number, data: Uint8Array, start: number, end: number, text: () => string): void {
    this.#addLevels(repetition, this.#definition)
    writeInt32(end - start, this.#plain)
    this.#plain.bytes(data, start, end)
    if (this.#dictionary === null && this.#isWithinBounds(data, start, end)) this.#values++
    else this.#count(text())
  }

  #isWithinBounds(data: Uint8Array, start: number, end: number): boolean {
    this.#minBytes ??= bytesOf(this.#min)
    this.#maxBytes ??= bytesOf(this.#max)
    const { encoder } = this
    if (encoder.compare === null || this.#minBytes === null || this.#maxBytes === null) return encoder.compare === null
    return comparePart(data, start, end, this.#minBytes) >= 0 && comparePart(data, start, end, this.#maxBytes) <= 0
  }

  /** To be called between rows: closes a page that is full. */
  endRow(): void {
    if (this.#levels >= pageLevelsMax || this.#plain.length >= this.#settings.pageBytes) this.#closePage()
  }

  /** The chunk of the rows so far; the next values begin a new one. */
  takeChunk(): WrittenChunk {
    if (this.#levels > 0) this.#closePage()
    const pages = this.#pages
    let dictionaryBytes = 0
    if (this.#isReferred) {
      const page = this.#dictionaryPage()
      pages.unshift(page)
      dictionaryBytes = page.length
    }
    const encodings = [encodingRle]
    if (this.#hasPlainPages || this.#isReferred) encodings.push(encodingPlain)
    if (this.#isReferred) encodings.push(encodingDictionary)
    const chunk: WrittenChunk = {
      pages,
      dictionaryBytes,
      bytes: pages.reduce((sum, page) => sum + page.length, 0),
      unpackedBytes: this.#unpackedBytes,
      values: this.#chunkLevels,
      nulls: this.#chunkNulls,
      encodings,
      min: this.#bound(this.#min, -0),
      max: this.#bound(this.#max, 0),
    }
    this.#reset()
    return chunk
  }

  #reset(): void {
    this.#pages = []
    this.#pageBytes = 0
    this.#unpackedBytes = 0
    this.#chunkLevels = 0
    this.#chunkNulls = 0
    this.#min = null
    this.#max = null
    this.#minBytes = null
    this.#maxBytes = null
    this.#dictionary = this.#newDictionary()
    this.#clearWords()
    this.#isReferred = false
    this.#hasPlainPages = false
  }

  #clearWords(): void {
    this.#words.length = 0
    this.#wordCount = 0
  }

  #newDictionary(): Map<unknown, number> | null {
    return this.encoder.repeats && this.#settings.dictionaries ? new Map() : null
  }

  #addLevels(repetition: number, definition: number): void {
    if (this.#levels >= this.#definitions.length) {
      this.#definitions = grown(this.#definitions, this.#levels + 1024)
      this.#repetitions = grown(this.#repetitions, this.#levels + 1024)
    }
    this.#definitions[this.#levels] = definition
    this.#repetitions[this.#levels++] = repetition
  }

  /** Keeps count of a value just written, in the dictionary and for the bounds. */
  #count(value: unknown): void {
    const dictionary = this.#dictionary
    if (dictionary === null || dictionary.size > dictionaryWordsMax) {
      this.#dictionary = null
      this.#values++
      this.#widenBounds(value)
      return
    }
    let code = dictionary.get(value)
    if (code === undefined) {
      code = dictionary.size
      dictionary.set(value, code)
      this.encoder.write(value, this.#words)
      this.#wordCount++
      this.#widenBounds(value)
    }
    if (this.#values >= this.#codes.length) this.#codes = grown(this.#codes, this.#values + 1024)
    this.#codes[this.#values++] = code
    if (this.#values !== sampledValues || this.#isReferred || dictionary.size <= sampledWordsMax) return
    this.#dictionary = null
    this.#clearWords()
  }

  #widenBounds(value: unknown): void {
    const { compare } = this.encoder
    if (compare === null || (typeof value === 'number' && Number.isNaN(value))) return
    if (this.#min === null || compare(value, this.#min) < 0) {
      this.#min = value
      this.#minBytes = null
    }
    if (this.#max === null || compare(value, this.#max) > 0) {
      this.#max = value
      this.#maxBytes = null
    }
  }

  /** A bound in the encoding PLAIN, text without its length. Zeros are written with the sign that leaves neither of them out. */
  #bound(value: unknown, zero: number): Uint8Array | null {
    if (value === null) return null
    const { physical } = this.encoder
    const out = new ByteWriter(16)
    this.encoder.write(value === 0 && (physical === 'FLOAT' || physical === 'DOUBLE') ? zero : value, out)
    const bytes = out.data.slice(physical === 'BYTE_ARRAY' ? 4 : 0, out.length)
    return bytes.length > boundBytesMax ? null : bytes
  }

  #closePage(): void {
    const body = new ByteWriter(this.#plain.length + 1024)
    this.#writeLevels(this.#repetitions, this.#repetition, body)
    this.#writeLevels(this.#definitions, this.#definition, body)
    const isReferring = this.#dictionary !== null && this.#isWorthIt(this.#dictionary.size)
    if (isReferring) {
      const width = bitsFor(Math.max(0, (this.#dictionary?.size ?? 1) - 1))
      body.byte(width)
      encodeHybrid(this.#codes, this.#values, width, body)
      this.#isReferred = true
    } else {
      // Words that no page refers to were collected in vain; those that pages refer to stay.
      this.#dictionary = null
      if (!this.#isReferred) this.#clearWords()
      this.#hasPlainPages = true
      if (this.encoder.physical === 'BOOLEAN') packBits(this.#plain, body)
      else body.bytes(this.#plain.data, 0, this.#plain.length)
    }
    this.#pushPage(body, isReferring ? encodingDictionary : encodingPlain)
    this.#chunkLevels += this.#levels
    this.#levels = 0
    this.#values = 0
    this.#plain.length = 0
  }

  /** A dictionary pays while it is small and, in the first page, holds at most half as many words as there are values. */
  #isWorthIt(words: number): boolean {
    if (words > dictionaryWordsMax || this.#words.length > dictionaryBytesMax) return false
    return this.#isReferred || words * 2 <= this.#values || words < 16
  }

  /** Levels stand behind their length. A kind that the column does not need is left out. */
  #writeLevels(levels: Int32Array, most: number, body: ByteWriter): void {
    if (most === 0) return
    const lengthAt = body.length
    writeInt32(0, body)
    encodeHybrid(levels, this.#levels, bitsFor(most), body)
    new DataView(body.data.buffer, body.data.byteOffset).setUint32(lengthAt, body.length - lengthAt - 4, true)
  }

  #pushPage(body: ByteWriter, encoding: number): void {
    const page = this.#packed(body, 'data', this.#levels, encoding)
    this.#pages.push(page)
    this.#pageBytes += page.length
  }

  #dictionaryPage(): Uint8Array {
    return this.#packed(this.#words, 'dictionary', this.#wordCount, encodingPlain)
  }

  /** A page as it goes to the file: its header and its compressed body. */
  #packed(body: ByteWriter, kind: 'data' | 'dictionary', values: number, encoding: number): Uint8Array {
    const packed = compress(this.#settings.codec, body.data.subarray(0, body.length))
    const header = new ByteWriter(64)
    writePageHeader(header, kind, { unpackedBytes: body.length, bytes: packed.length, crc: crc32(packed) | 0, values, encoding })
    this.#unpackedBytes += header.length + body.length
    const page = new Uint8Array(header.length + packed.length)
    page.set(header.data.subarray(0, header.length))
    page.set(packed, header.length)
    return page
  }
}

function bytesOf(text: unknown): Uint8Array | null {
  return typeof text === 'string' ? Buffer.from(text) : null
}

/** Compares unsigned bytes, which is the order of texts. */
function comparePart(data: Uint8Array, start: number, end: number, other: Uint8Array): number {
  const shared = Math.min(end - start, other.length)
  for (let i = 0; i < shared; i++) {
    const difference = (data[start + i] as number) - (other[i] as number)
    if (difference !== 0) return difference
  }
  return end - start - other.length
}

/** Booleans were collected as a byte each; a page has eight of them in one. */
function packBits(flags: ByteWriter, out: ByteWriter): void {
  for (let at = 0; at < flags.length; at += 8) {
    let byte = 0
    for (let bit = 0; bit < 8 && at + bit < flags.length; bit++) byte |= (flags.data[at + bit] as number) << bit
    out.byte(byte)
  }
}
