/** The seam of the encodings: what a data page's values can be asked for, whatever way they are written. */
import type { FileContext } from './errors.ts'

/** Pages are held in memory whole. A value lies in one page, and so no value is longer. */
export const pageBytesMax: number = 1 << 29

/** Byte strings, as places in a buffer. */
export interface Places {
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** Each call takes the next `count` values into arrays from `at`. An encoding that cannot hold a type says so. */
export interface PageValues {
  flags(out: Uint8Array, at: number, count: number): void
  int32s(out: Int32Array, at: number, count: number): void
  /** The halves of 64-bit integers. */
  int64s(lows: Int32Array, highs: Int32Array, at: number, count: number): void
  floats(out: Float64Array, at: number, count: number): void
  doubles(out: Float64Array, at: number, count: number): void
  /** BYTE_ARRAY: places in `buffer`, which may be another one after the call. */
  texts(out: Places, at: number, count: number): void
  /** FIXED_LEN_BYTE_ARRAY and INT96: places in `buffer`. */
  blocks(out: Places, at: number, count: number, length: number): void
  readonly buffer: Uint8Array
}

/** Refuses every type: encodings override what they can hold. */
export class NoValues implements PageValues {
  buffer: Uint8Array = new Uint8Array(0)
  readonly context: FileContext
  readonly #encoding: string

  constructor(encoding: string, context: FileContext) {
    this.#encoding = encoding
    this.context = context
  }

  flags(_out: Uint8Array, _at: number, _count: number): void {
    throw this.#refusal('BOOLEAN')
  }
  int32s(_out: Int32Array, _at: number, _count: number): void {
    throw this.#refusal('INT32')
  }
  int64s(_lows: Int32Array, _highs: Int32Array, _at: number, _count: number): void {
    throw this.#refusal('INT64')
  }
  floats(_out: Float64Array, _at: number, _count: number): void {
    throw this.#refusal('FLOAT')
  }
  doubles(_out: Float64Array, _at: number, _count: number): void {
    throw this.#refusal('DOUBLE')
  }
  texts(_out: Places, _at: number, _count: number): void {
    throw this.#refusal('BYTE_ARRAY')
  }
  blocks(_out: Places, _at: number, _count: number, _length: number): void {
    throw this.#refusal('FIXED_LEN_BYTE_ARRAY')
  }

  ended(): Error {
    return this.context.damaged('a page ends before its values do')
  }

  #refusal(type: string): Error {
    return this.context.damaged(`a page holds ${type} values in the encoding ${this.#encoding}, which cannot`)
  }
}
