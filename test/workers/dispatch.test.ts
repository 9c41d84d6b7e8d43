/** Rows that may go to any worker, one of which is slow: in virtual time, so that no clock decides. */
import { describe, expect, test } from 'vitest'
import { boundOf, throughputOf } from './dispatch-simulation.fixture.ts'

const rows = 1_000_000

describe.each(['the reader', 'another'] as const)('%s is slow', (slow) => {
  describe.each([2, 4, 8])('of %i workers', (workers) => {
    test.each([2, 4, 8, 16])('%i times: the least loaded gets the next rows, as fast as all of them can be', (slowness) => {
      const run = { workers, slowness, slow, rows }
      const gain = throughputOf({ ...run, dispatch: 'to the least loaded' }) / throughputOf({ ...run, dispatch: 'in turn' })
      expect(gain / boundOf(run)).toBeGreaterThanOrEqual(0.9)
    })
  })
})

test('a short input is shared as well', () => {
  const run = { workers: 4, slowness: 1, slow: 'another', rows: 200, rowTime: 100, dispatch: 'to the least loaded' } as const
  expect(throughputOf(run) * run.rowTime).toBeGreaterThan(3)
})
