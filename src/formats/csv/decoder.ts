/** Reads CSV: wanted columns of each record into vectors, by generated code. */
import { assert } from '#base'
import { batchRows, columnIndex, parseDecimalBytes, parseDoubleBytes, parseIntegerBytes, parseTimestampBytes } from '#data'
import { decodedRowsMax } from '../column-store.ts'
import { compileSource, type RunRecords } from '../compile.ts'
import type { FormatTable, RecordDecoder } from '../format.ts'
import { LineDecoder } from '../line-decoder.ts'
import { type CsvField, csvSource } from './generate.ts'
import { type CsvColumns, type CsvFrame, CsvRows } from './rows.ts'
import { CsvScanner, codeOf } from './scanner.ts'
import { type CsvSettings, csvSettings } from './settings.ts'

const parse = { integer: parseIntegerBytes, double: parseDoubleBytes, decimal: parseDecimalBytes, timestamp: parseTimestampBytes }

export function csvDecoder(table: FormatTable, wanted: readonly string[]): RecordDecoder {
  const settings = csvSettings(table)
  const rowsMax = decodedRowsMax(wanted.length, batchRows)
  const { rows, scanner, run } = csvRun(csvColumns(table, wanted), settings, { rowsMax, stopsAtFault: false })
  return new LineDecoder({
    state: rows,
    run,
    rowsMax,
    passHeader: settings.skipFirstLine ? (bytes, start, end) => scanner.record(bytes, start, end).next : null,
    unfinished: 'Expected a closing quote, got the end of the input.',
  })
}

export function csvColumns(table: FormatTable, wanted: readonly string[]): CsvColumns {
  const bySlot = wanted.map((name, slot) => fieldOf(table, name, slot))
  return {
    columns: bySlot.map(({ type }, slot) => ({ name: wanted[slot] as string, type })),
    fields: bySlot.toSorted((a, b) => a.index - b.index),
    fieldCount: table.schema.length,
  }
}

function fieldOf(table: FormatTable, name: string, slot: number): CsvField {
  const index = columnIndex(table.schema, name)
  const column = table.schema[index]
  assert(column !== undefined, `column "${name}" is in the table`)
  return { index, slot, type: column.type }
}

/** The generated code of a decoder, and what it works with. */
export interface CsvRun {
  readonly rows: CsvRows
  readonly scanner: CsvScanner
  readonly run: RunRecords
}

export function csvRun(columns: CsvColumns, settings: CsvSettings, frame: CsvFrame): CsvRun {
  const scanner = new CsvScanner(codeOf(settings.delimiter), codeOf(settings.quote), codeOf(settings.escape), settings.trims)
  const rows = new CsvRows(columns, scanner, settings, frame)
  return { rows, scanner, run: compile(columns, settings, rows, scanner) }
}

function compile({ fields, fieldCount }: CsvColumns, settings: CsvSettings, rows: CsvRows, scanner: CsvScanner): RunRecords {
  const source = csvSource(fields, fieldCount, {
    quotes: settings.quote !== null,
    escapes: settings.escape !== null,
    emptyNull: settings.emptyIsNull || settings.nullLiteral === '',
    nullLiteral: settings.nullLiteral !== null && settings.nullLiteral !== '',
    trims: settings.trims,
    comments: settings.comments,
  })
  return compileSource(source, {
    stores: rows.stores,
    scanner,
    rows,
    parse,
    delimiter: scanner.delimiter,
    quote: scanner.quote,
    escape: scanner.escape,
    nullLength: new TextEncoder().encode(settings.nullLiteral ?? '').length,
  })
}
