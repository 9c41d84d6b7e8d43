/**
 * Batches of records as Kafka keeps them (form 2, KIP-98): a head of 61 bytes, then the records one after another, compressed together
 * where that is asked for. Numbers within records are zigzag varints.
 *
 * | head              | bytes |                                                                 |
 * |-------------------|-------|-----------------------------------------------------------------|
 * | base offset       | 8     | 0: the broker fills it in                                       |
 * | length            | 4     | of what follows                                                 |
 * | leader epoch      | 4     | −1                                                              |
 * | form              | 1     | 2                                                               |
 * | checksum          | 4     | CRC-32C of all that follows                                     |
 * | attributes        | 2     | bits 0–2 compression, 4 part of a transaction                   |
 * | last offset delta | 4     | records − 1                                                     |
 * | time stamps       | 8 + 8 | the base of the records' deltas, and the latest                 |
 * | producer          | 8 + 2 | id and epoch, −1 where there is none                            |
 * | base sequence     | 4     | which the broker knows repetitions by, −1 without a producer    |
 * | records           | 4     |                                                                 |
 */
import { compressionsAlgorithms } from '@platformatic/kafka'
import type { Messages } from '#formats'
import { checksum } from './record-checksum.ts'
import { timeSize, VarintReader, varintSize, writeTime, writeVarint } from './record-varint.ts'

const headBytes = 61
const lengthAt = 8
const leaderEpochAt = 12
const formAt = 16
const checksumAt = 17
const attributesAt = 21

export type CompressionName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

const transactional = 1 << 4

/** Bytes around key and value of a record at most: its length, attributes, deltas, two lengths and the count of headers. */
export const recordOverheadMax = 5 + 1 + 10 + 5 + 5 + 5 + 5

/** Who writes, as the broker knows it. */
export interface ProducerIdentity {
  readonly id: bigint
  readonly epoch: number
}
export const noProducer: ProducerIdentity = { id: -1n, epoch: -1 }

export interface BatchSeal {
  readonly producer: ProducerIdentity
  readonly baseSequence: number
  readonly isTransactional: boolean
}

/** One half of messages with its bytes at hand for copying. */
export class MessageHalf {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly starts: Int32Array
  readonly ends: Int32Array

  constructor({ bytes, starts, ends }: Messages) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.starts = starts
    this.ends = ends
  }
}

/** A batch that records are added to, and that is then sealed, sent and perhaps sent again. */
export class RecordBatch {
  #bytes: Uint8Array
  #view: DataView
  #used = headBytes
  #count = 0
  #baseTimestamp = 0
  #maxTimestamp = 0
  /** The records compressed, once that was needed. */
  #compressed: Uint8Array | null = null

  /** It grows beyond the capacity that it begins with. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** Records in it. */
  get count(): number {
    return this.#count
  }

  /** Bytes as they are before compression, the head included. */
  get length(): number {
    return this.#used
  }

  /** Takes all records out, so that it can be filled again. */
  clear(): void {
    this.#used = headBytes
    this.#count = 0
    this.#compressed = null
  }

