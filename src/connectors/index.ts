export type {
  ColumnCondition,
  Connector,
  ConnectorOption,
  ConnectorTable,
  ReadRequest,
  Sink,
  SinkWriter,
  Source,
  SourceBatch,
  SourceReader,
  WantedColumn,
  WriteRequest,
} from './connector.ts'
export { connectorNamed, connectors } from './list.ts'
export { tableOptions } from './options.ts'
