/** A file elsewhere, read a range at a time. What is read from front to back is asked for ahead; the end, where formats look first, is kept. */
import { Readable } from 'node:stream'
import type { FileToRead, OpenedFile } from './file-store.ts'

/** Exactly these bytes, which are there. */
export type FetchRange = (offset: number, length: number) => Promise<Uint8Array>

const rangeBytes = 4_194_304
/** Ranges that are on their way or wait to be read. */
const rangesAhead = 3
/** A file of this size is fetched whole. */
const wholeBytesMax = 1_048_576
const endBytes = 65_536

interface Range {
  readonly start: number
  readonly end: number
  readonly bytes: Promise<Uint8Array>
}

function fetched(fetch: FetchRange, start: number, end: number): Range {
  const bytes = fetch(start, end - start)
  // The error is raised where the bytes are waited for, which may be never.
  bytes.catch(() => {})
  return { start, end, bytes }
}

async function copied({ start, end, bytes }: Range, into: Uint8Array, at: number, length: number, offset: number): Promise<number> {
  const part = (await bytes).subarray(offset - start, Math.min(end, offset + length) - start)
  into.set(part, at)
  return part.length
}

/** For reading towards the end. */
class ForwardFile implements OpenedFile {
  readonly #size: number
  readonly #fetch: FetchRange
  #ranges: Range[] = []

  constructor(size: number, fetch: FetchRange) {
    this.#size = size
    this.#fetch = fetch
  }

  async read(into: Uint8Array, at: number, length: number, offset: number): Promise<number> {
    if (offset >= this.#size || length === 0) return 0
    this.#ranges = this.#ranges.filter(({ start, end }) => (start <= offset ? end > offset : true))
    if ((this.#ranges[0]?.start ?? 0) > offset) this.#ranges = []
    let next = this.#ranges.at(-1)?.end ?? offset
    while (this.#ranges.length < rangesAhead && next < this.#size) {
      const end = Math.min(this.#size, next + rangeBytes)
      this.#ranges.push(fetched(this.#fetch, next, end))
      next = end
    }
    const [range] = this.#ranges
    return range === undefined ? 0 : copied(range, into, at, length, offset)
  }

  async close(): Promise<void> {
    const ranges = this.#ranges
    this.#ranges = []
    await Promise.allSettled(ranges.map(({ bytes }) => bytes))
  }
}

/** For reading here and there. */
class ScatteredFile implements OpenedFile {
  readonly #size: number
  readonly #fetch: FetchRange
  #end: Range | null = null

  constructor(size: number, fetch: FetchRange) {
    this.#size = size
    this.#fetch = fetch
  }

  async read(into: Uint8Array, at: number, length: number, offset: number): Promise<number> {
    const end = Math.min(this.#size, offset + length)
    if (end <= offset) return 0
    const endStart = this.#size <= wholeBytesMax ? 0 : this.#size - endBytes
    if (offset >= endStart) {
      this.#end ??= fetched(this.#fetch, endStart, this.#size)
      return copied(this.#end, into, at, length, offset)
    }
    return copied(fetched(this.#fetch, offset, end), into, at, length, offset)
  }

  async close(): Promise<void> {
    await this.#end?.bytes.catch(() => {})
  }
}

export function openRemote({ size }: FileToRead, fetch: FetchRange, order: 'forward' | 'any'): OpenedFile {
  return order === 'forward' ? new ForwardFile(size, fetch) : new ScatteredFile(size, fetch)
}

/** The bytes of a file from `start` on. */
export function streamRemote(file: FileToRead, fetch: FetchRange, start: number): Readable {
  return Readable.from(chunksOf(new ForwardFile(file.size, fetch), start), { objectMode: false })
}

async function* chunksOf(file: OpenedFile, start: number): AsyncGenerator<Uint8Array> {
  for (let offset = start; ; ) {
    const bytes = new Uint8Array(wholeBytesMax)
    const count = await file.read(bytes, 0, bytes.length, offset)
    if (count === 0) return
    offset += count
    yield bytes.subarray(0, count)
  }
}
