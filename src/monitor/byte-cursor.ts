/** Bytes that grow as they are written, and a place in bytes that are read. Whole numbers take as many bytes as they need. */
import { monitorErrors } from './errors.ts'

const scratch = new DataView(new ArrayBuffer(8))

export class ByteSink {
  #bytes = new Uint8Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
  }

  /** A whole number from 0 to 2⁵³. */
  varint(value: number): void {
    while (value >= 0x80) {
      this.byte((value % 0x80) | 0x80)
      value = Math.floor(value / 0x80)
    }
    this.byte(value)
  }

  /** A whole number from -2⁵² to 2⁵². */
  signed(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1)
  }

  double(value: number): void {
    scratch.setFloat64(0, value)
    for (let i = 0; i < 8; i++) this.byte(scratch.getUint8(i))
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Valid until the next write. */
  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + needed))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}

/** Fails with MONITOR_CHUNK_DAMAGED where the bytes end too early. */
export class ByteSource {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw monitorErrors.MONITOR_CHUNK_DAMAGED()
    return value
  }

  varint(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 56; factor *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
    throw monitorErrors.MONITOR_CHUNK_DAMAGED()
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  double(): number {
    for (let i = 0; i < 8; i++) scratch.setUint8(i, this.byte())
    return scratch.getFloat64(0)
  }
}
