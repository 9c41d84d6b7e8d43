/** One boxed value as bytes: a tag, then what the tag says. Needs no type to be read back. */
import type { EncodedReader, EncodedWriter } from './encoded-bytes.ts'

const tags = { null: 0, false: 1, true: 2, integer: 3, number: 4, bigint: 5, text: 6, bytes: 7, array: 8, map: 9 } as const

/** Nested deeper than any type can be. */
const depthMax = 200

export function writeValue(writer: EncodedWriter, value: unknown): void {
  if (value === null || value === undefined) writer.byte(tags.null)
  else if (typeof value === 'boolean') writer.byte(value ? tags.true : tags.false)
  else if (typeof value === 'number') writeNumber(writer, value)
  else if (typeof value === 'bigint') {
    writer.byte(tags.bigint)
    writer.text(value.toString(16))
  } else if (typeof value === 'string') {
    writer.byte(tags.text)
    writer.text(value)
  } else if (value instanceof Uint8Array) {
    writer.byte(tags.bytes)
    writer.block(value)
  } else if (value instanceof Map) writeMap(writer, value)
  else writeArray(writer, value as readonly unknown[])
}

function writeNumber(writer: EncodedWriter, value: number): void {
  if ((value | 0) === value && !Object.is(value, -0)) {
    writer.byte(tags.integer)
    writer.count(value >>> 0)
  } else {
    writer.byte(tags.number)
    writer.number(value)
  }
}

function writeArray(writer: EncodedWriter, values: readonly unknown[]): void {
  writer.byte(tags.array)
  writer.count(values.length)
  for (const value of values) writeValue(writer, value)
}

function writeMap(writer: EncodedWriter, map: ReadonlyMap<unknown, unknown>): void {
  writer.byte(tags.map)
  writer.count(map.size)
  for (const [key, value] of map) {
    writeValue(writer, key)
    writeValue(writer, value)
  }
}

export function readValue(reader: EncodedReader, depth = 0): unknown {
  if (depth > depthMax) throw reader.damaged()
  const tag = reader.byte()
  switch (tag) {
    case tags.null:
      return null
    case tags.false:
      return false
    case tags.true:
      return true
    case tags.integer:
      return reader.count() | 0
    case tags.number:
      return reader.number()
    case tags.bigint:
      return readBigint(reader)
    case tags.text:
      return reader.text()
    case tags.bytes:
      return reader.block().slice()
    case tags.array: {
      const values: unknown[] = []
      for (let left = reader.count(); left > 0; left--) values.push(readValue(reader, depth + 1))
      return values
    }
    case tags.map: {
      const map = new Map<unknown, unknown>()
      for (let left = reader.count(); left > 0; left--) {
        const key = readValue(reader, depth + 1)
        map.set(key, readValue(reader, depth + 1))
      }
      return map
    }
    default:
      throw reader.damaged()
  }
}

function readBigint(reader: EncodedReader): bigint {
  const digits = reader.text()
  if (!/^-?[\da-f]{1,64}$/.test(digits)) throw reader.damaged()
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`)
}
