/** How many partitions the topics of a table have, asked of Kafka. */
import type { ConnectorTable, PartitionedPlace } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { KafkaClient } from './client.ts'
import { kafkaConnection } from './connection.ts'
import { kafkaPlaceOptions, topicsOf } from './options.ts'
import { findTopics } from './source-offsets.ts'

/** Who asks wants to go on without an answer as well. */
const retryMsMax = 2000

export async function topicPartitions(
  { name, options: clause, clock }: Pick<ConnectorTable, 'name' | 'options' | 'clock'>,
  signal: AbortSignal,
): Promise<readonly PartitionedPlace[]> {
  const options = kafkaPlaceOptions(clause, name)
  const topics = topicsOf(options, name)
  const client = new KafkaClient(kafkaConnection(options, name))
  const close = (): void => void client.close()
  signal.addEventListener('abort', close)
  try {
    const patience = { clock, signal, meter: new ConnectorMeter(clock), retryMsMax }
    const found = await client.persist(() => findTopics(client, topics, true), 'ask for partitions', patience)
    return found.map((topic) => ({ name: `topic "${topic.name}"`, partitions: topic.partitions.length }))
  } finally {
    signal.removeEventListener('abort', close)
    await client.close()
  }
}
