/** Leaf columns of text and of bytes. */
import { isAscii, isUtf8 as isUtf8Buffer } from 'node:buffer'
import { decodeText, type Nulls, type Vector } from '#data'
import { isUtf8 } from '../utf8.ts'
import { type FileContext, parquetErrors } from './errors.ts'
import type { HybridDecoder } from './hybrid.ts'
import { CodeReader, grown, type LeafSource, type LeafValues, spread } from './leaf-values.ts'
import { type PageValues, pageBytesMax } from './page-values.ts'

/** Chunks share their dictionary, so that work done per word is kept from one to the next, until it has so many words. */
const sharedWordsMax = 65_536

/** Byte strings collected one behind another from the buffers of pages. */
class Collected {
  data: Uint8Array = new Uint8Array(0)
  starts = new Int32Array(0)
  ends = new Int32Array(0)
  count = 0
  /** Bytes of `data` in use when it is a copy; −1 while it is the buffer of one page. */
  #copied = -1
  readonly #context: FileContext

  constructor(context: FileContext) {
    this.#context = context
  }

  clear(): void {
    this.count = 0
    this.#copied = -1
  }

  reserve(count: number): void {
    this.starts = grown(this.starts, this.count + count)
    this.ends = grown(this.ends, this.count + count)
  }

  take(values: PageValues, count: number, length: number | null): void {
    const at = this.count
    if (length === null) values.texts(this, at, count)
    else values.blocks(this, at, count, length)
    this.count += count
    if (at === 0) {
      this.data = values.buffer
      this.#copied = -1
    } else if (this.data !== values.buffer || this.#copied >= 0) {
      this.#copy(at, values.buffer)
    }
  }

  /** Values of a dictionary that lies in one buffer. */
  pick(words: Collected, codes: Int32Array, count: number): void {
    const at = this.count
    for (let index = 0; index < count; index++) {
      this.starts[at + index] = words.starts[codes[index] as number] as number
      this.ends[at + index] = words.ends[codes[index] as number] as number
    }
    this.count += count
    if (at === 0) {
      this.data = words.data
      this.#copied = -1
    } else if (this.data !== words.data || this.#copied >= 0) {
      this.#copy(at, words.data)
    }
  }

