/**
 * Parquet's mix of two encodings for small numbers: runs of one value, and groups of eight values packed bit by bit. Levels, codes of
 * dictionaries and booleans are written so.
 */
import type { FileContext } from './errors.ts'

export class HybridDecoder {
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #width: number
  readonly #context: FileContext
  #offset: number
  /** What is left of the run at hand: either repeated or packed. */
  #repeated = 0
  #value = 0
  #packed = 0
  /** Place of the next packed value: bits from the start of the bytes of its run. */
  #bit = 0
  #packedStart = 0

  constructor(bytes: Uint8Array, start: number, end: number, width: number, context: FileContext) {
    if (width > 32) throw context.damaged(`a page packs numbers into ${width} bits`)
    this.#bytes = bytes
    this.#offset = start
    this.#end = end
    this.#width = width
    this.#context = context
  }

  /** Takes at most `count` values of one run of equal values and returns how many: 0 when the next value is packed. */
  takeRepeated(count: number): number {
    if (this.#repeated === 0 && this.#packed === 0) this.#startRun()
    const taken = Math.min(count, this.#repeated)
    this.#repeated -= taken
    return taken
  }

  /** The value that `takeRepeated` took. */
  get repeatedValue(): number {
    return this.#value
  }

  /** Takes at most `count` packed values into `out` from `at` and returns how many: 0 when the next value is of a run of equal ones. */
  takePacked(out: Int32Array, at: number, count: number): number {
    if (this.#repeated === 0 && this.#packed === 0) this.#startRun()
    const taken = Math.min(count, this.#packed)
    if (taken > 0) this.#unpack(out, at, taken)
    return taken
  }

  /** Takes exactly `count` values. */
  take(out: Int32Array, at: number, count: number): void {
    const end = at + count
    let next = at
    while (next < end) {
      const repeated = this.takeRepeated(end - next)
      if (repeated > 0) out.fill(this.#value, next, next + repeated)
      next += repeated
      if (next < end) next += this.takePacked(out, next, end - next)
    }
  }

  #startRun(): void {
    const header = this.#readHeader()
    const bytesEach = (this.#width + 7) >>> 3
    if (header % 2 === 0) {
      this.#repeated = header / 2
      this.#value = 0
      if (this.#offset + bytesEach > this.#end) throw this.#ended()
      for (let index = 0; index < bytesEach; index++) this.#value |= (this.#bytes[this.#offset++] as number) << (8 * index)
    } else {
      const groups = (header - 1) / 2
      this.#packed = groups * 8
      this.#packedStart = this.#offset
      this.#bit = 0
      // Some writers leave out the bytes of values that do not exist, so only values that are taken must lie before the end.
      this.#offset = Math.min(this.#end, this.#offset + groups * this.#width)
    }
    if (this.#repeated + this.#packed === 0) throw this.#context.damaged('a page has a run of no values')
  }

  #readHeader(): number {
    let header = 0
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      if (this.#offset >= this.#end) throw this.#ended()
      const byte = this.#bytes[this.#offset++] as number
      header += (byte & 127) * factor
      if (byte < 128) return header
    }
    throw this.#context.damaged('a page has a run of too many values')
  }

  #ended(): Error {
    return this.#context.damaged('a page ends before its values do')
  }

  #unpack(out: Int32Array, at: number, count: number): void {
    const width = this.#width
    const bytes = this.#bytes
    const endBit = this.#bit + count * width
    if (this.#packedStart + Math.ceil(endBit / 8) > this.#end) throw this.#ended()
    const end = at + count
    if (width === 8 && this.#bit % 8 === 0) {
      let from = this.#packedStart + this.#bit / 8
      for (let to = at; to < end; to++) out[to] = bytes[from++] as number
    } else if (width <= 24) {
      const mask = (1 << width) - 1
      let from = this.#packedStart + Math.floor(this.#bit / 8)
      let shift = this.#bit % 8
      for (let to = at; to < end; to++) {
        // Bytes past the end of the array read as undefined, which the shift turns into 0; they are masked away.
        const word =
          (bytes[from] as number) |
          ((bytes[from + 1] as number) << 8) |
          ((bytes[from + 2] as number) << 16) |
          ((bytes[from + 3] as number) << 24)
        out[to] = (word >>> shift) & mask
        shift += width
        from += shift >>> 3
        shift &= 7
      }
    } else {
      this.#unpackWide(out, at, end)
    }
    this.#bit = endBit
    this.#packed -= count
  }

  #unpackWide(out: Int32Array, at: number, end: number): void {
    const bytes = this.#bytes
    let bit = this.#bit
    for (let to = at; to < end; to++) {
      const from = this.#packedStart + Math.floor(bit / 8)
      let value = 0
      for (let index = 4; index >= 0; index--) value = value * 256 + (bytes[from + index] ?? 0)
      out[to] = (Math.floor(value / 2 ** (bit % 8)) % 2 ** this.#width) | 0
      bit += this.#width
    }
  }
}

/** Bits that hold the numbers from 0 to `most`. */
export function bitsFor(most: number): number {
  return 32 - Math.clz32(most)
}
