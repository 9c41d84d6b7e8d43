import { expect, test } from 'vitest'
import { batchOf, bigintType, type Schema, stringType } from '#data'
import { KeySampler } from './key-sampler.ts'

const schema: Schema = [
  { name: 'n', type: bigintType },
  { name: 'city', type: stringType },
]

/** What is found in rows of which `cityOf` says the city, batch after batch. */
function sampled(rows: number, cityOf: (row: number) => string | null, batchRows = 1000) {
  const sampler = new KeySampler([{ types: [stringType], places: [1], names: ['city'] }], 'UTC')
  for (let start = 0; start < rows; start += batchRows) {
    const values = Array.from({ length: Math.min(batchRows, rows - start) }, (_, row) => [start + row, cityOf(start + row)])
    sampler.take(0, batchOf(schema, values))
  }
  return sampler.sample()
}

test('finds a key that most rows have, and how many', () => {
  const { keys, rows, sampledRows } = sampled(500_000, (row) => (row % 100 < 91 ? 'Paris' : `city ${row}`))
  expect(keys[0]?.key).toEqual({ city: 'Paris' })
  expect(keys[0]?.share).toBeGreaterThan(0.88)
  expect(keys[0]?.share).toBeLessThan(0.94)
  expect(Math.abs(rows / 500_000 - 1)).toBeLessThan(0.15)
  expect(sampledRows).toBeLessThan(1500)
})

test('finds a key that comes whenever an even number of rows has passed', () => {
  const { keys } = sampled(500_000, (row) => (row % 4 === 1 ? 'Rome' : `city ${row}`))
  expect(keys[0]?.key).toEqual({ city: 'Rome' })
  expect((keys[0]?.share ?? 0) - (keys[0]?.error ?? 0)).toBeGreaterThan(0.15)
})

test('shares of keys that none is heavier than are certain to be small', () => {
  for (const { share, error } of sampled(500_000, (row) => `city ${row}`).keys) expect(share - error).toBeLessThan(0.01)
})

test('few rows are all looked at', () => {
  const { keys, rows, sampledRows } = sampled(10, (row) => (row < 6 ? null : 'Oslo'), 3)
  expect([rows, sampledRows]).toEqual([10, 10])
  expect(keys).toEqual([
    { key: { city: 'NULL' }, share: 0.6, error: 0 },
    { key: { city: 'Oslo' }, share: 0.4, error: 0 },
  ])
})

test('rows of long ago count less than those of now', () => {
  const sampler = new KeySampler([{ types: [stringType], places: [1], names: ['city'] }], 'UTC')
  for (const [city, millions] of [
    ['before', 20],
    ['now', 15],
  ] as const) {
    const batch = batchOf(
      schema,
      Array.from({ length: 1000 }, () => [0, city]),
    )
    for (let thousand = 0; thousand < millions * 1000; thousand++) sampler.take(0, batch)
  }
  const { keys } = sampler.sample()
  expect(keys[0]?.key).toEqual({ city: 'now' })
  expect(keys[0]?.share).toBeGreaterThan(0.6)
})
