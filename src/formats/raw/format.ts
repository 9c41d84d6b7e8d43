/** Lines as they are, in a table of one column of text or bytes: Flink's `raw` format. */
import { assert } from '#base'
import { batchRows, printType, type Schema } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { TextCell, ValueCell } from '../cell-writer.ts'
import { ColumnStore } from '../column-store.ts'
import type { RunRecords } from '../compile.ts'
import { formatErrors } from '../errors.ts'
import type { FormatTable, RecordDecoder, RecordFormat } from '../format.ts'
import { LineDecoder } from '../line-decoder.ts'
import { LineEncoder } from '../line-encoder.ts'
import { carriageReturn, lineFeed } from '../line-end.ts'
import { lineEnds } from '../record-ends.ts'
import { RecordState } from '../record-state.ts'
import { isUtf8 } from '../utf8.ts'

export const rawFormat: RecordFormat = {
  kind: 'record',
  name: 'raw',
  extension: 'txt',
  options: [
    {
      key: 'raw.charset',
      type: { oneOf: ['UTF-8'] },
      required: false,
      default: 'UTF-8',
      description: 'How text is written in bytes.',
    },
  ],
  decoder: rawDecoder,
  recordEnds: () => lineEnds,
  encoder: rawEncoder,
  messages: null,
}

function columnOf(table: FormatTable): Schema[number] {
  const [column, second] = table.schema
  assert(column !== undefined, 'a table has a column')
  const { kind } = column.type
  const fits = kind === 'char' || kind === 'varchar' || kind === 'binary' || kind === 'varbinary'
  if (fits && second === undefined) return column
  const odd = fits && second !== undefined ? second : column
  throw formatErrors.FORMATS_TYPE_UNSUPPORTED(
    { format: 'raw', type: printType(odd.type), column: odd.name },
    { detail: 'A table of raw lines has one column, of text or bytes.' },
  )
}

function rawDecoder(table: FormatTable, wanted: readonly string[]): RecordDecoder {
  const column = columnOf(table)
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
  const { type } = columnOf(table)
  const isText = type.kind === 'char' || type.kind === 'varchar'
  return new LineEncoder({
    header: null,
    cells: (out) => [isText ? textCell(out) : new ValueCell(type, (value, to) => to.bytes(value as Uint8Array), out)],
    write: (row, cells) => {
      for (const cell of cells) if (!cell.isNull(row)) cell.write(row)
    },
  })
}

function textCell(out: ByteWriter): TextCell {
  return new TextCell(
    (bytes, start, end, to) => to.bytes(bytes, start, end),
    out,
    () => new ByteWriter(256),
  )
}
