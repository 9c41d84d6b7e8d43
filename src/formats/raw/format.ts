/** Lines and messages as they are, in a table of one column: Flink's `raw` format. */
import { batchRows, type Schema } from '#data'
import { ValueCell } from '../cell-writer.ts'
import { ColumnStore } from '../column-store.ts'
import type { RunRecords } from '../compile.ts'
import type { FormatTable, RecordDecoder, RecordFormat } from '../format.ts'
import { LineDecoder } from '../line-decoder.ts'
import { LineEncoder } from '../line-encoder.ts'
import { carriageReturn, lineFeed } from '../line-end.ts'
import { optionsOf } from '../options.ts'
import { lineEnds } from '../record-ends.ts'
import { RecordState } from '../record-state.ts'
import { isUtf8 } from '../utf8.ts'
import { charsetOf, charsetRefused } from './charset.ts'
import { onlyColumn } from './column.ts'
import { rawMessages, utf8Cell } from './messages.ts'

const option = optionsOf('raw')

export const rawFormat: RecordFormat = {
  kind: 'record',
  name: 'raw',
  extension: 'txt',
  options: [
    option('charset', 'text', 'UTF-8', 'How text is written in bytes, such as UTF-8, ISO-8859-1 or UTF-16; lines of files are UTF-8.'),
    option('endianness', { oneOf: ['big-endian', 'little-endian'] }, 'big-endian', 'Which byte of a number in a message comes first.'),
  ],
  decoder: rawDecoder,
  recordEnds: () => lineEnds,
  encoder: rawEncoder,
  messages: rawMessages,
}

function lineColumn(table: FormatTable): Schema[number] {
  const column = onlyColumn(table, () => false, 'A table of raw lines has one column, of text or bytes.')
  if (charsetOf(table) !== null) throw charsetRefused(table, 'Expected UTF-8, which lines of files are written in.')
  return column
}

function rawDecoder(table: FormatTable, wanted: readonly string[]): RecordDecoder {
  const column = lineColumn(table)
  const stores = wanted.map((name) => new ColumnStore(name, column.type, batchRows))
  const state = new RecordState('raw', stores, false)
  return new LineDecoder({ state, run: runLines(state), rowsMax: batchRows, passHeader: null, unfinished: 'Expected a line.' })
}

function runLines(state: RecordState): RunRecords {
  return (bytes, start, end, rowsMax) => {
    let at = start
    let row = 0
    for (; row < rowsMax && at < end; row++) {
      const stop = bytes.indexOf(lineFeed, at)
      const to = stop > at && bytes[stop - 1] === carriageReturn ? stop - 1 : stop
      for (const store of state.stores) takeLine(state, store, bytes, at, to, row)
      at = stop + 1
    }
    state.count = row
    return at
  }
}

function takeLine(state: RecordState, store: ColumnStore, bytes: Uint8Array, from: number, to: number, row: number): void {
  if (store.form !== 'bytes') {
    store.setBoxed(row, bytes.slice(from, to))
    return
  }
  if (!isUtf8(bytes, from, to)) {
    throw state.unreadable(row, 'It holds bytes that are not UTF-8.', `Declare column "${store.name}" as BYTES to take any bytes.`)
  }
  store.starts[row] = from
  store.ends[row] = to
}

function rawEncoder(table: FormatTable): LineEncoder {
  const { type } = lineColumn(table)
  const isText = type.kind === 'char' || type.kind === 'varchar'
  return new LineEncoder({
    header: null,
    cells: (out) => [isText ? utf8Cell(out) : new ValueCell(type, (value, to) => to.bytes(value as Uint8Array), out)],
    write: (row, cells) => {
      for (const cell of cells) if (!cell.isNull(row)) cell.write(row)
    },
  })
}
