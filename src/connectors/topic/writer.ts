/** Writes rows as records of a topic: in transactions that checkpoints commit, or at once. */
import type { Clock } from '#base'
import type { Batch } from '#data'
import { BatchBuilder, type BuiltBatch, partitionOfKey, type Topic, type Topics, type Transaction } from '#topics'
import type { SinkWriter, WriteRequest } from '../connector.ts'
import { persistently } from '../failure.ts'
import type { MessageTable } from '../message-table.ts'
import { type EncodedMessages, MessageWriter } from '../message-writer.ts'
import { describeTopicFailure, topicFailureKind } from './errors.ts'
import type { WrittenMetadata } from './record-columns.ts'

export interface WriterPlan {
  readonly topics: Topics
  readonly topic: Topic
  readonly messages: MessageTable
  readonly metadata: WrittenMetadata
  readonly clock: Clock
  readonly partitioner: string
  /** Which of several writers this is. */
  readonly writer: number
  /** Rows are visible at their checkpoint, exactly once. */
  readonly isTransactional: boolean
  /** Who transactions belong to that outlive the process; null: none do. */
  readonly owner: string | null
}

/** What `prepare` gives to `commit`; null where there was nothing. */
export interface TopicCommit {
  readonly transaction: string
}

/** So many bytes are collected before they are written. */
const collectedBytesMax = 1_048_576
/** So many may be on their way before the writer of rows has to wait. */
const sentBytesMax = 16_777_216
/** Records without a key go to one partition for so many rows, and then to the next. */
const stickyRows = 4096

export class TopicWriter implements SinkWriter {
  readonly #plan: WriterPlan
  readonly #request: WriteRequest
  readonly #encoder: MessageWriter
  #builders: BatchBuilder[]
  #transaction: Transaction | null = null
  /** Those that are void once the writer is closed. */
  readonly #prepared = new Map<string, Transaction>()
  /** The write before; each is tried again until it succeeds, so that records keep their order. */
  #sent: Promise<unknown> = Promise.resolve()
  #sentBytes = 0
  #rows = 0
  #isClosed = false
  #failure: { readonly error: unknown } | null = null

  constructor(plan: WriterPlan, request: WriteRequest) {
    this.#plan = plan
    this.#request = request
    this.#encoder = new MessageWriter(plan.messages, request.schema)
    this.#builders = buildersOf(plan.topic)
  }

  write(batch: Batch): void | Promise<void> {
    const waiting = this.#encoder.encode(batch, (messages) => this.#take(messages))
    return waiting === undefined ? this.#pressure() : waiting.then(() => this.#pressure())
  }

  #take(encoded: EncodedMessages): void {
    this.#check()
    const { keys, values, metadata, length } = encoded
    const { metadata: written } = this.#plan
    const nowMs = this.#plan.clock.nowMs()
    const hasMetadata = metadata.size > 0
    for (let row = 0; row < length; row++) {
      const partition = this.#partitionOf(keys, row)
      const timeMs = hasMetadata ? (written.timeMs(metadata, row) ?? nowMs) : nowMs
      const headers = hasMetadata && written.hasHeaders ? written.headers(metadata, row) : null
      ;(this.#builders[partition] as BatchBuilder).add(values, keys, row, timeMs, headers)
    }
    const collected = this.#builders.reduce((sum, builder) => sum + builder.length, 0)
    if (collected >= (this.#plan.isTransactional || this.#sentBytes > 0 ? collectedBytesMax : 1)) this.#send()
  }

  #pressure(): void | Promise<void> {
    return this.#sentBytes > sentBytesMax ? this.#sent.then(() => {}) : undefined
  }

  #partitionOf(keys: EncodedMessages['keys'], row: number): number {
    const { partitioner, writer } = this.#plan
    const count = this.#builders.length
    if (count === 1) return 0
    if (partitioner === 'fixed') return writer % count
    const end = keys === null ? -1 : (keys.ends[row] as number)
    if (keys !== null && end >= 0) return partitionOfKey(keys.bytes, keys.starts[row] as number, end, count)
    const turn = this.#rows++
    return (writer + (partitioner === 'round-robin' ? turn : Math.floor(turn / stickyRows))) % count
  }

  /** Writes what was collected, without waiting for it. */
  #send(): void {
    const { topics, topic, isTransactional, owner } = this.#plan
    const parts: [number, BuiltBatch[]][] = []
    for (const [partition, builder] of this.#builders.entries()) if (builder.length > 0) parts.push([partition, builder.take()])
    if (parts.length === 0) return
    if (isTransactional) this.#transaction ??= topics.begin(owner)
    const transaction = this.#transaction
    const bytes = parts.reduce((sum, [, batches]) => sum + batches.reduce((total, batch) => total + batch.bytes.length, 0), 0)
    this.#sentBytes += bytes
    const send = ([partition, batches]: [number, BuiltBatch[]]): Promise<unknown> =>
      this.#persistently<unknown>(() =>
        transaction === null ? topic.write(partition, batches) : transaction.write(topic, partition, batches),
      )
    this.#sent = this.#sent
      .then(() => (this.#failure === null ? Promise.all(parts.map(send)) : null))
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .then(() => this.#settle(bytes))
  }

  #settle(bytes: number): void {
    this.#sentBytes -= bytes
    this.#request.meter.bytes += bytes
    // Rows that came while the disk was busy need not wait for others.
    if (!this.#plan.isTransactional && this.#sentBytes === 0) this.#send()
  }

  #check(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  #persistently<T>(attempt: () => Promise<T>): Promise<T> {
    return persistently(attempt, {
      kindOf: topicFailureKind,
      describe: describeTopicFailure,
      retryMsMax: Number.POSITIVE_INFINITY,
      meter: this.#request.meter,
      clock: this.#plan.clock,
      signal: this.#request.signal,
    })
  }

  async prepare(): Promise<TopicCommit | null> {
    await this.#encoder.settle()
    this.#send()
    while (this.#sentBytes > 0) await this.#sent
    this.#check()
    const { topic } = this.#plan
    if (topic.partitions > this.#builders.length) this.#builders = buildersOf(topic)
    const transaction = this.#transaction
    this.#transaction = null
    if (transaction === null) return null
    await this.#persistently(() => transaction.prepare())
    if (this.#plan.owner === null) this.#prepared.set(transaction.id, transaction)
    return { transaction: transaction.id }
  }

  async commit(record: unknown): Promise<void> {
    if (record === null) return
    const { transaction } = record as TopicCommit
    await this.#persistently(() => this.#plan.topics.commit(transaction))
    this.#prepared.delete(transaction)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    while (this.#sentBytes > 0) await this.#sent
    for (const transaction of [...this.#prepared.values(), this.#transaction]) await transaction?.abort()
    await this.#encoder.close()
    this.#plan.topics.close()
  }
}

function buildersOf(topic: Topic): BatchBuilder[] {
  return Array.from({ length: topic.partitions }, () => new BatchBuilder())
}
