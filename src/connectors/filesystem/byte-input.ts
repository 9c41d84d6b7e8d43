/** The bytes of a file from front to back, decompressed where its name says so. */
import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream'
import { type Compression, compressionOf } from './compression.ts'
import { fileError, filesystemErrors } from './errors.ts'
import type { FileStore, FileToRead, OpenedFile } from './stores/file-store.ts'

export interface ByteInput {
  /** Fills `into` from `start` to its end, or with what is left; returns the count of bytes, 0 at the end of the file. */
  fill(into: Uint8Array, start: number): Promise<number>
  close(): Promise<void>
}

/** Opens a file at an offset, which counts decompressed bytes; only what is not compressed can end before its end. */
export async function openInput(store: FileStore, file: FileToRead, offset: number, end: number | null = null): Promise<ByteInput> {
  const { path, size } = file
  const compression = compressionOf(path)
  if (compression === null) return new PlainInput(path, size, await store.open(file, 'forward'), offset, end)
  const input = new CompressedInput(store, file, compression)
  await input.pass(offset)
  return input
}

class PlainInput implements ByteInput {
  readonly #path: string
  readonly #size: number
  readonly #file: OpenedFile
  #offset: number
  readonly #end: number | null

  constructor(path: string, size: number, file: OpenedFile, offset: number, end: number | null) {
    this.#end = end
    this.#path = path
    this.#size = size
    this.#file = file
    this.#offset = offset
  }

  async fill(into: Uint8Array, start: number): Promise<number> {
    let at = start
    const stop = this.#end === null ? into.length : Math.min(into.length, start + this.#end - this.#offset)
    while (at < stop) {
      const bytesRead = await this.#file.read(into, at, stop - at, this.#offset)
      if (bytesRead === 0) break
      at += bytesRead
      this.#offset += bytesRead
    }
    // What was cut off while it was read would be missing from the answer without a word.
    if (at < stop && this.#offset < this.#size) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_SHRUNK({ path: this.#path })
    return at - start
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/** Decompresses a file, stream after stream until its last byte. */
class CompressedInput implements ByteInput {
  readonly #store: FileStore
  readonly #file: FileToRead
  readonly #path: string
  readonly #size: number
  readonly #compression: Compression
  /** Compressed bytes that earlier streams took. */
  #taken = 0
  #engine: (Transform & { readonly bytesWritten: number }) | null = null
  #chunks: AsyncIterator<Uint8Array> | null = null
  #chunk: Uint8Array = new Uint8Array(0)

  constructor(store: FileStore, file: FileToRead, compression: Compression) {
    this.#store = store
    this.#file = file
    this.#path = file.path
    this.#size = file.size
    this.#compression = compression
  }

  async fill(into: Uint8Array, start: number): Promise<number> {
    let at = start
    while (at < into.length) {
      if (this.#chunk.length === 0 && !(await this.#nextChunk())) break
      const part = this.#chunk.subarray(0, into.length - at)
      into.set(part, at)
      at += part.length
      this.#chunk = this.#chunk.subarray(part.length)
    }
    return at - start
  }

  /** Leaves out so many decompressed bytes. */
  async pass(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.#chunk.length === 0 && !(await this.#nextChunk())) return
      const passed = Math.min(left, this.#chunk.length)
      this.#chunk = this.#chunk.subarray(passed)
      left -= passed
    }
  }

  async #nextChunk(): Promise<boolean> {
    try {
      for (;;) {
        const chunks = this.#chunks ?? this.#openStream()
        if (chunks === null) return false
        const next = await chunks.next()
        if (next.done !== true) {
          this.#chunk = next.value
          return true
        }
        this.#endStream()
      }
    } catch (error) {
      throw this.#readError(error)
    }
  }

  #openStream(): AsyncIterator<Uint8Array> | null {
    if (this.#taken >= this.#size) return null
    const engine = this.#compression.create()
    pipeline(this.#store.stream(this.#file, this.#taken), engine, () => {})
    this.#engine = engine
    this.#chunks = engine[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
    return this.#chunks
  }

  #endStream(): void {
    this.#taken += this.#engine?.bytesWritten ?? 0
    this.#chunks = null
    if (this.#taken < this.#size && this.#compression.followedBy === 'nothing') throw this.#damaged(undefined)
  }

  #damaged(cause: unknown): Error {
    return filesystemErrors.CONNECTORS_FILESYSTEM_FILE_DAMAGED({ path: this.#path, compression: this.#compression.name }, { cause })
  }

  #readError(error: unknown): Error {
    const code = String((error as { code?: unknown }).code)
    if (code === 'Z_BUF_ERROR') {
      return filesystemErrors.CONNECTORS_FILESYSTEM_FILE_CUT({ path: this.#path, compression: this.#compression.name }, { cause: error })
    }
    return /^(Z_|ZSTD_)/.test(code) ? this.#damaged(error) : fileError(error, this.#path, 'read')
  }

  async close(): Promise<void> {
    this.#engine?.destroy()
    this.#engine = null
    this.#chunks = null
  }
}
