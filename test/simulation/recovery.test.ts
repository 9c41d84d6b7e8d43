/**
 * Statements whose runs are struck again and again, at any effect that they have on the world outside, and started anew: what they have
 * committed in the end is what an undisturbed run commits. SIMULATION_SEEDS=1000 plays more histories of each statement,
 * SIMULATION_SEED=17 begins with another: a failure names the seed that repeats it.
 */
import { describe, expect, test } from 'vitest'
import { historyOf } from './history.fixture.ts'
import { Simulation } from './simulation.fixture.ts'
import { statements } from './statements.fixture.ts'

const seeds = Number(process.env['SIMULATION_SEEDS'] ?? 60)
const firstSeed = Number(process.env['SIMULATION_SEED'] ?? 1)

/** In every fourth history each life has another number of workers, where the answer does not follow from the order of rows. */
const sharedEvery = 4
const workersMax = 3

/** In every third history some lives have no memory for state. */
const lacksMemoryEvery = 3

describe('what is committed in the end is what an undisturbed run commits', () => {
  test.each(Object.entries(statements))('%s', { timeout: 60_000 + seeds * 1000 }, async (name, statement) => {
    const simulation = await Simulation.of(statement)
    let strikes = 0
    for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
      const isAnyOrder = statement.inOrder !== true
      const shape = {
        workersMax: isAnyOrder && seed % sharedEvery === 0 ? workersMax : 1,
        lacksMemory: isAnyOrder && seed % lacksMemoryEvery === 0,
      }
      const { lives, troubles, rows, expected, struck } = await historyOf(simulation, seed, shape)
      expect({ troubles, rows }, `"${name}", seed ${seed}:\n${lives.join('\n')}\n${statement.sql}`).toEqual({
        troubles: [],
        rows: expected,
      })
      strikes += struck
    }
    expect(strikes).toBeGreaterThan(seeds * 3)
  })
})