  /** Several pages meet in a batch: their values go into a buffer of our own. Those before `at` are there, or still in `data`. */
  #copy(at: number, next: Uint8Array): void {
    if (this.#copied < 0) {
      const before = this.data
      this.data = new Uint8Array(0)
      this.#copied = 0
      this.#append(0, at, before)
    }
    this.#append(at, this.count, next)
  }

  #append(from: number, to: number, source: Uint8Array): void {
    let bytes = 0
    for (let index = from; index < to; index++) bytes += (this.ends[index] as number) - (this.starts[index] as number)
    if (this.#copied + bytes > pageBytesMax)
      throw this.#context.damaged(`the texts of ${this.count} rows take more than ${pageBytesMax} bytes`)
    this.data = grown(this.data, this.#copied + bytes)
    for (let index = from; index < to; index++) {
      const start = this.starts[index] as number
      const end = this.ends[index] as number
      this.data.set(source.subarray(start, end), this.#copied)
      this.starts[index] = this.#copied
      this.#copied += end - start
      this.ends[index] = this.#copied
    }
  }
}

/** BINARY, VARBINARY: always bytes. */
export class BytesLeaf implements LeafValues {
  readonly #collected: Collected
  readonly #dictionary: Collected
  readonly #codes: CodeReader
  readonly #length: number | null

  constructor(source: LeafSource, isFixed: boolean) {
    this.#collected = new Collected(source.context)
    this.#dictionary = new Collected(source.context)
    this.#codes = new CodeReader(source.context)
    this.#length = isFixed ? source.length : null
  }

  get count(): number {
    return this.#collected.count
  }
  reserve(count: number): void {
    this.#collected.reserve(count)
  }
  clear(): void {
    this.#collected.clear()
  }
  setDictionary(values: PageValues, count: number): void {
    this.#dictionary.clear()
    this.#dictionary.reserve(count)
    this.#dictionary.take(values, count, this.#length)
  }
  takeCodes(codes: HybridDecoder, count: number): void {
    this.#collected.pick(this.#dictionary, this.#codes.take(codes, count, this.#dictionary.count), count)
  }
  takeValues(values: PageValues, count: number): void {
    this.#collected.take(values, count, this.#length)
  }
  vector(rows: number, nulls: Nulls): Vector {
    this.reserve(rows - this.count)
    spread(this.#collected.starts, this.count, rows, nulls)
    spread(this.#collected.ends, this.count, rows, nulls)
    const { data, starts, ends } = this.#collected
    return { form: 'bytes', data, starts, ends, nulls }
  }
}

/** Text: codes of a dictionary, bytes, or, in the batch where a chunk gives up its dictionary, strings. */
export class TextLeaf implements LeafValues {
  readonly #source: LeafSource
  readonly #collected: Collected
  readonly #codes: CodeReader
  /** Codes of the words, for values taken by a dictionary. */
  #taken = new Int32Array(0)
  #takenCount = 0
  #texts: string[] | null = null
  #words: string[] = []
  #codeOf = new Map<string, number>()
  /** The code among all words of each word of the chunk's dictionary. */
  #chunkCodes = new Int32Array(0)
  #chunkSize = 0
  #checkedBuffer: Uint8Array | null = null
  #isChecked = false

  constructor(source: LeafSource) {
    this.#source = source
    this.#collected = new Collected(source.context)
    this.#codes = new CodeReader(source.context)
  }

  get count(): number {
    return this.#texts === null ? this.#takenCount + this.#collected.count : this.#texts.length
  }

  reserve(count: number): void {
    this.#taken = grown(this.#taken, this.count + count)
    this.#collected.reserve(count)
  }

  clear(): void {
    this.#takenCount = 0
    this.#texts = null
    this.#collected.clear()
  }

  setDictionary(values: PageValues, count: number): void {
    // Texts of this batch that still refer to the words before stay right: words are only added, or a new list is begun.
    if (this.#words.length + count > sharedWordsMax) {
      if (this.#takenCount > 0) this.#turnToText()
      this.#words = []
      this.#codeOf = new Map()
    }
    const dictionary = new Collected(this.#source.context)
    dictionary.reserve(count)
    dictionary.take(values, count, null)
    this.#chunkCodes = grown(this.#chunkCodes, count)
    this.#chunkSize = count
    for (let index = 0; index < count; index++) this.#chunkCodes[index] = this.#codeOfWord(this.#decode(dictionary, index))
  }

  takeCodes(codes: HybridDecoder, count: number): void {
    const taken = this.#codes.take(codes, count, this.#chunkSize)
    if (this.#collected.count > 0) this.#turnToText()
    if (this.#texts !== null) {
      for (let index = 0; index < count; index++)
        this.#texts.push(this.#words[this.#chunkCodes[taken[index] as number] as number] as string)
      return
    }
    const at = this.#takenCount
    for (let index = 0; index < count; index++) this.#taken[at + index] = this.#chunkCodes[taken[index] as number] as number
    this.#takenCount += count
  }

  takeValues(values: PageValues, count: number): void {
    if (count === 0) return
    if (this.#takenCount > 0) this.#turnToText()
    const at = this.#collected.count
    if (this.#texts !== null) this.#collected.clear()
    this.#collected.reserve(count)
    this.#collected.take(values, count, null)
    this.#check(values.buffer, this.#texts === null ? at : 0)
    if (this.#texts !== null) {
      this.#pushCollected(this.#texts)
      this.#collected.clear()
    }
  }

  vector(rows: number, nulls: Nulls): Vector {
    this.reserve(rows - this.count)
    if (this.#texts !== null) {
      const data = this.#texts
      const { count } = this
      while (data.length < rows) data.push('')
      spread(data, count, rows, nulls)
      return { form: 'text', data, nulls }
    }
    if (this.#collected.count > 0) {
      spread(this.#collected.starts, this.count, rows, nulls)
      spread(this.#collected.ends, this.count, rows, nulls)
      const { data, starts, ends } = this.#collected
      return { form: 'bytes', data, starts, ends, nulls }
    }
    spread(this.#taken, this.#takenCount, rows, nulls)
    return { form: 'dictionary', codes: this.#taken, words: this.#words, nulls }
  }

  #turnToText(): void {
    const texts = this.#texts ?? []
    for (let index = 0; index < this.#takenCount; index++) texts.push(this.#words[this.#taken[index] as number] as string)
    this.#pushCollected(texts)
    this.#takenCount = 0
    this.#collected.clear()
    this.#texts = texts
  }

  #pushCollected(texts: string[]): void {
    const { data, starts, ends, count } = this.#collected
    for (let index = 0; index < count; index++) texts.push(decodeText(data, starts[index] as number, ends[index] as number))
  }

  #codeOfWord(word: string): number {
    const known = this.#codeOf.get(word)
    if (known !== undefined) return known
    this.#codeOf.set(word, this.#words.length)
    return this.#words.push(word) - 1
  }

  #decode(texts: Collected, index: number): string {
    const start = texts.starts[index] as number
    const end = texts.ends[index] as number
    if (!isText(texts.data, start, end)) throw this.#unreadable()
    return decodeText(texts.data, start, end)
  }

  /** Checks the texts taken from a page, from the `at`-th on. A page of ASCII alone, lengths included, is checked at once. */
  #check(buffer: Uint8Array, at: number): void {
    if (this.#checkedBuffer !== buffer) {
      this.#checkedBuffer = buffer
      this.#isChecked = isAscii(buffer)
    }
    if (this.#isChecked) return
    const { data, starts, ends, count } = this.#collected
    for (let index = at; index < count; index++) {
      if (!isText(data, starts[index] as number, ends[index] as number)) throw this.#unreadable()
    }
  }

  #unreadable(): Error {
    const { column, context } = this.#source
    return parquetErrors.FORMATS_PARQUET_TEXT_UNREADABLE({ column, file: context.file })
  }
}

/** From here on, the runtime's own check is worth its call. */
const longText = 64

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start > longText ? isUtf8Buffer(bytes.subarray(start, end)) : isUtf8(bytes, start, end)
}
