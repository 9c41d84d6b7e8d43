/**
 * Takes messages out of the bytes that a broker keeps of a partition: batches of records in Kafka's form 2 (KIP-98), one after another,
 * the last of which may be cut off. The head of a batch has 61 bytes; its checksum covers all from the attributes on.
 */
import { batchRows } from '#data'
import { kafkaErrors } from './errors.ts'
import { checksum } from './record-checksum.ts'
import { compressionNames, unpackRecords } from './record-compression.ts'

const headBytes = 61
/** Of the head before the checksum, which does not cover it. */
const uncheckedBytes = 21
/** Base offset and length: what a batch has besides the bytes that its length counts. */
const lengthEnd = 12

/** Offsets are told to no one above this. */
const offsetMax = Number.MAX_SAFE_INTEGER

const attributes = { compression: 7, logAppendTime: 8, transactional: 16, control: 32 } as const

/** A transaction that was aborted; its messages are left out from the first one on until the mark of its end. */
export interface AbortedTransaction {
  readonly producer: number
  readonly firstOffset: number
}

/** What a broker answered about a partition. */
export interface PartitionBytes {
  readonly bytes: Uint8Array
  /** The offset that was asked for: messages before it may be there, too. */
  readonly from: number
  /** Messages from this offset on are not wanted. */
  readonly end: number
  /** In order of their first offsets; null where messages of transactions count like all others. */
  readonly aborted: readonly AbortedTransaction[] | null
}

/** Takes messages, such as a MessageReader. */
export interface MessageTaker {
  readonly isFull: boolean
  add(bytes: Uint8Array, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void
}

/** What is known of messages besides key and value, by place. */
export class RecordColumns {
  readonly offsets = new Float64Array(batchRows)
  readonly timestamps = new Float64Array(batchRows)
  readonly leaderEpochs = new Int32Array(batchRows)
  /** 0: none, 1: of who wrote the message, 2: of the broker. */
  readonly timestampTypes = new Uint8Array(batchRows)
  /** Where the headers of a message begin: their number, then each. */
  readonly headerStarts = new Int32Array(batchRows)
  readonly bytes: Uint8Array[] = []
  length = 0

  clear(): void {
    this.length = 0
    this.bytes.length = 0
  }
}

export class RecordBatchDecoder {
  readonly #topic: string
  readonly #partition: number
  readonly #checksCrc: boolean
  #input: PartitionBytes = { bytes: new Uint8Array(0), from: 0, end: 0, aborted: null }
  #view = new DataView(this.#input.bytes.buffer)
  /** Where the next batch begins. */
  #at = 0
  #abortedNext = 0
  readonly #abortedProducers = new Set<number>()
  readonly #records = new RecordBytes()
  /** Records of the present batch that are left. */
  #left = 0
  #baseOffset = 0
  #baseTimestamp = 0
  /** All records have this one; −1: each has its own. */
  #appendTimestamp = -1
  #hasTimestamps = true
  #leaderEpoch = 0
  /** After the last offset of the present batch. */
  #batchEnd = 0
  #position = 0
  #gotBatch = false

  constructor(topic: string, partition: number, checksCrc = true) {
    this.#topic = topic
    this.#partition = partition
    this.#checksCrc = checksCrc
  }

  /** Starts what a broker has answered. */
  begin(input: PartitionBytes): void {
    this.#input = input
    this.#view = new DataView(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength)
    this.#at = 0
    this.#left = 0
    this.#abortedNext = 0
    this.#abortedProducers.clear()
    this.#position = input.from
    this.#gotBatch = false
  }

  /** After the last message that was given or left out: where reading goes on. */
  get position(): number {
    return this.#position
  }

  /** Whether what was begun held a whole batch, so far. */
  get gotBatch(): boolean {
    return this.#gotBatch
  }

