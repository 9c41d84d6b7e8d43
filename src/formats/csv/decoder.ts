/** Reads CSV: wanted columns of each record into vectors, by generated code. */
import { assert } from '#base'
import { batchRows, columnIndex, parseDecimalBytes, parseDoubleBytes, parseIntegerBytes, parseTimestampBytes } from '#data'
import { ColumnStore, decodedRowsMax } from '../column-store.ts'
import { compileDecoder, type RunRecords } from '../compile.ts'
import type { FormatTable, RecordDecoder } from '../format.ts'
import { LineDecoder } from '../line-decoder.ts'
import { type CsvField, csvSource } from './generate.ts'
import { CsvRows } from './rows.ts'
import { CsvScanner, codeOf } from './scanner.ts'
import { type CsvSettings, csvSettings } from './settings.ts'

const parse = { integer: parseIntegerBytes, double: parseDoubleBytes, decimal: parseDecimalBytes, timestamp: parseTimestampBytes }

export function csvDecoder(table: FormatTable, wanted: readonly string[]): RecordDecoder {
  const settings = csvSettings(table)
  const rowsMax = decodedRowsMax(wanted.length, batchRows)
  const bySlot = wanted.map((name, slot) => fieldOf(table, name, slot))
  const fields = bySlot.toSorted((a, b) => a.index - b.index)
  const stores = bySlot.map((field, slot) => new ColumnStore(wanted[slot] as string, field.type, rowsMax))
  const scanner = new CsvScanner(codeOf(settings.delimiter), codeOf(settings.quote), codeOf(settings.escape), settings.trims)
  const rows = new CsvRows(stores, fields, scanner, settings, table.schema.length)
  return new LineDecoder({
    state: rows,
    run: compile(fields, table.schema.length, settings, rows, scanner),
    rowsMax,
    passHeader: settings.skipFirstLine ? (bytes, start, end) => scanner.record(bytes, start, end).next : null,
    unfinished: 'Expected a closing quote, got the end of the input.',
  })
}

function fieldOf(table: FormatTable, name: string, slot: number): CsvField {
  const index = columnIndex(table.schema, name)
  const column = table.schema[index]
  assert(column !== undefined, `column "${name}" is in the table`)
  return { index, slot, type: column.type }
}

function compile(fields: readonly CsvField[], fieldCount: number, settings: CsvSettings, rows: CsvRows, scanner: CsvScanner): RunRecords {
  const source = csvSource(fields, fieldCount, {
    quotes: settings.quote !== null,
    escapes: settings.escape !== null,
    emptyNull: settings.emptyIsNull || settings.nullLiteral === '',
    nullLiteral: settings.nullLiteral !== null && settings.nullLiteral !== '',
    trims: settings.trims,
    comments: settings.comments,
  })
  return compileDecoder(source, {
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
