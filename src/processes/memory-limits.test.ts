import { expect, test } from 'vitest'
import { memoryShare, residentBytes } from './memory-limits.ts'

const gb = 1 << 30

test('memory is divided fairly, and never into less than a process needs', () => {
  const share = memoryShare(16 * gb, 8)
  expect(share).toEqual({ heapBytes: gb / 2, stateBytes: gb, totalBytes: 2 * gb })
  const least = memoryShare(gb, 100)
  expect(least.heapBytes).toBeGreaterThan(100_000_000)
  expect(least.totalBytes).toBeGreaterThan(least.heapBytes + least.stateBytes)
})

test('it is known what a process has', async () => {
  expect(await residentBytes(process.pid)).toBeGreaterThan(10_000_000)
  expect(await residentBytes(2 ** 30)).toBeNull()
})
