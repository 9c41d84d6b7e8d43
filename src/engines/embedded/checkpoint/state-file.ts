/**
 * A file of state: blocks one after another, each a page of one part of one operator.
 *
 *     u32 operator · u32 part · u32 page · u32 rows · u32 bytes of columns · u32 CRC-32 of all that but itself, and of the columns
 *     columns, as data/encoded-vectors.ts writes them
 */
import { crc32 } from 'node:zlib'
import type { BlobStore } from '#blobs'
import { EncodedReader, EncodedWriter, readVector, type Vector, writeVector } from '#data'
import type { StateRows } from '#dataflow'
import { embeddedErrors } from '../errors.ts'
import type { SavedFile } from './manifest.ts'

const headBytes = 24
/** Bytes of a file read at once. */
const chunkBytes = 8_388_608

/** Which page of which part of which operator; operators and parts by their place in the manifest. */
export interface PageName {
  readonly keeper: number
  readonly part: number
  readonly page: number
}

/** Appends blocks to one run of bytes. */
export class PageWriter {
  readonly #blocks = new EncodedWriter()
  readonly #columns = new EncodedWriter()

  /** What was written so far; valid until the next call. */
  get bytes(): Uint8Array {
    return this.#blocks.bytes
  }

  clear(): void {
    this.#blocks.clear()
  }

  write({ keeper, part, page }: PageName, { length, columns }: StateRows): void {
    const encoded = this.#columns
    encoded.clear()
    for (const vector of columns) writeVector(encoded, vector, length)
    const blocks = this.#blocks
    const start = blocks.length
    for (const count of [keeper, part, page, length, encoded.length]) blocks.count(count)
    blocks.count(crc32(encoded.bytes, crc32(blocks.bytes.subarray(start))))
    blocks.raw(encoded.bytes)
  }
}

/** A block as it was found. */
export interface SavedPage extends PageName {
  readonly rows: number
  /** Bytes of the block. */
  readonly bytes: number
  /** Where the block is. */
  readonly at: number
  /** Reads the columns, of which there are `count`. */
  readonly read: (count: number) => Vector[]
}

/** Hands over the newest version of each page that state files hold, empty ones left out. Files are given oldest first. */
export async function readNewestPages(files: readonly SavedFile[], blobs: BlobStore, visit: (page: SavedPage) => void): Promise<void> {
  const seen = new Set<string>()
  for (const file of files.toReversed()) {
    const found: string[] = []
    await readPages(blobs, file.name, file.bytes, (each) => {
      const name = `${each.keeper}:${each.part}:${each.page}`
      found.push(name)
      if (!seen.has(name) && each.rows > 0) visit(each)
    })
    for (const name of found) seen.add(name)
  }
}

/** Looks at all checksums of a file, and at its length. */
export async function checkPages(blobs: BlobStore, name: string, length: number): Promise<void> {
  await readPages(blobs, name, length, () => undefined)
  const [found] = (await blobs.list(name)).filter((each) => each.name === name)
  if (found !== undefined && found.bytes !== length) {
    const detail = `It has ${found.bytes} bytes, expected ${length}.`
    throw embeddedErrors.ENGINE_CHECKPOINT_DAMAGED({ name, place: blobs.place }, { detail })
  }
}

/** Hands over all blocks of a file, in order. The bytes of a block are only valid during the call. */
async function readPages(blobs: BlobStore, name: string, length: number, visit: (page: SavedPage) => void): Promise<void> {
  const damaged = (at: number): Error =>
    embeddedErrors.ENGINE_CHECKPOINT_DAMAGED({ name, place: blobs.place }, { detail: `At byte ${at}.` })
  let at = 0
  while (at < length) {
    let chunk = await blobs.read(name, at, chunkBytes)
    const needed = blockLength(chunk)
    if (needed > chunk.length && needed <= length - at) chunk = await blobs.read(name, at, needed)
    let start = 0
    for (let size = needed; size <= chunk.length - start; size = blockLength(chunk.subarray(start))) {
      const page = openBlock(chunk.subarray(start, start + size), at + start, () => damaged(at + start))
      visit(page)
      start += size
    }
    if (start === 0) throw damaged(at)
    at += start
  }
}

/** The length of the block that the bytes begin with; infinite when even its head is cut. */
function blockLength(bytes: Uint8Array): number {
  if (bytes.length < headBytes) return Number.POSITIVE_INFINITY
  return headBytes + new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true)
}

function openBlock(block: Uint8Array, at: number, damaged: () => Error): SavedPage {
  const head = new EncodedReader(block)
  const [keeper, part, page, rows] = [head.count(), head.count(), head.count(), head.count()]
  head.count()
  const columns = block.subarray(headBytes)
  if (head.count() !== crc32(columns, crc32(block.subarray(0, headBytes - 4)))) throw damaged()
  return {
    keeper,
    part,
    page,
    rows,
    bytes: block.length,
    at,
    read: (count) => {
      const reader = new EncodedReader(columns)
      const vectors = Array.from({ length: count }, () => readVector(reader, rows))
      if (!reader.isAtEnd) throw damaged()
      return vectors
    },
  }
}
