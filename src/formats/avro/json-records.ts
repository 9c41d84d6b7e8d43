/**
 * Avro's JSON encoding (Avro 1.12, "JSON Encoding"): values of a union carry the name of their type, and bytes are text of the characters
 * 0 to 255. Records in it go through the binary encoding, so that there is one reader of values and one writer.
 */
import { shortened } from '#base'
import { decodeText } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import type { Messages } from '../format.ts'
import type { MessageRows, ReadMessage } from '../message-rows.ts'
import { isUtf8 } from '../utf8.ts'
import { Cursor } from './cursor.ts'
import { jsonPrinter, type PrintJson } from './json-text.ts'
import type { AvroSchema, RecordSchema, UnionSchema } from './schema.ts'
import { writeBytes, writeDouble, writeFloat, writeLong } from './write-value.ts'

/** What is wrong with a message, as a sentence. */
class JsonTrouble extends Error {}

export class AvroJson {
  readonly #schema: RecordSchema
  readonly #print: PrintJson
  readonly #binary = new ByteWriter()
  readonly #text = new ByteWriter()
  readonly #cursor = new Cursor()

  constructor(schema: RecordSchema) {
    this.#schema = schema
    this.#print = jsonPrinter(schema)
  }

  /** Reads messages as MessageRows does. */
  decode({ bytes, starts, ends, length }: Messages, from: number, rows: MessageRows, read: ReadMessage): number {
    const binary = this.#binary
    binary.length = 0
    rows.begin()
    let place = from
    for (; place < length && !rows.isFull; place++) {
      const end = ends[place] as number
      if (end < 0) continue
      const start = binary.length
      const fault = this.#encode(bytes, starts[place] as number, end)
      if (fault === null) rows.take(read, binary.data, start, binary.length, place)
      else rows.refuse(place, fault)
    }
    rows.finish(binary.data)
    return place
  }

  #encode(bytes: Uint8Array, start: number, end: number): string | null {
    if (!isUtf8(bytes, start, end)) return 'Expected JSON in UTF-8, got other bytes.'
    try {
      writeJson(JSON.parse(decodeText(bytes, start, end), exactNumbers), this.#schema, this.#binary, '')
      return null
    } catch (error) {
      if (error instanceof JsonTrouble) return error.message
      // Of the parser; or nested so deep that the stack does not hold it.
      return `Expected JSON: ${shortened(error instanceof Error ? error.message : String(error), 200)}.`
    }
  }

  /** The same messages in JSON; valid until the next call. */
  encode(messages: Messages): Messages {
    const text = this.#text
    text.length = 0
    const starts = new Int32Array(messages.length)
    const ends = new Int32Array(messages.length)
    for (let place = 0; place < messages.length; place++) {
      this.#cursor.begin(messages.bytes, messages.starts[place] as number, messages.ends[place] as number)
      starts[place] = text.length
      text.text(this.#print(this.#cursor))
      ends[place] = text.length
      text.byte(0)
    }
    return { bytes: text.data, starts, ends, length: messages.length }
  }
}

const exactDigitsMax = 20

function exactNumbers(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined) return value
  return source.length <= exactDigitsMax && /^-?\d+$/.test(source) ? BigInt(source) : value
}

function trouble(expected: string, path: string, got: unknown): JsonTrouble {
  const shown = typeof got === 'bigint' ? String(got) : (JSON.stringify(got) ?? 'nothing')
  return new JsonTrouble(`Expected ${expected} in field "${path}", got ${shortened(shown, 60)}.`)
}

const wholeRanges = { int: [-(2n ** 31n), 2n ** 31n - 1n], long: [-(2n ** 63n), 2n ** 63n - 1n] } as const

function writeJson(json: unknown, schema: AvroSchema, out: ByteWriter, path: string): void {
  switch (schema.kind) {
    case 'null':
      if (json !== null) throw trouble('null', path, json)
      return
    case 'boolean':
      if (typeof json !== 'boolean') throw trouble('true or false', path, json)
      out.byte(json ? 1 : 0)
      return
    case 'int':
    case 'long':
      writeWhole(json, schema.kind, out, path)
      return
    case 'float':
    case 'double': {
      const value = typeof json === 'string' && /^(?:NaN|-?Infinity)$/.test(json) ? Number(json) : json
      if (typeof value !== 'number' && typeof value !== 'bigint') throw trouble('a number', path, json)
      if (schema.kind === 'float') writeFloat(Number(value), out)
      else writeDouble(Number(value), out)
      return
    }
    case 'string': {
      if (typeof json !== 'string') throw trouble('a text', path, json)
      const bytes = new TextEncoder().encode(json)
      writeBytes(bytes, 0, bytes.length, out)
      return
    }
    case 'bytes': {
      if (typeof json !== 'string' || /[^\0-\xff]/.test(json)) throw trouble('bytes as a text', path, json)
      const bytes = Buffer.from(json, 'latin1')
      writeBytes(bytes, 0, bytes.length, out)
      return
    }
    case 'union':
      writeUnion(json, schema, out, path)
      return
    default:
      writeContainer(json, schema, out, path)
  }
}

function writeWhole(json: unknown, kind: 'int' | 'long', out: ByteWriter, path: string): void {
  const [least, most] = wholeRanges[kind]
  const isWhole = typeof json === 'bigint' || (typeof json === 'number' && Number.isSafeInteger(json))
  if (!isWhole || json < least || json > most) throw trouble(`a whole number of type ${kind}`, path, json)
  writeLong(json, out)
}

function writeUnion(json: unknown, { branches }: UnionSchema, out: ByteWriter, path: string): void {
  const keys = typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.keys(json) : []
  const index = branches.findIndex((branch) =>
    json === null ? branch.kind === 'null' : keys.length === 1 && keys[0] === ('name' in branch ? branch.name : branch.kind),
  )
  const branch = branches[index]
  if (branch === undefined) throw trouble('null or an object with the name of a type', path, json)
  writeLong(index, out)
  writeJson(json === null ? null : (json as Readonly<Record<string, unknown>>)[keys[0] as string], branch, out, path)
}

function writeContainer(json: unknown, schema: AvroSchema, out: ByteWriter, path: string): void {
  if (schema.kind === 'array') {
    if (!Array.isArray(json)) throw trouble('an array', path, json)
    if (json.length > 0) writeLong(json.length, out)
    for (const item of json) writeJson(item, schema.items, out, `${path}[]`)
    out.byte(0)
    return
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw trouble('an object', path, json)
  const object = json as Readonly<Record<string, unknown>>
  if (schema.kind === 'map') {
    const entries = Object.entries(object)
    if (entries.length > 0) writeLong(entries.length, out)
    for (const [key, item] of entries) {
      writeJson(key, { kind: 'string', logical: null }, out, path)
      writeJson(item, schema.values, out, `${path}{}`)
    }
    out.byte(0)
  } else if (schema.kind === 'record') {
    for (const field of schema.fields) {
      const name = path === '' ? field.name : `${path}.${field.name}`
      if (!Object.hasOwn(object, field.name)) throw trouble('a value', name, undefined)
      writeJson(object[field.name], field.schema, out, name)
    }
  }
}
