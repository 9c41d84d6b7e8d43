export type {
  AppendableFile,
  FieldCondition,
  FileFormat,
  Format,
  FormatTable,
  MessageCodec,
  MessageDecoder,
  MessageEncoder,
  MessageFault,
  Messages,
  ReadableFile,
  RecordDecoder,
  RecordEncoder,
  RecordFormat,
  WantedField,
} from './format.ts'
export { formatNamed, formatNames, loadFormat } from './list.ts'
export { unpackLz4Block } from './lz4-block.ts'
export { type Option, Options, readOptions } from './options.ts'
export { parsePlainText, plainTextPrinter } from './plain-text.ts'
export type { RecordEnds } from './record-ends.ts'
export { snappyBlockBytes, unpackSnappyBlock } from './snappy-block.ts'
