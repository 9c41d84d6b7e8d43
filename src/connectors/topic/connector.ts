/** Embedded topics: what Kafka has for streams of records, in a folder and without a server. */
import type { Connector } from '../connector.ts'
import { loadMessageFormats } from '../message-options.ts'
import { messageWays } from '../message-ways.ts'
import { topicOptions } from './options.ts'
import { topicSink } from './sink.ts'
import { topicSource } from './source.ts'

export const topicConnector: Connector = {
  name: 'topic',
  options: topicOptions,
  load: loadMessageFormats,
  source: topicSource,
  sink: topicSink,
  ways: ({ path = '', topic = '' }) => messageWays({ 'scan.startup.mode': 'earliest-offset' }, { connector: 'topic', path, topic }),
}
