/**
 * The pages of a column chunk, one at a time. What was read of the file is handed out without waiting; when bytes are missing, `next`
 * says so and `load` fetches them.
 */
import { crc32 } from 'node:zlib'
import type { ReadableFile } from '../format.ts'
import type { FileContext } from './errors.ts'
import type { ChunkMetadata } from './metadata.ts'
import { type PageHeader, readPageHeader } from './page.ts'
import { bytesMissing } from './thrift-reader.ts'

/** Read at a time, so that small pages do not cost a read each. */
const stretchBytes = 1 << 20
/** A header holds a few numbers and, at most, the bounds of two texts. */
const headerBytesMax = 1 << 24

export interface Page {
  readonly header: PageHeader
  /** As it lies in the file; valid until the next call of `load`. */
  readonly body: Uint8Array
}

export class ChunkPages {
  readonly #file: ReadableFile
  readonly #context: FileContext
  readonly #end: number
  /** What lies in memory: the bytes of the file from `#at` on. */
  #bytes: Uint8Array = new Uint8Array(0)
  #offset = 0
  /** Place in the file of the end of `#bytes`. */
  #loadedTo: number
  /** Bytes from `#offset` on that are needed to go on. */
  #needed = 0

  constructor(file: ReadableFile, chunk: ChunkMetadata, context: FileContext) {
    this.#file = file
    this.#context = context
    this.#loadedTo = chunk.offset
    this.#end = chunk.offset + chunk.bytes
  }

  /** The next page; null at the end of the chunk; `missing` when `load` has to come first. */
  next(): Page | null | 'missing' {
    const loaded = this.#bytes.length - this.#offset
    const isComplete = this.#loadedTo === this.#end
    if (loaded === 0 && isComplete) return null
    if (loaded < this.#needed || loaded === 0) return 'missing'
    try {
      const [header, start] = readPageHeader(this.#bytes, this.#offset, this.#bytes.length, this.#context)
      const end = start + header.bytes
      if (end > this.#bytes.length) return this.#await(end - this.#offset)
      this.#offset = end
      this.#needed = 0
      const body = this.#bytes.subarray(start, end)
      if (header.crc !== null && header.crc !== (crc32(body) | 0)) throw this.#context.damaged('the check sum of a page is wrong')
      return { header, body }
    } catch (error) {
      if (error !== bytesMissing) throw error
      if (loaded > headerBytesMax) throw this.#context.damaged('a page header takes too many bytes')
      return this.#await(loaded + 1)
    }
  }

  async load(): Promise<void> {
    const left = this.#bytes.subarray(this.#offset)
    const count = Math.min(this.#end - this.#loadedTo, Math.max(this.#needed - left.length, stretchBytes))
    const read = await this.#file.read(this.#loadedTo, count)
    if (read.length !== count) throw this.#context.damaged(`it ends ${count - read.length} bytes early`)
    this.#loadedTo += count
    this.#offset = 0
    if (left.length === 0) {
      this.#bytes = read
      return
    }
    this.#bytes = new Uint8Array(left.length + count)
    this.#bytes.set(left)
    this.#bytes.set(read, left.length)
  }

  #await(needed: number): 'missing' {
    const available = this.#bytes.length - this.#offset + this.#end - this.#loadedTo
    if (needed > available) throw this.#context.damaged(`a page goes on ${needed - available} bytes behind the end of its column`)
    this.#needed = needed
    return 'missing'
  }
}
