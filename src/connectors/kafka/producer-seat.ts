/** By which name a writer sends: that of a transaction, that of a producer whose repetitions brokers leave out, or none. */
import type { KafkaClient, Patience } from './client.ts'
import { noProducer, type ProducerIdentity } from './record-batch-encoder.ts'
import { type TopicPartitions, TransactionRequests } from './transaction-requests.ts'
import type { Transactions } from './transactions.ts'
import type { PartitionQueue } from './writer-partition.ts'

export interface ProducerSeat {
  /** Null outside of transactions. */
  readonly transactionalId: string | null
  /** Who sends to these partitions, which are told to the transaction if it does not have them. */
  take(queues: readonly PartitionQueue[]): Promise<ProducerIdentity>
  /** Whether after such an answer another name is taken, with which it may succeed. */
  renewsFor(answer: string): boolean
  /** What an answer means that has to do with the name; null: nothing of the kind. */
  errorOf(answer: string): Error | null
}

/** Any failure may repeat what was sent. */
export function namelessSeat(): ProducerSeat {
  return {
    transactionalId: null,
    take: () => Promise.resolve(noProducer),
    renewsFor: () => false,
    errorOf: () => null,
  }
}

const forgottenAnswers = ['UNKNOWN_PRODUCER_ID', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING']

/** Brokers forget producers that sent nothing for long. */
export async function idempotentSeat(
  client: KafkaClient,
  patience: { readonly opening: Patience; readonly running: Patience },
): Promise<ProducerSeat> {
  const requests = new TransactionRequests(client)
  const init = (how: Patience): Promise<ProducerIdentity> => requests.init(null, 0, null, how)
  let producer = init(patience.opening)
  await producer.catch((error: unknown) => {
    throw client.coded(error, 'write without repetitions')
  })
  return {
    transactionalId: null,
    take: () => producer,
    renewsFor: (answer) => {
      if (!forgottenAnswers.includes(answer)) return false
      producer = init(patience.running)
      producer.catch(() => undefined)
      return true
    },
    errorOf: () => null,
  }
}

export function transactionSeat(transactions: Transactions): ProducerSeat {
  return {
    get transactionalId() {
      return transactions.id
    },
    take: async (queues) => {
      const producer = await transactions.begin()
      const fresh = queues.filter(({ transaction }) => transaction !== producer)
      if (fresh.length > 0) await transactions.add(topicsOf(fresh))
      for (const queue of fresh) queue.transaction = producer
      return producer
    },
    renewsFor: () => false,
    errorOf: (answer) => transactions.fenced(answer),
  }
}

function topicsOf(queues: readonly PartitionQueue[]): TopicPartitions[] {
  return [...Map.groupBy(queues, ({ topic }) => topic)].map(([name, own]) => ({ name, partitions: own.map(({ partition }) => partition) }))
}
