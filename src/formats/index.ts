export type {
  AppendableFile,
  EncodedRows,
  FileCondition,
  FileFormat,
  FileReader,
  FileRequest,
  FileWriter,
  Format,
  FormatTable,
  ReadableFile,
  RecordDecoder,
  RecordEncoder,
  RecordFormat,
} from './format.ts'
export { formatNamed, formats } from './list.ts'
export { type Option, Options, readOptions } from './options.ts'
export { parsePlainText, plainTextPrinter } from './plain-text.ts'
