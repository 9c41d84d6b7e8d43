/** Leaf columns of exact integers: BIGINT, DECIMAL and timestamps, as numbers while they are safe and wide from the first that is not. */
import { boxExact, type ExactInteger, type Nulls, type Vector } from '#data'
import type { HybridDecoder } from './hybrid.ts'
import { readInt96 } from './int96.ts'
import { CodeReader, grown, type LeafSource, type LeafValues, spread } from './leaf-values.ts'
import type { PageValues, Places } from './page-values.ts'

/** How the file writes the integers. */
export type ExactEncoding =
  | { readonly kind: 'int32'; readonly signed: boolean }
  /** The value times `multiplier`, or divided by `divisor` and rounded down; one of the two is 1. */
  | { readonly kind: 'int64'; readonly multiplier: number; readonly divisor: number }
  /** Big-endian two's complement, of varying or of one length. */
  | { readonly kind: 'text' | 'block' }
  /** The nanoseconds of a day and the Julian day, as units of which `perMs` make a millisecond. */
  | { readonly kind: 'int96'; readonly perMs: number }

export class ExactLeaf implements LeafValues {
  count = 0
  #numbers = new Float64Array(0)
  #wide: bigint[] | null = null
  #dictionary: ExactLeaf | null = null
  readonly #codes: CodeReader
  readonly #source: LeafSource
  readonly #encoding: ExactEncoding
  /** Applied to each value; null when values stay as they are. */
  readonly #adjust: ((value: ExactInteger) => ExactInteger) | null
  /** Whether values may be wide: those of TIMESTAMP(3) and coarser are not. */
  readonly #isWideAllowed: boolean
  #lows = new Int32Array(0)
  #highs = new Int32Array(0)
  #places: { starts: Int32Array; ends: Int32Array } = { starts: new Int32Array(0), ends: new Int32Array(0) }

  constructor(
    source: LeafSource,
    encoding: ExactEncoding,
    adjust: ((value: ExactInteger) => ExactInteger) | null = null,
    isWideAllowed = true,
  ) {
    this.#source = source
    this.#encoding = encoding
    this.#adjust = adjust
    this.#isWideAllowed = isWideAllowed
    this.#codes = new CodeReader(source.context)
  }

  reserve(count: number): void {
    this.#numbers = grown(this.#numbers, this.count + count)
  }

  clear(): void {
    this.count = 0
    this.#wide = null
  }

  setDictionary(values: PageValues, count: number): void {
    this.#dictionary ??= new ExactLeaf(this.#source, this.#encoding, this.#adjust, this.#isWideAllowed)
    this.#dictionary.clear()
    this.#dictionary.reserve(count)
    this.#dictionary.takeValues(values, count)
  }

