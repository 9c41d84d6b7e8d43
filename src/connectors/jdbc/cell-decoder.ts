/** From the values that a driver gives to vectors. Numbers and times are read from their bytes by the parsers of #data. */
import { assert } from '#base'
import {
  type DataType,
  inexact,
  parseDateBytes,
  parseDecimal,
  parseDecimalBytes,
  parseExactIntegerBytes,
  parseExactTimestampBytes,
  parseTimeBytes,
  type TimeZone,
  timestampMs,
  timestampNanos,
  timestampOf,
  type Vector,
  vectorOf,
} from '#data'
import { type ArrayTree, parseArrayLiteral } from './array-literal.ts'
import type { ColumnFamily } from './dialect.ts'
import type { Cell } from './session.ts'

/** What a decoder answers where a value of the database is none of the column's type. */
export const misfit: unique symbol = Symbol('misfit')

/** From a value that is not NULL to a boxed one, or `misfit`. */
export type DecodeCell = (cell: string | number | Uint8Array) => unknown

const scratch = Buffer.alloc(128)

/** The bytes of a text of ASCII; what is longer than any number or time is cut, and then is none. */
function bytesOf(text: string): number {
  return scratch.write(text, 0, 'latin1')
}

const ranges: Readonly<Record<string, number>> = { tinyint: 2 ** 7, smallint: 2 ** 15, integer: 2 ** 31 }
const bigintMax = 9223372036854775807n

/** `zone` is that in which a wall clock is taken for a moment, or a moment for a wall clock. */
export function cellDecoder(type: DataType, family: ColumnFamily, elementFamily: ColumnFamily | null, zone: TimeZone): DecodeCell {
  switch (type.kind) {
    case 'boolean':
      return (cell) => (typeof cell === 'number' ? cell !== 0 : cell === 't' || (cell !== 'f' && cell !== '0'))
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return integerDecoder(ranges[type.kind] ?? null)
    case 'decimal':
      return decimalDecoder(type.precision, type.scale)
    case 'float':
      return (cell) => Math.fround(Number(cell))
    case 'double':
      return (cell) => Number(cell)
    case 'char':
    case 'varchar':
      return (cell) => (cell instanceof Uint8Array ? Buffer.from(cell).toString('utf8') : String(cell))
    case 'binary':
    case 'varbinary':
      return decodeBytes
    case 'date':
      return (cell) => numberOr(parseDateBytes(scratch, 0, bytesOf(String(cell))))
    case 'time':
      return (cell) => numberOr(parseTimeBytes(scratch, 0, bytesOf(String(cell))))
    case 'timestamp':
    case 'timestamp-ltz':
      return timestampDecoder(type.precision, shiftOf(type.kind, family, zone))
    case 'array':
      assert(elementFamily !== null, 'an array is read from a column of arrays')
      return arrayDecoder(type, elementFamily, zone)
    default:
      assert(false, `no column of a database is read as ${type.kind}`)
  }
}

function numberOr(value: number): unknown {
  return Number.isNaN(value) ? misfit : value
}

/** `limit`: the least number above all values; null for BIGINT. */
function integerDecoder(limit: number | null): DecodeCell {
  return (cell) => {
    const value = typeof cell === 'number' ? cell : parseExactIntegerBytes(scratch, 0, bytesOf(String(cell)))
    if (value === null) return misfit
    if (limit === null) return typeof value === 'number' || (value <= bigintMax && value >= -bigintMax - 1n) ? value : misfit
    return value < limit && value >= -limit ? value : misfit
  }
}

function decimalDecoder(precision: number, scale: number): DecodeCell {
  return (cell) => {
    const text = String(cell)
    const value = parseDecimalBytes(scratch, 0, bytesOf(text), precision, scale)
    const exact = value === inexact ? parseDecimal(text, precision, scale) : value
    return typeof exact === 'bigint' || Number.isFinite(exact) ? exact : misfit
  }
}

function decodeBytes(cell: string | number | Uint8Array): unknown {
  if (cell instanceof Uint8Array) return Uint8Array.from(cell)
  return typeof cell === 'string' && cell.startsWith('\\x') ? new Uint8Array(Buffer.from(cell.slice(2), 'hex')) : misfit
}

