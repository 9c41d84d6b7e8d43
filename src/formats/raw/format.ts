/** Lines as they are, in a table of one column of text or bytes: Flink's `raw` format. */
import { assert } from '#base'
import { type Batch, batchRows, printType, type Schema } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, TextCell, ValueCell } from '../cell-writer.ts'
import { ColumnStore } from '../column-store.ts'
import type { RunRecords } from '../compile.ts'
import { formatErrors } from '../errors.ts'
import type { EncodedRows, FormatTable, RecordDecoder, RecordEncoder, RecordFormat } from '../format.ts'
import { LineDecoder } from '../line-decoder.ts'
import { RecordState } from '../record-state.ts'
import { isUtf8 } from '../utf8.ts'

const lineFeed = 10
const carriageReturn = 13

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
  encoder: (table) => new RawEncoder(table),
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

class RawEncoder implements RecordEncoder {
  readonly header = null
  readonly #out = new ByteWriter()
  readonly #cell: CellWriter
  #ends = new Int32Array(0)

  constructor(table: FormatTable) {
    const { type } = columnOf(table)
    const isText = type.kind === 'char' || type.kind === 'varchar'
    this.#cell = isText
      ? new TextCell(
          (bytes, start, end, out) => out.bytes(bytes, start, end),
          this.#out,
          () => new ByteWriter(256),
        )
      : new ValueCell(type, (value, out) => out.bytes(value as Uint8Array), this.#out)
  }

  encode(batch: Batch): EncodedRows {
    const out = this.#out
    const [vector] = batch.columns
    out.length = 0
    if (this.#ends.length < batch.length) this.#ends = new Int32Array(batch.length)
    if (vector !== undefined) this.#cell.begin(vector)
    for (let row = 0; row < batch.length; row++) {
      if (!this.#cell.isNull(row)) this.#cell.write(row)
      out.byte(lineFeed)
      this.#ends[row] = out.length
    }
    return { data: out.data, ends: this.#ends, length: out.length }
  }
}
