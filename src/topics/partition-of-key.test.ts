import { expect, test } from 'vitest'
import { partitionOfKey } from './partition-of-key.ts'

test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['abc', 479470107],
])('key "%s" goes where producers of Kafka put it', (key, hash) => {
  const bytes = Buffer.from(`..${key}.`)
  expect(partitionOfKey(bytes, 2, 2 + key.length, 2 ** 31)).toBe(hash & 0x7fffffff)
  expect(partitionOfKey(bytes, 2, 2 + key.length, 7)).toBe((hash & 0x7fffffff) % 7)
})
