/** One partition while it is read: what was fetched of it and not given yet, and where it stands. */
import type { SplitStanding } from '../connector.ts'
import { kafkaErrors } from './errors.ts'
import type { FetchedPartition } from './reader-fetch.ts'
import { type MessageTaker, type PartitionBytes, RecordBatchDecoder, type RecordColumns, wholeBatches } from './record-batch-decoder.ts'
import { type PartitionStart, splitName } from './source-position.ts'

/** More than this of a partition is not asked for, whatever a batch says of its length. */
const answerBytesMax = 1_073_741_824

/** Brokers may break an answer off, but not always. */
const brokenOffMax = 10

/** So many answers wait at most while one is read. */
const waitingMax = 2

export class PartitionFeed {
  readonly topic: string
  /** Tells the topic from a later one of the same name; empty as long as brokers have not told it. */
  id: string
  readonly partition: number
  readonly split: string
  /** Before this offset reading ends; infinite: never. */
  readonly end: number
  /** The node to ask; −1 where that has to be found out. */
  leader = -1
  leaderEpoch = -1
  /** Where the next request goes on. */
  fetchOffset: number
  /** Where reading goes on after the rows that were given. */
  position: number
  /** After the newest message that can be read, as the last answer said; −1 before there was one. */
  latest = -1
  isHeld = false
  bytesMax: number
  waitingBytes = 0
  readonly #waiting: PartitionBytes[] = []
  readonly #decoder: RecordBatchDecoder
  #hasBegun = false
  #brokenOff = 0

  constructor(start: PartitionStart, bytesMax: number, checksCrc: boolean) {
    this.topic = start.topic
    this.id = start.id
    this.partition = start.partition
    this.split = splitName(start.topic, start.partition)
    this.end = start.end
    this.fetchOffset = start.offset
    this.position = start.offset
    this.bytesMax = bytesMax
    this.#decoder = new RecordBatchDecoder(start.topic, start.partition, checksCrc)
  }

  get hasEnded(): boolean {
    return this.position >= this.end
  }
  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }
  /** Whether more should be fetched. */
  get isWanting(): boolean {
    return !this.isHeld && this.fetchOffset < this.end && this.#waiting.length < waitingMax
  }
  /** Messages that are there and not read. */
  get lag(): number {
    return this.latest < 0 ? 0 : Math.max(0, Math.min(this.latest, this.end) - this.position)
  }

  get standing(): SplitStanding {
    const { split, position, latest, end, hasEnded } = this
    const known = latest < 0 ? end : Math.min(latest, end)
    return {
      split,
      name: split,
      position,
      end: Number.isFinite(known) ? known : null,
      pendingRows: latest < 0 ? null : this.lag,
      hasEnded,
    }
  }

  /** Takes what was fetched for an offset. */
  take({ bytes, aborted, latest }: FetchedPartition): void {
    this.latest = latest
    if (bytes.length === 0) return
    const { end, missingBytes } = wholeBatches(bytes, this.fetchOffset)
    if (end <= this.fetchOffset) {
      this.#askForMore(missingBytes + bytes.length)
      return
    }
    this.#brokenOff = 0
    this.#waiting.push({ bytes, from: this.fetchOffset, end: this.end, aborted })
    this.waitingBytes += bytes.length
    this.fetchOffset = end
  }

  /** Not even one batch was whole. */
  #askForMore(bytes: number): void {
    const { topic, partition, fetchOffset: offset } = this
    if (bytes > answerBytesMax)
      throw kafkaErrors.CONNECTORS_KAFKA_BATCH_TOO_LARGE(
        { topic, partition, offset },
        { detail: `A batch says that it has ${bytes} bytes.` },
      )
    if (bytes <= this.bytesMax && ++this.#brokenOff > brokenOffMax)
      throw kafkaErrors.CONNECTORS_KAFKA_BATCH_DAMAGED({ topic, partition, offset }, { detail: 'The answer of the broker breaks off.' })
    this.bytesMax = Math.max(bytes, this.bytesMax)
  }

  /** Goes on elsewhere, once what waits is read. */
  reset(offset: number): void {
    this.fetchOffset = offset
    if (!this.hasWaiting) this.position = offset
  }

  /** Gives messages until the taker is full or nothing waits any more. */
  fill(taker: MessageTaker, columns: RecordColumns): void {
    while (!taker.isFull) {
      const [input] = this.#waiting
      if (input === undefined) return
      if (!this.#hasBegun) this.#decoder.begin(input)
      this.#hasBegun = true
      if (this.#decoder.fill(taker, columns)) return
      this.#hasBegun = false
      this.#waiting.shift()
      this.waitingBytes -= input.bytes.length
    }
  }

  /** After all messages that were filled in: where reading goes on. */
  get filledTo(): number {
    return this.#decoder.position
  }
}
