/**
 * Takes every row and keeps none: to measure a query, or to run it for its other sinks. As Flink's, it asks for no −U, with which whoever
 * keeps no rows can do nothing; but a digest takes the old row off.
 */
import type { Connector, SinkWriter, WriteRequest } from '../connector.ts'
import { option, tableOptions } from '../options.ts'
import { RowDigest } from './row-digest.ts'

const options = [
  option(
    'digest',
    'boolean',
    'false',
    'Whether each row is written as bytes that are added to a digest, as a sink that keeps rows would write them.',
  ),
  option('sink.parallelism', 'integer', null, 'Has no effect: one writer is enough.'),
]

const careless: SinkWriter = {
  write: () => undefined,
  prepare: async () => null,
  commit: async () => undefined,
  close: async () => undefined,
}

/** Its record, which checkpoints show, tells what this life of the run has written so far. */
function digesting({ schema }: WriteRequest): SinkWriter {
  const digest = new RowDigest(schema)
  return { ...careless, write: (batch) => digest.add(batch), prepare: async () => ({ rows: digest.rows, digest: digest.digest }) }
}

export const blackholeConnector: Connector = {
  name: 'blackhole',
  options,
  source: null,
  sink: (table) => {
    const isDigesting = tableOptions(table, options).flag('digest')
    return {
      takes: isDigesting ? 'all' : 'newest',
      isShareable: !isDigesting,
      open: async (request) => (isDigesting ? digesting(request) : careless),
    }
  },
}
