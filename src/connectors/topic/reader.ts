/** Reads the partitions of a topic in turn. Each is a split of its own, and each batch is of one of them. */
import type { DataType, Vector } from '#data'
import type { PartitionReader, Topic, Topics } from '#topics'
import type { ReadRequest, SourceBatch, SourceReader, SplitStanding } from '../connector.ts'
import { type MessageOrigin, MessageReader, type MessageRows } from '../message-reader.ts'
import type { MessageTable } from '../message-table.ts'
import { pause } from '../pause.ts'
import type { TopicPosition } from './position.ts'
import { type AddedRecords, metadataColumn } from './record-columns.ts'

export interface ReaderPlan {
  readonly topics: Topics
  readonly topic: Topic
  readonly messages: MessageTable
  readonly nowMs: () => number
  /** How often new partitions are looked for; infinite: never. */
  readonly discoverEveryMs: number
  /** Told about how far the reader is when a checkpoint is complete; null: nobody is. */
  readonly group: string | null
}

/** One partition that is read. */
interface ReadPartition {
  readonly number: number
  readonly reader: PartitionReader
  readonly end: number
  readonly tail: ReturnType<Topic['end']>
  /** Records that were read and are not taken yet: the rest of them from a place on. */
  waiting: { readonly records: AddedRecords['records']; from: number } | null
  /** Of the record after the last one handed out. */
  offset: number
  /** Behind the last record, when it was looked at last; null before. */
  latest: number | null
}

/** Records of one partition that are being taken. */
interface Taking {
  readonly partition: ReadPartition
  readonly messages: MessageReader
  readonly added: AddedRecords[]
  /** The offset of the record added first. */
  firstOffset: number
}

const pauseMsMax = 20
const lagEveryMs = 1000

