/** Writes CSV: values in quotes only where they need them. */
import { type Batch, type DataType, printType } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type CellWriter, TextCell, type TextShape, type TextWriter, ValueCell, type ValueWriter, valueWriter } from '../cell-writer.ts'
import { formatErrors } from '../errors.ts'
import type { EncodedRows, FormatTable, RecordEncoder } from '../format.ts'
import { codeOf, lineFeed } from './scanner.ts'
import { type CsvSettings, csvSettings } from './settings.ts'

/** Bytes that values other than text are made of. */
const valueBytes = /^[\w+\-.:/= ]$/

export class CsvEncoder implements RecordEncoder {
  readonly header: Uint8Array | null
  readonly #out = new ByteWriter()
  readonly #cells: readonly CellWriter[]
  readonly #delimiter: number
  readonly #nullText: Uint8Array
  #ends = new Int32Array(0)

  constructor(table: FormatTable) {
    const settings = csvSettings(table)
    const quoting = new CsvQuoting(settings)
    this.#delimiter = codeOf(settings.delimiter)
    this.#nullText = quoting.spell(settings.nullLiteral ?? '')
    this.#cells = table.schema.map((column) => csvCell(column.name, column.type, settings, quoting, this.#out))
    this.header = settings.header ? this.#headerOf(table, quoting) : null
  }

  #headerOf(table: FormatTable, quoting: CsvQuoting): Uint8Array {
    const out = new ByteWriter(256)
    table.schema.forEach((column, index) => {
      if (index > 0) out.byte(this.#delimiter)
      out.bytes(quoting.spell(column.name))
    })
    out.byte(lineFeed)
    return out.data.slice(0, out.length)
  }

  encode(batch: Batch): EncodedRows {
    const out = this.#out
    out.length = 0
    if (this.#ends.length < batch.length) this.#ends = new Int32Array(batch.length)
    this.#cells.forEach((cell, index) => {
      const vector = batch.columns[index]
      if (vector !== undefined) cell.begin(vector)
    })
    for (let row = 0; row < batch.length; row++) {
      this.#encodeRow(row)
      this.#ends[row] = out.length
    }
    return { data: out.data, ends: this.#ends, length: out.length }
  }

  #encodeRow(row: number): void {
    const out = this.#out
    const cells = this.#cells
    for (let index = 0; index < cells.length; index++) {
      if (index > 0) out.byte(this.#delimiter)
      const cell = cells[index] as CellWriter
      if (cell.isNull(row)) out.bytes(this.#nullText)
      else cell.write(row)
    }
    out.byte(lineFeed)
  }
}

function csvCell(column: string, type: DataType, settings: CsvSettings, quoting: CsvQuoting, out: ByteWriter): CellWriter {
  const quote: TextWriter = (bytes, start, end, to) => quoting.write(bytes, start, end, to)
  if (type.kind === 'char' || type.kind === 'varchar') return new TextCell(quote, out, () => new ByteWriter(256))
  const write = nestedWriter(column, type, settings) ?? simpleWriter(column, type, settings)
  if (type.kind !== 'array' && type.kind !== 'row' && !quoting.touchesValues) return new ValueCell(type, write, out)
  const scratch = new ByteWriter(256)
  const spell: ValueWriter = (value, to) => {
    scratch.length = 0
    write(value, scratch)
    quoting.write(scratch.data, 0, scratch.length, to)
  }
  return new ValueCell(type, spell, out)
}

function simpleWriter(column: string, type: DataType, settings: CsvSettings): ValueWriter {
  if (type.kind === 'char' || type.kind === 'varchar') return (value, out) => out.text(value as string)
  if (type.kind === 'null') return () => {}
  const shape: TextShape = { separator: 32, zone: 'local', scientific: settings.scientific }
  const write = valueWriter(type, shape)
  if (write !== null) return write
  throw formatErrors.FORMATS_TYPE_UNSUPPORTED(
    { format: 'csv', type: printType(type), column },
    { detail: 'CSV holds simple types, and arrays and rows of simple types.', hint: 'Use the format json or parquet.' },
  )
}

/** Elements of arrays and rows stand beside one another; null for other types. */
function nestedWriter(column: string, type: DataType, settings: CsvSettings): ValueWriter | null {
  if (type.kind !== 'array' && type.kind !== 'row') return null
  const types = type.kind === 'row' ? type.fields.map((field) => field.type) : [type.element]
  const writers = types.map((element) => simpleWriter(column, element, settings))
  const delimiter = new TextEncoder().encode(settings.elementDelimiter)
  return (value, out) => {
    ;(value as readonly unknown[]).forEach((element, index) => {
      if (index > 0) out.bytes(delimiter)
      if (element === null) out.text(settings.nullLiteral ?? '')
      else (writers[type.kind === 'array' ? 0 : index] as ValueWriter)(element, out)
    })
  }
}

/** Which bytes make a value need quotes, and how it is written then. */
class CsvQuoting {
  readonly #special = new Uint8Array(256)
  readonly #quote: number
  readonly #escape: number
  /** Whether even a number may need quotes, because its digits or signs are delimiters. */
  readonly touchesValues: boolean

  constructor(settings: CsvSettings) {
    const { delimiter, quote, escape: escapeCharacter } = settings
    this.#quote = codeOf(quote)
    this.#escape = codeOf(escapeCharacter)
    const special = [delimiter, quote, escapeCharacter, '\n', '\r', settings.comments ? '#' : null, settings.trims ? ' ' : null]
    for (const character of special) if (character !== null) this.#special[character.charCodeAt(0)] = 1
    this.touchesValues = special.some((character) => character !== null && valueBytes.test(character))
  }

  spell(text: string): Uint8Array {
    const bytes = new TextEncoder().encode(text)
    const out = new ByteWriter(bytes.length)
    this.write(bytes, 0, bytes.length, out)
    return out.data.slice(0, out.length)
  }

  write(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
    const special = this.#special
    out.ensure(end - start)
    const { data } = out
    let to = out.length
    for (let from = start; from < end; from++, to++) {
      const byte = bytes[from] as number
      if (special[byte] === 1) {
        this.#writeSpecial(bytes, start, end, out)
        return
      }
      data[to] = byte
    }
    out.length = to
  }

  #writeSpecial(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
    const quoted = this.#quote >= 0
    if (!quoted && this.#escape < 0) {
      throw formatErrors.FORMATS_TEXT_UNWRITABLE({}, { hint: "Set 'csv.escape-character', or leave quotes on." })
    }
    if (quoted) out.byte(this.#quote)
    for (let at = start; at < end; at++) this.#writeByte(bytes[at] as number, quoted, out)
    if (quoted) out.byte(this.#quote)
  }

  #writeByte(byte: number, quoted: boolean, out: ByteWriter): void {
    const marked = quoted ? byte === this.#quote || byte === this.#escape : this.#special[byte] === 1
    if (!marked) {
      out.byte(byte)
      return
    }
    out.byte(this.#escape >= 0 ? this.#escape : this.#quote)
    out.byte(quoted ? byte : byte === lineFeed ? 110 : byte === 13 ? 114 : byte)
  }
}
