/**
 * Reads Thrift's compact protocol, in which Parquet writes its metadata. Nothing is built that nobody asks for: a struct is a call for
 * each of its fields, and fields that the caller does not take are skipped. All lengths are checked against the bytes that are there.
 */
import { decodeText } from '#data'
import { type FileContext, parquetErrors } from './errors.ts'

const typeTrue = 1
const typeFalse = 2
const typeByte = 3
const typeI16 = 4
const typeI32 = 5
const typeI64 = 6
const typeDouble = 7
const typeBinary = 8
const typeList = 9
const typeSet = 10
const typeMap = 11
const typeStruct = 12

const depthMax = 48

/** Thrown when the bytes end within a value: a page header may go on in bytes that are not read yet. */
export const bytesMissing: Error = parquetErrors.FORMATS_PARQUET_FILE_UNREADABLE({ file: '', what: 'its metadata ends early' })

export class ThriftReader {
  offset: number
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #context: FileContext
  #depth = 0
  /** Type of the field at hand; a boolean has its value there. */
  #type = 0

  constructor(bytes: Uint8Array, start: number, end: number, context: FileContext) {
    this.#bytes = bytes
    this.offset = start
    this.#end = end
    this.#context = context
  }

  /** Calls `take` with the id of each field; a field that it does not read, by returning false, is skipped. */
  struct(take: (id: number) => boolean): void {
    this.#enter()
    let id = 0
    for (;;) {
      const byte = this.#byte()
      if (byte === 0) break
      id = byte >> 4 === 0 ? this.#zigzag() : id + (byte >> 4)
      this.#type = byte & 15
      const type = this.#type
      if (!take(id)) this.#skip(type)
    }
    this.#depth--
  }

  boolean(): boolean {
    if (this.#type !== typeTrue && this.#type !== typeFalse) throw this.#mismatch()
    return this.#type === typeTrue
  }

  /** A whole number of any width; not finite beyond the safe integers. */
  integer(): number {
    if (this.#type < typeByte || this.#type > typeI64) throw this.#mismatch()
    return this.#type === typeByte ? (this.#byte() << 24) >> 24 : this.#zigzag()
  }

  /** A view of the bytes, not a copy. */
  binary(): Uint8Array {
    if (this.#type !== typeBinary) throw this.#mismatch()
    const length = this.#length(1)
    const start = this.offset
    this.offset += length
    return this.#bytes.subarray(start, this.offset)
  }

  text(): string {
    const bytes = this.binary()
    return decodeText(bytes, 0, bytes.length)
  }

  /** Calls `element` for each element, which must read it. */
  list(element: (index: number) => void): void {
    if (this.#type !== typeList) throw this.#mismatch()
    this.#enter()
    const header = this.#byte()
    const count = header >> 4 === 15 ? this.#length(1) : header >> 4
    for (let index = 0; index < count; index++) {
      this.#type = header & 15
      element(index)
    }
    this.#depth--
  }

  /** Steps over an element of a list. */
  skipElement(): void {
    this.#skip(this.#type)
  }

  #enter(): void {
    if (++this.#depth > depthMax) throw this.#context.damaged('its metadata is nested too deeply')
  }

  #skip(type: number): void {
    switch (type) {
      case typeTrue:
      case typeFalse:
        return
      case typeByte:
        this.#advance(1)
        return
      case typeI16:
      case typeI32:
      case typeI64:
        this.#zigzag()
        return
      case typeDouble:
        this.#advance(8)
        return
      case typeBinary:
        this.#advance(this.#length(1))
        return
      case typeList:
      case typeSet:
        this.#type = typeList
        this.list(() => (this.#type <= typeFalse ? this.#advance(1) : this.#skip(this.#type)))
        return
      case typeMap:
        this.#skipMap()
        return
      case typeStruct:
        this.struct(() => false)
        return
      default:
        throw this.#mismatch()
    }
  }

  #skipMap(): void {
    const count = this.#length(1)
    if (count === 0) return
    const types = this.#byte()
    this.#enter()
    for (let index = 0; index < count; index++) {
      for (const type of [types >> 4, types & 15]) {
        if (type <= typeFalse) this.#advance(1)
        else this.#skip(type)
      }
    }
    this.#depth--
  }

  #byte(): number {
    if (this.offset >= this.#end) throw bytesMissing
    return this.#bytes[this.offset++] as number
  }

  #advance(count: number): void {
    this.offset += count
    if (this.offset > this.#end) throw bytesMissing
  }

  /** A count of things that take at least `bytesEach` bytes. */
  #length(bytesEach: number): number {
    const count = this.#varint()
    if (count * bytesEach > this.#end - this.offset) throw bytesMissing
    return count
  }

  #varint(): number {
    let value = 0
    let factor = 1
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
    throw this.#context.damaged('its metadata holds a number of more than 64 bits')
  }

  #zigzag(): number {
    const value = this.#varint()
    if (value > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  #mismatch(): Error {
    return this.#context.damaged('its metadata holds a value of another type than the format has there')
  }
}
