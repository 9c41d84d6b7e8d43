/** A run that is stopped while a system that it writes to does not answer. */
import { expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import type { Connector } from '#connectors'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'

/** Never answers, but for the end of its signal. */
function silentConnector(prepared: () => void): Connector {
  return {
    name: 'silent',
    options: [],
    source: null,
    sink: () => ({
      takes: 'append',
      open: ({ signal, meter }) =>
        Promise.resolve({
          write: () => undefined,
          prepare: () =>
            new Promise((_, reject) => {
              meter.wait('no answer from 127.0.0.1')
              signal.addEventListener('abort', () => reject(new Error('aborted')))
              prepared()
            }),
          commit: () => Promise.resolve(),
          close: () => Promise.resolve(),
        }),
    }),
  }
}

test('it waits for a while, and then says which system it waited for', { timeout: 40_000 }, async () => {
  const stop = new AbortController()
  let preparedMs = 0
  const engine = new EmbeddedEngine({
    clock: systemClock,
    connectors: [silentConnector(() => (preparedMs = systemClock.monotonicMs()))],
    userFunction: () => () => null,
  })
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine,
    settings: {},
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  const script = `CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');
    CREATE TABLE away (n INT) WITH ('connector' = 'silent'); INSERT INTO away SELECT n FROM numbers`
  const run = session.run(script, { progress: () => stop.abort() }, stop.signal)
  await expect(run).rejects.toMatchObject({ code: 'ENGINE_STOP_UNFINISHED', detail: 'Table "away": no answer from 127.0.0.1.' })
  expect(systemClock.monotonicMs() - preparedMs).toBeGreaterThan(9000)
})
