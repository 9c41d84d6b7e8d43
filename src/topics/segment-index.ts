/**
 * Some places in a segment: the batch at each, and the latest time of a record up to it, so that offsets and times are found without
 * reading all. It is written when a segment is full, and made anew from the segment where it is missing or damaged.
 */
import { crc32 } from 'node:zlib'
import type { BatchHead } from './record-batch.ts'

export interface IndexEntry {
  /** Number of the first record of the batch in its segment. */
  readonly record: number
  /** Where the batch begins. */
  readonly position: number
  /** Latest time of the records before it; −∞ when there are none. */
  readonly latestBeforeMs: number
}

/** Bytes between two entries. */
const stepBytes = 65_536
const entryBytes = 16
const headBytes = 24
const indexMark = 0x3149544d

export class SegmentIndex {
  #entries: IndexEntry[] = []
  #records = 0
  #bytes = 0
  #latestMs = Number.NEGATIVE_INFINITY
  #firstMs = Number.POSITIVE_INFINITY

  /** Records of the segment. */
  get records(): number {
    return this.#records
  }

  /** Bytes of the segment. */
  get bytes(): number {
    return this.#bytes
  }

  /** Latest time of a record of the segment; −∞ when it has none. */
  get latestMs(): number {
    return this.#latestMs
  }

  /** Time of the first record of a segment that was gone through; ∞ when it has none. */
  get firstMs(): number {
    return this.#firstMs
  }

  /** Notes the batch that follows. */
  add({ bytes, records, firstMs, latestMs }: Pick<BatchHead, 'bytes' | 'records' | 'firstMs' | 'latestMs'>): void {
    if (this.#records === 0) this.#firstMs = firstMs
    const last = this.#entries.at(-1)
    if (last === undefined || this.#bytes - last.position >= stepBytes)
      this.#entries.push({ record: this.#records, position: this.#bytes, latestBeforeMs: this.#latestMs })
    this.#bytes += bytes
    this.#records += records
    this.#latestMs = Math.max(this.#latestMs, latestMs)
  }

  /** A place at or before a record. */
  before(record: number): IndexEntry {
    return this.#entries.findLast((entry) => entry.record <= record) ?? start
  }

  /** A place at or before the first record whose time is at least `timeMs`. */
  beforeTime(timeMs: number): IndexEntry {
    return this.#entries.findLast((entry) => entry.latestBeforeMs < timeMs) ?? start
  }

  encode(): Uint8Array {
    const bytes = new Uint8Array(headBytes + this.#entries.length * entryBytes)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, indexMark, true)
    view.setUint32(8, this.#records, true)
    view.setUint32(12, this.#bytes, true)
    view.setFloat64(16, this.#latestMs, true)
    for (const [i, entry] of this.#entries.entries()) {
      const at = headBytes + i * entryBytes
      view.setUint32(at, entry.record, true)
      view.setUint32(at + 4, entry.position, true)
      view.setFloat64(at + 8, entry.latestBeforeMs, true)
    }
    view.setUint32(4, crc32(bytes.subarray(8)), true)
    return bytes
  }

  /** Null where the bytes are no index of a segment of this length. */
  static decode(bytes: Uint8Array, segmentBytes: number): SegmentIndex | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (bytes.length < headBytes || bytes.length % 8 !== 0 || view.getUint32(0, true) !== indexMark) return null
    if (view.getUint32(4, true) !== crc32(bytes.subarray(8)) || view.getUint32(12, true) !== segmentBytes) return null
    const index = new SegmentIndex()
    index.#records = view.getUint32(8, true)
    index.#bytes = segmentBytes
    index.#latestMs = view.getFloat64(16, true)
    for (let at = headBytes; at < bytes.length; at += entryBytes)
      index.#entries.push({
        record: view.getUint32(at, true),
        position: view.getUint32(at + 4, true),
        latestBeforeMs: view.getFloat64(at + 8, true),
      })
    return index
  }
}

const start: IndexEntry = { record: 0, position: 0, latestBeforeMs: Number.NEGATIVE_INFINITY }
