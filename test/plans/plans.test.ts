/** Plans before and after optimisation, as plain files: a script beside what EXPLAIN says of it. UPDATE=1 writes them again. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine, localHost } from '#engines'
import { QuerySession } from '#query'

const folder = join(import.meta.dirname, 'cases')
const scripts = readdirSync(folder).filter((name) => name.endsWith('.sql'))

function session(): QuerySession {
  const workers = localHost({ clock: systemClock, openBlobs, random: () => 0, waitingBytesMax: 1 })
  const engine = new EmbeddedEngine({ clock: systemClock, workers, userFunction: () => () => null })
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine,
    settings: {},
    clock: systemClock,
    loadFunction: (definition) =>
      Promise.resolve({ ...definition, signature: { kind: 'scalar', parameters: [], result: { kind: 'integer', nullable: true } } }),
  })
}

describe('plans', () => {
  it.each(scripts)('%s', async (name) => {
    const explained = await session().explain(readFileSync(join(folder, name), 'utf8'))
    const golden = join(folder, name.replace(/\.sql$/, '.plan'))
    if (process.env['UPDATE'] === '1') writeFileSync(golden, explained)
    expect(explained).toBe(readFileSync(golden, 'utf8'))
  })
})
