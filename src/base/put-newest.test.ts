import { expect, test } from 'vitest'
import { putNewest } from './put-newest.ts'

test('what was put longest ago is forgotten first', () => {
  const map = new Map<string, number>()
  for (const [index, key] of ['a', 'b', 'a', 'c'].entries()) putNewest(map, key, index, 2)
  expect([...map]).toEqual([
    ['a', 2],
    ['c', 3],
  ])
})
