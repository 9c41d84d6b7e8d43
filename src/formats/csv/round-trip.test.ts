import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, integerType, type Schema, stringType } from '#data'
import { decodeRows } from '../decoding.fixture.ts'
import type { FormatTable } from '../format.ts'
import { readOptions } from '../options.ts'
import { flatType, type RandomTable, randomTable } from '../random-rows.fixture.ts'
import { csvFormat } from './format.ts'
import { csvSource } from './generate.ts'
import { csvOptions } from './settings.ts'
import { readSimply, type SimpleDialect } from './simple-csv.fixture.ts'

function tableOf(schema: Schema, options: Record<string, string>): FormatTable {
  return { name: 'orders', schema, options: readOptions('table "orders"', csvOptions, options), timeZone: 'UTC' }
}

function encode(table: FormatTable, rows: RandomTable['rows']): Uint8Array {
  const encoder = csvFormat.encoder?.(table)
  const encoded = encoder?.encode(batchOf(table.schema, rows))
  const header = encoder?.header ?? new Uint8Array(0)
  const body = encoded?.data.slice(0, encoded.length) ?? new Uint8Array(0)
  return Uint8Array.from([...header, ...body])
}

const names = (schema: Schema) => schema.map((column) => column.name)

/** A literal that no value has, so that NULL is told from the empty text. */
const dialects: readonly Record<string, string>[] = [
  {},
  { 'csv.header': 'true' },
  { 'csv.field-delimiter': ';', 'csv.quote-character': "'" },
  { 'csv.escape-character': '\\' },
  { 'csv.escape-character': '\\', 'csv.disable-quote-character': 'true' },
  { 'csv.trim-spaces': 'true', 'csv.allow-comments': 'true' },
  { 'csv.field-delimiter': '-' },
  { 'csv.ignore-parse-errors': 'true' },
].map((options) => ({ ...options, 'csv.null-literal': '\u0000NULL' }))

