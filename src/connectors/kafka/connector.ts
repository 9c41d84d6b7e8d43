/** Topics of Kafka, as Flink's `kafka` and `upsert-kafka` connectors read and write them. */
import type { Connector } from '../connector.ts'
import { loadMessageFormats } from '../message-options.ts'
import { type KafkaKind, kafkaOptions } from './options.ts'
import { kafkaSink } from './sink.ts'
import { kafkaSource } from './source.ts'

function connectorOfKind(kind: KafkaKind): Connector {
  return {
    name: kind,
    options: kafkaOptions(kind),
    load: loadMessageFormats,
    source: (table) => kafkaSource(table, kind),
    sink: (table) => kafkaSink(table, kind),
  }
}

export const kafkaConnector = connectorOfKind('kafka')
export const upsertKafkaConnector = connectorOfKind('upsert-kafka')
