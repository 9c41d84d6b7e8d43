/** Takes every row and keeps none: to measure a query, or to run it for its other sinks. */
import type { Connector, ConnectorOption, SinkWriter } from '../connector.ts'
import { tableOptions } from '../options.ts'

const options: readonly ConnectorOption[] = [
  { key: 'sink.parallelism', type: 'integer', required: false, default: null, description: 'Has no effect: one writer is enough.' },
]

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
