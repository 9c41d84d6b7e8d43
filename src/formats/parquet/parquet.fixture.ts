/** Parquet files in memory, for tests. */
import { type Batch, batchOf, type DataType, rowsOf, type Schema } from '#data'
import type { FieldCondition, FormatTable, ReadableFile } from '../format.ts'
import { readOptions } from '../options.ts'
import { parquetFormat } from './format.ts'
import { openParquetReader } from './reader.ts'
import { openParquetWriter } from './writer.ts'

export type Rows = readonly (readonly unknown[])[]

export function tableOf(schema: Schema, options: Record<string, string> = {}, timeZone = 'UTC'): FormatTable {
  return { name: 't', schema, options: readOptions('table "t"', parquetFormat.options, options), timeZone }
}

/** The bytes of a file of the rows, written in batches of `batchRows`. */
export async function writeRows(schema: Schema, rows: Rows, options: Record<string, string> = {}, batchRows = 1000, timeZone = 'UTC') {
  const pieces: Uint8Array[] = []
  const file = { name: 'memory.parquet', append: (bytes: Uint8Array) => void pieces.push(bytes.slice()) }
  const writer = openParquetWriter(tableOf(schema, options, timeZone), file)
  for (let at = 0; at < rows.length; at += batchRows) await writer.write(batchOf(schema, rows.slice(at, at + batchRows)))
  await writer.finish()
  return new Uint8Array(Buffer.concat(pieces))
}

/** A file in memory; `reads` counts what is read of it. */
export function memoryFile(
  bytes: Uint8Array,
  name = 'memory.parquet',
): ReadableFile & { readonly reads: [offset: number, length: number][] } {
  const reads: [number, number][] = []
  const read = async (offset: number, length: number) => {
    reads.push([offset, length])
    return bytes.slice(offset, offset + length)
  }
  return { name, size: bytes.length, read, reads }
}

export interface Reading {
  readonly options?: Record<string, string>
  readonly conditions?: readonly FieldCondition[]
  readonly position?: unknown
  readonly batches?: number
  readonly timeZone?: string
  /** All columns of the table, when other ones are read. */
  readonly table?: Schema
}

export interface Read {
  readonly rows: unknown[][]
  readonly batches: { readonly length: number; readonly forms: readonly string[] }[]
  readonly position: unknown
}

export async function readFile(file: ReadableFile, schema: Schema, reading: Reading = {}): Promise<Read> {
  const table = tableOf(reading.table ?? schema, reading.options, reading.timeZone)
  const columns: readonly { readonly name: string; readonly type: DataType }[] = schema
  const { conditions = [], position = null } = reading
  const reader = await openParquetReader(table, file, { columns, conditions, position, signal: new AbortController().signal })
  const rows: unknown[][] = []
  const batches: Read['batches'] = []
  while (batches.length < (reading.batches ?? Number.POSITIVE_INFINITY)) {
    const batch: Batch | null = await reader.read()
    if (batch === null) break
    for (const row of rowsOf(batch, schema)) rows.push(row)
    batches.push({ length: batch.length, forms: batch.columns.map((column) => column.form) })
  }
  const stand: unknown = JSON.parse(JSON.stringify(reader.position()))
  await reader.close()
  return { rows, batches, position: stand }
}

export function readRows(bytes: Uint8Array, schema: Schema, reading: Reading = {}): Promise<Read> {
  return readFile(memoryFile(bytes), schema, reading)
}
