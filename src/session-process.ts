/** The file that processes of a server start with: each has one session, or one run of a job. */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { systemClock } from '#base'
import { KeptCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { boundWorkers, followOrders, type WorkspaceView } from '#processes'
import { QuerySession, type SessionOptions, UserFunctions } from '#query'
import { findSecret } from '#secrets'
import { threadHost } from '#threads'

const threadEntry = new URL(`worker-thread${path.extname(import.meta.filename)}`, import.meta.url)

await followOrders(async ({ settings, fixedSettings, stateBytes, workersMax, view }) => {
  // As for a run at a terminal: state lies outside of a small heap, which would be searched through again and again.
  setFlagsFromString('--heap-growing-percent=300')
  let { secrets } = view
  const functions = new UserFunctions((file) => import(pathToFileURL(path.resolve(file)).href))
  const engine = new EmbeddedEngine({
    clock: systemClock,
    // Somebody may want to stop a statement at any moment, as at a terminal.
    workers: boundWorkers(threadHost(threadEntry, { isWatched: true, secrets: () => secrets }), workersMax),
    stateBytes,
    userFunction: (user) => functions.callable(user),
    secret: (name) => (Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : findSecret(name, process.env)),
  })
  const workspace = new KeptCatalog()
  const options: Omit<SessionOptions, 'createCatalog'> = {
    engine,
    settings,
    fixedSettings,
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  }
  const catalog = copyOf(workspace)
  const session = new QuerySession({ ...options, createCatalog: firstThen(catalog, () => copyOf(workspace)) })
  const recall = async (now: WorkspaceView): Promise<void> => {
    secrets = now.secrets
    const fresh = new KeptCatalog()
    // What cannot be made again is missed by whoever names it.
    await new QuerySession({ ...options, settings: {}, createCatalog: () => fresh }).recall(now.kept)
    for (const each of [workspace, catalog]) each.adopt(fresh)
  }
  await recall(view)
  const scratch = (own: Readonly<Record<string, string>>, fixed: Readonly<Record<string, string>>): QuerySession =>
    new QuerySession({
      ...options,
      settings: { ...settings, ...own },
      fixedSettings: { ...fixedSettings, ...fixed },
      createCatalog: () => copyOf(workspace),
    })
  return { session, engine, recall, scratch }
})

/** The catalog of a session; the scratch sessions in which texts are tried have copies of what is kept. */
function firstThen(first: KeptCatalog, next: () => KeptCatalog): () => KeptCatalog {
  let isFirst = true
  return () => {
    const catalog = isFirst ? first : next()
    isFirst = false
    return catalog
  }
}

function copyOf(workspace: KeptCatalog): KeptCatalog {
  const copy = new KeptCatalog()
  copy.adopt(workspace)
  return copy
}
