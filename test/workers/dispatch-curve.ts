/**
 * Printed by `make bench`: what sending rows to the least loaded worker gains over sending
 * them in turn, where one of several workers is slow, as shares of the most that workers of these speeds can do. In virtual time.
 */
import { boundOf, throughputOf } from './dispatch-simulation.fixture.ts'

const rows = 1_000_000

for (const slow of ['the reader', 'another'] as const) {
  console.log(`${slow} is slow: throughput relative to rows sent in turn, the bound, and its share`)
  for (const workers of [2, 4, 8]) {
    const shares = [2, 4, 8, 16].map((slowness) => {
      const run = { workers, slowness, slow, rows }
      const gain = throughputOf({ ...run, dispatch: 'to the least loaded' }) / throughputOf({ ...run, dispatch: 'in turn' })
      const bound = boundOf(run)
      return `${slowness} times slower ${gain.toFixed(2)} of ${bound.toFixed(2)} (${((gain / bound) * 100).toFixed(1)} %)`
    })
    console.log(`  ${workers} workers: ${shares.join(', ')}`)
  }
}
