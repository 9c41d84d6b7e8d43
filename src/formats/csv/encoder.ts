/** Writes CSV: values in quotes only where they need them. */
import type { DataType } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import {
  type CellWriter,
  type RowCells,
  TextCell,
  type TextShape,
  type TextWriter,
  ValueCell,
  type ValueWriter,
  valueWriter,
} from '../cell-writer.ts'
import { formatErrors } from '../errors.ts'
import type { FormatTable, MessageEncoder } from '../format.ts'
import { LineEncoder } from '../line-encoder.ts'
import { carriageReturn, lineFeed } from '../line-end.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { typeUnsupported } from './cells.ts'
import { codeOf } from './scanner.ts'
import { type CsvSettings, csvSettings } from './settings.ts'

/** Bytes that values other than text are made of. */
const valueBytes = /^[\w+\-.:/= ]$/

export function csvEncoder(table: FormatTable): LineEncoder {
  const settings = csvSettings(table)
  const header = settings.header ? headerOf(table, new CsvQuoting(settings), codeOf(settings.delimiter)) : null
  return new LineEncoder({ header, ...csvCells(table, settings) })
}

export function csvMessageEncoder(table: FormatTable): MessageEncoder {
  return new CellMessageEncoder(csvCells(table, csvSettings(table)))
}

function csvCells(table: FormatTable, settings: CsvSettings): RowCells {
  const quoting = new CsvQuoting(settings)
  const delimiter = codeOf(settings.delimiter)
  const nullText = quoting.spell(settings.nullLiteral ?? '')
  return {
    cells: (out) => table.schema.map((column) => csvCell(column.name, column.type, settings, quoting, out)),
    write: (row, cells, out) => {
      for (let index = 0; index < cells.length; index++) {
        if (index > 0) out.byte(delimiter)
        const cell = cells[index] as CellWriter
        if (cell.isNull(row)) out.bytes(nullText)
        else cell.write(row)
      }
    },
  }
}

function headerOf(table: FormatTable, quoting: CsvQuoting, delimiter: number): Uint8Array {
  const out = new ByteWriter(256)
  for (const [index, column] of table.schema.entries()) {
    if (index > 0) out.byte(delimiter)
    out.bytes(quoting.spell(column.name))
  }
  out.byte(lineFeed)
  return out.data.slice(0, out.length)
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
  throw typeUnsupported(column, type)
}

/** Elements of arrays and rows stand beside one another; null for other types. */
function nestedWriter(column: string, type: DataType, settings: CsvSettings): ValueWriter | null {
  if (type.kind !== 'array' && (type.kind !== 'row' || type.className !== undefined)) return null
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
    out.byte(quoted ? byte : byte === lineFeed ? 110 : byte === carriageReturn ? 114 : byte)
  }
}
