/** Runs that are killed, with no chance to clean up, and started again: what they commit is what they would have committed undisturbed. */
import { describe, expect, test } from 'vitest'
import { killedQueries } from './killed-queries.ts'
import { runKilled } from './killed-run.ts'

const events = 300_000
const killsMax = 3

describe.each(Object.entries(killedQueries))('%s', (_name, query) => {
  test('nothing is lost and nothing comes twice', { timeout: 120_000 }, async () => {
    const undisturbed = await runKilled(query, events, () => null)
    expect(undisturbed.rows.length).toBeGreaterThan(0)
    let kills = 0
    const killed = await runKilled(query, events, () => (++kills <= killsMax ? (kills - 1) * Math.random() * 60 : null))
    expect(killed.lives).toBeGreaterThan(1)
    expect(killed.rows).toEqual(undisturbed.rows)
    expect(killed.leftovers).toEqual([])
  })
})