describe('what is written is read again', () => {
  test.each(dialects)('%o', (options) => {
    fc.assert(
      fc.property(randomTable(flatType), ({ schema, rows }) => {
        const table = tableOf(schema, options)
        const decoder = csvFormat.decoder(table, names(schema))
        expect(decodeRows(decoder, schema, [encode(table, rows)])).toEqual(rows)
      }),
      { numRuns: 300 },
    )
  })

  test('wherever the bytes are cut', () => {
    fc.assert(
      fc.property(randomTable(flatType), fc.constantFrom(...dialects), ({ schema, rows }, options) => {
        const table = tableOf(schema, options)
        const bytes = encode(table, rows)
        const decoder = csvFormat.decoder(table, names(schema))
        for (let at = 0; at <= bytes.length; at++) {
          expect(decodeRows(decoder, schema, [bytes.slice(0, at), bytes.slice(at)])).toEqual(rows)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('whatever columns are wanted', () => {
    fc.assert(
      fc.property(randomTable(flatType), fc.infiniteStream(fc.boolean()), ({ schema, rows }, coin) => {
        const table = tableOf(schema, dialects[0] ?? {})
        const wanted = schema.filter(() => coin.next().value === true).toReversed()
        const decoder = csvFormat.decoder(table, names(wanted))
        const places = wanted.map((column) => schema.indexOf(column))
        expect(decodeRows(decoder, wanted, [encode(table, rows)])).toEqual(rows.map((row) => places.map((place) => row[place])))
      }),
      { numRuns: 200 },
    )
  })
})

describe('what nobody wrote', () => {
  test('any bytes are rows or an error, and never wrong again when they are lenient', () => {
    const schema: Schema = [
      { name: 'a', type: integerType },
      { name: 'b', type: stringType },
      { name: 'c', type: stringType },
    ]
    fc.assert(
      fc.property(fc.stringMatching(/^[01ab,";\\\n\r #]{0,40}$/), fc.constantFrom(...dialects), (text, options) => {
        const bytes = new TextEncoder().encode(text)
        const decode = (lenient: string, wanted: string[]) => {
          const decoder = csvFormat.decoder(tableOf(schema, { ...options, 'csv.ignore-parse-errors': lenient }), wanted)
          return decodeRows(
            decoder,
            schema.filter((column) => wanted.includes(column.name)),
            [bytes.slice()],
          )
        }
        const lenient = decode('true', ['a', 'b', 'c'])
        try {
          expect(decode('false', ['a', 'b', 'c'])).toEqual(lenient)
        } catch (error) {
          if ((error as { code?: string }).code !== 'FORMATS_RECORD_UNREADABLE') throw error
        }
        expect(lenient.length).toBeLessThanOrEqual(text.length + 1)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('what others wrote', () => {
  const dialect = fc.record({
    delimiter: fc.constantFrom(',', ';', '|'),
    quote: fc.constantFrom('"', "'", null),
    escape: fc.constantFrom(null, '\\'),
    comments: fc.boolean(),
    trims: fc.boolean(),
    header: fc.boolean(),
    trailing: fc.boolean(),
    ignoresExtra: fc.boolean(),
  })
  const piece = fc.constantFrom(
    ',',
    ',',
    ';',
    '|',
    '\n',
    '\n',
    '\r',
    '\r\n',
    '"',
    '"',
    '""',
    "'",
    '\\',
    'a',
    'n',
    ' ',
    '#',
    'é',
    '😀',
    '"a"',
  )

  function optionsOf(of: SimpleDialect, lenient: boolean): Record<string, string> {
    return {
      'csv.field-delimiter': of.delimiter,
      ...(of.quote === null ? { 'csv.disable-quote-character': 'true' } : { 'csv.quote-character': of.quote }),
      ...(of.escape === null ? {} : { 'csv.escape-character': of.escape }),
      'csv.allow-comments': String(of.comments),
      'csv.trim-spaces': String(of.trims),
      'csv.header': String(of.header),
      'csv.allow-trailing-comma': String(of.trailing),
      'csv.ignore-trailing-unmappable': String(of.ignoresExtra),
      'csv.ignore-parse-errors': String(lenient),
    }
  }

  function orCode(read: () => unknown): unknown {
    try {
      return read()
    } catch (error) {
      return (error as { code?: string }).code
    }
  }

  test('is read as a slow and simple reader reads it, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }),
        dialect,
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.array(fc.nat(99)),
        (pieces, of, columns, lenient, cuts) => {
          const schema: Schema = Array.from({ length: columns }, (_, index) => ({ name: `c${index}`, type: stringType }))
          const records = readSimply(pieces.join(''), of, columns)
          const rows = records.flatMap((record) =>
            typeof record === 'string' ? [] : [[...record, ...Array<null>(columns - record.length).fill(null)]],
          )
          const fits = records.every((record) => typeof record !== 'string' && record.length === columns)
          const decoder = csvFormat.decoder(tableOf(schema, optionsOf(of, lenient)), names(schema))
          const bytes = new TextEncoder().encode(pieces.join(''))
          const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
          const chunks = places.slice(1).map((place, index) => bytes.slice(places[index], place))
          const expected = lenient || fits ? { rows, skipped: records.length - rows.length } : 'FORMATS_RECORD_UNREADABLE'
          const found = () => ({ rows: decodeRows(decoder, schema, chunks), skipped: decoder.skippedRows })
          expect(orCode(found)).toEqual(expected)
        },
      ),
      { numRuns: 4000 },
    )
  })
})

describe('the generated source', () => {
  const features = { quotes: true, escapes: true, emptyNull: true, nullLiteral: true, trims: true, comments: true }

  test('has no text of the user in it', () => {
    const evil = "'); globalThis.broken = true; ('"
    const types = fc.sample(flatType, 40)
    const hostile = types.map((type, index) => ({ name: `${evil}${index}\`\${${evil}}\n\u2028*/`, type }))
    const table = tableOf(hostile, { 'csv.null-literal': evil, 'csv.field-delimiter': "'", 'csv.escape-character': '`' })
    const decoder = csvFormat.decoder(table, names(hostile))
    expect(decodeRows(decoder, hostile, [encode(table, [hostile.map(() => null)])])).toHaveLength(1)
    expect('broken' in globalThis).toBe(false)
    const source = csvSource(
      hostile.map(({ type }, slot) => ({ index: slot, slot, type })),
      hostile.length,
      features,
    )
    expect(source).not.toContain('broken')
  })

  test('depends on the count and kinds of columns alone', () => {
    const field = { index: 3, slot: 0, type: integerType }
    expect(csvSource([field], 9, features)).toBe(csvSource([{ ...field }], 9, features))
  })

  test('takes thousands of columns', () => {
    const schema = Array.from({ length: 5000 }, (_, index) => ({ name: `c${index}`, type: integerType }))
    const table = tableOf(schema, {})
    const line = `${schema.map((_, index) => index).join(',')}\n`
    const rows = decodeRows(csvFormat.decoder(table, names(schema)), schema, [new TextEncoder().encode(line.repeat(300))])
    expect(rows).toHaveLength(300)
    expect(rows[299]).toEqual(schema.map((_, index) => index))
    const few = [schema[4999], schema[17]].flatMap((column) => column ?? [])
    expect(decodeRows(csvFormat.decoder(table, names(few)), few, [new TextEncoder().encode(line)])).toEqual([[4999, 17]])
  })
})
