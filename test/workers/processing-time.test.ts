/** State out of memory that goes by processing time: each look at the clock gives all of it something to do. */
import { expect, test } from 'vitest'
import { type Clock, systemClock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine, localHost } from '#engines'
import { QuerySession } from '#query'

const script = `
  CREATE TABLE four (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '4', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '4');
  CREATE TABLE nowhere (id INT) WITH ('connector' = 'blackhole');
  INSERT INTO nowhere SELECT a FROM (SELECT *, PROCTIME() AS at_clock FROM four)
    MATCH_RECOGNIZE (PARTITION BY id ORDER BY at_clock MEASURES A.id AS a PATTERN (A) WITHIN INTERVAL '1' HOUR DEFINE A AS A.id > 0) AS m;`

/** Goes on with each look at it, faster than anything can be done: fails where it is looked at without end. */
function fastClock(looksMax: number): Clock {
  let looks = 0
  return {
    monotonicMs: () => systemClock.monotonicMs(),
    nowMs: () => {
      if (++looks > looksMax) throw new Error('nothing else had its turn')
      return 1_700_000_000_000 + looks * 100
    },
  }
}

test('lets what other workers have sent arrive', async () => {
  const clock = fastClock(20_000)
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock,
      workers: localHost({ clock, openBlobs, random: () => 0.5, waitingBytesMax: 64, dividesInputs: false }),
      userFunction: () => () => null,
    }),
    settings: { 'parallelism.default': '3', 'taskmanager.memory.managed.size': '0' },
    clock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  const out: number[] = []
  await session.run(script, { ended: ({ rowsOut }) => void out.push(rowsOut) }, AbortSignal.timeout(20_000))
  expect(out).toEqual([4])
})
