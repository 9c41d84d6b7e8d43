/** The file that processes of a server start with: each has one session, or one run of a job. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { boundWorkers, followOrders } from '#processes'
import { QuerySession, UserFunctions } from '#query'
import { findSecret } from '#secrets'
import { threadHost } from '#threads'

const threadEntry = new URL(`worker-thread${path.extname(import.meta.filename)}`, import.meta.url)

await followOrders(async ({ settings, fixedSettings, stateBytes, workersMax }) => {
  // As for a run at a terminal: state lies outside of a small heap, which would be searched through again and again.
  setFlagsFromString('--heap-growing-percent=300')
  const functions = new UserFunctions((file) => import(pathToFileURL(path.resolve(file)).href))
  const engine = new EmbeddedEngine({
    clock: systemClock,
    // Somebody may want to stop a statement at any moment, as at a terminal.
    workers: boundWorkers(threadHost(threadEntry, true), workersMax),
    stateBytes,
    userFunction: (user) => functions.callable(user),
    secret: (name) => findSecret(name, process.env),
  })
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine,
    settings,
    fixedSettings,
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  })
  return { session, engine }
})
