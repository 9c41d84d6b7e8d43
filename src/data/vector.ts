/**
 * Columns of values. A vector holds one column of a batch; its form says how the values are packed.
 *
 * | form       | data                          | types                                                                  |
 * |------------|-------------------------------|------------------------------------------------------------------------|
 * | flags      | Uint8Array of 0 and 1         | boolean                                                                |
 * | integers   | Int32Array                    | tinyint, smallint, integer, date, time, interval-year-month            |
 * | numbers    | Float64Array                  | float, double, interval-day-time, timestamps of precision 0–3, and the |
 * |            |                               | narrow form of the exact integers: bigint, decimal, finer timestamps   |
 * | wide       | bigint[]                      | exact integers when one value of the vector is not a safe number       |
 * | bytes      | a shared buffer and per row   | char and varchar as UTF-8, binary and varbinary                        |
 * |            | the start and end of its value |                                                                        |
 * | dictionary | Int32Array of codes into words | char and varchar that repeat                                           |
 * | text       | string[]                      | char and varchar                                                       |
 * | values     | boxed values                  | everything else: array, map, multiset, row, binary; NULL alone         |
 *
 * `nulls` holds 1 where the value is NULL; it is null itself when no value is. Where a value is NULL the data at that place may be
 * anything of the right kind. Arrays may be longer than the batch that they belong to: only the batch knows the count of rows.
 */
import { assert } from '#base'
import type { DataType } from './type.ts'
import { tooLongOr } from './value-length.ts'

export type Nulls = Uint8Array | null

interface FlagsVector {
  readonly form: 'flags'
  readonly data: Uint8Array
  readonly nulls: Nulls
}
interface IntegersVector {
  readonly form: 'integers'
  readonly data: Int32Array
  readonly nulls: Nulls
}
interface NumbersVector {
  readonly form: 'numbers'
  readonly data: Float64Array
  readonly nulls: Nulls
}
interface WideVector {
  readonly form: 'wide'
  readonly data: readonly bigint[]
  readonly nulls: Nulls
}
export interface BytesVector {
  readonly form: 'bytes'
  readonly data: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly nulls: Nulls
  /**
   * Where values keep their places for good: vectors with the same object here have the same bytes at the same place, the longer one at
   * more of them, and who keeps a value may keep its place alone.
   */
  readonly lasting?: object
}
export interface DictionaryVector {
  readonly form: 'dictionary'
  readonly codes: Int32Array
  /** Distinct texts. The same array object means the same dictionary, so that work done per word can be kept. It may only grow. */
  readonly words: readonly string[]
  readonly nulls: Nulls
}
export interface TextVector {
  readonly form: 'text'
  readonly data: readonly string[]
  readonly nulls: Nulls
}
interface ValuesVector {
  readonly form: 'values'
  readonly data: readonly unknown[]
  readonly nulls: Nulls
}

export type Vector = FlagsVector | IntegersVector | NumbersVector | WideVector | BytesVector | DictionaryVector | TextVector | ValuesVector
export type VectorForm = Vector['form']

/** The form in which operators keep and build values of a type. Exact integers turn wide only where they must. */
export function plainFormOf(type: DataType): 'flags' | 'integers' | 'numbers' | 'text' | 'values' {
  switch (type.kind) {
    case 'boolean':
      return 'flags'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'date':
    case 'time':
    case 'interval-year-month':
      return 'integers'
    case 'bigint':
    case 'decimal':
    case 'float':
    case 'double':
    case 'timestamp':
    case 'timestamp-ltz':
    case 'interval-day-time':
      return 'numbers'
    case 'char':
    case 'varchar':
      return 'text'
    default:
      return 'values'
  }
}

/** Below this many bytes a loop over ASCII beats the decoder. */
const shortText = 6

/**
 * Decodes UTF-8; a broken sequence becomes U+FFFD (readers check their input before they hand it on). More than a text can hold raises
 * DATA_VALUE_TOO_LONG.
 */
export function decodeText(data: Uint8Array, start: number, end: number): string {
  if (end - start <= shortText) {
    let text = ''
    for (let i = start; i < end; i++) {
      const byte = data[i] ?? 0
      if (byte > 127) return decodeLong(data, start, end)
      text += String.fromCharCode(byte)
    }
    return text
  }
  return decodeLong(data, start, end)
}

/** The bytes that were decoded last, for the decoder: most texts come of the same bytes as the one before. */
let lastData: Uint8Array = new Uint8Array(0)
let lastBuffer: Buffer | undefined

function decodeLong(data: Uint8Array, start: number, end: number): string {
  if (lastBuffer === undefined || data !== lastData) {
    lastData = data
    lastBuffer = Buffer.from(data.buffer, data.byteOffset, data.length)
  }
  try {
    return lastBuffer.toString('utf8', start, end)
  } catch (error) {
    throw tooLongOr(error)
  }
}

/** The boxed value at a row, by the column's type (type.ts says how boxed values look); null for NULL. */
export function valueAt(vector: Vector, row: number, type: DataType): unknown {
  if (vector.nulls !== null && vector.nulls[row] === 1) return null
  switch (vector.form) {
    case 'flags':
      return vector.data[row] === 1
    case 'wide':
      return boxExact(vector.data[row] ?? 0n)
    case 'bytes': {
      const start = vector.starts[row] ?? 0
      const end = vector.ends[row] ?? 0
      return type.kind === 'char' || type.kind === 'varchar' ? decodeText(vector.data, start, end) : vector.data.slice(start, end)
    }
    case 'dictionary':
      return vector.words[vector.codes[row] ?? 0]
    default:
      return vector.data[row] ?? null
  }
}

/** An exact integer as a number where that is safe, else as it is. */
export function boxExact(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** The numbers of a vector of form integers or numbers. */
export function numbersIn(vector: Vector): Int32Array | Float64Array {
  assert(vector.form === 'numbers' || vector.form === 'integers', `a vector of numbers, not of form ${vector.form}`)
  return vector.data
}

/** The 0s and 1s of a vector of form flags. */
export function flagsIn(vector: Vector): Uint8Array {
  assert(vector.form === 'flags', `a vector of flags, not of form ${vector.form}`)
  return vector.data
}
