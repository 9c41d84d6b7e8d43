/** Places where a file of CSV may be cut: what follows is read from there as it is behind what comes before. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Schema, stringType } from '#data'
import { decodeRows } from '../decoding.fixture.ts'
import type { FormatTable } from '../format.ts'
import { readOptions } from '../options.ts'
import { csvDecoder } from './decoder.ts'
import { csvRecordEnds } from './record-ends.ts'
import { csvOptions } from './settings.ts'

const schema: Schema = ['a', 'b'].map((name) => ({ name, type: stringType }))

function tableOf(options: Record<string, string>): FormatTable {
  const given = { 'csv.ignore-parse-errors': 'true', ...options }
  return { name: 'orders', schema, options: readOptions('table "orders"', csvOptions, given), timeZone: 'UTC' }
}

function read(table: FormatTable, bytes: Uint8Array): unknown[][] {
  return decodeRows(csvDecoder(table, ['a', 'b']), schema, [bytes.slice()])
}

const text = fc.array(fc.constantFrom('a', ',', '"', '\n', '\r', ' ', '\\', '""', ',"', '",', '"\n', 'x,y\n'), {
  minLength: 10,
  maxLength: 60,
  size: 'max',
})
const options = fc.constantFrom<Record<string, string>>(
  {},
  { 'csv.escape-character': '\\' },
  { 'csv.trim-spaces': 'true' },
  { 'csv.disable-quote-character': 'true' },
)

/** The places found from a place on, in bytes that come in stretches. */
function endsIn(table: FormatTable, bytes: Uint8Array, from: number, stretch: number): number[] {
  const ends = csvRecordEnds(table)
  const found: number[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + stretch)
    const place = ends?.find(bytes, start, end, from) ?? null
    if (place === null) break
    if (place >= 0) found.push(place)
    start = place < 0 ? end : place
  }
  return found
}

test('rows are the same, wherever the bytes are cut', () => {
  let cuts = 0
  fc.assert(
    fc.property(text, options, fc.nat(40), fc.integer({ min: 1, max: 30 }), (parts, given, from, stretch) => {
      const bytes = new TextEncoder().encode(parts.join(''))
      const table = tableOf(given)
      const whole = read(table, bytes)
      for (const place of endsIn(table, bytes, from, stretch)) {
        cuts++
        expect([...read(table, bytes.subarray(0, place)), ...read(table, bytes.subarray(place))]).toEqual(whole)
      }
    }),
    { numRuns: 1000 },
  )
  expect(cuts).toBeGreaterThan(500)
})

test('the first end from a place on is found, whether quotes come before or not', () => {
  const bytes = new TextEncoder().encode('a,b\nc,d\n"\n",e\nf,g\n')
  expect(endsIn(tableOf({}), bytes, 5, 100)).toEqual([8, 14, 18])
  expect(endsIn(tableOf({}), bytes, 9, 3)).toEqual([14, 18])
})
