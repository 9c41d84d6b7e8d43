/** Durable runs that several workers share, killed and started again with other numbers of workers and less memory: nothing is lost, nothing twice. */
import { describe, expect, test } from 'vitest'
import { killedQueries } from '../recovery/killed-queries.ts'
import { type KilledQuery, type Outcome, runKilled } from '../recovery/killed-run.ts'

const events = 200_000
/** By life. */
const workers = [2, 2, 3, 1, 2]
const memory = ['', '300 kb', '', '100 kb', '']

const names = [
  'no state',
  'tumbling windows',
  // In two exchanges.
  'hopping windows of windows',
  'sessions',
  'a join of two streams',
  'different rows',
  'sums over the rows before',
] as const

/** Runs that are killed, each life with other workers and memory than the one before. */
async function runRescaled(query: KilledQuery, overwrites: boolean): Promise<Outcome> {
  let kills = 0
  return runKilled(query, events, () => (++kills < workers.length ? (kills - 1) * Math.random() * 60 : null), {
    workers: (life) => workers[life - 1] ?? 2,
    memory: (life) => memory[life - 1] ?? '',
    overwrites,
  })
}

test('rows that replace what was there, with 2, 2, 3, 1 and 2 workers', { timeout: 120_000 }, async () => {
  const undisturbed = await runKilled(killedQueries['no state'], events, () => null)
  const killed = await runRescaled(killedQueries['no state'], true)
  expect(killed.lives).toBeGreaterThan(1)
  expect(killed.rows).toEqual(undisturbed.rows)
  expect(killed.leftovers).toEqual([])
})

describe.each(names)('%s', (name) => {
  const query = killedQueries[name]

  test('with 2, 2, 3, 1 and 2 workers, the second and the fourth time with little memory', { timeout: 120_000 }, async () => {
    const undisturbed = await runKilled(query, events, () => null)
    expect(undisturbed.rows.length).toBeGreaterThan(0)
    const killed = await runRescaled(query, false)
    expect(killed.lives).toBeGreaterThan(1)
    expect(killed.rows).toEqual(undisturbed.rows)
    expect(killed.leftovers).toEqual([])
  })
})
