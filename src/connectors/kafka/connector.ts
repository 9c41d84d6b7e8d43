/** Topics of Kafka, as Flink's `kafka` and `upsert-kafka` connectors read and write them. */
import type { Connector, ConnectorTable, TableWays } from '../connector.ts'
import { loadMessageFormats } from '../message-options.ts'
import { messageWays, partOfClause } from '../message-ways.ts'
import { type KafkaKind, kafkaOptions } from './options.ts'
import { kafkaSink } from './sink.ts'
import { kafkaSource } from './source.ts'
import { topicPartitions } from './topic-partitions.ts'

function connectorOfKind(kind: KafkaKind): Connector {
  return {
    name: kind,
    options: kafkaOptions(kind),
    load: loadMessageFormats,
    source: (table) => kafkaSource(table, kind),
    sink: (table) => kafkaSink(table, kind),
    ways: (clause) => waysOf(clause, kind),
    partitions: topicPartitions,
  }
}

/** A table of upserts is always read from its beginning. */
function waysOf(clause: ConnectorTable['options'], kind: KafkaKind): TableWays {
  const reading: ConnectorTable['options'] = kind === 'kafka' ? { 'scan.startup.mode': 'earliest-offset' } : {}
  const place = partOfClause(clause, (key) => key === 'topic' || (key.startsWith('properties.') && key !== 'properties.group.id'))
  return messageWays(reading, {
    ...place,
    connector: 'kafka',
    'sink.delivery-guarantee': 'exactly-once',
    'sink.transactional-id-prefix': `replay of ${clause['topic'] ?? ''}`,
  })
}

export const kafkaConnector = connectorOfKind('kafka')
export const upsertKafkaConnector = connectorOfKind('upsert-kafka')
