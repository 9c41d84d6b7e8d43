/** Tables of PostgreSQL, MySQL and MariaDB, as Flink's `jdbc` connector reads and writes them. */
import type { Connector } from '../connector.ts'
import { jdbcOptions } from './options.ts'
import { jdbcSink } from './sink.ts'
import { jdbcSource } from './source.ts'

export const jdbcConnector: Connector = { name: 'jdbc', options: jdbcOptions, source: jdbcSource, sink: jdbcSink }