  /** Adds a record. `headers`: as `encodeHeaders` writes them; null: none. The time is in epoch milliseconds. */
  add(keys: MessageHalf | null, values: MessageHalf, place: number, timestamp: number, headers: Uint8Array | null): void {
    const keyStart = keys === null ? 0 : (keys.starts[place] as number)
    const keySize = sizeOf(keys, place)
    const valueStart = values.starts[place] as number
    const valueSize = sizeOf(values, place)
    if (this.#count === 0) {
      this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    } else if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    const time = timestamp - this.#baseTimestamp
    const body =
      (time === 0 ? 1 : timeSize(time)) +
      varintSize(this.#count) +
      varintSize(keySize) +
      varintSize(valueSize) +
      (keySize > 0 ? keySize : 0) +
      (valueSize > 0 ? valueSize : 0) +
      (headers === null ? 2 : 1 + headers.length)
    if (this.#used + body + 5 > this.#bytes.length) this.#grow(this.#used + body + 5)
    const bytes = this.#bytes
    let at = writeVarint(bytes, this.#used, body)
    bytes[at++] = 0
    if (time === 0) bytes[at++] = 0
    else at = writeTime(bytes, at, time)
    at = writeVarint(bytes, at, this.#count)
    at = writeVarint(bytes, at, keySize)
    if (keys !== null && keySize > 0) at = copyBytes(keys, keyStart, keySize, bytes, this.#view, at)
    at = writeVarint(bytes, at, valueSize)
    if (valueSize > 0) at = copyBytes(values, valueStart, valueSize, bytes, this.#view, at)
    if (headers === null) bytes[at++] = 0
    else {
      bytes.set(headers, at)
      at += headers.length
    }
    this.#used = at
    this.#count++
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  /** The whole batch as it is sent. Valid until it is sealed again; sealing it again for another producer is allowed. */
  seal({ producer, baseSequence, isTransactional }: BatchSeal, compression: CompressionName): Buffer {
    const records = compression === 'none' ? null : this.#compress(compression)
    const whole = records === null ? bufferOf(this.#bytes, this.#used) : Buffer.allocUnsafe(headBytes + records.length)
    if (records !== null) whole.set(records, headBytes)
    whole.writeBigInt64BE(0n, 0)
    whole.writeInt32BE(whole.length - leaderEpochAt, lengthAt)
    whole.writeInt32BE(-1, leaderEpochAt)
    whole[formAt] = 2
    let at = whole.writeInt16BE(compressionsAlgorithms[compression].bitmask | (isTransactional ? transactional : 0), attributesAt)
    at = whole.writeInt32BE(this.#count - 1, at)
    at = whole.writeBigInt64BE(BigInt(this.#baseTimestamp), at)
    at = whole.writeBigInt64BE(BigInt(this.#maxTimestamp), at)
    at = whole.writeBigInt64BE(producer.id, at)
    at = whole.writeInt16BE(producer.epoch, at)
    at = whole.writeInt32BE(baseSequence, at)
    whole.writeInt32BE(this.#count, at)
    whole.writeUInt32BE(checksum(whole.subarray(attributesAt)), checksumAt)
    return whole
  }

  #compress(compression: CompressionName): Uint8Array {
    this.#compressed ??= compressionsAlgorithms[compression].compressSync(bufferOf(this.#bytes, this.#used).subarray(headBytes))
    return this.#compressed
  }

  /** The record at a place: where its key and value lie in `bytes`, ends −1 where there is none, and its time. */
  *records(): Generator<PlacedRecord> {
    const reader = new VarintReader(this.#bytes, headBytes)
    for (let place = 0; place < this.#count; place++) {
      const size = reader.next()
      const end = reader.at + size
      reader.at++
      const timestamp = this.#baseTimestamp + reader.nextTime()
      reader.next()
      const key = reader.stretch()
      const value = reader.stretch()
      yield { timestamp, key, value, headers: this.#bytes.subarray(reader.at, end) }
      reader.at = end
    }
  }

  /** Two batches with half of the records each, for a broker that finds the whole one too large. */
  halves(): readonly [RecordBatch, RecordBatch] {
    const half = this.#count >> 1
    const first = new RecordBatch(this.#used)
    const second = new RecordBatch(this.#used)
    let place = 0
    for (const record of this.records()) (place++ < half ? first : second).addRecord(record)
    return [first, second]
  }

  addRecord({ timestamp, key, value, headers }: PlacedRecord): void {
    this.add(key === null ? null : halfOf(key), halfOf(value), 0, timestamp, headers)
  }
}

/** A record of a batch; its bytes belong to the batch. */
export interface PlacedRecord {
  readonly timestamp: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** The count of headers, and the headers. */
  readonly headers: Uint8Array
}

function sizeOf(half: MessageHalf | null, place: number): number {
  if (half === null) return -1
  const end = half.ends[place] as number
  return end < 0 ? -1 : end - (half.starts[place] as number)
}

function halfOf(bytes: Uint8Array | null): MessageHalf {
  const starts = Int32Array.of(0)
  return bytes === null
    ? new MessageHalf({ bytes: new Uint8Array(0), starts, ends: Int32Array.of(-1), length: 1 })
    : new MessageHalf({ bytes, starts, ends: Int32Array.of(bytes.length), length: 1 })
}

function bufferOf(bytes: Uint8Array, length: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, length)
}

/** Above it a call of `set` is faster. */
const shortBytes = 160

/** Copies eight bytes at a time: most keys and values have some dozen. */
function copyBytes(from: MessageHalf, start: number, size: number, to: Uint8Array, toView: DataView, at: number): number {
  if (size > shortBytes) to.set(from.bytes.subarray(start, start + size), at)
  else if (size >= 8) {
    const { view } = from
    for (let i = 0; i < size - 8; i += 8) toView.setBigInt64(at + i, view.getBigInt64(start + i, true), true)
    // The last eight may go over some that are there.
    toView.setBigInt64(at + size - 8, view.getBigInt64(start + size - 8, true), true)
  } else for (let i = 0; i < size; i++) to[at + i] = from.bytes[start + i] as number
  return at + size
}
