/**
 * A place in the wire format of Protobuf, and the reading of numbers there. Reading may go beyond the end of a message, into whatever
 * lies behind it: whoever reads looks for the end afterwards.
 */
export const wireVarint = 0
export const wire64 = 1
export const wireBytes = 2
export const wireGroup = 3
export const wireGroupEnd = 4
export const wire32 = 5

const groupDepthMax = 100

export class WireCursor {
  bytes: Uint8Array = new Uint8Array(0)
  view = new DataView(this.bytes.buffer)
  pos = 0
  end = 0
  /** The lower 32 bits of the varint read last, signed. */
  low = 0
  /** The varint read last, unsigned, where it is not a safe number; null where it is none. */
  wide: bigint | null = null
  fault = ''

  begin(bytes: Uint8Array, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    this.pos = start
    this.end = end
    this.fault = ''
  }

  fail(fault: string): -1 {
    if (this.fault === '') this.fault = fault
    return -1
  }

  /** The varint at `start`; `pos` is then behind it. NaN where it is not a safe number: see `wide`. */
  varint(bytes: Uint8Array, start: number): number {
    let byte = bytes[start] as number
    let low = byte & 127
    let pos = start + 1
    for (let shift = 7; byte > 127; shift += 7) {
      if (shift === 28) return this.#longer(bytes, pos, low)
      byte = bytes[pos++] as number
      low |= (byte & 127) << shift
    }
    this.pos = pos
    this.low = low
    return low
  }

  #longer(bytes: Uint8Array, start: number, low: number): number {
    let byte = bytes[start] as number
    let middle = byte & 127
    let pos = start + 1
    this.low = low | (middle << 28)
    for (let shift = 7; byte > 127; shift += 7) {
      if (shift === 28) return this.#longest(bytes, pos, low, middle)
      byte = bytes[pos++] as number
      middle |= (byte & 127) << shift
    }
    this.pos = pos
    if (middle < 0x200_0000) return low + middle * 0x1000_0000
    this.wide = BigInt(low) + (BigInt(middle) << 28n)
    return Number.NaN
  }

  #longest(bytes: Uint8Array, start: number, low: number, middle: number): number {
    const byte = bytes[start] as number
    const last = byte > 127 ? (bytes[start + 1] as number) : 0
    this.pos = start + (byte > 127 ? 2 : 1)
    this.wide = last <= 1 ? BigInt(low) + (BigInt(middle) << 28n) + (BigInt((byte & 127) + last * 128) << 56n) : null
    if (this.wide === null) this.fail(overlong)
    return Number.NaN
  }

  /** The length at `pos` of something that is whole before the end; negative, with a fault, where it is not. */
  length(): number {
    const length = this.varint(this.bytes, this.pos)
    return length <= this.end - this.pos ? length : this.fail(cut)
  }

  /** Goes over a field that nobody wants, whose tag was just read; returns the place behind it, or a negative number. */
  skip(tag: number, depth = 0): number {
    if (!(tag >= 8 && tag < 2 ** 32)) return this.fail(`Expected the number of a field, got tag ${tag}.`)
    switch (tag & 7) {
      case wireVarint:
        if (Number.isNaN(this.varint(this.bytes, this.pos)) && this.wide === null) return this.fail(overlong)
        break
      case wire64:
        this.pos += 8
        break
      case wireBytes: {
        const length = this.length()
        if (length < 0) return length
        this.pos += length
        break
      }
      case wireGroup:
        return this.#skipGroup(tag, depth)
      case wire32:
        this.pos += 4
        break
      default:
        return this.fail(`Expected a field, got wire type ${tag & 7} in field ${tag >>> 3}.`)
    }
    return this.pos <= this.end ? this.pos : this.fail(cut)
  }

  #skipGroup(tag: number, depth: number): number {
    if (depth > groupDepthMax) return this.fail(`Expected groups nested at most ${groupDepthMax} deep, got deeper ones.`)
    const last = tag + 1
    while (this.pos < this.end) {
      const inner = this.varint(this.bytes, this.pos)
      if (inner === last) return this.pos <= this.end ? this.pos : this.fail(cut)
      if (this.skip(inner, depth + 1) < 0) return -1
    }
    return this.fail(cut)
  }
}

export const cut = 'Expected more bytes, got the end of the message.'
const overlong = 'Expected an integer of at most 10 bytes, got a longer one.'