  takeCodes(codes: HybridDecoder, count: number): void {
    const dictionary = this.#dictionary
    const taken = this.#codes.take(codes, count, dictionary?.count ?? 0)
    if (dictionary === null) return
    const at = this.count
    const words = dictionary.#wide
    if (words === null && this.#wide === null) {
      const numbers = dictionary.#numbers
      for (let index = 0; index < count; index++) this.#numbers[at + index] = numbers[taken[index] as number] as number
    } else {
      const wide = this.#widen()
      for (let index = 0; index < count; index++)
        wide.push(words?.[taken[index] as number] ?? BigInt(dictionary.#numbers[taken[index] as number] as number))
    }
    this.count += count
  }

  takeValues(values: PageValues, count: number): void {
    switch (this.#encoding.kind) {
      case 'int32':
        this.#takeInt32s(values, count, this.#encoding.signed)
        break
      case 'int64':
        this.#takeInt64s(values, count, this.#encoding.multiplier, this.#encoding.divisor)
        break
      default:
        this.#takeBytes(values, count, this.#encoding)
    }
    this.count += count
  }

  vector(rows: number, nulls: Nulls): Vector {
    if (this.#wide !== null) {
      const data = this.#wide
      while (data.length < rows) data.push(0n)
      spread(data, this.count, rows, nulls)
      return { form: 'wide', data, nulls }
    }
    this.reserve(rows - this.count)
    spread(this.#numbers, this.count, rows, nulls)
    return { form: 'numbers', data: this.#numbers, nulls }
  }

  /** From here on, values are wide; those collected so far are as well. */
  #widen(): bigint[] {
    this.#wide ??= Array.from(this.#numbers.subarray(0, this.count), BigInt)
    return this.#wide
  }

  #put(at: number, value: ExactInteger): void {
    const adjusted = this.#adjust === null ? value : this.#adjust(value)
    if (this.#wide === null && typeof adjusted === 'number') {
      this.#numbers[at] = adjusted
      return
    }
    if (!this.#isWideAllowed) throw this.#source.context.unsupported('time stamps beyond the year 287396')
    if (this.#wide === null) this.#wide = Array.from(this.#numbers.subarray(0, at), BigInt)
    this.#wide.push(BigInt(adjusted))
  }

  #takeInt32s(values: PageValues, count: number, signed: boolean): void {
    this.#lows = grown(this.#lows, count)
    values.int32s(this.#lows, 0, count)
    for (let index = 0; index < count; index++) {
      const value = this.#lows[index] as number
      this.#put(this.count + index, signed ? value : value >>> 0)
    }
  }

  #takeInt64s(values: PageValues, count: number, multiplier: number, divisor: number): void {
    this.#lows = grown(this.#lows, count)
    this.#highs = grown(this.#highs, count)
    values.int64s(this.#lows, this.#highs, 0, count)
    if (this.#wide === null && this.#adjust === null) {
      if (divisor === 1 ? this.#multiplyQuickly(count, multiplier) : this.#divideQuickly(count, divisor)) return
    }
    for (let index = 0; index < count; index++) {
      const value = (BigInt(this.#highs[index] as number) << 32n) | BigInt((this.#lows[index] as number) >>> 0)
      this.#put(this.count + index, boxExact(divisor === 1 ? value * BigInt(multiplier) : floorQuotient(value, BigInt(divisor))))
    }
  }

  /** Stops, with false, at a product that is not safe. */
  #multiplyQuickly(count: number, multiplier: number): boolean {
    const numbers = this.#numbers
    const mostHigh = Math.floor(2097152 / multiplier)
    for (let index = 0; index < count; index++) {
      const high = this.#highs[index] as number
      if (high >= mostHigh || high <= -mostHigh) return false
      numbers[this.count + index] = (high * 4294967296 + ((this.#lows[index] as number) >>> 0)) * multiplier
    }
    return true
  }

  /** Stops, with false, at a quotient that is not safe. The floating-point quotient is at most one off; the exact rest tells. */
  #divideQuickly(count: number, divisor: number): boolean {
    const numbers = this.#numbers
    for (let index = 0; index < count; index++) {
      const low = this.#lows[index] as number
      let quotient = Math.floor(((this.#highs[index] as number) * 4294967296 + (low >>> 0)) / divisor)
      if (quotient > 9007199254740000 || quotient < -9007199254740000) return false
      const rest = (low - Math.imul(quotient | 0, divisor)) | 0
      if (rest < 0) quotient--
      else if (rest >= divisor) quotient++
      numbers[this.count + index] = quotient
    }
    return true
  }

  #takeBytes(values: PageValues, count: number, encoding: ExactEncoding): void {
    this.#places.starts = grown(this.#places.starts, count)
    this.#places.ends = grown(this.#places.ends, count)
    const places: Places = this.#places
    if (encoding.kind === 'text') values.texts(places, 0, count)
    else values.blocks(places, 0, count, encoding.kind === 'int96' ? 12 : this.#source.length)
    const { buffer } = values
    for (let index = 0; index < count; index++) {
      const start = places.starts[index] as number
      const value =
        encoding.kind === 'int96'
          ? readInt96(buffer, start, encoding.perMs)
          : this.#readBigEndian(buffer, start, places.ends[index] as number)
      this.#put(this.count + index, value)
    }
  }

  /** Two's complement, high bytes first; no bytes are 0. */
  #readBigEndian(bytes: Uint8Array, start: number, end: number): ExactInteger {
    if (start === end) return 0
    let from = start
    const sign = (bytes[start] as number) > 127 ? 255 : 0
    while (from < end - 6 && bytes[from] === sign) from++
    if (end - from > decimalBytesMax) throw this.#source.context.damaged(`a decimal takes ${end - start} bytes`)
    if (end - from <= 6) {
      let value = sign === 0 ? 0 : -1
      for (; from < end; from++) value = value * 256 + (bytes[from] as number)
      return value
    }
    let value = sign === 0 ? 0n : -1n
    for (; from < end; from++) value = (value << 8n) | BigInt(bytes[from] as number)
    return boxExact(value)
  }
}

/** 38 digits and a sign take no more. */
const decimalBytesMax = 16

function floorQuotient(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient
}
