/** Prints binary Avro, which was just written, as Avro's JSON. */
import { assert } from '#base'
import { decodeText } from '#data'
import type { Cursor } from './cursor.ts'
import type { AvroSchema } from './schema.ts'
import { branchAt, eachItem } from './skip.ts'

/** The JSON of the value at the cursor, which is moved behind it. */
export type PrintJson = (cursor: Cursor) => string

export function jsonPrinter(schema: AvroSchema): PrintJson {
  assert(schema.kind !== 'enum' && schema.kind !== 'fixed', 'derived schemas have no enums and no fixed bytes')
  switch (schema.kind) {
    case 'null':
      return () => 'null'
    case 'boolean':
      return (cursor) => (cursor.pass(1) && cursor.bytes[cursor.pos - 1] === 1 ? 'true' : 'false')
    case 'int':
    case 'long':
      return (cursor) => String(cursor.exact())
    case 'float':
      return (cursor) => printNumber(cursor.pass(4) ? cursor.view.getFloat32(cursor.pos - 4, true) : 0)
    case 'double':
      return (cursor) => printNumber(cursor.pass(8) ? cursor.view.getFloat64(cursor.pos - 8, true) : 0)
    case 'string':
      return (cursor) => JSON.stringify(decodeText(cursor.bytes, ...takeBytes(cursor)))
    case 'bytes':
      return (cursor) => JSON.stringify(Buffer.from(cursor.bytes.subarray(...takeBytes(cursor))).toString('latin1'))
    case 'array': {
      const item = jsonPrinter(schema.items)
      return (cursor) => `[${itemsOf(cursor, () => item(cursor)).join(',')}]`
    }
    case 'map': {
      const key = jsonPrinter({ kind: 'string', logical: null })
      const value = jsonPrinter(schema.values)
      return (cursor) => `{${itemsOf(cursor, () => `${key(cursor)}:${value(cursor)}`).join(',')}}`
    }
    case 'record': {
      const fields = schema.fields.map((field) => ({ key: JSON.stringify(field.name), print: jsonPrinter(field.schema) }))
      return (cursor) => `{${fields.map(({ key, print }) => `${key}:${print(cursor)}`).join(',')}}`
    }
    case 'union':
      return unionPrinter(schema.branches)
  }
}

function unionPrinter(branches: readonly AvroSchema[]): PrintJson {
  const printers = branches.map((branch): PrintJson => {
    const print = jsonPrinter(branch)
    const name = JSON.stringify('name' in branch ? branch.name : branch.kind)
    return branch.kind === 'null' ? print : (cursor) => `{${name}:${print(cursor)}}`
  })
  return (cursor) => branchAt(cursor, printers)?.(cursor) ?? 'null'
}

function printNumber(value: number): string {
  return Number.isFinite(value) ? (Object.is(value, -0) ? '-0.0' : String(value)) : `"${value}"`
}

function takeBytes(cursor: Cursor): [start: number, end: number] {
  const length = cursor.length()
  cursor.pass(length)
  return [cursor.pos - length, cursor.pos]
}

function itemsOf(cursor: Cursor, read: () => string): string[] {
  const items: string[] = []
  eachItem(cursor, false, () => items.push(read()) > 0)
  return items
}