/** How far a wall clock is from the moment that is meant, or the other way round; null where both sides mean the same. */
function shiftOf(kind: 'timestamp' | 'timestamp-ltz', family: ColumnFamily, zone: TimeZone): ((ms: number) => number) | null {
  if (kind === 'timestamp' && family === 'instant') return (ms) => ms + zone.offsetAt(ms)
  return kind === 'timestamp-ltz' && family === 'timestamp' ? (ms) => zone.instantOf(ms) : null
}

function timestampDecoder(precision: number, shift: ((ms: number) => number) | null): DecodeCell {
  return (cell) => {
    const text = String(cell)
    // Moments come as those of UTC, and PostgreSQL says so.
    const length = bytesOf(text) - (text.endsWith('+00') ? 3 : 0)
    const value = parseExactTimestampBytes(scratch, 0, length, precision)
    if (Number.isNaN(value)) return misfit
    return shift === null ? value : timestampOf(shift(timestampMs(value, precision)), timestampNanos(value, precision), precision)
  }
}

function arrayDecoder(type: DataType & { readonly kind: 'array' | 'multiset' }, family: ColumnFamily, zone: TimeZone): DecodeCell {
  let depth = 1
  let element: DataType = type.element
  for (; element.kind === 'array'; element = element.element) depth++
  const decode = cellDecoder(element, family, null, zone)
  return (cell) => {
    const tree = parseArrayLiteral(String(cell))
    return tree === null ? misfit : decodeTree(tree, depth, decode)
  }
}

function decodeTree(tree: ArrayTree, depth: number, decode: DecodeCell): unknown {
  const values: unknown[] = []
  for (const each of tree) {
    if (each !== null && Array.isArray(each) !== depth > 1) return misfit
    const value = each === null ? null : typeof each === 'string' ? decode(each) : decodeTree(each, depth - 1, decode)
    if (value === misfit) return misfit
    values.push(value)
  }
  return values
}

/** Fills a vector, row by row. Its arrays are filled again with the next batch. */
export class ColumnBuilder {
  readonly type: DataType
  readonly #decode: DecodeCell
  readonly #form: 'flags' | 'integers' | 'numbers' | 'values'
  #numbers: Uint8Array | Int32Array | Float64Array
  #values: unknown[] = []
  #nulls: Uint8Array
  #hasNulls = false
  #isWide = false

  constructor(type: DataType, form: 'flags' | 'integers' | 'numbers' | 'text' | 'values', decode: DecodeCell) {
    this.type = type
    this.#decode = decode
    this.#form = form === 'text' ? 'values' : form
    this.#numbers = new Float64Array(0)
    this.#nulls = new Uint8Array(0)
  }

  begin(rowsMax: number): void {
    this.#values = []
    this.#hasNulls = false
    this.#isWide = false
    if (this.#nulls.length >= rowsMax) return
    this.#nulls = new Uint8Array(rowsMax)
    if (this.#form !== 'values') this.#numbers = new { flags: Uint8Array, integers: Int32Array, numbers: Float64Array }[this.#form](rowsMax)
  }

  /** False when the value is none of the column's type. A row may be set again. */
  set(row: number, cell: Cell): boolean {
    const value = cell === null ? null : this.#decode(cell)
    if (value === misfit) return false
    this.#nulls[row] = value === null ? 1 : 0
    this.#hasNulls ||= value === null
    if (this.#form === 'values') this.#values[row] = value
    else if (typeof value === 'bigint' || this.#isWide) this.#setWide(row, value)
    else this.#numbers[row] = Number(value)
    return true
  }

  #setWide(row: number, value: unknown): void {
    if (!this.#isWide) {
      this.#isWide = true
      this.#values = Array.from(this.#numbers.subarray(0, row), (each, at) => (this.#nulls[at] === 1 ? null : each))
    }
    this.#values[row] = value
  }

  vector(length: number): Vector {
    const nulls = this.#hasNulls ? this.#nulls : null
    if (this.#form !== 'values' && !this.#isWide) return { form: this.#form, data: this.#numbers, nulls } as Vector
    this.#values.length = length
    return vectorOf(this.type, this.#values)
  }
}
