/** Writes the values of one column as text: what CSV and JSON have in common. */
import { type Batch, base64Text, type DataType, type Vector, valueAt } from '#data'
import type { ByteWriter } from './byte-writer.ts'

/** Writes a boxed value that is not NULL. */
export type ValueWriter = (value: unknown, out: ByteWriter) => void

/** Writes the values of one column of a batch, which `begin` gives. */
export interface CellWriter {
  begin(vector: Vector): void
  /** Whether the value of a row is NULL; then it must not be written. */
  isNull(row: number): boolean
  write(row: number): void
}

/** How the cells of a row become a record. */
export interface RowCells {
  /** Makes the writer of each column, all to one output. */
  readonly cells: (out: ByteWriter) => readonly CellWriter[]
  /** Writes one row, without what separates it from the next. */
  readonly write: (row: number, cells: readonly CellWriter[], out: ByteWriter) => void
}

/** Gives writers the columns of a batch. */
export function beginCells(cells: readonly CellWriter[], batch: Batch): void {
  for (const [index, cell] of cells.entries()) {
    const vector = batch.columns[index]
    if (vector !== undefined) cell.begin(vector)
  }
}

export interface TextShape {
  readonly separator: number
  /** Whether local time stamps, and with `all` every time stamp, end in Z. */
  readonly zone: 'local' | 'all'
  readonly scientific: boolean
}

/** The writer of a simple type's boxed values, without quotes; null for text and for types that have no text of their own. */
export function valueWriter(type: DataType, shape: TextShape): ValueWriter | null {
  switch (type.kind) {
    case 'boolean':
      return (value, out) => out.text(value === true ? 'true' : 'false')
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'interval-year-month':
    case 'bigint':
    case 'interval-day-time':
      return (value, out) => (typeof value === 'number' ? out.integer(value) : out.text(String(value)))
    case 'decimal':
      return (value, out) => out.decimal(value as number | bigint, type.scale, shape.scientific)
    case 'float':
      return (value, out) => out.float(value as number)
    case 'double':
      return (value, out) => out.double(value as number)
    case 'date':
      return (value, out) => out.date(value as number)
    case 'time':
      return (value, out) => out.time(value as number)
    case 'timestamp':
    case 'timestamp-ltz':
      return timestampWriter(type.precision, shape, type.kind === 'timestamp-ltz' || shape.zone === 'all')
    case 'binary':
    case 'varbinary':
      return (value, out) => out.text(base64Text(value as Uint8Array))
    default:
      return null
  }
}

function timestampWriter(precision: number, shape: TextShape, zoned: boolean): ValueWriter {
  return (value, out) => {
    out.timestamp(value as number | bigint, precision, shape.separator)
    if (zoned) out.byte(90)
  }
}

/** Writes a column through the writer of its boxed values. */
export class ValueCell implements CellWriter {
  readonly #type: DataType
  readonly #write: ValueWriter
  readonly #out: ByteWriter
  #vector: Vector = { form: 'values', data: [], nulls: null }

  constructor(type: DataType, write: ValueWriter, out: ByteWriter) {
    this.#type = type
    this.#write = write
    this.#out = out
  }

  begin(vector: Vector): void {
    this.#vector = vector
  }

  isNull(row: number): boolean {
    return isNullAt(this.#vector, row)
  }

  write(row: number): void {
    const vector = this.#vector
    const plain = vector.form === 'numbers' || vector.form === 'integers'
    this.#write(plain ? vector.data[row] : valueAt(vector, row, this.#type), this.#out)
  }
}

function isNullAt(vector: Vector, row: number): boolean {
  return (vector.nulls !== null && vector.nulls[row] === 1) || (vector.form === 'values' && vector.data[row] === null)
}

/** Writes bytes of UTF-8 as a format spells text. */
export type TextWriter = (bytes: Uint8Array, start: number, end: number, out: ByteWriter) => void

/** Writes a column of text. Words of a dictionary are spelled once. */
export class TextCell implements CellWriter {
  readonly #write: TextWriter
  readonly #out: ByteWriter
  readonly #scratch: ByteWriter
  readonly #newWriter: () => ByteWriter
  #vector: Vector = { form: 'values', data: [], nulls: null }
  #words: readonly string[] = []
  #spelled: Uint8Array[] = []

  constructor(write: TextWriter, out: ByteWriter, newWriter: () => ByteWriter) {
    this.#write = write
    this.#out = out
    this.#newWriter = newWriter
    this.#scratch = newWriter()
  }

  begin(vector: Vector): void {
    this.#vector = vector
    if (vector.form === 'dictionary' && vector.words !== this.#words) {
      this.#words = vector.words
      this.#spelled = []
    }
  }

  isNull(row: number): boolean {
    return isNullAt(this.#vector, row)
  }

  write(row: number): void {
    const vector = this.#vector
    if (vector.form === 'bytes') {
      this.#write(vector.data, vector.starts[row] as number, vector.ends[row] as number, this.#out)
    } else if (vector.form === 'dictionary') {
      this.#out.bytes(this.#word(vector.codes[row] as number))
    } else {
      this.#string(String(vector.data[row]), this.#out)
    }
  }

  #string(text: string, out: ByteWriter): void {
    const scratch = this.#scratch
    scratch.length = 0
    scratch.text(text)
    this.#write(scratch.data, 0, scratch.length, out)
  }

  #word(code: number): Uint8Array {
    const known = this.#spelled[code]
    if (known !== undefined) return known
    const out = this.#newWriter()
    this.#string(this.#words[code] ?? '', out)
    const bytes = out.data.slice(0, out.length)
    this.#spelled[code] = bytes
    return bytes
  }
}
