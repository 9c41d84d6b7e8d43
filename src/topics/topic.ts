/** One topic: what is appended to it, and who reads it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BatchBuilder, BuiltBatch } from './batch-builder.ts'
import { topicErrors } from './errors.ts'
import { readOffsets } from './group-offsets.ts'
import { earliestOffset, offsetFrom, PartitionEnd } from './partition-ends.ts'
import { PartitionReader } from './partition-reader.ts'
import type { RecordBatch } from './record-batch.ts'
import { type NewRecord, RecordSpreader } from './records.ts'
import type { TopicFolder } from './topic-folder.ts'
import { readSettings, type TopicSettings, usualSettings } from './topic-settings.ts'
import { hasUnfinished } from './transactions.ts'
import type { WriteQueue } from './write-queue.ts'

/** Where to begin: an offset by partition, or where a group stands; partitions that are not named are read from the earliest offset. */
export type StartOffsets =
  | 'earliest'
  | 'latest'
  | { readonly group: string }
  | { readonly timeMs: number }
  | Readonly<Record<number, number>>

export interface FollowHow {
  readonly from: StartOffsets
  /** Ends the reading. Left out: it never ends. */
  readonly signal?: AbortSignal
  /** Ends the reading with the records that are there when it begins. */
  readonly isBounded?: boolean
}

const pauseMsMax = 25
/** How often a reader that waits looks for new partitions and for transactions of the dead. */
const lookEveryMs = 1000

export class Topic {
  readonly name: string
  readonly #folder: TopicFolder
  readonly #queue: WriteQueue
  #spread = 0

  constructor(folder: TopicFolder, queue: WriteQueue, name: string) {
    this.#folder = folder
    this.#queue = queue
    this.name = name
  }

  /** As they are now: another process may have changed them. */
  get settings(): TopicSettings {
    return readSettings(this.#folder.disk, this.#folder.topicFolder(this.name)) ?? usualSettings
  }

  get partitions(): number {
    return this.settings.partitions
  }

  /** Appends records; resolves once they are safe. Those of one partition are there together or not at all. */
  async append(records: readonly NewRecord[]): Promise<void> {
    const settings = this.settings
    const written = this.spread(records).map(([partition, builder]) => this.write(partition, builder.take(), settings))
    for (const each of await Promise.allSettled(written)) if (each.status === 'rejected') throw each.reason
  }

  /** Deals records to partitions. */
  spread(records: readonly NewRecord[]): [number, BatchBuilder][] {
    const spreader = new RecordSpreader(this.name, this.partitions, this.#spread++)
    const nowMs = this.#folder.clock.nowMs()
    for (const record of records) spreader.add(record, nowMs)
    return spreader.take()
  }

  /** Appends batches that a `BatchBuilder` made to a partition, as a whole; resolves with the offset of the first record once they are safe. */
  write(partition: number, batches: readonly BuiltBatch[], settings: TopicSettings = this.settings): Promise<number> {
    this.checkPartition(partition, settings)
    return this.#queue.write({ topic: this.name, partition }, settings, batches)
  }

  checkPartition(partition: number, { partitions }: TopicSettings = this.settings): void {
    if (partition >= 0 && partition < partitions && Number.isInteger(partition)) return
    throw topicErrors.TOPICS_PARTITION_NOT_FOUND({ topic: this.name, partition, last: partitions - 1 })
  }

  /** The first offset that is still there. */
  earliest(partition: number): number {
    return earliestOffset(this.#folder, { topic: this.name, partition })
  }

  /** The offset of the record that comes next. */
  latest(partition: number): Promise<number> {
    return this.end(partition).offset()
  }

  /** Follows the end of a partition. */
  end(partition: number): PartitionEnd {
    return new PartitionEnd(this.#folder, { topic: this.name, partition })
  }

  /** The first offset whose record has at least a time; the end when there is none. */
  offsetFrom(partition: number, timeMs: number): Promise<number> {
    return offsetFrom(this.#folder, { topic: this.name, partition }, timeMs)
  }

  /** Reads one partition. */
  reader(partition: number, offset: number): PartitionReader {
    return new PartitionReader(this.#folder, { topic: this.name, partition }, offset)
  }

  /** Reads all partitions, those that come later, too, and waits for what is appended. Batches may be kept. */
  async *follow({ from, signal, isBounded = false }: FollowHow): AsyncGenerator<RecordBatch> {
    const readers: PartitionReader[] = []
    const ends: number[] = []
    let lookedMs = Number.NEGATIVE_INFINITY
    let pauseMs = 1
    try {
      while (signal?.aborted !== true) {
        const nowMs = this.#folder.clock.monotonicMs()
        if (nowMs - lookedMs >= lookEveryMs && (!isBounded || readers.length === 0)) {
          lookedMs = nowMs
          const isFirst = readers.length === 0
          for (let next = readers.length; next < this.partitions; next++) {
            readers.push(this.reader(next, await this.startOf(next, isFirst || from !== 'latest' ? from : 'earliest')))
            if (isBounded) ends.push(await this.latest(next))
          }
          if (hasUnfinished(this.#folder)) await this.#folder.write(() => Promise.resolve()).catch(() => {})
        }
        let found = 0
        for (const [partition, reader] of readers.entries()) {
          const batch = isBounded && reader.offset >= (ends[partition] ?? 0) ? null : await reader.next()
          if (batch === null) continue
          found++
          yield batch
        }
        if (isBounded && readers.every((reader, partition) => reader.offset >= (ends[partition] ?? 0))) return
        pauseMs = found > 0 ? 1 : Math.min(pauseMs * 2, pauseMsMax)
        if (found === 0) await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {})
      }
    } finally {
      for (const reader of readers) reader.close()
    }
  }

  /** The offset that a partition is read from. */
  async startOf(partition: number, from: StartOffsets): Promise<number> {
    if (from === 'earliest') return this.earliest(partition)
    if (from === 'latest') return this.latest(partition)
    if ('group' in from) {
      return readOffsets(this.#folder, from.group)[this.name]?.[partition] ?? this.earliest(partition)
    }
    if ('timeMs' in from) return this.offsetFrom(partition, from.timeMs)
    return from[partition] ?? this.earliest(partition)
  }
}
