/**
 * Reads the batches of one file of records. Bytes come in chunks, the next one while the last is decoded; what is left of a record at
 * the end of a chunk moves in front of the next, so that a record is longer than a chunk only where it has to be.
 */
import type { Batch } from '#data'
import type { RecordDecoder } from '#formats'
import type { ByteInput } from './byte-input.ts'
import { openInput } from './byte-input.ts'
import { compressionOf } from './compression.ts'
import { filesystemErrors } from './errors.ts'
import type { FileStore, FileToRead } from './stores/file-store.ts'

const chunkBytesMax = 2_097_152
/** Room in front of a chunk for the start of its first record. */
const headBytes = 65_536

export interface RecordFile extends FileToRead {
  readonly format: string
  readonly recordBytesMax: number
}

/** A part of a file between ends of records; without an end up to that of the file. */
export interface RecordRange {
  readonly start: number
  readonly end: number | null
}

/** Where reading stands in a file; the offset counts decompressed bytes, and records those of the range. */
export interface RecordPosition {
  readonly offset: number
  readonly records: number
  /** Left out: all of the file. */
  readonly range?: RecordRange
}

export class RecordReader {
  readonly #file: RecordFile
  readonly #decoder: RecordDecoder
  readonly #input: ByteInput
  readonly #chunkBytes: number
  readonly #range: RecordRange | undefined
  #current: Uint8Array<ArrayBuffer>
  #spare: Uint8Array<ArrayBuffer>
  /** Bounds of the bytes that are not decoded yet. */
  #start = headBytes
  #end = headBytes
  /** Offset in the file of `#end`. */
  #offset: number
  #last = false
  #ahead: Promise<number> | null = null

  private constructor(file: RecordFile, decoder: RecordDecoder, input: ByteInput, from: RecordPosition) {
    this.#file = file
    this.#decoder = decoder
    this.#input = input
    this.#offset = from.offset
    this.#range = from.range
    // A small file needs no more room than it has bytes; how many a compressed one has is not known.
    this.#chunkBytes = compressionOf(file.path) === null ? Math.max(1, Math.min(file.size, chunkBytesMax)) : chunkBytesMax
    this.#current = new Uint8Array(headBytes + this.#chunkBytes)
    this.#spare = new Uint8Array(headBytes + this.#chunkBytes)
    const start = from.range?.start ?? 0
    decoder.begin(start === 0 ? file.path : `${file.path}, from byte ${start} on`, from.records, start > 0)
    this.#readAhead()
  }

  static async open(store: FileStore, file: RecordFile, decoder: RecordDecoder, from: RecordPosition): Promise<RecordReader> {
    return new RecordReader(file, decoder, await openInput(store, file, from.offset, from.range?.end ?? null), from)
  }

  position(): RecordPosition {
    const range = this.#range === undefined ? {} : { range: this.#range }
    return { offset: this.#offset - (this.#end - this.#start), records: this.#decoder.records, ...range }
  }

  /** The next rows; null at the end of the file. Waits only for bytes. */
  read(): Batch | null | Promise<Batch | null> {
    for (;;) {
      if (this.#start < this.#end) {
        const before = this.#start
        this.#start = this.#decoder.decode(this.#current, this.#start, this.#end, this.#last)
        if (this.#decoder.batch.length > 0) return this.#decoder.batch
        if (this.#start !== before && this.#start < this.#end) continue
      }
      if (this.#last) return null
      return this.#readMore()
    }
  }

  async #readMore(): Promise<Batch | null> {
    do await this.#nextChunk()
    while (!this.#last && this.#start === this.#end)
    return this.read()
  }

  #readAhead(): void {
    this.#ahead = this.#input.fill(this.#spare, headBytes)
    // The error is raised where the bytes are waited for, which may be never.
    this.#ahead.catch(() => {})
  }

  async #nextChunk(): Promise<void> {
    this.#checkLength()
    const count = (await this.#ahead) ?? 0
    this.#offset += count
    if (count === 0) {
      this.#last = true
      return
    }
    const left = this.#end - this.#start
    const rest = this.#current.subarray(this.#start, this.#end)
    if (left <= headBytes && this.#current.length === this.#spare.length) {
      this.#spare.set(rest, headBytes - left)
      const filled = this.#spare
      this.#spare = this.#current
      this.#current = filled
      this.#start = headBytes - left
    } else {
      this.#joinLong(rest, count)
    }
    this.#end = this.#start + left + count
    this.#readAhead()
  }

  /** A record that is longer than the head gets an array of its own. */
  #joinLong(rest: Uint8Array, count: number): void {
    const size = Math.max(headBytes + this.#chunkBytes, rest.length + count)
    const joined = new Uint8Array(size)
    joined.set(rest)
    joined.set(this.#spare.subarray(headBytes, headBytes + count), rest.length)
    this.#current = joined
    this.#start = 0
  }

  #checkLength(): void {
    const { recordBytesMax, path, format } = this.#file
    if (this.#end - this.#start <= recordBytesMax) return
    if (!this.#decoder.lenient) {
      const record = this.#decoder.records + 1
      throw filesystemErrors.CONNECTORS_FILESYSTEM_RECORD_TOO_LONG({ record, path, limit: recordBytesMax, format })
    }
    this.#start = this.#decoder.discard(this.#current, this.#start, this.#end)
  }

  async close(): Promise<void> {
    await this.#ahead?.catch(() => 0)
    await this.#input.close()
  }
}
