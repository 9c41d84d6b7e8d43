/** Parquet files, as Flink's `parquet` format has them. */
import type { FileFormat } from '../format.ts'
import { parquetOptions } from './options.ts'
import { openParquetReader } from './reader.ts'
import { openParquetWriter } from './writer.ts'

export const parquetFormat: FileFormat = {
  kind: 'file',
  name: 'parquet',
  extension: 'parquet',
  options: parquetOptions,
  openReader: openParquetReader,
  openWriter: openParquetWriter,
}
