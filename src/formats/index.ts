export type { AppendableFile, FileFormat, Format, FormatTable, ReadableFile, RecordDecoder, RecordEncoder } from './format.ts'
export { formatNamed, formatNames, loadFormat } from './list.ts'
export { type Option, Options, readOptions } from './options.ts'
export { parsePlainText, plainTextPrinter } from './plain-text.ts'
