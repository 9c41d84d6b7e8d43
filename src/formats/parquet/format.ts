/** Parquet files, as Flink's `parquet` format has them. */
import type { FileFormat } from '../format.ts'
import { parquetOptions } from './options.ts'
import { countParquetRows, cutParquet, openParquetReader } from './reader.ts'
import { openParquetWriter } from './writer.ts'

export const parquetFormat: FileFormat = {
  kind: 'file',
  name: 'parquet',
  extension: 'parquet',
  options: parquetOptions,
  openReader: openParquetReader,
  countRows: countParquetRows,
  cut: cutParquet,
  openWriter: openParquetWriter,
  messages: null,
}
