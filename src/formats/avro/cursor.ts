/**
 * A place in the binary encoding of Avro, and the reading of numbers there. Reading may go beyond the end of a message, into whatever
 * lies behind it: whoever reads a value that is more than a few bytes long, or many values, looks for the end.
 */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0)
  view = new DataView(this.bytes.buffer)
  pos = 0
  end = 0
  /** The integer read last, where it is not a safe number. */
  wide: bigint | null = null
  /** What is wrong with the message, as a sentence; empty while nothing is. */
  fault = ''
  /** Nesting of what is being skipped. */
  depth = 0
  /** Items of no bytes that the message may still have. */
  freeItems = 0

  begin(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.pos = start
    this.end = end
    this.fault = ''
    this.depth = 0
    this.freeItems = freeItemsMax
  }

  /** Notes what is wrong; returns a place that is none. */
  fail(fault: string): -1 {
    if (this.fault === '') this.fault = fault
    return -1
  }

  /**
   * The zigzag integer at `start`; `pos` is then behind it. NaN where it is not a safe number: then it is in `wide`; or where it is none:
   * then that is null.
   */
  long(bytes: Uint8Array, start: number): number {
    let byte = bytes[start] as number
    let low = byte & 127
    let pos = start + 1
    for (let shift = 7; byte > 127; shift += 7) {
      if (shift === 28) return this.#longer(bytes, pos, low)
      byte = bytes[pos++] as number
      low |= (byte & 127) << shift
    }
    this.pos = pos
    return (low >>> 1) ^ -(low & 1)
  }

  #longer(bytes: Uint8Array, start: number, low: number): number {
    let byte = bytes[start] as number
    let middle = byte & 127
    let pos = start + 1
    for (let shift = 7; byte > 127; shift += 7) {
      if (shift === 28) return this.#longest(bytes, pos, low, middle)
      byte = bytes[pos++] as number
      middle |= (byte & 127) << shift
    }
    this.pos = pos
    if (middle > 0x1ff_ffff) return this.#wide(low, middle, 0)
    const half = (low >>> 1) + middle * 0x800_0000
    return (low & 1) === 0 ? half : -half - 1
  }

  #longest(bytes: Uint8Array, start: number, low: number, middle: number): number {
    const byte = bytes[start] as number
    const last = byte > 127 ? (bytes[start + 1] as number) : 0
    this.pos = start + (byte > 127 ? 2 : 1)
    if (last <= 1) return this.#wide(low, middle, (byte & 127) + last * 128)
    this.wide = null
    return Number.NaN
  }

  #wide(low: number, middle: number, high: number): number {
    const zigzag = BigInt(low) + (BigInt(middle) << 28n) + (BigInt(high) << 56n)
    const value = (zigzag & 1n) === 0n ? zigzag >> 1n : -(zigzag >> 1n) - 1n
    if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value)
    this.wide = value
    return Number.NaN
  }

  /** The integer at `pos`, exact; null, with a fault, where there is none. */
  exact(): number | bigint | null {
    const value = this.long(this.bytes, this.pos)
    if (!Number.isNaN(value)) return value
    if (this.wide === null) this.fail(overlong)
    return this.wide
  }

  /** The length at `pos` of something that is whole before the end; negative, with a fault, where it is not. */
  length(): number {
    const length = this.long(this.bytes, this.pos)
    return length >= 0 && length <= this.end - this.pos ? length : this.fail(length < 0 ? negative : cut)
  }

  /** Goes on by so many bytes; false, with a fault, beyond the end. */
  pass(count: number): boolean {
    if (!(count >= 0 && count <= this.end - this.pos)) return this.fail(cut) > 0
    this.pos += count
    return true
  }
}

const freeItemsMax = 1_000_000

export const cut = 'Expected more bytes, got the end of the message.'
export const overlong = 'Expected an integer of at most 10 bytes, got a longer one.'
const negative = 'Expected a length, got a negative number.'
export const tooManyItems = `Expected at most ${freeItemsMax} items without any bytes, got more.`
