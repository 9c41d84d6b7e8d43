/** Redis: rows in hashes, strings, sorted sets, lists and streams, lookups by key, and streams as sources. */
import type { Connector } from '../connector.ts'
import { loadMessageFormats } from '../message-options.ts'
import { redisOptions } from './options.ts'
import { redisSink } from './sink.ts'
import { redisSource } from './source.ts'

export const redisConnector: Connector = {
  name: 'redis',
  options: redisOptions,
  load: loadMessageFormats,
  source: redisSource,
  sink: redisSink,
}
