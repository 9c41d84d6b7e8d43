/** Files on this machine, as Flink's `filesystem` connector reads and writes them. */
import { loadFormat } from '#formats'
import type { Connector } from '../connector.ts'
import { filesystemOptions } from './options.ts'
import { filesystemSink } from './sink.ts'
import { filesystemSource } from './source.ts'

export const filesystemConnector: Connector = {
  name: 'filesystem',
  options: filesystemOptions,
  load: (options) => loadFormat(options['format'] ?? ''),
  source: filesystemSource,
  sink: filesystemSink,
  ways: () => ({ untilNow: {}, onwards: { 'source.monitor-interval': '200 ms' }, sendBack: null }),
}
