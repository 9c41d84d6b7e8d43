/**
 * Jobs in a cruel world: hosts that lose, delay and double orders, that cannot be reached or are started anew; runs that die; clocks that
 * are set; servers that die before and after every effect. At no moment has a job two runs, or has one failed that has not; and when the
 * world is quiet, every job is as it is wanted. THOROUGH=1 plays a thousand histories, SIMULATION_SEED=17 plays the one that a failure names.
 */
import { expect, test } from 'vitest'
import { historyOf } from './history.fixture.ts'

const one = process.env['SIMULATION_SEED']
const seeds = one === undefined ? (process.env['THOROUGH'] === '1' ? 1000 : 100) : 1
const firstSeed = Number(one ?? 1)

test('every job comes to be as it is wanted, and nothing happens that should not', { timeout: 60_000 + seeds * 1000 }, async () => {
  let deaths = 0
  let starts = 0
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const history = await historyOf(seed)
    const first = history.story.findIndex((line) => line.includes('TROUBLE'))
    const told = history.story.slice(Math.max(0, first - 80), first < 0 ? undefined : first + 5)
    expect(history.troubles, `SIMULATION_SEED=${seed}\n${told.join('\n')}`).toEqual([])
    deaths += history.deaths
    starts += history.starts
  }
  expect(deaths).toBeGreaterThan(seeds)
  expect(starts).toBeGreaterThan(seeds * 5)
})

test('a seed replays one history', async () => {
  expect(await historyOf(3)).toEqual(await historyOf(3))
})
