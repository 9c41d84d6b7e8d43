/**
 * Reads partitions of topics: one batch holds messages of one partition, which is a split of its own. Messages are fetched ahead, up to
 * a number of bytes; progress is told to the consumer group when a checkpoint is complete.
 */
import { type Clock, timerMs } from '#base'
import type { ReadRequest, SourceBatch, SourceReader, SplitStanding } from '../connector.ts'
import { MessageReader, type MessageRows } from '../message-reader.ts'
import type { MessageTable } from '../message-table.ts'
import { type KafkaClient, openingMsMax } from './client.ts'
import { RecordOrigin } from './reader-columns.ts'
import type { FetchSettings } from './reader-fetch.ts'
import { PartitionFetcher } from './reader-fetcher.ts'
import { PartitionFeed } from './reader-partition.ts'
import { RecordColumns } from './record-batch-decoder.ts'
import { commitGroupOffsets } from './source-offsets.ts'
import { checkedPosition, type KafkaPosition, type PartitionStart, positionOf, type Share, startsOf } from './source-position.ts'
import type { ScanBounds } from './source-settings.ts'

export interface KafkaReaderPlan {
  readonly table: MessageTable
  readonly fetching: FetchSettings
  readonly checksCrc: boolean
  readonly bounds: ScanBounds
  /** How often new partitions are looked for; null: never. */
  readonly discoveryMs: number | null
  /** The consumer group that progress is told to; null: none. */
  readonly group: string | null
  readonly clock: Clock
  /** Partitions of the topics that are not among those of the reader, and that are for it. */
  discover(client: KafkaClient, known: readonly PartitionStart[], share: Share | null): Promise<readonly PartitionStart[]>
}

/** So long the group is told of the last progress before the connection is closed. */
const lastCommitMsMax = 5000

export class KafkaReader implements SourceReader {
  readonly #plan: KafkaReaderPlan
  readonly #request: ReadRequest
  readonly #client: KafkaClient
  readonly #share: Share | null
  readonly #messages: MessageReader
  readonly #columns = new RecordColumns()
  readonly #origin = new RecordOrigin(this.#columns)
  readonly #fetcher: PartitionFetcher
  #feeds: readonly PartitionFeed[] = []
  /** The partition that the messages at hand are of. */
  #current: PartitionFeed | null = null
  #turn = 0
  #splits: readonly string[] = []
  #held: ReadonlySet<string> = new Set()
  #arrival = Promise.withResolvers<void>()
  #failure: { readonly error: unknown } | null = null
  #discovery: NodeJS.Timeout | null = null
  #toCommit: KafkaPosition | null = null
  #committing: Promise<void> | null = null
  #isClosed = false

