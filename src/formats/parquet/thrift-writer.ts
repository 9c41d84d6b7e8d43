/** Writes Thrift's compact protocol. Fields of a struct must come in the order of their ids. */
import type { ByteWriter } from '../byte-writer.ts'

const typeTrue = 1
const typeFalse = 2
const typeByte = 3
const typeI32 = 5
const typeI64 = 6
const typeBinary = 8
const typeList = 9
const typeStruct = 12

const utf8 = new TextEncoder()

export class ThriftWriter {
  readonly #out: ByteWriter
  /** Id of the last field written of the struct at hand. */
  #last = 0

  constructor(out: ByteWriter) {
    this.#out = out
  }

  /** A struct that is no field: the outermost one, or an element of a list. */
  struct(write: () => void): void {
    const last = this.#last
    this.#last = 0
    write()
    this.#out.byte(0)
    this.#last = last
  }

  boolean(id: number, value: boolean): void {
    this.#field(id, value ? typeTrue : typeFalse)
  }
  byte(id: number, value: number): void {
    this.#field(id, typeByte)
    this.#out.byte(value)
  }
  i32(id: number, value: number): void {
    this.#field(id, typeI32)
    this.#zigzag(value)
  }
  i64(id: number, value: number): void {
    this.#field(id, typeI64)
    this.#zigzag(value)
  }
  binary(id: number, value: Uint8Array): void {
    this.#field(id, typeBinary)
    this.#bytes(value)
  }
  text(id: number, value: string): void {
    this.binary(id, utf8.encode(value))
  }
  structField(id: number, write: () => void): void {
    this.#field(id, typeStruct)
    this.struct(write)
  }
  structs<Item>(id: number, items: readonly Item[], write: (item: Item) => void): void {
    this.#list(id, typeStruct, items.length)
    for (const item of items) this.struct(() => write(item))
  }
  i32s(id: number, values: readonly number[]): void {
    this.#list(id, typeI32, values.length)
    for (const value of values) this.#zigzag(value)
  }
  texts(id: number, values: readonly string[]): void {
    this.#list(id, typeBinary, values.length)
    for (const value of values) this.#bytes(utf8.encode(value))
  }

  #field(id: number, type: number): void {
    const step = id - this.#last
    if (step > 0 && step < 16) {
      this.#out.byte((step << 4) | type)
    } else {
      this.#out.byte(type)
      this.#zigzag(id)
    }
    this.#last = id
  }

  #list(id: number, type: number, count: number): void {
    this.#field(id, typeList)
    if (count < 15) {
      this.#out.byte((count << 4) | type)
    } else {
      this.#out.byte(0xf0 | type)
      this.#varint(count)
    }
  }

  #bytes(value: Uint8Array): void {
    this.#varint(value.length)
    this.#out.bytes(value)
  }

  #zigzag(value: number): void {
    this.#varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  #varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.#out.byte((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.#out.byte(rest)
  }
}
