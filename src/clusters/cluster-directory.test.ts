import { expect, test } from 'vitest'
import { ClusterDirectory } from './cluster-directory.ts'

test('names come and go, and what cannot be read changes nothing', async () => {
  let now = 0
  let read: () => Promise<string[]> = async () => ['dev']
  const directory = await ClusterDirectory.open({ names: () => read() }, { nowMs: () => now, monotonicMs: () => now })
  expect([directory.has('dev'), directory.has('prod')]).toEqual([true, false])
  read = async () => ['prod']
  expect(directory.has('prod')).toBe(false)
  now = 2000
  directory.has('prod')
  await Promise.resolve()
  expect([directory.has('dev'), directory.has('prod')]).toEqual([false, true])
  read = async () => {
    throw new Error('damaged')
  }
  now = 4000
  directory.has('prod')
  await Promise.resolve()
  expect(directory.has('prod')).toBe(true)
})
