/** Takes every row and keeps none: to measure a query, or to run it for its other sinks. */
import type { Connector, SinkWriter } from '../connector.ts'
import { option, tableOptions } from '../options.ts'

const options = [option('sink.parallelism', 'integer', null, 'Has no effect: one writer is enough.')]

const writer: SinkWriter = {
  write: () => undefined,
  prepare: async () => null,
  commit: async () => undefined,
  close: async () => undefined,
}

export const blackholeConnector: Connector = {
  name: 'blackhole',
  options,
  source: null,
  sink: (table) => {
    tableOptions(table, options)
    return { takes: 'all', open: async () => writer }
  },
}
