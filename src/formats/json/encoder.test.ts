import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Batch, batchOf, bigintType, booleanType, type DataType, doubleType, type Schema, stringType, type Vector } from '#data'
import type { FormatTable } from '../format.ts'
import { readOptions } from '../options.ts'
import { jsonMessageEncoder } from './encoder.ts'
import { casesMax } from './generate.ts'
import { jsonOptions } from './settings.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'abc"', 'abcd\\', 'abcdefg\n', '\u0001', 'é', 'ördér\u2028', '\u0000'.repeat(500)),
)
const kinds: readonly { readonly type: DataType; readonly value: fc.Arbitrary<unknown> }[] = [
  { type: stringType, value: text },
  { type: bigintType, value: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, 9, 10, 999_999_999, 1_000_000_000)) },
  { type: doubleType, value: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { type: booleanType, value: fc.boolean() },
]

/** Rows of up to three times as many columns as have code of their own. */
const table = fc
  .array(fc.record({ kind: fc.constantFrom(...kinds), name: fc.string({ unit: 'binary', maxLength: 20 }) }), {
    minLength: 1,
    maxLength: 3 * casesMax,
  })
  .chain((columns) => {
    const schema: Schema = columns.map(({ kind, name }, index) => ({ name: `${name}${index}`, type: kind.type }))
    const row = fc.tuple(...columns.map(({ kind }) => fc.option(kind.value, { freq: 4 })))
    return fc.record({ schema: fc.constant(schema), rows: fc.array(row, { minLength: 1, maxLength: 20 }) })
  })

function encoderOf(schema: Schema, options: Readonly<Record<string, string>>): (batch: Batch) => unknown[] {
  const formatTable: FormatTable = { name: 'orders', schema, options: readOptions('table "orders"', jsonOptions, options), timeZone: 'UTC' }
  const encoder = jsonMessageEncoder(formatTable)
  return (batch) => {
    const messages = encoder.encode(batch)
    if (messages instanceof Promise) throw new Error('JSON is written at once')
    const { bytes, starts, ends } = messages
    return Array.from({ length: batch.length }, (_, row) => JSON.parse(new TextDecoder().decode(bytes.subarray(starts[row], ends[row]))))
  }
}

/** Text as decoders give it: one value behind another, with something between. */
function inBytes(vector: Vector): Vector {
  if (vector.form !== 'text') return vector
  const parts = vector.data.map((value) => new TextEncoder().encode(value))
  const ends = new Int32Array(parts.length)
  const starts = new Int32Array(parts.length)
  let at = 1
  for (const [row, part] of parts.entries()) {
    starts[row] = at
    ends[row] = at + part.length
    at = (ends[row] ?? 0) + 1
  }
  const data = new Uint8Array(at).fill(34)
  for (const [row, part] of parts.entries()) data.set(part, starts[row])
  return { form: 'bytes', data, starts, ends, nulls: vector.nulls }
}

const options = [{}, { 'json.encode.ignore-null-fields': 'true' }]

test.each(options)('every row is an object of its values, whatever form they lie in: %o', (given) => {
  const keepsNull = Object.keys(given).length === 0
  fc.assert(
    fc.property(table, ({ schema, rows }) => {
      const encode = encoderOf(schema, given)
      const expected = rows.map((row) => {
        const entries = row.map((value, index): [string, unknown] => [schema[index]?.name ?? '', value])
        return Object.fromEntries(entries.filter(([, value]) => keepsNull || value !== null))
      })
      const batch = batchOf(schema, rows)
      expect(encode(batch)).toEqual(expected)
      expect(encode({ ...batch, columns: batch.columns.map(inBytes) })).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

test('rows go over the end of the room that there was', () => {
  const schema: Schema = [
    { name: 'word', type: stringType },
    { name: 'id', type: bigintType },
    { name: 'price', type: doubleType },
  ]
  for (let length = 0; length < 100; length++) {
    // Some 70 KB, in which the first room ends somewhere else each time.
    const rows = Array.from({ length: 1200 }, (_, id) => [
      id === 0 ? 'x'.repeat(length) : 'x',
      Number.MIN_SAFE_INTEGER + id,
      -1.5e-300 * id,
    ])
    const batch = batchOf(schema, rows)
    const expected = rows.map(([word, id, price]) => ({ word, id, price }))
    expect(encoderOf(schema, {})({ ...batch, columns: batch.columns.map(inBytes) })).toEqual(expected)
  }
})
