/** The tests of cases/ that expect rows, each run by three workers that take turns, half of them without memory for state: the answer is the one of a single worker. */
import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openBlobs } from '#blobs'
import { localTestWorld } from '#cli'
import { localHost } from '#engines'
import { runTest, type TestFile } from '#sqltest'
import { Dice } from '../oracle/random-query.ts'
import { comparableCases } from './comparable-cases.fixture.ts'

describe.each(comparableCases(({ tables }) => tables.every(hasNoRestart)))('$name', ({ file, cases }) => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', { timeout: 60_000 }, async (_name, each) => {
    const dice = new Dice(each.line)
    const host = localHost({
      clock: systemClock,
      openBlobs,
      random: () => dice.below(1 << 20) / (1 << 20),
      waitingBytesMax: 64,
      dividesInputs: false,
    })
    const settings = { 'parallelism.default': '3', 'taskmanager.memory.managed.size': each.line % 2 === 0 ? '0' : '' }
    const { failures } = await runTest(file, each, { ...localTestWorld, workers: host, settings }, new AbortController().signal)
    expect(failures).toEqual([])
  })
})

function hasNoRestart({ restarts }: TestFile['tests'][number]['tables'][number]): boolean {
  return restarts.length === 0
}
