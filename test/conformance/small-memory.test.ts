/** The tests of cases/ that expect rows, each run with no memory for state: the answer is the one of a run that has enough. */
import { describe, expect, test } from 'vitest'
import { localTestWorld } from '#cli'
import { runTest } from '#sqltest'
import { comparableCases } from './comparable-cases.fixture.ts'

describe.each(comparableCases())('$name', ({ file, cases }) => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', { timeout: 60_000 }, async (_name, each) => {
    const world = { ...localTestWorld, settings: { 'taskmanager.memory.managed.size': '0' } }
    const { failures } = await runTest(file, each, world, new AbortController().signal)
    expect(failures).toEqual([])
  })
})