export class TopicReader implements SourceReader {
  readonly #plan: ReaderPlan
  readonly #request: ReadRequest
  /** All that were made, and those of them that nobody uses. */
  readonly #messages: MessageReader[] = []
  readonly #unused: MessageReader[] = []
  readonly #share: TopicPosition['share']
  readonly #isBounded: boolean
  readonly #partitions: ReadPartition[] = []
  #held = new Set<string>()
  #splits: readonly string[] = []
  /** Whose turn it is. */
  #turn = 0
  #current: Taking | null = null
  /** What was begun before its partition was held, by partition. */
  readonly #begun = new Map<number, Taking>()
  #discoveredMs: number
  #lagMs = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(plan: ReaderPlan, request: ReadRequest, position: TopicPosition) {
    this.#plan = plan
    this.#request = request
    this.#share = position.share
    this.#isBounded = position.ends !== null
    this.#discoveredMs = plan.nowMs()
    for (const [partition, offset] of Object.entries(position.offsets))
      this.#add(Number(partition), offset, position.ends === null ? Number.POSITIVE_INFINITY : (position.ends[Number(partition)] ?? 0))
  }

  #add(number: number, offset: number, end: number): void {
    const { topic } = this.#plan
    this.#partitions.push({
      number,
      reader: topic.reader(number, offset),
      end,
      tail: topic.end(number),
      waiting: null,
      offset,
      latest: null,
    })
    this.#splits = this.#partitions.map((each) => String(each.number))
  }

  get skippedRows(): number {
    return this.#messages.reduce((sum, messages) => sum + messages.skippedRows, 0)
  }

  position(): TopicPosition {
    const byPartition = (key: 'offset' | 'end'): Record<number, number> =>
      Object.fromEntries(this.#partitions.map((partition) => [partition.number, partition[key]]))
    return {
      offsets: byPartition('offset'),
      ends: this.#isBounded ? byPartition('end') : null,
      share: this.#share,
    }
  }

  standing(): readonly SplitStanding[] {
    return this.#partitions.map(({ number, offset, latest, end }) => {
      // What was read since counts as well.
      const known = Math.min(end, Math.max(latest ?? 0, offset))
      return {
        split: String(number),
        name: `${this.#plan.topic.name}-${number}`,
        position: offset,
        end: latest === null ? null : known,
        pendingRows: latest === null ? null : Math.max(0, known - offset),
        hasEnded: offset >= end,
      }
    })
  }

  hold(splits: readonly string[]): void {
    this.#held = new Set(splits)
  }

  async checkpointed(position: unknown): Promise<void> {
    const { group, topics, topic } = this.#plan
    if (group !== null) await topics.commitOffsets(group, topic.name, (position as TopicPosition).offsets)
  }

  read(): SourceBatch | null | Promise<SourceBatch | null> {
    const taking = this.#current
    if (taking === null || this.#held.has(String(taking.partition.number))) return this.#readOn()
    const rows = taking.messages.next(this.#origin)
    if (rows instanceof Promise) return rows.then((each) => (each === null ? this.#readOn() : this.#batchOf(taking, each)))
    return rows === null ? this.#readOn() : this.#batchOf(taking, rows)
  }

  #batchOf({ partition, firstOffset }: Taking, { batch, taken, deadLetters }: MessageRows): SourceBatch {
    partition.offset = firstOffset + taken
    const split = { batch, split: String(partition.number), splits: this.#splits }
    return deadLetters.length === 0 ? split : { ...split, deadLetters }
  }

  readonly #origin: MessageOrigin = {
    column: (key: string, type: DataType, places: Int32Array, length: number): Vector =>
      metadataColumn(this.#plan.topic.name, this.#current?.added ?? [], key, type, places, length),
    position: (place) => {
      const { partition, firstOffset } = this.#current ?? { partition: { number: 0 }, firstOffset: 0 }
      return JSON.stringify({ topic: this.#plan.topic.name, partition: partition.number, offset: firstOffset + place })
    },
  }

  /** The next batch, once what was begun is taken or its partition is held. */
  async #readOn(): Promise<SourceBatch | null> {
    const { signal } = this.#request
    for (let pauseMs = 0.5; !signal.aborted; ) {
      await this.#look()
      const taking = await this.#begin()
      if (taking !== null) {
        const rows = await taking.messages.next(this.#origin)
        if (rows !== null) return this.#batchOf(taking, rows)
        continue
      }
      if (this.#isBounded && this.#begun.size === 0 && this.#partitions.every((each) => each.waiting === null && each.offset >= each.end))
        return null
      pauseMs = Math.min(pauseMs * 2, pauseMsMax)
      await pause(pauseMs, signal)
    }
    return null
  }

  /** Takes records of the next partition that has some; null when none has. */
  async #begin(): Promise<Taking | null> {
    const before = this.#current
    this.#current = null
    if (before !== null && before.messages.length > 0) this.#begun.set(before.partition.number, before)
    else if (before !== null) this.#unused.push(before.messages)
    const count = this.#partitions.length
    for (let i = 0; i < count; i++) {
      const partition = this.#partitions[(this.#turn + i) % count] as ReadPartition
      if (this.#held.has(String(partition.number))) continue
      const begun = this.#begun.get(partition.number)
      if (begun === undefined && !(await this.#next(partition))) continue
      this.#turn = (this.#turn + i + 1) % count
      this.#begun.delete(partition.number)
      this.#current = begun ?? (await this.#takingOf(partition))
      return this.#current
    }
    return null
  }

  /** As many records of a partition as fit. */
  async #takingOf(partition: ReadPartition): Promise<Taking> {
    const taking: Taking = { partition, messages: this.#unused.pop() ?? this.#newMessages(), added: [], firstOffset: partition.offset }
    let place = 0
    while (!taking.messages.isFull && (await this.#next(partition))) place += this.#addWaiting(taking, place)
    return taking
  }

  #newMessages(): MessageReader {
    const messages = new MessageReader(this.#plan.messages, this.#request)
    this.#messages.push(messages)
    return messages
  }

  /** Reads on in a partition, unless some of what was read is left; false when there is nothing now. */
  async #next(partition: ReadPartition): Promise<boolean> {
    if (partition.waiting !== null) return true
    const { reader, end } = partition
    if (reader.offset >= end) return false
    const records = await reader.next()
    if (records === null) return false
    this.#request.meter.bytes += records.bytesRead
    partition.waiting = { records, from: 0 }
    return true
  }

  /** Adds what is waiting, as far as there is room; returns how many records that was. */
  #addWaiting(taking: Taking, place: number): number {
    const { partition, messages } = taking
    const { records, from } = partition.waiting as NonNullable<ReadPartition['waiting']>
    const { values, keys, bytes, offset } = records
    const length = Math.min(records.length, partition.end - offset)
    if (place === 0) taking.firstOffset = offset + from
    taking.added.push({ records, from, place })
    let row = from
    for (; row < length && !messages.isFull; row++) {
      const keyEnd = keys === null ? -1 : (keys.ends[row] as number)
      const keyStart = keys === null ? 0 : (keys.starts[row] as number)
      messages.add(bytes, keyStart, keyEnd, values.starts[row] as number, values.ends[row] as number)
    }
    partition.waiting = row < length ? { records, from: row } : null
    return row - from
  }

  /** Looks from time to time for new partitions, for what a dead writer left to do, and how much there is still to read. */
  async #look(): Promise<void> {
    const { topics, topic, nowMs, discoverEveryMs } = this.#plan
    const now = nowMs()
    if (now - this.#lagMs >= lagEveryMs) {
      this.#lagMs = now
      // What cannot be completed now may be the next time, by whoever writes.
      await topics.finish().catch(() => {})
      let lag = 0
      for (const partition of this.#partitions) {
        partition.latest = await partition.tail.offset()
        lag += Math.max(0, Math.min(partition.end, partition.latest) - partition.offset)
      }
      this.#request.meter.lag = lag
    }
    if (this.#isBounded || now - this.#discoveredMs < discoverEveryMs) return
    this.#discoveredMs = now
    const { index, count } = this.#share
    const known = new Set(this.#partitions.map(({ number }) => number))
    for (let partition = 0; partition < topic.partitions; partition++)
      if (partition % count === index && !known.has(partition)) this.#add(partition, 0, Number.POSITIVE_INFINITY)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const { reader } of this.#partitions) reader.close()
    for (const messages of this.#messages) await messages.close()
    this.#plan.topics.close()
  }
}
