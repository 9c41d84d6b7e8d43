export type {
  ColumnCondition,
  ConnectorTable,
  ReadRequest,
  Sink,
  SinkWriter,
  Source,
  SourceBatch,
  SourceReader,
  WantedColumn,
} from './connector.ts'
export { connectorOf } from './list.ts'
