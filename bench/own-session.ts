/** A session in this process with a connector of a benchmark's own. */
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import type { Connector } from '#connectors'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from '#query'

export function sessionWith(connector: Connector, settings: Readonly<Record<string, string>> = {}): QuerySession {
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, connectors: [connector], userFunction: () => () => null }),
    settings,
    clock: systemClock,
    loadFunction: () => Promise.reject(new Error('no functions are called')),
  })
}
