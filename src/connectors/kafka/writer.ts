/**
 * Writes rows to topics. `write` puts them into the batches of their partitions, which are sent while it goes on; `prepare` waits until
 * the brokers have them all. With exactly-once they are part of a transaction that `commit` ends.
 */
import { timerMs } from '#base'
import type { Batch } from '#data'
import type { Messages } from '#formats'
import type { ConnectorTable, SinkWriter, WriteRequest } from '../connector.ts'
import type { EncodedMessages, MessageWriter } from '../message-writer.ts'
import { kafkaErrors } from './errors.ts'
import { MessageHalf, type PlacedRecord, recordOverheadMax } from './record-batch-encoder.ts'
import { refusal } from './refused-message.ts'
import type { TransactionRecord, Transactions } from './transactions.ts'
import type { WrittenMetadata } from './writer-metadata.ts'
import type { BatchStock } from './writer-partition.ts'
import type { Route, Routes } from './writer-routes.ts'
import type { Sender } from './writer-sender.ts'
import type { WriterSettings } from './writer-settings.ts'
import { type HeldMessage, HeldUpserts, ownBytes } from './writer-upserts.ts'

export interface WriterParts {
  readonly table: ConnectorTable
  readonly settings: WriterSettings
  readonly request: WriteRequest
  readonly messages: MessageWriter
  readonly metadata: WrittenMetadata
  readonly routes: Routes
  /** Where rows go that do not say so themselves; null: they say so. */
  readonly route: Route | null
  readonly stock: BatchStock
  readonly sender: Sender
  /** Null without exactly-once. */
  readonly transactions: Transactions | null
  /** Ends the connections, and what is not to be committed. */
  readonly end: () => Promise<void>
}

export class KafkaWriter implements SinkWriter {
  readonly #parts: WriterParts
  readonly #held: HeldUpserts | null
  #heldTimer: NodeJS.Timeout | null = null

  constructor(parts: WriterParts) {
    this.#parts = parts
    this.#held = parts.settings.flushRows > 0 ? new HeldUpserts() : null
  }

  write(batch: Batch): void | Promise<void> {
    this.#parts.sender.check()
    const waiting = this.#parts.messages.encode(batch, (messages) => this.#take(messages))
    return waiting === undefined ? this.#pressure() : waiting.then(() => this.#pressure())
  }

  /** A promise while more is on its way than memory is meant for. */
  #pressure(): void | Promise<void> {
    const { stock, settings, sender } = this.#parts
    sender.pump()
    const bytesMax = settings.bufferBytes
    if (stock.bytes > bytesMax) return sender.until(bytesMax / 2)
    if (this.#held !== null && this.#held.bytes > bytesMax / 2) this.#release()
    return undefined
  }

  #take(encoded: EncodedMessages): void {
    if (this.#held === null) this.#enqueue(encoded)
    else this.#hold(this.#held, encoded)
  }