  constructor(plan: KafkaReaderPlan, request: ReadRequest, client: KafkaClient, starts: readonly PartitionStart[], share: Share | null) {
    this.#plan = plan
    this.#request = request
    this.#client = client
    this.#share = share
    this.#messages = new MessageReader(plan.table, request)
    const { meter, signal } = request
    const patience = { meter, signal, clock: plan.clock, retryMsMax: Number.POSITIVE_INFINITY }
    this.#fetcher = new PartitionFetcher(client, plan.fetching, plan.bounds.reset, patience, {
      arrived: () => this.#arrive(),
      failed: (error) => this.#fail(error),
    })
    signal.addEventListener('abort', this.#onAbort)
    this.#add(starts)
    this.#discoverLater()
  }

  #add(starts: readonly PartitionStart[]): void {
    const { fetching, checksCrc } = this.#plan
    const feeds = starts.map((start) => new PartitionFeed(start, fetching.partitionBytesMax, checksCrc))
    for (const feed of feeds) feed.isHeld = this.#held.has(feed.split)
    this.#feeds = [...this.#feeds, ...feeds]
    this.#splits = this.#feeds.flatMap((feed) => (feed.hasEnded ? [] : [feed.split]))
    this.#fetcher.add(feeds)
  }

  get skippedRows(): number {
    return this.#messages.skippedRows
  }

  position(): KafkaPosition {
    const starts = this.#feeds.map(({ topic, id, partition, position, end }) => ({ topic, id, partition, offset: position, end }))
    return positionOf(starts, this.#share)
  }

  standing(): readonly SplitStanding[] {
    return this.#feeds.map((feed) => feed.standing)
  }

  read(): SourceBatch | null | Promise<SourceBatch | null> {
    for (;;) {
      if (this.#request.signal.aborted) return null
      if (this.#failure !== null) throw this.#failure.error
      if (this.#messages.length > 0 && this.#current !== null) return this.#give(this.#current)
      const feed = this.#nextFeed()
      if (feed === null) return this.#hasEnded() ? null : this.#arrival.promise.then(() => this.read())
      this.#fill(feed)
    }
  }

  #hasEnded(): boolean {
    return this.#plan.bounds.end !== null && this.#feeds.every((feed) => feed.hasEnded)
  }

  /** Partitions take turns. */
  #nextFeed(): PartitionFeed | null {
    const count = this.#feeds.length
    for (let tried = 0; tried < count; tried++) {
      const feed = this.#feeds[this.#turn++ % count]
      if (feed?.hasWaiting === true && !feed.isHeld) return feed
    }
    return null
  }

  #fill(feed: PartitionFeed): void {
    this.#current = feed
    this.#columns.clear()
    this.#origin.topic = feed.topic
    this.#origin.partition = feed.partition
    // Told that all is taken, it makes room at once.
    void this.#messages.next(this.#origin)
    feed.fill(this.#messages, this.#columns)
    this.#fetcher.wake()
    if (this.#messages.length === 0) this.#stand(feed, feed.filledTo)
  }

  #give(feed: PartitionFeed): SourceBatch | Promise<SourceBatch | null> {
    const rows = this.#messages.next(this.#origin)
    return rows instanceof Promise
      ? rows.then((each) => this.#batchOf(feed, each as MessageRows))
      : this.#batchOf(feed, rows as MessageRows)
  }

  #batchOf(feed: PartitionFeed, { batch, taken, deadLetters }: MessageRows): SourceBatch {
    this.#stand(feed, this.#messages.length === 0 ? feed.filledTo : (this.#columns.offsets[taken - 1] as number) + 1)
    const splits = this.#splits
    return { batch, split: feed.split, splits, ...(deadLetters.length === 0 ? {} : { deadLetters }) }
  }

  #stand(feed: PartitionFeed, position: number): void {
    feed.position = position
    if (feed.hasEnded) this.#splits = this.#splits.filter((split) => split !== feed.split)
    let lag = 0
    for (const each of this.#feeds) lag += each.lag
    this.#request.meter.lag = lag
  }

  /** Messages that are decoded already still come. */
  hold(splits: readonly string[]): void {
    this.#held = new Set(splits)
    for (const feed of this.#feeds) feed.isHeld = this.#held.has(feed.split)
    this.#fetcher.wake()
    this.#arrive()
  }

  #arrive(): void {
    const { resolve } = this.#arrival
    this.#arrival = Promise.withResolvers()
    resolve()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#arrive()
  }

  #discoverLater(): void {
    const { discoveryMs } = this.#plan
    if (discoveryMs === null || this.#isClosed) return
    this.#discovery = setTimeout(() => {
      this.#discover()
        .catch((error: unknown) => {
          if (!this.#isClosed) this.#fail(error)
        })
        .finally(() => this.#discoverLater())
    }, timerMs(discoveryMs))
  }

  async #discover(): Promise<void> {
    const { meter, signal } = this.#request
    const patience = { meter, signal, clock: this.#plan.clock, retryMsMax: Number.POSITIVE_INFINITY }
    const known = this.#feeds.map(({ topic, id, partition, position, end }) => ({ topic, id, partition, offset: position, end }))
    const starts = await this.#client.persist(
      () => this.#plan.discover(this.#client, known, this.#share),
      'look for new partitions',
      patience,
    )
    if (starts.length > 0 && !this.#isClosed) this.#add(starts)
  }

  /** The checkpoint does not wait for the group: it is only told. */
  async checkpointed(position: unknown): Promise<void> {
    if (this.#plan.group === null) return
    this.#toCommit = checkedPosition(position, this.#plan.table.name)
    this.#committing ??= this.#commitAll(this.#plan.group).finally(() => {
      this.#committing = null
    })
  }

  async #commitAll(group: string): Promise<void> {
    const { meter, signal } = this.#request
    while (this.#toCommit !== null) {
      const offsets = startsOf([this.#toCommit])
      this.#toCommit = null
      const patience = { meter, signal, clock: this.#plan.clock, retryMsMax: openingMsMax }
      // Where the group cannot be told, nothing of what is read depends on it.
      await this.#client
        .persist(() => commitGroupOffsets(this.#client, group, offsets), 'commit offsets', patience)
        .catch(() => {
          meter.errors++
        })
    }
  }

  readonly #onAbort = (): void => this.#arrive()

  async close(): Promise<void> {
    this.#isClosed = true
    this.#request.signal.removeEventListener('abort', this.#onAbort)
    if (this.#discovery !== null) clearTimeout(this.#discovery)
    this.#fetcher.close()
    if (this.#committing !== null) {
      const timeout = Promise.withResolvers<void>()
      const timer = setTimeout(timeout.resolve, lastCommitMsMax)
      await Promise.race([this.#committing, timeout.promise])
      clearTimeout(timer)
    }
    await this.#client.close()
    await this.#fetcher.ended()
    await this.#messages.close()
  }
}
