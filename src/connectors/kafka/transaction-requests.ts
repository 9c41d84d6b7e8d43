/** What is asked of the brokers that coordinate transactions. Each request is tried again while that may help; errors come as they are. */
import { findErrorBy, type initProducerIdV5, type listTransactionsV1 } from '@platformatic/kafka'
import { persistently } from '../failure.ts'
import type { KafkaClient, Patience } from './client.ts'
import { describeKafkaFailure } from './failure-of.ts'
import type { ProducerIdentity } from './record-batch-encoder.ts'

export interface TopicPartitions {
  readonly name: string
  readonly partitions: number[]
}

export class TransactionRequests {
  readonly #client: KafkaClient
  readonly #nodes = new Map<string, number>()

  constructor(client: KafkaClient) {
    this.#client = client
  }

  /**
   * Makes who asks the only producer of a transactional id, and aborts what is open of it. With `owner` only if that is still the producer.
   * Without an id: a producer whose repetitions the brokers leave out.
   */
  async init(id: string | null, timeoutMs: number, owner: ProducerIdentity | null, patience: Patience): Promise<ProducerIdentity> {
    const words = [id, timeoutMs, owner?.id ?? -1n, owner?.epoch ?? -1]
    const answer = await this.#ask<initProducerIdV5.InitProducerIdResponse>(id, 'initProducerId', 5, words, patience)
    return { id: answer.producerId, epoch: answer.producerEpoch }
  }

  async addPartitions(
    id: string,
    { id: producerId, epoch: producerEpoch }: ProducerIdentity,
    topics: TopicPartitions[],
    patience: Patience,
  ): Promise<void> {
    const words = [[{ transactionalId: id, producerId, producerEpoch, verifyOnly: false, topics }]]
    // From form 4 on it is a request of brokers.
    await this.#ask(id, 'addPartitionsToTxn', 3, words, patience)
  }

  /** Doing it again is allowed. */
  async end(id: string, producer: ProducerIdentity, commits: boolean, patience: Patience): Promise<void> {
    // From form 5 on the epoch changes with it, and it could not be done again after a crash.
    await this.#ask(id, 'endTxn', 4, [id, producer.id, producer.epoch, commits], patience)
  }

  /** The ids of all transactions that are open and that the client may see; null where a broker does not tell. */
  async openIds(patience: Patience): Promise<string[] | null> {
    const listed = await Promise.all(this.#client.nodes.map((node) => this.#openIdsOf(node, patience)))
    return listed.includes(null) ? null : listed.flatMap((ids) => ids ?? [])
  }

  async #openIdsOf(node: number, patience: Patience): Promise<string[] | null> {
    try {
      return await this.#persist(async () => {
        const connection = await this.#client.connectionTo(node)
        const api = await this.#client.requestOf(connection, 'listTransactions', 1)
        const answer = (await api.async(connection, ['ONGOING'], [], -1n, null)) as listTransactionsV1.ListTransactionsResponse
        return answer.transactionStates.map(({ transactionalId }) => transactionalId)
      }, patience)
    } catch (error) {
      if (this.#client.kindOf(error) === 'refused') return null
      throw error
    }
  }

  #ask<Answer>(id: string | null, name: string, versionMax: number, words: unknown[], patience: Patience): Promise<Answer> {
    return this.#persist(async () => {
      try {
        const connection = id === null ? await this.#client.anyConnection() : await this.#client.connectionTo(await this.#nodeOf(id))
        const api = await this.#client.requestOf(connection, name, versionMax)
        return (await api.async(connection, ...words)) as Answer
      } catch (error) {
        if (id !== null) this.#nodes.delete(id)
        throw error
      }
    }, patience)
  }

  async #nodeOf(id: string): Promise<number> {
    const node = this.#nodes.get(id) ?? (await this.#client.coordinatorOf('transaction', id))
    this.#nodes.set(id, node)
    return node
  }

  #persist<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
    return persistently(attempt, { ...patience, kindOf: (error) => this.#client.kindOf(error), describe: describeKafkaFailure })
  }
}

/** Which of these answers of Kafka an error holds; null when none of them. */
export function answerAmong(error: unknown, answers: readonly string[]): string | null {
  return answers.find((answer) => findErrorBy(error as Error, 'apiId', answer) !== null) ?? null
}
