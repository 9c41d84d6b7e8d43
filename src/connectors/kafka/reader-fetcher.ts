/**
 * Fetches messages ahead of who reads them: one request at a time to each node that leads partitions. What goes wrong with a node or a
 * partition makes its partitions leaderless; one loop then looks for their leaders, after pauses that grow, for as long as it takes.
 */
import type { KafkaClient, Patience } from './client.ts'
import { answered } from './client.ts'
import { kafkaErrors } from './errors.ts'
import { describeKafkaFailure } from './failure-of.ts'
import { type FetchedPartition, type FetchSettings, fetchMessages, type WantedPartition } from './reader-fetch.ts'
import type { PartitionFeed } from './reader-partition.ts'
import { resolveBound } from './source-offsets.ts'
import { splitName } from './source-position.ts'
import type { ScanBounds } from './source-settings.ts'

/** While other partitions of a node wait to be fetched again, it does not wait long for messages of those that have none. */
const busyWaitMs = 20

/** Bytes of all partitions that wait to be read at most, unless one answer alone has more. */
const waitingBytesMax = 33_554_432

const firstPauseMs = 100
const pauseMsMax = 5000

/** For so long a topic may be unknown to a broker that has just started. */
const unknownMsMax = 5000

export interface FetcherHooks {
  /** Something can be read. */
  readonly arrived: () => void
  readonly failed: (error: unknown) => void
}

export class PartitionFetcher {
  readonly #client: KafkaClient
  readonly #settings: FetchSettings
  readonly #reset: ScanBounds['reset']
  readonly #patience: Patience
  readonly #hooks: FetcherHooks
  readonly #feeds: PartitionFeed[] = []
  /** Nodes that are asked, and −1 while leaders are looked for. */
  readonly #running = new Map<number, Promise<void>>()
  #wake = Promise.withResolvers<void>()
  #failures = 0
  #unknownSinceMs: number | null = null
  #turn = 0
  #isClosed = false

  constructor(client: KafkaClient, settings: FetchSettings, reset: ScanBounds['reset'], patience: Patience, hooks: FetcherHooks) {
    this.#client = client
    this.#settings = settings
    this.#reset = reset
    this.#patience = patience
    this.#hooks = hooks
  }

  add(feeds: readonly PartitionFeed[]): void {
    this.#feeds.push(...feeds)
    this.#runAll()
  }

  /** Looks anew at what is wanted. */
  wake(): void {
    const { resolve } = this.#wake
    this.#wake = Promise.withResolvers()
    resolve()
  }

  #runAll(): void {
    if (this.#isClosed) return
    for (const node of new Set(this.#feeds.map(({ leader }) => leader))) {
      if (this.#running.has(node)) continue
      const run = (node < 0 ? this.#findLeaders() : this.#fetchFrom(node)).catch((error: unknown) => {
        if (this.#isClosed) return
        this.#isClosed = true
        this.#hooks.failed(this.#client.coded(error, 'read messages'))
      })
      this.#running.set(
        node,
        run.then(() => {
          this.#running.delete(node)
          if (this.#feedsOf(node).length > 0) this.#runAll()
        }),
      )
    }
  }

  #feedsOf(node: number): readonly PartitionFeed[] {
    return this.#feeds.filter((feed) => feed.leader === node && feed.fetchOffset < feed.end)
  }

  async #fetchFrom(node: number): Promise<void> {
    while (!this.#isClosed && this.#feedsOf(node).length > 0) {
      const wanted = this.#wantedOf(node)
      if (wanted.length === 0) {
        await this.#wake.promise
        continue
      }
      try {
        const connection = await this.#client.connectionTo(node, 'data')
        const answers = await fetchMessages(this.#client, connection, wanted.map(wantedPartition), this.#settingsFor(node, wanted.length))
        await this.#takeAll(answers, wanted)
      } catch (error) {
        this.#lose(this.#feedsOf(node), error)
      }
    }
  }

  /** In another order each time: what a broker puts first into an answer may be larger than all else together. */
  #wantedOf(node: number): readonly PartitionFeed[] {
    let waitingBytes = 0
    for (const feed of this.#feeds) waitingBytes += feed.waitingBytes
    const isMuch = waitingBytes >= waitingBytesMax
    const wanted = this.#feedsOf(node).filter((feed) => feed.isWanting && !(isMuch && feed.hasWaiting))
    const first = this.#turn++ % Math.max(1, wanted.length)
    return [...wanted.slice(first), ...wanted.slice(0, first)]
  }

  #settingsFor(node: number, wanted: number): FetchSettings {
    const areAllWanted = wanted === this.#feedsOf(node).length
    return areAllWanted ? this.#settings : { ...this.#settings, waitMsMax: Math.min(busyWaitMs, this.#settings.waitMsMax) }
  }

