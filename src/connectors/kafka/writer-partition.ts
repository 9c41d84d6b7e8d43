/** The messages of one partition that are on their way: one batch takes records, others wait, and the first of them may be sent. */
import {
  type MessageHalf,
  noProducer,
  type PlacedRecord,
  type ProducerIdentity,
  RecordBatch,
  recordOverheadMax,
} from './record-batch-encoder.ts'

/** Bytes that a batch begins with: most partitions of many never need more. */
const capacityMin = 4096

/** What the partitions of a writer share. */
export class BatchStock {
  /** Bytes of records that are on their way. */
  bytes = 0
  readonly batchBytes: number
  readonly #spares: RecordBatch[] = []
  readonly #sparesMax: number

  /** So many bytes of batches, about, are kept to be filled again. */
  constructor(batchBytes: number, spareBytes: number) {
    this.batchBytes = batchBytes
    this.#sparesMax = Math.ceil(spareBytes / Math.max(batchBytes, capacityMin))
  }

  take(): RecordBatch {
    return this.#spares.pop() ?? new RecordBatch(Math.min(capacityMin, this.batchBytes))
  }

  giveBack(batch: RecordBatch): void {
    if (this.#spares.length >= this.#sparesMax) return
    batch.clear()
    this.#spares.push(batch)
  }
}

export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  /** The node that leads it; −1: none is known. */
  leader: number
  /** Whether a request with its first batch is under way. */
  isBusy = false
  /** The producer in whose transaction the partition is. */
  transaction: ProducerIdentity | null = null
  #producer: ProducerIdentity = noProducer
  #sequence = 0
  readonly #stock: BatchStock
  #open: RecordBatch | null = null
  #openedMs = 0
  readonly #waiting: RecordBatch[] = []

  constructor(topic: string, partition: number, leader: number, stock: BatchStock) {
    this.topic = topic
    this.partition = partition
    this.leader = leader
    this.#stock = stock
  }

  get isEmpty(): boolean {
    return this.#open === null && this.#waiting.length === 0
  }

  /** Adds a record whose key, value and headers have so many bytes. */
  add(
    keys: MessageHalf | null,
    values: MessageHalf,
    place: number,
    bytes: number,
    timestamp: number,
    headers: Uint8Array | null,
    nowMs: number,
  ): void {
    let open = this.#open
    if (open !== null && open.length + bytes + recordOverheadMax > this.#stock.batchBytes) {
      this.#waiting.push(open)
      open = null
    }
    if (open === null) {
      open = this.#stock.take()
      this.#open = open
      this.#openedMs = nowMs
      this.#stock.bytes += open.length
    }
    const before = open.length
    open.add(keys, values, place, timestamp, headers)
    this.#stock.bytes += open.length - before
  }

  /** Whether there is a batch to send: a full one, or one that has waited since `sinceMs` or longer. */
  isDue(sinceMs: number): boolean {
    return !this.isBusy && (this.#waiting.length > 0 || (this.#open !== null && this.#openedMs <= sinceMs))
  }

  /** The batch to send; the same one until it is acknowledged. */
  first(): RecordBatch {
    if (this.#waiting.length === 0 && this.#open !== null) {
      this.#waiting.push(this.#open)
      this.#open = null
    }
    return this.#waiting[0] as RecordBatch
  }

  /** The number of its first record, counted by producer: what the broker knows repetitions by. */
  sequenceFor(producer: ProducerIdentity): number {
    if (producer.id < 0n) return -1
    if (this.#producer !== producer) {
      this.#producer = producer
      this.#sequence = 0
    }
    return this.#sequence
  }

  /** The broker has the first batch. */
  acknowledge(): void {
    const batch = this.#waiting[0]
    if (batch === undefined) return
    // It counts to 2^31 − 1 and begins again.
    this.#sequence = (this.#sequence + batch.count) % 2 ** 31
    this.#release(batch)
  }

  #release(batch: RecordBatch): void {
    this.#waiting.shift()
    this.#stock.bytes -= batch.length
    this.#stock.giveBack(batch)
  }

  /** Gives the only record of the first batch up, as if it had never been. */
  drop(): PlacedRecord | undefined {
    const batch = this.#waiting[0]
    if (batch === undefined) return undefined
    const [record] = batch.records()
    const own = record === undefined ? undefined : { ...record, key: record.key?.slice() ?? null, value: record.value?.slice() ?? null }
    this.#release(batch)
    return own
  }

  /** Cuts the first batch in two. Returns whether it could be cut. */
  split(): boolean {
    const batch = this.#waiting[0]
    if (batch === undefined || batch.count < 2) return false
    const halves = batch.halves()
    this.#waiting.splice(0, 1, ...halves)
    this.#stock.bytes += halves[0].length + halves[1].length - batch.length
    this.#stock.giveBack(batch)
    return true
  }
}
