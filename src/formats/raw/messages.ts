/** Messages that are one value: text, bytes, or a number or boolean of a fixed width. NULL is no message. */
import { assert } from '#base'
import { type Batch, batchRows, type DataType, printType } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, TextCell, ValueCell, type ValueWriter } from '../cell-writer.ts'
import { ColumnStore } from '../column-store.ts'
import { plainArray } from '../compile.ts'
import type { FormatTable, MessageCodec, MessageDecoder, MessageEncoder, MessageFault, Messages, WantedField } from '../format.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { isUtf8 } from '../utf8.ts'
import { type Charset, charsetOf, charsetRefused } from './charset.ts'
import { onlyColumn } from './column.ts'
import { fixedValue } from './fixed-value.ts'

export const rawMessages: MessageCodec = { changes: 'append', metadata: [], decoder: rawMessageDecoder, encoder: rawMessageEncoder }

function isLittle(table: FormatTable): boolean {
  return table.options.text('raw.endianness') === 'little-endian'
}

function isText(type: DataType): boolean {
  return type.kind === 'char' || type.kind === 'varchar'
}

function messageColumn(table: FormatTable): { readonly name: string; readonly type: DataType } {
  return onlyColumn(table, (type) => fixedValue(type, false) !== null, 'A raw message is one value: a text, bytes, a boolean or a number.')
}

/** Puts the value of a message into a row; what is wrong with it, or null. */
type TakeValue = (bytes: Uint8Array, start: number, end: number, row: number) => string | null

function rawMessageDecoder(table: FormatTable, wanted: readonly WantedField[]): MessageDecoder {
  const column = messageColumn(table)
  const charset = charsetOf(table)
  for (const { kind, key } of wanted) assert(kind === 'physical', `column "${key}" is none of metadata, which raw messages have not`)
  const stores = wanted.map(({ key, type }) => new ColumnStore(key, type, batchRows))
  const recoded = isText(column.type) && charset !== null ? new ByteWriter() : null
  const takes = stores.map((store) => takerOf(store, charset, recoded, isLittle(table)))
  return new RawMessages(stores, takes, recoded)
}

function takerOf(store: ColumnStore, charset: Charset | null, recoded: ByteWriter | null, little: boolean): TakeValue {
  if (recoded !== null && charset !== null) return recodedTaker(store, charset, recoded)
  if (store.form === 'bytes') return (bytes, start, end, row) => takeText(store, bytes, start, end, row)
  const fixed = fixedValue(store.type, little)
  if (fixed === null) {
    return (bytes, start, end, row) => {
      store.setBoxed(row, bytes.slice(start, end))
      return null
    }
  }
  const type = printType({ ...store.type, nullable: true })
  return (bytes, start, end, row) => {
    if (end - start !== fixed.bytes) return `Expected ${fixed.bytes} bytes, as ${type} has, got ${end - start}.`
    store.setBoxed(row, fixed.read(new DataView(bytes.buffer, bytes.byteOffset + start, fixed.bytes), 0))
    return null
  }
}

function takeText(store: ColumnStore, bytes: Uint8Array, start: number, end: number, row: number): string | null {
  if (!isUtf8(bytes, start, end)) return 'It holds bytes that are not UTF-8.'
  store.starts[row] = start
  store.ends[row] = end
  return null
}

function recodedTaker(store: ColumnStore, charset: Charset, recoded: ByteWriter): TakeValue {
  return (bytes, start, end, row) => {
    const text = charset.decode(bytes.subarray(start, end))
    if (text === null) return 'It holds bytes that are not of the charset.'
    store.starts[row] = recoded.length
    recoded.text(text)
    store.ends[row] = recoded.length
    return null
  }
}

class RawMessages implements MessageDecoder {
  batch: Batch = { length: 0, columns: [], kinds: null, watermarks: null }
  readonly places = new Int32Array(batchRows)
  faults: MessageFault[] = []
  readonly lenient = false
  readonly #stores: readonly ColumnStore[]
  readonly #takes: readonly TakeValue[]
  /** Where text lies that had another charset; null where it lies in the messages. */
  readonly #recoded: ByteWriter | null

  constructor(stores: readonly ColumnStore[], takes: readonly TakeValue[], recoded: ByteWriter | null) {
    this.#stores = stores
    this.#takes = takes
    this.#recoded = recoded
  }

  decode(messages: Messages, from: number): number {
    const bytes = plainArray(messages.bytes)
    for (const store of this.#stores) store.reset()
    if (this.#recoded !== null) this.#recoded.length = 0
    this.faults = []
    let place = from
    let row = 0
    for (; place < messages.length && row < batchRows; place++) {
      const end = messages.ends[place] as number
      if (end >= 0 && this.#take(bytes, messages.starts[place] as number, end, row, place)) this.places[row++] = place
    }
    const data = this.#recoded?.data ?? bytes
    this.batch = { length: row, columns: this.#stores.map((store) => store.vector(row, data)), kinds: null, watermarks: null }
    return place
  }

  #take(bytes: Uint8Array, start: number, end: number, row: number, place: number): boolean {
    for (const take of this.#takes) {
      const detail = take(bytes, start, end, row)
      if (detail === null) continue
      this.faults.push({ place, detail })
      return false
    }
    return true
  }
}

function rawMessageEncoder(table: FormatTable): MessageEncoder {
  const { type } = messageColumn(table)
  const charset = charsetOf(table)
  return new CellMessageEncoder({
    cells: (out) => [isText(type) && charset === null ? utf8Cell(out) : new ValueCell(type, rawWriter(table, type, charset), out)],
    write: (row, cells) => {
      for (const cell of cells) cell.write(row)
    },
    isAbsent: (row, cells) => cells.some((cell) => cell.isNull(row)),
  })
}

/** Writes text as it is. */
export function utf8Cell(out: ByteWriter): CellWriter {
  return new TextCell(
    (bytes, start, end, to) => to.bytes(bytes, start, end),
    out,
    () => new ByteWriter(256),
  )
}

function rawWriter(table: FormatTable, type: DataType, charset: Charset | null): ValueWriter {
  const fixed = fixedValue(type, isLittle(table))
  if (fixed !== null) {
    const scratch = new Uint8Array(fixed.bytes)
    const view = new DataView(scratch.buffer)
    return (value, out) => {
      fixed.write(view, value)
      out.bytes(scratch)
    }
  }
  if (charset === null || !isText(type)) return (value, out) => out.bytes(value as Uint8Array)
  const { encode } = charset
  if (encode === null) throw charsetRefused(table, 'Text of this charset can be read, but not written.')
  return (value, out) => out.bytes(encode(value as string))
}