  async #takeAll(answers: readonly FetchedPartition[], wanted: readonly PartitionFeed[]): Promise<void> {
    const { meter } = this.#patience
    const bySplit = new Map(wanted.map((feed) => [feed.split, feed]))
    for (const answer of answers) {
      meter.bytes += answer.bytes.length
      const feed = bySplit.get(splitName(answer.topic, answer.partition))
      if (feed === undefined) continue
      if (answer.trouble === null) feed.take(answer)
      else if (answer.trouble === 'OFFSET_OUT_OF_RANGE') await this.#goElsewhere(feed)
      else this.#lose([feed], answered(answer.trouble))
    }
    if (this.#feedsOf(-1).length === 0) {
      this.#failures = 0
      meter.wait(null)
    }
    this.#hooks.arrived()
  }

  /** What cannot be reached now may be led by another node, or by the same one later. */
  #lose(feeds: readonly PartitionFeed[], error: unknown): void {
    if (this.#isClosed) return
    const kind = this.#client.kindOf(error)
    if (kind !== 'unreachable' && kind !== 'busy' && kind !== 'gone') throw error
    const { meter } = this.#patience
    meter.retries++
    meter.wait(describeKafkaFailure(error))
    for (const feed of feeds) feed.leader = -1
    this.#runAll()
  }

  /** Finds the leaders of all partitions that have none. */
  async #findLeaders(): Promise<void> {
    while (!this.#isClosed && this.#feedsOf(-1).length > 0) {
      if (this.#failures > 0) await this.#pause()
      this.#failures++
      const lost = this.#feedsOf(-1)
      const topics = [...new Set(lost.map(({ topic }) => topic))]
      const cluster = await this.#client.persist(() => this.#client.metadata(topics), 'look for the leaders of partitions', this.#patience)
      if (topics.every((topic) => cluster.topics.has(topic))) this.#unknownSinceMs = null
      for (const feed of lost) this.#assign(feed, cluster)
      this.#runAll()
    }
  }

  #assign(feed: PartitionFeed, { topics, troubles }: Awaited<ReturnType<KafkaClient['metadata']>>): void {
    const topic = topics.get(feed.topic)
    const trouble = troubles.get(feed.topic)
    if (trouble === 'UNKNOWN_TOPIC_OR_PARTITION') {
      const nowMs = this.#patience.clock.monotonicMs()
      this.#unknownSinceMs ??= nowMs
      if (nowMs - this.#unknownSinceMs > unknownMsMax) throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_GONE({ topic: feed.topic })
    } else if (trouble !== undefined && this.#client.kindOf(answered(trouble)) === 'refused') {
      throw this.#client.coded(answered(trouble), `read topic "${feed.topic}"`)
    }
    if (topic === undefined) return
    if (topic.id !== feed.id && topic.id !== '' && feed.id !== '') throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_REPLACED({ topic: feed.topic })
    feed.id = topic.id
    const found = topic.partitions.find(({ partition }) => partition === feed.partition)
    feed.leader = found?.leader ?? -1
    feed.leaderEpoch = found?.leaderEpoch ?? -1
  }

  /** The offset that is wanted is not there: retention has passed it, or the topic has lost its newest messages. */
  async #goElsewhere(feed: PartitionFeed): Promise<void> {
    const { topic, partition, fetchOffset: offset } = feed
    const level = { isolationLevel: 'read_uncommitted', reset: null }
    const list = async (kind: 'earliest' | 'latest'): Promise<number> => (await resolveBound(this.#client, { kind }, [feed], level))[0] ?? 0
    const earliest = await list('earliest')
    const latest = await list('latest')
    if (offset >= earliest && offset <= latest) return
    if (this.#reset === null) {
      const detail =
        earliest === latest
          ? `The partition is empty, and its next offset is ${latest}.`
          : `There are the offsets ${earliest} to ${latest - 1}.`
      throw kafkaErrors.CONNECTORS_KAFKA_OFFSET_GONE({ topic, partition, offset }, { detail })
    }
    feed.reset(this.#reset === 'earliest' ? earliest : latest)
  }

  async #pause(): Promise<void> {
    const pauseMs = Math.min(pauseMsMax, firstPauseMs * 2 ** Math.min(10, this.#failures - 1)) * (0.5 + Math.random() / 2)
    const timeout = Promise.withResolvers<void>()
    const timer = setTimeout(timeout.resolve, pauseMs)
    await Promise.race([timeout.promise, this.#closing.promise])
    clearTimeout(timer)
  }

  readonly #closing = Promise.withResolvers<void>()

  /** Comes before the client is closed, which ends the requests. */
  close(): void {
    this.#isClosed = true
    this.#closing.resolve()
    this.wake()
  }
  /** Settles when nothing is asked any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#running.values())
  }
}

function wantedPartition({ topic, id, partition, leaderEpoch, fetchOffset, bytesMax }: PartitionFeed): WantedPartition {
  return { topic, id, partition, leaderEpoch, offset: fetchOffset, bytesMax }
}
