/** Leaf columns of booleans, small integers and floating-point numbers. */
import type { Nulls, Vector } from '#data'
import type { HybridDecoder } from './hybrid.ts'
import { CodeReader, grown, type LeafSource, type LeafValues, spread } from './leaf-values.ts'
import type { PageValues } from './page-values.ts'

export class FlagLeaf implements LeafValues {
  count = 0
  #data = new Uint8Array(0)
  readonly #source: LeafSource

  constructor(source: LeafSource) {
    this.#source = source
  }

  reserve(count: number): void {
    this.#data = grown(this.#data, this.count + count)
  }
  clear(): void {
    this.count = 0
  }
  setDictionary(): void {
    throw this.#source.context.damaged('a column of booleans has a dictionary')
  }
  takeCodes(): void {
    throw this.#source.context.damaged('a column of booleans has a dictionary')
  }
  takeValues(values: PageValues, count: number): void {
    values.flags(this.#data, this.count, count)
    this.count += count
  }
  vector(rows: number, nulls: Nulls): Vector {
    this.reserve(rows - this.count)
    spread(this.#data, this.count, rows, nulls)
    return { form: 'flags', data: this.#data, nulls }
  }
}

/** Numbers in an array of their width, and the dictionary in another. */
abstract class NumberLeaf<Numbers extends Int32Array | Float64Array> implements LeafValues {
  count = 0
  #data: Numbers
  #dictionary: Numbers
  #dictionarySize = 0
  readonly #codes: CodeReader

  constructor(source: LeafSource, none: Numbers) {
    this.#data = none
    this.#dictionary = none
    this.#codes = new CodeReader(source.context)
  }

  protected abstract read(values: PageValues, out: Numbers, at: number, count: number): void
  protected abstract vectorOf(data: Numbers, nulls: Nulls): Vector

  reserve(count: number): void {
    this.#data = grown(this.#data, this.count + count)
  }
  clear(): void {
    this.count = 0
  }
  setDictionary(values: PageValues, count: number): void {
    this.#dictionary = grown(this.#dictionary, count)
    this.#dictionarySize = count
    this.read(values, this.#dictionary, 0, count)
  }
  takeCodes(codes: HybridDecoder, count: number): void {
    const taken = this.#codes.take(codes, count, this.#dictionarySize)
    const data = this.#data
    const dictionary = this.#dictionary
    for (let index = 0; index < count; index++) data[this.count + index] = dictionary[taken[index] as number] as number
    this.count += count
  }
  takeValues(values: PageValues, count: number): void {
    this.read(values, this.#data, this.count, count)
    this.count += count
  }
  vector(rows: number, nulls: Nulls): Vector {
    this.reserve(rows - this.count)
    spread(this.#data, this.count, rows, nulls)
    return this.vectorOf(this.#data, nulls)
  }
}

/** INT32 as it is, or times of finer units as milliseconds. */
export class IntegerLeaf extends NumberLeaf<Int32Array> {
  #lows = new Int32Array(0)
  #highs = new Int32Array(0)
  /** Null for INT32; else INT64 of a unit of which so many make one. */
  readonly #divisor: number | null

  constructor(source: LeafSource, divisor: number | null) {
    super(source, new Int32Array(0))
    this.#divisor = divisor
  }

  protected override read(values: PageValues, out: Int32Array, at: number, count: number): void {
    if (this.#divisor === null) {
      values.int32s(out, at, count)
      return
    }
    this.#lows = grown(this.#lows, count)
    this.#highs = grown(this.#highs, count)
    values.int64s(this.#lows, this.#highs, 0, count)
    for (let index = 0; index < count; index++) {
      const value = (this.#highs[index] as number) * 4294967296 + ((this.#lows[index] as number) >>> 0)
      out[at + index] = Math.floor(value / this.#divisor)
    }
  }

  protected override vectorOf(data: Int32Array, nulls: Nulls): Vector {
    return { form: 'integers', data, nulls }
  }
}

export class FloatLeaf extends NumberLeaf<Float64Array> {
  readonly #isSingle: boolean

  constructor(source: LeafSource, isSingle: boolean) {
    super(source, new Float64Array(0))
    this.#isSingle = isSingle
  }

  protected override read(values: PageValues, out: Float64Array, at: number, count: number): void {
    if (this.#isSingle) values.floats(out, at, count)
    else values.doubles(out, at, count)
  }

  protected override vectorOf(data: Float64Array, nulls: Nulls): Vector {
    return { form: 'numbers', data, nulls }
  }
}
