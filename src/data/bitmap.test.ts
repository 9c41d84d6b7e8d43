import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printBitmap, readBitmap, writeBitmap } from './bitmap.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const range = (from: number, count: number, step = 1): number[] => Array.from({ length: count }, (_, index) => from + index * step)

test.each([
  ['nothing', [], '3a30000000000000'],
  ['a list', [1, 2, 3], '3a300000010000000000020010000000010002000300'],
  ['runs, where they are shorter', [1, 2, 3, 4], '3b30000001000003000100010003 00'.replaceAll(' ', '')],
])('%s has the bytes of the format', (_what, numbers, bytes) => {
  expect(hex(writeBitmap(numbers))).toBe(bytes)
})

test.each([
  ['a list as long as can be', range(0, 4096, 2), 16 + 8192],
  ['bits', range(0, 4097, 2), 16 + 8192],
  ['one run', range(5, 60_000), 9 + 6],
  ['many containers with runs', [...range(5, 10), ...range(70_000, 10), ...range(140_000, 10), 300_000], 5 + 4 * 8 + 3 * 6 + 2],
])('%s is read as it was written', (_what, numbers, length) => {
  const bytes = writeBitmap(numbers)
  expect(bytes.length).toBe(length)
  expect(readBitmap(bytes)).toEqual(numbers)
})

test('all sets are read as they were written, and what is cut off is refused', () => {
  const near = fc.integer({ min: 0, max: 200_000 })
  const any = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(fc.uniqueArray(fc.oneof(near, any), { maxLength: 300 }), fc.nat(), (found, cut) => {
      const numbers = found.toSorted((a, b) => a - b)
      const bytes = writeBitmap(numbers)
      expect(readBitmap(bytes)).toEqual(numbers)
      expect(readBitmap(bytes.subarray(0, cut % bytes.length))).toBeNull()
      expect(printBitmap(bytes)).toBe(`{${numbers.join(',')}}`)
    }),
  )
})
