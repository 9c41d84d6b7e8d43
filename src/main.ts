/** Wires the rooms to one another and to the process. What a command does not need is not loaded: its start is waited for by someone. */
import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { systemClock } from '#base'
import { type CliEnvironment, exitStatus, processScreen, processTerminal, readScriptFile, reportFailure, runCli } from '#cli'
import type { Clusters } from '#clusters'
import type { ForwardedSession, InsertWatch, QuerySession, RemoteSession, ShareFiles } from '#query'

const root = rootOf(import.meta.dirname)
const threadEntry = new URL(`worker-thread${path.extname(import.meta.filename)}`, import.meta.url)
const screen = processScreen(process.stdout, process.stderr, process.env)
const terminal = processTerminal(process.stdin, process.stdout, process.env)
/** Who wants to know of Ctrl-C; the last one is told. */
const interruptCallbacks: (() => void)[] = []

/** Jobs and sessions among which a server divides what memory it may take; more of them share what is there. */
const processesInMemory = 16
const gatewayLimits = { sessionsMax: 1000, sessionIdleMs: 600_000 }

const environment: CliEnvironment = {
  screen,
  terminal,
  clock: systemClock,
  root,
  variables: process.env,
  get version() {
    return versionOf(root)
  },
  createSession,
  findCheckpoints: async (address) => {
    const { findCheckpoints } = await import('#engines')
    return findCheckpoints(address)
  },
  openClusters: async () => {
    const { Clusters } = await import('#clusters')
    return new Clusters(process.env, flinkHeaders())
  },
  openJobs: async (name, settings) => {
    const [{ Clusters, shareFiles }, { FlinkJars, FlinkJobs }, { RemoteJobs }] = await Promise.all([
      import('#clusters'),
      import('#engines'),
      import('#query'),
    ])
    const headers = flinkHeaders()
    const clusters = new Clusters(process.env, headers)
    const { restUrl } = await clusters.withJobManager(name)
    const manager = new FlinkJobs({ url: restUrl, headers }, systemClock)
    const openSession: OpenSession = (own) => openRemoteSession(clusters, name, { ...settings, ...own })
    const share: ShareFiles = async () => shareFiles(await clusters.withGateway(name))
    return new RemoteJobs({ manager, jars: new FlinkJars({ url: restUrl, headers }), openSession, share, clock: systemClock })
  },
  openSecrets: async () => {
    const { openSecretStore } = await import('#secrets')
    return openSecretStore(process.env)
  },
  openLogins: async () => {
    const { homeFolder, Logins } = await import('#secrets')
    return new Logins(homeFolder(process.env))
  },
  openApi: async (options) => {
    const { ApiClient } = await import('#api')
    return new ApiClient(options)
  },
  openRemote: async (url, settings) => {
    const [{ Clusters }, { RemoteSession }] = await Promise.all([import('#clusters'), import('#query')])
    const headers = flinkHeaders()
    const findLibraries = await new Clusters(process.env, headers).libraryFinder(url, noteFetching)
    return RemoteSession.open({ url, headers }, settings, { findLibraries })
  },
  serveGateway: async (options) => {
    const [{ serveGateway }, { randomUUID }] = await Promise.all([import('#gateway'), import('node:crypto')])
    return serveGateway({ ...options, clock: systemClock, createId: randomUUID, createSession, openElsewhere, limits: gatewayLimits })
  },
  openServer: async (options) => {
    const [{ openServer }, { memoryShare }, { findSecret, findToken, homeFolder }, { ClusterDirectory, Clusters }] = await Promise.all([
      import('#server'),
      import('#processes'),
      import('#secrets'),
      import('#clusters'),
    ])
    const headers = flinkHeaders()
    const clusters = new Clusters(process.env, headers)
    const names = await ClusterDirectory.open(clusters, systemClock)
    const console = path.join(root, 'web', 'dist')
    const { oidc } = options
    return openServer({
      ...options,
      oidc: oidc === null ? null : { ...oidc, clientSecret: findSecret('oidc-client', process.env) },
      dataFolder: options.dataFolder === '' ? path.join(homeFolder(process.env), 'server') : path.resolve(options.dataFolder),
      version: versionOf(root),
      clock: systemClock,
      process: {
        entry: new URL(`session-process${path.extname(import.meta.filename)}`, import.meta.url),
        memory: memoryShare(halfOfMemory(), processesInMemory),
        clock: systemClock,
        variables: withoutStore(process.env),
      },
      workersMax: availableParallelism(),
      findCluster: (name) =>
        names.has(name)
          ? {
              name,
              address: async () => ({ url: (await clusters.withJobManager(name)).restUrl, headers }),
              openSession: (settings) => openRemoteSession(clusters, name, settings),
            }
          : null,
      findSecret: (name) => findSecret(name, process.env),
      secretsKey: process.env['MILLRACE_SECRETS_KEY'] || null,
      outboundAllowed: (process.env['MILLRACE_OUTBOUND_ALLOWED'] ?? '').split(',').filter((each) => each.trim() !== ''),
      metricsToken: findToken('metrics-token', process.env).value,
      consoleFolder: existsSync(path.join(console, 'index.html')) ? console : null,
    })
  },
  gatewayToken: async () => {
    const { findToken } = await import('#secrets')
    return findToken('gateway-token', process.env)
  },
  readText: (file) => readScriptFile(file, process.stdin),
  onInterrupt(callback) {
    interruptCallbacks.push(callback)
    return () => interruptCallbacks.splice(interruptCallbacks.lastIndexOf(callback), 1)
  },
  exit: (status) => process.exit(status),
}

