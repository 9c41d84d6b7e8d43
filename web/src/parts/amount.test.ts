import { expect, test } from 'vitest'
import { ageText, bytesText, countText, durationText } from './amount.ts'

test.each([
  [0, '0s', '0秒'],
  [-5, '0s', '0秒'],
  [3_900, '3s', '3秒'],
  [240_000, '4m', '4分钟'],
  [7_200_000, '2h', '2小时'],
  [5 * 86_400_000, '5d', '5天'],
])('an age of %d ms', (ms, english, chinese) => {
  expect([ageText(ms, 'en'), ageText(ms, 'zh')]).toEqual([english, chinese])
})

test.each([
  [0, '0'],
  [0.25, '0.3'],
  [999, '999'],
  [1234, '1.23k'],
  [56_780, '56.8k'],
  [999_499, '999k'],
  [999_500, '1.00M'],
  [7_654_321, '7.65M'],
  [12e9, '12.0G'],
])('the count %d', (value, text) => {
  expect(countText(value)).toBe(text)
})

test.each([
  [512, '512 B'],
  [1536, '1.5 KiB'],
  [104_857_600, '100 MiB'],
  [5e15, '4547 TiB'],
])('%d bytes', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

test.each([
  [840, '840 ms'],
  [1500, '1.5 s'],
  [200_000, '3 m 20 s'],
  [90_061_000, '1 d 1 h'],
])('a duration of %d ms', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
