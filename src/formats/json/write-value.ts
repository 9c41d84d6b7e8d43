/** Writes boxed values as JSON. */
import type { DataType } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { type TextShape, type ValueWriter, valueWriter } from '../cell-writer.ts'
import { formatErrors } from '../errors.ts'
import { closeArray, closeObject, colon, comma, openArray, openObject, quote, stringStops } from './scanner.ts'
import type { JsonSettings } from './settings.ts'
import { keysUnsupported, typeUnsupported } from './values.ts'

const nullText = 'null'
const hexDigits = '0123456789ABCDEF'
const shortEscapes: Readonly<Record<number, string>> = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' }
/** What stands for each byte that cannot stand for itself. */
const escapes = Array.from({ length: 256 }, (_, byte) =>
  stringStops[byte] === 0 ? '' : (shortEscapes[byte] ?? `\\u00${hexDigits[byte >> 4]}${hexDigits[byte & 15]}`),
)

/** Writes UTF-8 as a JSON string. */
export function writeString(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  out.ensure(end - start + 2)
  const { data } = out
  let to = out.length
  data[to++] = quote
  let from = start
  for (; from < end; from++, to++) {
    const byte = bytes[from] as number
    if (stringStops[byte] === 1) break
    data[to] = byte
  }
  out.length = to
  if (from < end) writeEscaped(bytes, from, end, out)
  out.byte(quote)
}

/** Writes the inside of a string. */
export function writeEscaped(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (stringStops[byte] === 1) out.text(escapes[byte] as string)
    else out.byte(byte)
  }
}

/** The writer of a column's values that are not NULL. */
export function jsonWriter(column: string, type: DataType, settings: JsonSettings): ValueWriter {
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return stringWriter()
    case 'bitmap':
    case 'variant':
      throw typeUnsupported(column, type, settings)
    case 'float':
    case 'double':
      return numberWriter(simple(type, settings))
    case 'array':
      return arrayWriter(nullable(jsonWriter(column, type.element, settings)))
    case 'map':
      return mapWriter(column, type, type.key, nullable(jsonWriter(column, type.value, settings)), settings)
    case 'multiset':
      return mapWriter(column, type, type.element, nullable(jsonWriter(column, { kind: 'integer', nullable: true }, settings)), settings)
    case 'row':
      if (type.className !== undefined) throw typeUnsupported(column, type, settings)
      return rowWriter(column, type, settings)
    case 'null':
      return (_, out) => out.text(nullText)
    default:
      return isBare(type) ? simple(type, settings) : quoted(simple(type, settings))
  }
}

function simple(type: DataType, settings: JsonSettings): ValueWriter {
  const offset = settings.time.offset === 'given'
  const shape: TextShape = { separator: settings.time.separator, zone: offset ? 'all' : 'local', scientific: settings.scientific }
  return valueWriter(type, shape) ?? ((_, out) => out.text(nullText))
}

/** Numbers and booleans need no quotes. */
function isBare(type: DataType): boolean {
  switch (type.kind) {
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamp-ltz':
    case 'binary':
    case 'varbinary':
      return false
    default:
      return true
  }
}

function quoted(write: ValueWriter): ValueWriter {
  return (value, out) => {
    out.byte(quote)
    write(value, out)
    out.byte(quote)
  }
}

/** JSON has no NaN and no infinity: they become strings. */
function numberWriter(write: ValueWriter): ValueWriter {
  const writeQuoted = quoted(write)
  return (value, out) => (Number.isFinite(value) ? write(value, out) : writeQuoted(value, out))
}

function nullable(write: ValueWriter): ValueWriter {
  return (value, out) => (value === null ? out.text(nullText) : write(value, out))
}

function stringWriter(): ValueWriter {
  const scratch = new ByteWriter(256)
  return (value, out) => {
    scratch.length = 0
    scratch.text(value as string)
    writeString(scratch.data, 0, scratch.length, out)
  }
}

function arrayWriter(element: ValueWriter): ValueWriter {
  return (value, out) => {
    out.byte(openArray)
    ;(value as readonly unknown[]).forEach((item, index) => {
      if (index > 0) out.byte(comma)
      element(item, out)
    })
    out.byte(closeArray)
  }
}

function mapWriter(column: string, type: DataType, key: DataType, value: ValueWriter, settings: JsonSettings): ValueWriter {
  if (key.kind !== 'char' && key.kind !== 'varchar') throw keysUnsupported(column, type, settings)
  const writeKey = stringWriter()
  return (map, out) => {
    out.byte(openObject)
    let first = true
    for (const [name, item] of map as ReadonlyMap<string | null, unknown>) {
      if (name === null && settings.nullKeys === 'DROP') continue
      if (name === null && settings.nullKeys === 'FAIL') throw formatErrors.FORMATS_MAP_KEY_NULL({ column, format: settings.format })
      if (!first) out.byte(comma)
      first = false
      writeKey(name ?? settings.nullKey, out)
      out.byte(colon)
      value(item, out)
    }
    out.byte(closeObject)
  }
}

function rowWriter(column: string, type: Extract<DataType, { kind: 'row' }>, settings: JsonSettings): ValueWriter {
  const writers = type.fields.map((field) => nullable(jsonWriter(column, field.type, settings)))
  const keys = type.fields.map((field) => keyBytes(field.name))
  return (value, out) => {
    out.byte(openObject)
    let first = true
    ;(value as readonly unknown[]).forEach((item, index) => {
      if (item === null && settings.nullFields === 'dropped') return
      if (!first) out.byte(comma)
      first = false
      out.bytes(keys[index] as Uint8Array)
      writers[index]?.(item, out)
    })
    out.byte(closeObject)
  }
}

/** A key with its quotes and colon. */
export function keyBytes(name: string): Uint8Array {
  const out = new ByteWriter(64)
  stringWriter()(name, out)
  out.byte(colon)
  return out.data.slice(0, out.length)
}
