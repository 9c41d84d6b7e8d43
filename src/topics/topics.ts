/**
 * Topics as Kafka has them, in a folder of this machine and without a server: records in partitions, with offsets, kept until retention
 * removes them; groups that know how far they have read; transactions over several topics. Any number of processes may read and write.
 *
 *     const topics = await openTopics('data')
 *     const clicks = await topics.topic('clicks', { partitions: 4 })
 *     await clicks.append([{ key: 'ann', value: '{"page":1}' }])
 *     for await (const batch of clicks.follow({ from: 'earliest' }))
 *       for (const { key, value } of recordsOf(batch)) …
 */
import path from 'node:path'
import { type Clock, systemClock } from '#base'
import type { BuiltBatch } from './batch-builder.ts'
import { Disk, type FileFunctions } from './disk.ts'
import { topicErrors } from './errors.ts'
import { mergeOffsets, readOffsets } from './group-offsets.ts'
import type { NewRecord } from './records.ts'
import { Topic } from './topic.ts'
import { TopicFolder } from './topic-folder.ts'
import { checkSettings, checkTopicName, readSettings, type TopicSettings, writeSettings } from './topic-settings.ts'
import {
  abandonTransactions,
  abortTransaction,
  commitTransaction,
  finishCommitted,
  hasUnfinished,
  removeOrphans,
  StagedTransaction,
} from './transactions.ts'
import { WriteQueue } from './write-queue.ts'

export interface TopicsHow {
  readonly clock?: Clock
  /** For tests: the functions of the file system. */
  readonly files?: FileFunctions
}

/** Objects that are open, by folder: those who use one folder in one process share an object, and with it each sync of the disk. */
const shared = new Map<string, { readonly topics: Promise<Topics>; users: number }>()

/** Opens the topics of a folder, which is made when the first one is. Whoever opens closes. */
export async function openTopics(folder: string, how: TopicsHow = {}): Promise<Topics> {
  const place = path.resolve(folder)
  if (how.files !== undefined || how.clock !== undefined) return Topics.open(place, how, () => true)
  const known = shared.get(place)
  if (known !== undefined) {
    known.users++
    return known.topics
  }
  const opened = Topics.open(place, how, () => {
    const entry = shared.get(place)
    if (entry === undefined || --entry.users > 0) return false
    return shared.delete(place)
  })
  shared.set(place, { topics: opened, users: 1 })
  opened.catch(() => shared.delete(place))
  return opened
}

export class Topics {
  readonly #folder: TopicFolder
  readonly #queue: WriteQueue
  /** Says whether nobody else uses the object. */
  readonly #leave: () => boolean
  #isClosed = false

  private constructor(folder: TopicFolder, leave: () => boolean) {
    this.#folder = folder
    this.#queue = new WriteQueue(folder)
    this.#leave = leave
  }

  static async open(place: string, { clock = systemClock, files }: TopicsHow, leave: () => boolean): Promise<Topics> {
    const folder = new TopicFolder(place, new Disk(files), clock, finishCommitted)
    if (folder.disk.exists(folder.transactionsFolder)) await removeOrphans(folder)
    return new Topics(folder, leave)
  }

  get folder(): string {
    return this.#folder.folder
  }

  /** Names of the topics that there are, in their order. */
  names(): string[] {
    const { disk, folder } = this.#folder
    const names = disk.names(folder).filter((name) => !name.startsWith('.'))
    return names.filter((name) => disk.exists(path.join(folder, name, 'topic.json'))).sort()
  }