  #enqueue({ keys, values, metadata: columns, length }: EncodedMessages): void {
    const { table, route, metadata, settings } = this.#parts
    const keyHalf = keys === null ? null : new MessageHalf(keys)
    const valueHalf = new MessageHalf(values)
    const nowMs = table.clock.nowMs()
    const sinceMs = table.clock.monotonicMs()
    const sizeMax = settings.requestBytes - recordOverheadMax - batchOverhead
    metadata.columns = columns
    const { hasAny } = metadata
    for (let place = 0; place < length; place++) {
      const timestamp = hasAny ? (metadata.timestamp(place) ?? nowMs) : nowMs
      const headers = hasAny ? metadata.headers(place) : null
      const way = route ?? this.#routeOf(metadata.topic(place))
      const bytes = sizeAt(keys, place) + sizeAt(values, place) + (headers === null ? 0 : headers.length)
      if (bytes > sizeMax) {
        this.#refuseLarge(way.topic, ownMessage(keys, values, place), bytes)
        continue
      }
      const queue = way.queues[way.partitioner.choose(keys, place, bytes)]
      queue?.add(keyHalf, valueHalf, place, bytes, timestamp, headers, sinceMs)
    }
  }

  #routeOf(topic: string | null): Route {
    const { table, routes } = this.#parts
    const found = topic === null ? null : routes.of(topic)
    if (found !== null) return found
    const detail = topic === null ? 'The column with the topic is NULL.' : `The option "topic" does not name "${topic}".`
    throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_OF_ROW_MISMATCH({ table: table.name }, { detail })
  }

  #refuseLarge(topic: string, message: Pick<HeldMessage, 'key' | 'value'>, bytes: number): void {
    const reason = `It has ${bytes} bytes, and a request holds ${this.#parts.settings.requestBytes}.`
    refusal(this.#parts.request, topic, message, reason, "Raise 'properties.max.request.size', and 'max.message.bytes' of the topic.")
  }

  #hold(held: HeldUpserts, { keys, values, metadata: columns, length }: EncodedMessages): void {
    const { metadata, settings } = this.#parts
    metadata.columns = columns
    for (let place = 0; place < length; place++) {
      const { timestamp, headers, topic } = {
        timestamp: metadata.timestamp(place),
        headers: metadata.headers(place),
        topic: metadata.topic(place),
      }
      held.add({ ...ownMessage(keys, values, place), timestamp, headers, topic })
      if (held.rows >= settings.flushRows) this.#release()
    }
    if (held.rows === 0 || this.#heldTimer !== null) return
    this.#heldTimer = setTimeout(() => {
      try {
        this.#release()
        this.#parts.sender.pump()
      } catch (error) {
        this.#parts.sender.fail(error)
      }
    }, timerMs(settings.flushMs))
  }

  /** Sends what was held back. */
  #release(): void {
    if (this.#heldTimer !== null) clearTimeout(this.#heldTimer)
    this.#heldTimer = null
    const { table, route, settings } = this.#parts
    const nowMs = table.clock.nowMs()
    const sizeMax = settings.requestBytes - recordOverheadMax - batchOverhead
    for (const { key, value, topic, timestamp, headers } of this.#held?.take() ?? []) {
      const way = route ?? this.#routeOf(topic)
      const bytes = (key?.length ?? 0) + (value?.length ?? 0) + (headers?.length ?? 0)
      if (bytes > sizeMax) {
        this.#refuseLarge(way.topic, { key, value }, bytes)
        continue
      }
      const [keys, values] = [alone(key), alone(value)]
      const queue = way.queues[way.partitioner.choose(keys, 0, bytes)]
      queue?.add(new MessageHalf(keys), new MessageHalf(values), 0, bytes, timestamp ?? nowMs, headers, table.clock.monotonicMs())
    }
  }

  async prepare(): Promise<TransactionRecord | null> {
    const { messages, sender, transactions } = this.#parts
    await messages.settle()
    sender.check()
    this.#release()
    await sender.flush()
    const record = (await transactions?.prepare()) ?? null
    // By the time that rows come, it is there.
    if (record !== null) void transactions?.begin().catch(() => undefined)
    return record
  }

  async commit(record: unknown): Promise<void> {
    if (record !== null) await this.#parts.transactions?.commit(record as TransactionRecord)
  }

  async close(): Promise<void> {
    if (this.#heldTimer !== null) clearTimeout(this.#heldTimer)
    await this.#parts.end()
    await this.#parts.messages.close()
  }
}

/** What a batch has besides its records. */
const batchOverhead = 61

function sizeAt(messages: Messages | null, place: number): number {
  if (messages === null) return 0
  const end = messages.ends[place] as number
  return end < 0 ? 0 : end - (messages.starts[place] as number)
}

function ownMessage(keys: Messages | null, values: Messages, place: number): Pick<HeldMessage, 'key' | 'value'> {
  return { key: keys === null ? null : ownBytes(keys, place), value: ownBytes(values, place) }
}

function alone(bytes: Uint8Array | null): Messages {
  return { bytes: bytes ?? new Uint8Array(0), starts: Int32Array.of(0), ends: Int32Array.of(bytes === null ? -1 : bytes.length), length: 1 }
}

/** By what a broker says of the record, or by the name of its answer. */
const hints: readonly (readonly [RegExp, string])[] = [
  [/TOO_LARGE/, "Raise 'max.message.bytes' of the topic, or 'message.max.bytes' of the brokers."],
  [
    /timestamp/i,
    "Compare the clocks of this machine and the brokers; 'message.timestamp.after.max.ms' of the topic says how far ahead is too far.",
  ],
]

/** Takes a record that a broker does not take. */
export function refusedByBroker(request: WriteRequest): (queue: { readonly topic: string }, record: PlacedRecord, reason: string) => void {
  return ({ topic }, { key, value }, reason) => {
    const bytes = (key?.length ?? 0) + (value?.length ?? 0)
    const hint = hints.find(([pattern]) => pattern.test(reason))?.[1]
    refusal(request, topic, { key, value }, `It has ${bytes} bytes; Kafka said: ${reason.replace(/\.$/, '')}.`, hint)
  }
}
