import { expect, test } from 'vitest'
import { parseDurationMs, printDuration } from './quantity.ts'

test.each([
  [0, '0 ms'],
  [1500, '1500 ms'],
  [2000, '2 s'],
  [90_000, '90 s'],
  [600_000, '10 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
])('%i ms are printed in the largest unit that leaves no rest, and read back', (ms, text) => {
  expect([printDuration(ms), parseDurationMs(text)]).toEqual([text, ms])
})
