import { expect, test } from 'vitest'
import { EventRing } from './event-ring.ts'

const numbersOf = (events: ReturnType<EventRing['after']>): number[] | null => events?.map(({ number }) => number) ?? null

test('what comes behind a number is there until it is too old', () => {
  const ring = new EventRing()
  expect(numbersOf(ring.after(0, 10))).toEqual([])
  for (let each = 1; each <= 5; each++) ring.add((number) => `${number}`)
  expect(numbersOf(ring.after(0, 10))).toEqual([1, 2, 3, 4, 5])
  expect(numbersOf(ring.after(2, 2))).toEqual([3, 4])
  expect(numbersOf(ring.after(5, 10))).toEqual([])
  // A number that nobody was told.
  expect(ring.after(6, 10)).toBeNull()
  for (let each = 0; each < 4; each++) ring.add(() => 'x'.repeat(300_000))
  expect(ring.after(5, 10)).toBeNull()
  expect(numbersOf(ring.after(6, 10))).toEqual([7, 8, 9])
  ring.add(() => 'x'.repeat(2_000_000))
  expect(ring.after(9, 10)).toBeNull()
  expect(numbersOf(ring.after(10, 10))).toEqual([])
})
