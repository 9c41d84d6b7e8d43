/** The topics that a table is written to, and the queues of their partitions. */
import type { Cluster, KafkaClient, Patience, TopicView } from './client.ts'
import { kafkaErrors } from './errors.ts'
import { Partitioner, type PartitionerSettings } from './partitioner.ts'
import { type BatchStock, PartitionQueue } from './writer-partition.ts'
import { answerError } from './writer-produce.ts'

/** For how long a topic that was there may be missing, as it is while brokers start. */
const goneMsMax = 60_000

export interface Route {
  readonly topic: string
  readonly partitioner: Partitioner
  /** By partition. */
  readonly queues: PartitionQueue[]
}

export class Routes {
  readonly #client: KafkaClient
  readonly #stock: BatchStock
  readonly #partitioner: PartitionerSettings
  readonly #routes = new Map<string, Route>()
  readonly #missingSince = new Map<string, number>()

  constructor(client: KafkaClient, stock: BatchStock, partitioner: PartitionerSettings) {
    this.#client = client
    this.#stock = stock
    this.#partitioner = partitioner
  }

  /** Finds topics, or fails where one does not exist. */
  async open(topics: readonly string[], patience: Patience): Promise<void> {
    await this.#fetch(topics, patience, (topic, trouble) => {
      if (trouble !== 'UNKNOWN_TOPIC_OR_PARTITION') throw this.#refusal(topic, trouble)
      throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_NOT_FOUND({ topic }, { hint: 'Create it, or correct the option "topic".' })
    })
  }

  /** Looks again who leads the partitions and how many there are. */
  async refresh(patience: Patience): Promise<void> {
    const topics = [...this.#routes.keys()]
    const nowMs = patience.clock.monotonicMs()
    for (const topic of topics) if (!this.#missingSince.has(topic)) this.#missingSince.set(topic, nowMs)
    await this.#fetch(topics, patience, (topic, trouble) => {
      if (trouble.endsWith('AUTHORIZATION_FAILED')) throw this.#refusal(topic, trouble)
      const sinceMs = this.#missingSince.get(topic) ?? nowMs
      if (patience.clock.monotonicMs() - sinceMs > goneMsMax)
        throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_NOT_FOUND({ topic }, { detail: 'It was there when the work began.' })
    })
  }

  #refusal(topic: string, trouble: string): Error {
    const action = `write to topic "${topic}"`
    const detail = `Kafka answered ${trouble}.`
    return trouble.endsWith('AUTHORIZATION_FAILED')
      ? kafkaErrors.CONNECTORS_KAFKA_UNAUTHORIZED({ action }, { detail })
      : kafkaErrors.CONNECTORS_KAFKA_REQUEST_REFUSED({ action }, { detail })
  }

  async #fetch(topics: readonly string[], patience: Patience, missing: (topic: string, trouble: string) => void): Promise<void> {
    const found = await this.#client.persist(() => this.#ask(topics), `look for the topics ${topics.join(', ')}`, patience)
    for (const [topic, trouble] of found.troubles) missing(topic, trouble)
    for (const view of found.topics.values()) {
      this.#missingSince.delete(view.name)
      this.#update(view)
    }
  }

  async #ask(topics: readonly string[]): Promise<Cluster> {
    const found = await this.#client.metadata(topics)
    // As of a topic that was created just now.
    if ([...found.troubles.values()].includes('LEADER_NOT_AVAILABLE')) throw answerError('LEADER_NOT_AVAILABLE')
    return found
  }

  #update({ name, partitions }: TopicView): void {
    const known = this.#routes.get(name)
    const route = known ?? { topic: name, partitioner: new Partitioner(this.#partitioner, partitions.length), queues: [] }
    if (known === undefined) this.#routes.set(name, route)
    for (const { partition, leader } of partitions) {
      const queue = route.queues[partition]
      if (queue === undefined) route.queues[partition] = new PartitionQueue(name, partition, leader, this.#stock)
      else queue.leader = leader
    }
    if (partitions.length > route.partitioner.partitions) route.partitioner.resize(partitions.length)
  }

  /** The way to a topic; null where it was not opened. */
  of(topic: string): Route | null {
    return this.#routes.get(topic) ?? null
  }

  *queues(): Generator<PartitionQueue> {
    for (const { queues } of this.#routes.values()) yield* queues
  }
}