  /**
   * Opens a topic. With settings it is made when it is missing, and gets them when it is there; of `partitions` it may only get more.
   * Without settings it has to be there.
   */
  async topic(name: string, wanted?: Partial<TopicSettings>): Promise<Topic> {
    this.#checkOpen()
    checkTopicName(name)
    const { disk, folder } = this.#folder
    const place = this.#folder.topicFolder(name)
    if (wanted !== undefined) {
      checkSettings(name, wanted)
      if (!hasAll(readSettings(disk, place), wanted)) await this.#folder.write(() => writeSettings(disk, place, wanted))
    }
    if (readSettings(disk, place) !== null) return new Topic(this.#folder, this.#queue, name)
    const names = this.names()
    const detail = names.length === 0 ? 'The folder has no topic.' : `The topics are ${names.slice(0, 5).join(', ')}.`
    throw topicErrors.TOPICS_TOPIC_NOT_FOUND({ topic: name, folder }, { detail })
  }

  /**
   * Begins a transaction. One of an `owner` outlives its process once it is prepared, until the owner commits it by its id or abandons it;
   * others end with their process.
   */
  begin(owner: string | null = null): Transaction {
    this.#checkOpen()
    return new Transaction(new StagedTransaction(this.#folder, owner), this.#folder)
  }

  /** Commits a prepared transaction by its id, be it of an earlier process. May be called again. */
  commit(id: string): Promise<void> {
    return commitTransaction(this.#folder, id)
  }

  /** Gives up the transactions of owners that are not committed, but for those that are to be committed later. */
  async abandon(isOf: (owner: string) => boolean, kept: readonly string[] = []): Promise<void> {
    if (this.#folder.disk.exists(this.#folder.transactionsFolder)) await abandonTransactions(this.#folder, isOf, kept)
  }

  /** The offsets that a group has committed for a topic, by partition. */
  offsets(group: string, topic: string): Readonly<Record<number, number>> {
    return readOffsets(this.#folder, group)[topic] ?? {}
  }

  /** Notes for good how far a group has read: the offset of the next record by partition. Other partitions stay as they are. */
  commitOffsets(group: string, topic: string, offsets: Readonly<Record<number, number>>): Promise<void> {
    return this.#folder.write(() => mergeOffsets(this.#folder, [{ group, topic, offsets }]))
  }

  /** Completes what a dead process had decided to commit, so that readers do not wait for it. */
  async finish(): Promise<void> {
    if (hasUnfinished(this.#folder)) await this.#folder.write(() => Promise.resolve())
  }

  close(): void {
    if (this.#isClosed || !this.#leave()) return
    this.#isClosed = true
    this.#folder.close()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw topicErrors.TOPICS_CLOSED({ folder: this.folder })
  }
}

/** Whether a topic is there and has the settings already. */
function hasAll(known: TopicSettings | null, wanted: Partial<TopicSettings>): boolean {
  if (known === null) return false
  const { partitions = 0, ...others } = wanted
  return known.partitions >= partitions && Object.entries(others).every(([key, value]) => known[key as keyof TopicSettings] === value)
}

/** Records of any topics of a folder, and offsets of groups, that become visible together or not at all. */
export class Transaction {
  readonly #staged: StagedTransaction
  readonly #folder: TopicFolder

  constructor(staged: StagedTransaction, folder: TopicFolder) {
    this.#staged = staged
    this.#folder = folder
  }

  /** What a later life commits it by. */
  get id(): string {
    return this.#staged.id
  }

  get isEmpty(): boolean {
    return this.#staged.isEmpty
  }

  /** Adds records to a topic. */
  async append(topic: Topic, records: readonly NewRecord[]): Promise<void> {
    for (const [partition, builder] of topic.spread(records)) await this.write(topic, partition, builder.take())
  }

  /** Adds batches that a `BatchBuilder` made. */
  write(topic: Topic, partition: number, batches: readonly BuiltBatch[]): Promise<void> {
    topic.checkPartition(partition)
    return this.#staged.write({ topic: topic.name, partition }, batches)
  }

  /** Commits with the records how far a group has read, so that what was made of them is there exactly once. */
  addOffsets(group: string, topic: string, offsets: Readonly<Record<number, number>>): void {
    this.#staged.addOffsets({ group, topic, offsets })
  }

  /** Makes it safe without showing it: from now on it can be committed by its id, by this process or a later one. */
  prepare(): Promise<void> {
    return this.#staged.prepare()
  }

  /** Shows all of it for good. */
  async commit(): Promise<void> {
    if (this.#staged.isOpen) await this.#staged.prepare()
    await commitTransaction(this.#folder, this.id)
  }

  /** Gives it up. */
  async abort(): Promise<void> {
    if (this.#staged.isOpen) await this.#staged.close()
    else await abortTransaction(this.#folder, this.id)
  }
}
