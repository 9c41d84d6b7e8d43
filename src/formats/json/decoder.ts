/** Reads JSON, one object a line: wanted fields of each record into vectors, by generated code. */
import { assert } from '#base'
import { batchRows, type DataType, parseDecimalBytes, parseDoubleBytes, parseTimestampBytes } from '#data'
import { ColumnStore, decodedRowsMax } from '../column-store.ts'
import { compileSource, type RunRecords } from '../compile.ts'
import type { FormatTable, RecordDecoder } from '../format.ts'
import { LineDecoder } from '../line-decoder.ts'
import { jsonSource } from './generate.ts'
import { JsonRows } from './rows.ts'
import { JsonScanner } from './scanner.ts'
import { type JsonSettings, jsonSettings } from './settings.ts'

const parse = { double: parseDoubleBytes, decimal: parseDecimalBytes, timestamp: parseTimestampBytes }

export function jsonDecoder(table: FormatTable, wanted: readonly string[]): RecordDecoder {
  const settings = jsonSettings(table)
  const rowsMax = decodedRowsMax(wanted.length, batchRows)
  const stores = wanted.map((name) => new ColumnStore(name, typeOf(table, name), rowsMax))
  const scanner = new JsonScanner()
  const rows = new JsonRows(stores, scanner, settings)
  return new LineDecoder({
    state: rows,
    run: compile(settings, rows, scanner),
    rowsMax,
    passHeader: null,
    unfinished: 'Expected a whole record, got the end of the input.',
  })
}

function typeOf(table: FormatTable, name: string): DataType {
  const column = table.schema.find((candidate) => candidate.name === name)
  assert(column !== undefined, `column "${name}" is in the table`)
  return column.type
}

function compile(settings: JsonSettings, rows: JsonRows, scanner: JsonScanner): RunRecords {
  const source = jsonSource(rows.stores.map((store) => store.type))
  return compileSource(source, {
    stores: rows.stores,
    scanner,
    rows,
    keys: rows.keys,
    parse,
    separator: settings.time.separator,
    quick: settings.time.offset === 'none',
  })
}
