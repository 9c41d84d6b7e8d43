/** Bytes being written one value after another, and being read back. Numbers are little-endian and unaligned. */
import type { MillraceError } from '#base'
import { ByteCopier } from './byte-copier.ts'
import { dataErrors } from './errors.ts'
import type { BytesVector } from './vector.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class EncodedWriter {
  #bytes = new Uint8Array(1024)
  #view = new DataView(this.#bytes.buffer)
  length = 0

  /** What was written so far; valid until the next call. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.length++] = value
  }

  /** A whole number from 0 to 2^32 − 1. */
  count(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.length, value, true)
    this.length += 4
  }

  number(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** The bytes alone, without their length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Bytes behind their length. */
  block(bytes: Uint8Array): void {
    this.count(bytes.length)
    this.raw(bytes)
  }

  /** The first texts of a vector, each behind its length; nothing of those that are NULL. */
  texts({ data, starts, ends, nulls }: BytesVector, length: number): void {
    let size = 4 * length
    for (let i = 0; i < length; i++) size += Math.max(0, (ends[i] as number) - (starts[i] as number))
    this.#reserve(size)
    const copier = new ByteCopier(data, this.#bytes)
    let at = this.length
    for (let i = 0; i < length; i++) {
      const start = starts[i] as number
      const end = nulls !== null && nulls[i] === 1 ? start : (ends[i] as number)
      this.#view.setUint32(at, end - start, true)
      at = copier.copy(start, end, at + 4)
    }
    this.length = at
  }

  /** UTF-8 behind its length. */
  text(text: string): void {
    this.#reserve(4 + text.length * 3)
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(this.length + 4))
    this.count(written)
    this.length += written
  }

  #reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.#bytes.length) return
    const longer = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    longer.set(this.#bytes.subarray(0, this.length))
    this.#bytes = longer
    this.#view = new DataView(longer.buffer)
  }
}

/** Reads what an `EncodedWriter` wrote; what cannot be read is DATA_ENCODING_DAMAGED. */
export class EncodedReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    return this.#bytes[this.#pass(1)] as number
  }

  count(): number {
    return this.#view.getUint32(this.#pass(4), true)
  }

  number(): number {
    return this.#view.getFloat64(this.#pass(8), true)
  }

  /** The next bytes, as a view of what is read. */
  raw(length: number): Uint8Array {
    const from = this.#pass(length)
    return this.#bytes.subarray(from, from + length)
  }

  block(): Uint8Array {
    return this.raw(this.count())
  }

  text(): string {
    return decoder.decode(this.block())
  }

  /** The place of the next bytes, which are passed over. */
  #pass(length: number): number {
    const from = this.#at
    if (length > this.#bytes.length - from) throw this.damaged()
    this.#at = from + length
    return from
  }

  /** The error for bytes that make no sense here. */
  damaged(): MillraceError {
    return dataErrors.DATA_ENCODING_DAMAGED({ at: this.#at, length: this.#bytes.length })
  }
}
