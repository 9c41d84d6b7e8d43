import { expect, test } from 'vitest'
import { Random } from '../check/random-changes.fixture.ts'
import { ValueHeap } from './value-heap.ts'

const isLess = (a: unknown, b: unknown): boolean => (a as number) < (b as number)

test('the best value is the least that is there, whatever came and went', () => {
  const random = new Random(7)
  const heap = new ValueHeap(isLess)
  const counts = new Map<number, number>()
  for (let step = 0; step < 5000; step++) {
    const value = random.below(100)
    const by = (counts.get(value) ?? 0) > 0 && random.below(2) === 0 ? -1 : 1
    counts.set(value, (counts.get(value) ?? 0) + by)
    heap.change(value, by)
    const there = [...counts].filter(([, count]) => count > 0).map(([each]) => each)
    expect(heap.best()).toBe(there.length === 0 ? null : Math.min(...there))
  }
})

test('a value that went before it came is not there until it came twice', () => {
  const heap = new ValueHeap(isLess)
  heap.change(1, -1)
  heap.change(2, 1)
  expect(heap.best()).toBe(2)
  heap.change(1, 1)
  expect(heap.best()).toBe(2)
  heap.change(1, 1)
  expect(heap.best()).toBe(1)
})

test('the heap stays as small as what is there, however often values come and go below the best', () => {
  const heap = new ValueHeap(isLess)
  heap.change(0, 1)
  for (let round = 0; round < 10_000; round++) {
    heap.change(1 + (round % 50), 1)
    heap.change(1 + (round % 50), -1)
  }
  expect(heap.best()).toBe(0)
  expect(heap.heapLength).toBeLessThan(100)
})
