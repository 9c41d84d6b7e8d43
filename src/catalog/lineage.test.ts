import { expect, test } from 'vitest'
import { type Flow, flowsAround } from './lineage.ts'

const flows = (text: string): Flow[] =>
  text
    .split(' ')
    .flatMap((chain) => chain.split('>').flatMap((from, at, all) => (all[at + 1] === undefined ? [] : [{ from, to: all[at + 1] ?? '' }])))
const wide = { depth: 10, most: 100 }

test('what leads to a thing and what it leads to is found, and how far away it is', () => {
  const { distances, flows: found, cut } = flowsAround('c', flows('a>b>c>d>e'), wide)
  expect(Object.fromEntries(distances)).toEqual({ a: -2, b: -1, c: 0, d: 1, e: 2 })
  expect(found).toHaveLength(4)
  expect([...cut]).toEqual([])
})

test('what else comes of the same source is no part of it, and the source says that there is more', () => {
  const { distances, cut } = flowsAround('c', flows('a>c a>x>y'), wide)
  expect([...distances.keys()]).toEqual(['c', 'a'])
  expect([...cut]).toEqual(['a'])
})

test('it ends at a depth, and at a size, the nearest first', () => {
  expect([...flowsAround('c', flows('a>b>c>d>e'), { depth: 1, most: 100 }).distances.keys()]).toEqual(['c', 'b', 'd'])
  const many = flows(Array.from({ length: 50 }, (_, at) => `c>d${at}>e${at}`).join(' '))
  const { distances, cut } = flowsAround('c', many, { depth: 5, most: 11 })
  expect(distances.size).toBe(11)
  expect([...distances.values()].every((distance) => distance <= 1)).toBe(true)
  expect(cut.has('c')).toBe(true)
})

test('circles end, and something that nobody uses stands alone', () => {
  const { distances, flows: found } = flowsAround('a', flows('a>b>a'), wide)
  expect([distances.size, found.length]).toEqual([2, 2])
  expect(flowsAround('z', flows('a>b'), wide)).toEqual({ distances: new Map([['z', 0]]), flows: [], cut: new Set() })
})
