import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteSink } from './byte-cursor.ts'
import { decodeColumn, encodeColumn } from './column.ts'

function encoded(values: readonly number[]): Uint8Array {
  const sink = new ByteSink()
  encodeColumn(Float64Array.from(values), sink)
  return sink.taken().slice()
}

const decoded = (values: readonly number[]): number[] => [...decodeColumn(encoded(values), 0, values.length)]

const gap = fc.constant(Number.NaN)
const kinds = {
  'whatever a double holds': fc.double(),
  counts: fc.nat(),
  'large whole numbers': fc.maxSafeInteger(),
  'few digits': fc.integer({ min: -100_000, max: 100_000 }).map((value) => value / 100),
  instants: fc.integer({ min: 1.7e12, max: 1.8e12 }),
  'few values': fc.constantFrom(0, -0, 1000, 0.1, Number.POSITIVE_INFINITY),
}

test.each(Object.entries(kinds))('a column comes back as it was: %s', (_kind, value) => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: gap }), { maxLength: 100 }), (values) => {
      expect(decoded(values)).toEqual(values)
    }),
  )
})

test('what stays as it is, or grows evenly, takes next to nothing', () => {
  const ticks = Array.from({ length: 60 }, (_, i) => i)
  expect(encoded(ticks.map(() => 1000)).length).toBeLessThan(10)
  expect(encoded(ticks.map((i) => 1_700_000_000_000 + i * 5000)).length).toBeLessThan(80)
  expect(encoded(ticks.map((i) => 1_700_000_000_000 + i * 5000 + (i % 7))).length).toBeLessThan(90)
  expect(encoded(ticks.map((i) => (i * 7919) % 1000)).length).toBeLessThan(130)
})

/** How many values are read of bytes; the code of the error where none are. */
function readOf(bytes: Uint8Array, count: number): unknown {
  try {
    return decodeColumn(bytes, 0, count).length
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

test('bytes that are cut off or changed are found out, or read as other numbers, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 20 }), fc.nat(), fc.uint8Array({ maxLength: 3 }), (values, cut, added) => {
      const bytes = encoded(values)
      const broken = Uint8Array.from([...bytes.subarray(0, cut % bytes.length), ...added])
      expect(['MONITOR_CHUNK_DAMAGED', values.length]).toContain(readOf(broken, values.length))
    }),
  )
})
