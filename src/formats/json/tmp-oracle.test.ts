import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, bigintType, type DataType, doubleType, type Schema, stringType } from '#data'
import { decodeRows } from '../decoding.fixture.ts'
import type { FormatTable } from '../format.ts'
import { readOptions } from '../options.ts'
import { anyType, flatType, type RandomTable, randomTable } from '../random-rows.fixture.ts'
import { jsonFormat } from './format.ts'
import { jsonSource } from './generate.ts'
import { jsonOptions } from './settings.ts'

function tableOf(schema: Schema, options: Record<string, string> = {}): FormatTable {
  return { name: 'orders', schema, options: readOptions('table "orders"', jsonOptions, options), timeZone: 'UTC' }
}

function encode(table: FormatTable, rows: RandomTable['rows']): Uint8Array {
  const encoded = jsonFormat.encoder?.(table).encode(batchOf(table.schema, rows))
  return encoded?.data.slice(0, encoded.length) ?? new Uint8Array(0)
}

const names = (schema: Schema) => schema.map((column) => column.name)

const dialects: readonly Record<string, string>[] = [
  {},
  { 'json.encode.ignore-null-fields': 'true' },
  { 'json.timestamp-format.standard': 'ISO-8601' },
  { 'json.timestamp-format.standard': 'ISO-8601-WITH-OFFSET' },
  { 'json.encode.decimal-as-plain-number': 'true' },
  { 'json.ignore-parse-errors': 'true' },
]

describe('what is written is read again', () => {
  test.each(dialects)('%o', (options) => {
    fc.assert(
      fc.property(randomTable(anyType), ({ schema, rows }) => {
        const table = tableOf(schema, options)
        expect(decodeRows(jsonFormat.decoder(table, names(schema)), schema, [encode(table, rows)])).toEqual(rows)
      }),
      { numRuns: 3000 },
    )
  })

  test('wherever the bytes are cut', () => {
    fc.assert(
      fc.property(randomTable(flatType), ({ schema, rows }) => {
        const table = tableOf(schema)
        const bytes = encode(table, rows)
        const decoder = jsonFormat.decoder(table, names(schema))
        for (let at = 0; at <= bytes.length; at += 1 + (bytes.length >> 8)) {
          expect(decodeRows(decoder, schema, [bytes.slice(0, at), bytes.slice(at)])).toEqual(rows)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('each line is JSON', () => {
    fc.assert(
      fc.property(randomTable(anyType), ({ schema, rows }) => {
        const lines = new TextDecoder().decode(encode(tableOf(schema), rows)).split('\n')
        expect(lines.pop()).toBe('')
        for (const line of lines) expect(Object.keys(JSON.parse(line)).toSorted()).toEqual(names(schema).toSorted())
      }),
      { numRuns: 200 },
    )
  })
})

describe('what others wrote', () => {
  test('is read as JSON.parse reads it', () => {
    const schema: Schema = [
      { name: 'a', type: stringType },
      { name: 'b', type: doubleType },
      { name: '__proto__', type: stringType },
    ]
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.jsonValue(),
    )
    const entry = fc.tuple(fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'c'), fc.string()), value)
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 6 }), fc.constantFrom('', ' ', '\t '), (records, blank) => {
        const line = (entries: [string, unknown][]) => {
          const fields = entries.map(([key, item]) => `${JSON.stringify(key)}${blank}:${blank}${JSON.stringify(item)}`)
          return `{${blank}${fields.join(`${blank},${blank}`)}${blank}}${blank}`
        }
        const text = records.map(line).join('\n')
        const decoder = jsonFormat.decoder(tableOf(schema, { 'json.ignore-parse-errors': 'true' }), names(schema))
        const expected = records.map((entries) => {
          const byName = new Map(entries)
          return schema.map((column) => expectedOf(byName.get(column.name), column.type))
        })
        expect(decodeRows(decoder, schema, [new TextEncoder().encode(text)])).toEqual(expected)
      }),
      { numRuns: 100000 },
    )
  })

  test('any bytes are rows or an error, as JSON.parse has it', () => {
    const schema: Schema = [
      { name: 'a', type: bigintType },
      { name: 'b', type: stringType },
    ]
    fc.assert(
      fc.property(fc.stringMatching(/^\{"[abz]": ?[-0-9.eE"\\u{}[\],:tfnab ]{0,12},"b":"[\\"u0-9a]{0,6}"\}?$/), (line) => {
        let parsed: unknown = null
        try {
          parsed = JSON.parse(line)
        } catch {
          parsed = null
        }
        const decoder = jsonFormat.decoder(tableOf(schema, { 'json.ignore-parse-errors': 'true' }), ['b'])
        const rows = decodeRows(decoder, schema.slice(1), [new TextEncoder().encode(`${line}\n`)])
        expect(rows.length).toBe(parsed === null ? 0 : 1)
      }),
      { numRuns: 150000 },
    )
  })
})

function expectedOf(value: unknown, type: DataType): unknown {
  if (value === undefined || value === null) return null
  if (type.kind === 'double') {
    // JSON.stringify leaves the sign of zero out.
    if (typeof value === 'number') return value + 0
    const text = typeof value === 'string' ? value.trim() : ''
    return typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(text)
      ? Number(text.replace(/[dDfF]$/, ''))
      : null
  }
  // Lone surrogates cannot be written in UTF-8; numbers keep their spelling.
  return typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value)
}

describe('the generated source', () => {
  test('has no text of the user in it', () => {
    const evil = "'); globalThis.broken = true; ('"
    const hostile = fc.sample(flatType, 50).map((type, index) => ({ name: `${evil}${index}\`\${${evil}}\n\u2028*/`, type }))
    const table = tableOf(hostile)
    const decoder = jsonFormat.decoder(table, names(hostile))
    expect(decodeRows(decoder, hostile, [encode(table, [hostile.map(() => null)])])).toHaveLength(1)
    expect('broken' in globalThis).toBe(false)
    expect(jsonSource(hostile.map((column) => column.type))).not.toContain('broken')
  })

  test('takes thousands of columns', () => {
    const schema = Array.from({ length: 5000 }, (_, index) => ({ name: `c${index}`, type: bigintType }))
    const table = tableOf(schema)
    const row = schema.map((_, index) => index)
    const bytes = encode(table, Array(300).fill(row))
    const rows = decodeRows(jsonFormat.decoder(table, names(schema)), schema, [bytes])
    expect(rows).toHaveLength(300)
    expect(rows[299]).toEqual(row)
  })
})
