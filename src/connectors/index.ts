export { checkConnection } from './check-connection.ts'
export type {
  ColumnCondition,
  Connector,
  ConnectorTable,
  DurableWork,
  Lookup,
  LookupCachePolicy,
  LookupReader,
  PartitionedPlace,
  ReadRequest,
  Sink,
  SinkWriter,
  Source,
  SourceBatch,
  SourceReader,
  SplitStanding,
  TableWays,
  WantedColumn,
} from './connector.ts'
export { ConnectorMeter } from './connector-meter.ts'
export type { DeadLetter } from './dead-letter.ts'
export { type DescribedOption, describeOptions } from './describe-options.ts'
export { connectorNamed, connectorNames, connectorOf, loadConnector, partitionsOf, waysOf } from './list.ts'
export { rowCountOption } from './options.ts'
export { type Alignment, type ScanTime, scanTimeOf } from './scan-time.ts'
export { withSecrets } from './secret-references.ts'
