import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteCopier } from './byte-copier.ts'

test('copies runs of any length from any place to any place, and nothing besides', () => {
  const run = fc.record({ start: fc.nat(100), size: fc.nat(400), at: fc.nat(100) })
  fc.assert(
    fc.property(run, ({ start, size, at }) => {
      const from = Uint8Array.from({ length: 600 }, (_, i) => i * 7 + 1).subarray(50)
      const to = new Uint8Array(600)
      const end = new ByteCopier(from, to).copy(start, start + size, at)
      const expected = new Uint8Array(600)
      expected.set(from.subarray(start, start + size), at)
      expect(end).toBe(at + size)
      expect(to).toEqual(expected)
    }),
  )
})
