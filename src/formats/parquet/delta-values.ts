/** The encodings by difference: DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY. */
import { boxExact } from '#data'
import type { FileContext } from './errors.ts'
import { NoValues, type Places } from './page-values.ts'

/** Pages of texts with more values than this are refused: their lengths are read at once. */
const lengthsMax = 1 << 24
const blockSizeMax = 1 << 20
/** Bytes of texts that one call may put together. */
const joinedBytesMax = 1 << 29

/**
 * Whole numbers as blocks of differences; a block has a least difference, and its miniblocks pack what is above it. Sums are numbers
 * while they are safe; from the first that is not on, the page goes on in bigint, wrapping around at 64 bits.
 */
export class DeltaIntegers extends NoValues {
  readonly #bytes: Uint8Array
  readonly #end: number
  #offset: number
  readonly #miniblocks: number
  readonly #perMiniblock: number
  /** Values not yet taken. */
  left: number
  #value: number | bigint
  #isFirst = true
  #leastDifference: number | bigint = 0
  #widthsAt = 0
  #miniblock: number
  #inMiniblock: number
  #width = 0
  #bit = 0

  constructor(bytes: Uint8Array, start: number, end: number, context: FileContext) {
    super('DELTA_BINARY_PACKED', context)
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
    const blockSize = Number(this.#varint())
    this.#miniblocks = Number(this.#varint())
    this.left = Number(this.#varint())
    this.#value = this.#zigzag()
    this.#perMiniblock = blockSize / this.#miniblocks
    if (!Number.isInteger(this.#perMiniblock) || this.#perMiniblock % 8 !== 0 || blockSize === 0 || blockSize > blockSizeMax) {
      throw context.damaged(`a page has blocks of ${blockSize} differences in ${this.#miniblocks} parts`)
    }
    this.#miniblock = this.#miniblocks
    this.#inMiniblock = this.#perMiniblock
  }

  override int32s(out: Int32Array, at: number, count: number): void {
    for (let to = at; to < at + count; to++) {
      const value = this.#next()
      out[to] = typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value))
    }
  }

  override int64s(lows: Int32Array, highs: Int32Array, at: number, count: number): void {
    for (let to = at; to < at + count; to++) {
      const value = this.#next()
      lows[to] = typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value))
      highs[to] = typeof value === 'number' ? Math.floor(value / 4294967296) : Number(BigInt.asIntN(32, value >> 32n))
    }
  }

  /** The offset after the last value, once all are taken. */
  get end(): number {
    return Math.min(this.#end, this.#offset)
  }

  #next(): number | bigint {
    if (this.left-- <= 0) throw this.ended()
    if (this.#isFirst) {
      this.#isFirst = false
      return this.#value
    }
    if (this.#inMiniblock === this.#perMiniblock) this.#startMiniblock()
    this.#inMiniblock++
    this.#value = sum(this.#value, this.#leastDifference, this.#unpack())
    return this.#value
  }

  #startMiniblock(): void {
    if (this.#miniblock === this.#miniblocks) {
      this.#leastDifference = this.#zigzag()
      this.#widthsAt = this.#offset
      this.#offset += this.#miniblocks
      this.#miniblock = 0
    }
    if (this.#widthsAt + this.#miniblock >= this.#end) throw this.ended()
    this.#width = this.#bytes[this.#widthsAt + this.#miniblock++] as number
    if (this.#width > 64) throw this.context.damaged(`a page packs numbers into ${this.#width} bits`)
    this.#bit = this.#offset * 8
    this.#offset += (this.#perMiniblock * this.#width) / 8
    this.#inMiniblock = 0
  }

  #unpack(): number | bigint {
    const first = Math.floor(this.#bit / 8)
    const last = Math.ceil((this.#bit + this.#width) / 8)
    if (last > this.#end) throw this.ended()
    const shift = this.#bit % 8
    this.#bit += this.#width
    if (this.#width <= 40) {
      let value = 0
      for (let from = last - 1; from >= first; from--) value = value * 256 + (this.#bytes[from] as number)
      return Math.floor(value / 2 ** shift) % 2 ** this.#width
    }
    let value = 0n
    for (let from = last - 1; from >= first; from--) value = (value << 8n) | BigInt(this.#bytes[from] as number)
    return BigInt.asUintN(this.#width, value >> BigInt(shift))
  }

  #zigzag(): number | bigint {
    const value = this.#varint()
    return boxExact(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)))
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.#offset >= this.#end) throw this.ended()
      const byte = this.#bytes[this.#offset++] as number
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
    throw this.context.damaged('a page holds a number of more than 64 bits')
  }
}

function sum(value: number | bigint, least: number | bigint, above: number | bigint): number | bigint {
  if (typeof value === 'number' && typeof least === 'number' && typeof above === 'number') {
    const total = value + least + above
    if (Number.isSafeInteger(value + least) && Number.isSafeInteger(total)) return total
  }
  return BigInt.asIntN(64, BigInt(value) + BigInt(least) + BigInt(above))
}

/** All lengths, as far as they can be right: each text has one, and texts take the bytes that follow. */
function readLengths(bytes: Uint8Array, start: number, end: number, countMax: number, context: FileContext) {
  const integers = new DeltaIntegers(bytes, start, end, context)
  const count = integers.left
  if (count > Math.min(countMax, lengthsMax)) throw context.damaged(`a page of ${countMax} values has ${count} lengths`)
  const lengths = new Int32Array(count)
  if (count > 0) integers.int32s(lengths, 0, count)
  if (lengths.some((length) => length < 0)) throw context.damaged('a page has a text of negative length')
  return { lengths, end: integers.end }
}

/** Lengths, then all texts without gaps. */
export class DeltaLengthTexts extends NoValues {
  readonly #lengths: Int32Array
  readonly #end: number
  #offset = 0
  #taken = 0

  constructor(bytes: Uint8Array, start: number, end: number, count: number, context: FileContext) {
    super('DELTA_LENGTH_BYTE_ARRAY', context)
    const read = readLengths(bytes, start, end, count, context)
    this.buffer = bytes.subarray(read.end, end)
    this.#lengths = read.lengths
    this.#end = end - read.end
  }

  override texts(out: Places, at: number, count: number): void {
    if (this.#taken + count > this.#lengths.length) throw this.ended()
    for (let to = at; to < at + count; to++) {
      out.starts[to] = this.#offset
      this.#offset += this.#lengths[this.#taken++] as number
      if (this.#offset > this.#end) throw this.ended()
      out.ends[to] = this.#offset
    }
  }
}

/** Each text as the length that it shares with the one before it, and the rest. The buffer holds the texts of the last call. */
export class DeltaTexts extends NoValues {
  readonly #shared: Int32Array
  readonly #rests: DeltaLengthTexts
  readonly #rest: Places = { starts: new Int32Array(1), ends: new Int32Array(1) }
  #taken = 0
  #last = new Uint8Array(0)

  constructor(bytes: Uint8Array, start: number, end: number, count: number, context: FileContext) {
    super('DELTA_BYTE_ARRAY', context)
    const { lengths, end: restsAt } = readLengths(bytes, start, end, count, context)
    this.#shared = lengths
    this.#rests = new DeltaLengthTexts(bytes, restsAt, end, count, context)
  }

  override texts(out: Places, at: number, count: number): void {
    if (this.#taken + count > this.#shared.length) throw this.ended()
    const texts: Uint8Array[] = []
    let length = 0
    for (let to = at; to < at + count; to++) {
      this.#last = this.#join(this.#shared[this.#taken++] as number)
      texts.push(this.#last)
      out.starts[to] = length
      length += this.#last.length
      if (length > joinedBytesMax) throw this.context.damaged(`${count} texts take more than ${joinedBytesMax} bytes`)
      out.ends[to] = length
    }
    this.buffer = new Uint8Array(length)
    for (const [index, text] of texts.entries()) this.buffer.set(text, out.starts[at + index])
  }

  override blocks(out: Places, at: number, count: number, length: number): void {
    this.texts(out, at, count)
    for (let to = at; to < at + count; to++) {
      if ((out.ends[to] as number) - (out.starts[to] as number) !== length) throw this.context.damaged(`a value has not ${length} bytes`)
    }
  }

  #join(shared: number): Uint8Array<ArrayBuffer> {
    this.#rests.texts(this.#rest, 0, 1)
    const start = this.#rest.starts[0] as number
    const end = this.#rest.ends[0] as number
    if (shared > this.#last.length) throw this.context.damaged('a text shares more than the text before it has')
    const text = new Uint8Array(shared + end - start)
    text.set(this.#last.subarray(0, shared))
    text.set(this.#rests.buffer.subarray(start, end), shared)
    return text
  }
}
