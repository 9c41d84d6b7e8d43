/** Records as objects: for programs that write and read some at a time. What is fast goes by columns instead. */
import { BatchBuilder } from './batch-builder.ts'
import { topicErrors } from './errors.ts'
import { decodeHeaders, encodeHeaders, type Headers } from './headers.ts'
import { partitionOfKey } from './partition-of-key.ts'
import type { ByteColumn, RecordBatch } from './record-batch.ts'

/** A record to append. Texts are written as UTF-8. */
export interface NewRecord {
  /** Records of one key go to one partition, in order; left out: to any. */
  readonly key?: string | Uint8Array | null
  readonly value: string | Uint8Array | null
  readonly headers?: Headers
  /** Epoch milliseconds; left out: now. */
  readonly timeMs?: number
  /** Left out: the key chooses it. */
  readonly partition?: number
}

/** A record that was read. Key and value are buffers, of which `toString()` gives the text. */
export interface TopicRecord {
  readonly partition: number
  readonly offset: number
  readonly timeMs: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Headers
}

/** A record alone may have so many bytes. */
const recordBytesMax = 134_217_728

/** Deals records to the partitions of a topic. */
export class RecordSpreader {
  readonly #topic: string
  readonly #partitions: number
  readonly #builders = new Map<number, BatchBuilder>()
  /** Where records without a key go. */
  #next: number

  constructor(topic: string, partitions: number, first: number) {
    this.#topic = topic
    this.#partitions = partitions
    this.#next = first % partitions
  }

  add(record: NewRecord, nowMs: number): void {
    const key = bytesOf(record.key)
    const value = bytesOf(record.value)
    const headers = record.headers === undefined || record.headers.length === 0 ? null : encodeHeaders(record.headers)
    const bytes = (key?.length ?? 0) + (value?.length ?? 0) + (headers?.length ?? 0)
    if (bytes > recordBytesMax) throw topicErrors.TOPICS_RECORD_TOO_LONG({ bytes, topic: this.#topic, limit: recordBytesMax })
    const partition = record.partition ?? (key === null ? this.#next : partitionOfKey(key, 0, key.length, this.#partitions))
    if (!Number.isInteger(partition) || partition < 0 || partition >= this.#partitions) {
      throw topicErrors.TOPICS_PARTITION_NOT_FOUND({ topic: this.#topic, partition, last: this.#partitions - 1 })
    }
    let builder = this.#builders.get(partition)
    if (builder === undefined) {
      builder = new BatchBuilder()
      this.#builders.set(partition, builder)
    }
    builder.add(columnOf(value), key === null ? null : columnOf(key), 0, record.timeMs ?? nowMs, headers)
  }

  /** What was added, by partition. */
  take(): [number, BatchBuilder][] {
    return [...this.#builders]
  }
}

function bytesOf(value: string | Uint8Array | null | undefined): Uint8Array | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? Buffer.from(value) : value
}

const none = new Uint8Array(0)

function columnOf(value: Uint8Array | null): ByteColumn {
  return { bytes: value ?? none, starts: Int32Array.of(0), ends: Int32Array.of(value === null ? -1 : value.length), length: 1 }
}

/** The records of a batch, one at a time. Keys and values refer to its bytes. */
export function* recordsOf(batch: RecordBatch): Generator<TopicRecord> {
  const { partition, offset, keys, values, headers } = batch
  for (let row = 0; row < batch.length; row++) {
    const header = headers?.ends[row] ?? -1
    yield {
      partition,
      offset: offset + row,
      timeMs: batch.timeMs(row),
      key: keys === null ? null : bytesAt(keys, row),
      value: bytesAt(values, row),
      headers: headers === null || header < 0 ? [] : decodeHeaders(headers.bytes, headers.starts[row] ?? 0, header),
    }
  }
}

function bytesAt({ bytes, starts, ends }: ByteColumn, row: number): Buffer | null {
  const [start, end] = [starts[row] ?? 0, ends[row] ?? -1]
  return end < 0 ? null : Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
}