type OpenSession = (settings: Readonly<Record<string, string>>) => Promise<RemoteSession>

/** A session of the gateway of a cluster, which does not wait for the jobs of its statements. */
async function openRemoteSession(clusters: Clusters, name: string, settings: Readonly<Record<string, string>>): Promise<RemoteSession> {
  const { RemoteSession } = await import('#query')
  const { gatewayUrl } = await clusters.withGateway(name)
  const findLibraries = await clusters.libraryFinder(gatewayUrl, noteFetching)
  return RemoteSession.open({ url: gatewayUrl, headers: flinkHeaders() }, settings, { waits: false, findLibraries })
}

async function openElsewhere(name: string, properties: Readonly<Record<string, string>>): Promise<ForwardedSession> {
  const [{ Clusters }, { ForwardedSession }] = await Promise.all([import('#clusters'), import('#query')])
  const headers = flinkHeaders()
  const { gatewayUrl } = await new Clusters(process.env, headers).withGateway(name)
  return ForwardedSession.open({ url: gatewayUrl, headers }, properties)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const callback = interruptCallbacks.at(-1)
    if (callback === undefined) process.exit(exitStatus.interrupted)
    else callback()
  })
}
process.on('exit', () => terminal.restore())
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

// Whatever is still open, a source that cannot be closed perhaps, must not keep the process.
process.exit(await runCli(process.argv.slice(2), environment))

function fail(error: unknown): void {
  terminal.restore()
  // A report that fails must not be reported in its turn.
  const leave = (status: number): never => process.exit(status)
  void reportFailure(error, environment).then(leave, () => leave(exitStatus.ours))
}

function noteFetching(names: readonly string[]): void {
  screen.note(`note: fetching ${names.join(', ')} with Maven, once\n`)
}

/** Those that Flink's clients send too, one a line. */
function flinkHeaders(): Record<string, string> {
  const text = process.env['FLINK_REST_CLIENT_HEADERS'] ?? ''
  const lines = text.split('\n').filter((line) => line.includes(':'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]))
}

/** The folder that holds package.json: above src/ in a checkout, above dist/src/ in a package. */
function rootOf(directory: string): string {
  const above = path.dirname(directory)
  return path.basename(above) === 'dist' ? path.dirname(above) : above
}

function versionOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { readonly version: string }
  return manifest.version
}

async function createSession(settings: Readonly<Record<string, string>>, watch?: InsertWatch): Promise<QuerySession> {
  const [{ EmbeddedEngine }, { threadHost }, { MemoryCatalog }, { findSecret }, { QuerySession, UserFunctions, WatchedEngine }] =
    await Promise.all([import('#engines'), import('#threads'), import('#catalog'), import('#secrets'), import('#query')])
  // State lies in arrays outside of a small heap, which would be searched through for each few megabytes of them. Code that was kept
  // compiled fits no longer once a flag is set, so this comes when most of it is loaded.
  setFlagsFromString('--heap-growing-percent=300')
  const functions = new UserFunctions((file) => import(pathToFileURL(path.resolve(file)).href))
  const engine = new EmbeddedEngine({
    clock: systemClock,
    workers: threadHost(threadEntry, { isWatched: terminal.isInteractive }),
    stateBytes: halfOfMemory(),
    userFunction: (user) => functions.callable(user),
    secret: (name) => findSecret(name, process.env),
  })
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: watch === undefined ? engine : new WatchedEngine(engine, watch),
    settings,
    clock: systemClock,
    loadFunction: (definition) => functions.load(definition),
  })
}

/** Functions of users run in processes of a server: how to get at its own records is none of their business. */
function withoutStore(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('PG') && name !== 'MILLRACE_SECRET_OIDC_CLIENT'))
}

/** Bytes: half of what the machine has, or of what this process may take of it. */
function halfOfMemory(): number {
  const allowed = process.constrainedMemory()
  return Math.floor(Math.min(totalmem(), allowed > 0 ? allowed : totalmem()) / 2)
}