  /** Gives messages until the taker is full; false when all is given. */
  fill(taker: MessageTaker, columns: RecordColumns): boolean {
    for (;;) {
      if (this.#left > 0 && !this.#fillOfBatch(taker, columns)) return true
      if (this.#position >= this.#input.end || !this.#nextBatch()) return false
    }
  }

  /** False when the taker is full. */
  #fillOfBatch(taker: MessageTaker, columns: RecordColumns): boolean {
    const { from, end } = this.#input
    const records = this.#records
    const { bytes } = records
    const baseOffset = this.#baseOffset
    let left = this.#left
    let { length } = columns
    while (left > 0 && !taker.isFull) {
      const recordEnd = records.signed() + records.at
      records.at++
      const timestampDelta = records.signed()
      const offset = baseOffset + records.signed()
      const keyLength = records.signed()
      const keyStart = records.at
      if (keyLength > 0) records.at += keyLength
      const valueLength = records.signed()
      const valueStart = records.at
      if (valueLength > 0) records.at += valueLength
      // A number that is cut off is NaN, which is neither smaller nor larger.
      if (!(recordEnd <= bytes.length && records.at < recordEnd && offset < this.#batchEnd && keyLength >= -1 && valueLength >= -1))
        throw this.#damaged('A record does not end where it says.')
      left--
      if (offset >= from && offset < end) {
        columns.offsets[length] = offset
        columns.timestamps[length] = this.#appendTimestamp >= 0 ? this.#appendTimestamp : this.#baseTimestamp + timestampDelta
        columns.leaderEpochs[length] = this.#leaderEpoch
        columns.timestampTypes[length] = this.#hasTimestamps ? (this.#appendTimestamp >= 0 ? 2 : 1) : 0
        columns.headerStarts[length] = records.at
        columns.bytes[length] = bytes
        length++
        taker.add(bytes, keyStart, keyLength < 0 ? -1 : keyStart + keyLength, valueStart, valueLength < 0 ? -1 : valueStart + valueLength)
        this.#position = offset + 1
      }
      records.at = recordEnd
    }
    columns.length = length
    this.#left = left
    if (left > 0) return false
    if (records.at !== bytes.length) throw this.#damaged('A batch is longer than its records.')
    this.#position = Math.min(this.#batchEnd, Math.max(end, this.#position))
    return true
  }

  /** Goes to the next batch that has messages to give; false where none is whole. */
  #nextBatch(): boolean {
    const view = this.#view
    while (this.#at + lengthEnd <= view.byteLength) {
      const start = this.#at
      const length = view.getInt32(start + 8)
      const form = start + 16 < view.byteLength ? view.getInt8(start + 16) : 2
      if (form !== 2) throw this.#error('CONNECTORS_KAFKA_BATCH_TOO_OLD', { magic: form })
      if (length < headBytes - lengthEnd) throw this.#damaged('The length of a batch is too small.')
      const end = start + lengthEnd + length
      if (end > view.byteLength) return false
      this.#at = end
      this.#gotBatch = true
      if (this.#beginBatch(start, end)) return true
    }
    return false
  }

  /** Whether the batch has messages to give. */
  #beginBatch(start: number, end: number): boolean {
    const view = this.#view
    const baseOffset = readInt64(view, start)
    const flags = view.getInt16(start + 21)
    const batchEnd = baseOffset + view.getInt32(start + 23) + 1
    if (batchEnd > offsetMax) throw this.#error('CONNECTORS_KAFKA_OFFSET_TOO_LARGE', { offset: String(view.getBigInt64(start)) })
    if (!(baseOffset >= 0 && batchEnd > baseOffset)) throw this.#damaged('The offsets of a batch cannot be.')
    if (batchEnd <= this.#position) return false
    const { bytes } = this.#input
    if (this.#checksCrc && checksum(bytes.subarray(start + uncheckedBytes, end)) !== view.getUint32(start + 17)) {
      throw this.#damaged('Their checksum does not fit.')
    }
    if (this.#isLeftOut(start, flags, batchEnd)) {
      this.#position = batchEnd
      return false
    }
    this.#baseOffset = baseOffset
    this.#batchEnd = batchEnd
    this.#leaderEpoch = view.getInt32(start + 12)
    this.#baseTimestamp = readInt64(view, start + 27)
    const timestampMax = readInt64(view, start + 35)
    this.#hasTimestamps = timestampMax >= 0
    this.#appendTimestamp = (flags & attributes.logAppendTime) === 0 ? -1 : timestampMax
    this.#left = view.getInt32(start + 57)
    // Compaction may leave a batch without records.
    if (this.#left <= 0) {
      this.#position = batchEnd
      return false
    }
    this.#records.begin(this.#recordsOf(start, end, flags & attributes.compression), 0)
    return true
  }

  #recordsOf(start: number, end: number, compression: number): Uint8Array {
    const packed = this.#input.bytes.subarray(start + headBytes, end)
    if (compression === 0) return packed
    const unpacked = unpackRecords(compression, packed)
    if (unpacked === null)
      throw this.#damaged(`They cannot be unpacked from ${compressionNames[compression] ?? `compression ${compression}`}.`)
    return unpacked
  }

  /** Marks of the ends of transactions are no messages, and what was aborted is none for who reads what is committed. */
  #isLeftOut(start: number, flags: number, batchEnd: number): boolean {
    const producer = readInt64(this.#view, start + 43)
    const { aborted } = this.#input
    if (aborted === null) return (flags & attributes.control) !== 0
    for (let next = aborted[this.#abortedNext]; next !== undefined && next.firstOffset < batchEnd; next = aborted[++this.#abortedNext]) {
      this.#abortedProducers.add(next.producer)
    }
    if ((flags & attributes.control) !== 0) {
      this.#abortedProducers.delete(producer)
      return true
    }
    return (flags & attributes.transactional) !== 0 && this.#abortedProducers.has(producer)
  }

  #damaged(detail: string): Error {
    return this.#error('CONNECTORS_KAFKA_BATCH_DAMAGED', {}, detail)
  }

  #error(
    code: 'CONNECTORS_KAFKA_BATCH_DAMAGED' | 'CONNECTORS_KAFKA_BATCH_TOO_OLD' | 'CONNECTORS_KAFKA_OFFSET_TOO_LARGE',
    words: Readonly<Record<string, number | string>>,
    detail?: string,
  ): Error {
    const place = { offset: this.#position, partition: this.#partition, topic: this.#topic }
    return kafkaErrors[code]({ ...place, ...words }, { detail })
  }
}

/** Numbers of seven bits a byte, the smallest first. */
export class RecordBytes {
  bytes: Uint8Array = new Uint8Array(0)
  at = 0

  begin(bytes: Uint8Array, at: number): void {
    this.bytes = bytes
    this.at = at
  }

  /** A signed number, of up to 53 bits; NaN where the bytes end before it does. */
  signed(): number {
    const { bytes } = this
    const first = bytes[this.at++] as number
    if (first < 128) return (first >> 1) ^ -(first & 1)
    const second = bytes[this.at++] as number
    const low = (first & 127) | (second << 7)
    if (second < 128) return (low >> 1) ^ -(low & 1)
    return this.#long((first & 127) + (second & 127) * 128)
  }

  #long(low: number): number {
    let value = low
    for (let factor = 16_384; factor <= 2 ** 63; factor *= 128) {
      const byte = this.bytes[this.at++]
      if (byte === undefined) return Number.NaN
      value += (byte & 127) * factor
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    return Number.NaN
  }
}

/** Exact up to 53 bits. */
function readInt64(view: DataView, at: number): number {
  return view.getInt32(at) * 4_294_967_296 + view.getUint32(at + 4)
}

/** Where the whole batches of bytes end, by the offset after them, and how many bytes the next one lacks. */
export function wholeBatches(bytes: Uint8Array, from: number): { readonly end: number; readonly missingBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = from
  let at = 0
  while (at + headBytes <= bytes.length) {
    const next = at + lengthEnd + view.getInt32(at + 8)
    if (next > bytes.length) return { end, missingBytes: next - bytes.length }
    // What cannot be is told when it is decoded.
    if (next < at + headBytes) return { end: Math.max(end, from + 1), missingBytes: 0 }
    end = Math.max(end, readInt64(view, at) + view.getInt32(at + 23) + 1)
    at = next
  }
  return { end, missingBytes: at === bytes.length ? 0 : headBytes }
}
