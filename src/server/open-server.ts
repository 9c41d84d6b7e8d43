/** Puts the rooms of a server together: what it keeps, what runs its jobs, and who may ask for what. */
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { Access } from '#access'
import { loadServing, Oidc, type OidcOptions, type RunningServer, type ServerParts } from '#api'
import type { Clock } from '#base'
import { WorkspaceCatalogs } from '#catalog'
import { ControlLoop, JobBook, Jobs, type Pace } from '#jobs'
import { LiveCells, type LiveLimits } from '#live'
import { expositionType, laneFamilies, Monitor, watchedJobs } from '#monitor'
import { Notebooks } from '#notebook'
import { Outbound } from '#outbound'
import { ProcessHost, type ProcessShape, type SessionLimits, SessionProcesses, WorkspaceSessions } from '#processes'
import { ClusterHosts, type FlinkCluster, RunBook } from '#remote'
import { WorkspaceSecrets } from '#secrets'
import { openStore } from '#store'
import { serverErrors } from './errors.ts'
import { LineageBook } from './lineage-book.ts'
import { RuleQueries } from './rule-queries.ts'
import { ScriptPlanner } from './script-planner.ts'
import { ServerLease } from './server-lease.ts'
import { topologyOf } from './topology.ts'

export interface ServerOptions {
  readonly dataFolder: string
  readonly host: string
  readonly port: number
  readonly storeAddress: string
  /** The address by which people reach it; null: the one that it listens at. */
  readonly publicUrl: string | null
  /** Somebody who gets a link to sign in with; empty: nobody. */
  readonly signInLinkFor: string
  readonly version: string
  readonly clock: Clock
  /** How processes of jobs and sessions are started. */
  readonly process: ProcessShape
  /** Threads that may share a run. */
  readonly workersMax: number
  /** Other limits of sessions than the usual ones. */
  readonly sessionLimits?: Partial<SessionLimits>
  /** Other limits of cells that go on than the usual ones. */
  readonly liveLimits?: Partial<LiveLimits>
  /** A Flink cluster; null for a name that nobody knows. */
  readonly findCluster: (name: string) => FlinkCluster | null
  /** Other paces of the control loop than the usual ones. */
  readonly paces?: Readonly<Record<'embedded' | 'flink', Pace>>
  /** The secrets of the user who runs the server; null where there is none of a name. */
  readonly findSecret: (name: string) => string | null
  /** What the key of the secrets of workspaces is made of; null: a file in the data folder. */
  readonly secretsKey: string | null
  /** Who vouches for people besides this server itself; null: nobody. */
  readonly oidc: OidcOptions | null
  /** Addresses inside that alerts may go to, such as `10.1.0.0/16`. */
  readonly outboundAllowed: readonly string[]
  /** What Prometheus has to show. */
  readonly metricsToken: string
  /** The folder of the console's files; null: there are none. */
  readonly consoleFolder: string | null
  /** Told what went wrong in the server itself. */
  readonly failed: (id: string, error: unknown) => void
}

interface SignInLink {
  /** Null: the first administrator. */
  readonly user: string | null
  readonly key: string
}

export interface OpenServer {
  readonly port: number
  readonly signInLinks: readonly SignInLink[]
  /** Whether it has the console's files. */
  readonly hasConsole: boolean
  /** Resolves, if ever, when it can go on no more and has to be closed, with the reason. */
  readonly over: Promise<Error>
  /** A link for the first administrator, also once there is one. */
  createAdminLink(): Promise<SignInLink>
  /** What a program of whoever runs the server shows, for a day, to do all that can be done in the first workspace. */
  createOwnToken(title: string): Promise<{ readonly workspace: string; readonly secret: string }>
  /** Jobs take a last checkpoint and end; then the server does. */
  close(): Promise<void>
}

export async function openServer(options: ServerOptions): Promise<OpenServer> {
  const { dataFolder, clock, failed } = options
  await makeFolder(dataFolder)
  const store = await openStore(options.storeAddress, dataFolder, clock)
  const closing: (() => Promise<void>)[] = [() => store.close()]
  const close = async (): Promise<void> => {
    // What was opened last goes first.
    for (const each of closing.toReversed()) await each()
  }
  try {
    const over = Promise.withResolvers<Error>()
    const lease = await ServerLease.take(store, clock, { failed: (error) => failed('lease', error), over: over.resolve })
    closing.push(() => lease.close())
    const access = await Access.open(store, clock)
    const catalogs = await WorkspaceCatalogs.load(store, clock)
    const secrets = await WorkspaceSecrets.load({ store, clock, folder: dataFolder, passphrase: options.secretsKey })
    const processes = new SessionProcesses({
      process: options.process,
      workersMax: options.workersMax,
      limits: options.sessionLimits ?? {},
    })
    closing.push(() => processes.close())
    const sessions = new WorkspaceSessions({ processes, catalogs, secrets, report: (error) => failed('catalog', error) })
    const host = await ProcessHost.open({
      dataFolder,
      process: options.process,
      workersMax: options.workersMax,
      viewOf: (workspace) => sessions.viewOf(workspace),
    })
    closing.push(() => host.close())
    const clusters = new ClusterHosts(options.findCluster, {
      book: await RunBook.load(store, clock),
      clock,
      keptOf: (workspace) => catalogs.kept(workspace),
    })
    const book = await JobBook.load(store, clock)
    const loop = new ControlLoop({
      book,
      clock,
      hostOf: (engine) => (engine.kind === 'embedded' ? host : clusters.host(engine.cluster)),
      isInCharge: () => lease.isHeld,
      report: (error) => failed('loop', error),
      ...(options.paces === undefined ? {} : { paces: options.paces }),
    })
    const planner = new ScriptPlanner(sessions, path.join(dataFolder, 'jobs'), {
      planner: (cluster) => clusters.host(cluster)?.planner ?? null,
      keptOf: (workspace) => catalogs.kept(workspace),
    })
    const queries = new RuleQueries(processes, path.join(dataFolder, 'rules'))
    closing.push(() => queries.close())
    const monitor = await Monitor.open({
      store,
      folder: path.join(dataFolder, 'metrics'),
      clock,
      version: options.version,
      jobs: () => watchedJobs(book, loop),
      measure: ({ job }) => loop.measure(job),
      outbound: new Outbound({ allowed: options.outboundAllowed }),
      findSecret: (workspace, name) => secrets.find(workspace, name) ?? options.findSecret(name),
      runSql: queries.run,
      linkTo: (workspace, job) => (options.publicUrl === null ? null : `${options.publicUrl}/w/${workspace}/jobs/${job}`),
      failed: (error) => failed('monitor', error),
      moreFamilies: () => laneFamilies(loop.health()),
    })
    closing.push(() => monitor.stop())
    const jobs = new Jobs({ book, loop, planner, clock, createId })
    const lineage = new LineageBook({ jobs, catalogs, sessions })
    const notebooks = await Notebooks.load(store, { createId })
    const live = await LiveCells.load({
      store,
      clock,
      createId,
      notebooks,
      sessions,
      mayRun: (user, workspace) => access.mayNow(user, 'develop', workspace),
      limits: options.liveLimits ?? {},
      failed: (error) => failed('live cells', error),
    })
    closing.push(() => live.close())
    const server = await listen(options, {
      access,
      jobs,
      catalogs,
      sessions,
      notebooks,
      live,
      monitor,
      secrets,
      store,
      checkRuleQuery: (text) => queries.check(text),
      // Clusters keep the logs of their jobs.
      logOf: async (jobId) => (book.wanted(jobId)?.engine.kind === 'flink' ? null : host.log(jobId)),
      lineageOf: (workspace, object, bounds) => lineage.around(workspace, object, bounds),
      topologyOf: (workspace, spec) => topologyOf(sessions, workspace, spec),
    })
    closing.push(() => server.close())
    loop.start()
    live.start()
    monitor.start()
    closing.push(() => loop.stop())
    const signInLinks = await linksFor(access, options.signInLinkFor)
    return {
      port: server.port,
      signInLinks,
      hasConsole: options.consoleFolder !== null,
      createAdminLink: () => access.createAdminLink('server'),
      createOwnToken: (title) => access.createOwnToken(title),
      over: over.promise,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw serverErrors.SERVER_FOLDER({ folder }, { detail: `${(error as Error).message}.`, cause: error })
  }
}

async function listen(options: ServerOptions, parts: Omit<ServerParts, 'version' | 'oidc'>): Promise<RunningServer> {
  const { host, port, version, publicUrl, consoleFolder, clock, failed, metricsToken } = options
  const metrics = { token: metricsToken, type: expositionType, text: () => parts.monitor.prometheusText() }
  const { allHandlers, serve } = await loadServing()
  const oidc = options.oidc === null ? null : new Oidc(options.oidc, clock)
  const handlers = allHandlers({ ...parts, version, oidc })
  return serve({ host, port, version, metrics, access: parts.access, handlers, oidc, publicUrl, consoleFolder, clock, failed })
}

async function linksFor(access: Access, user: string): Promise<SignInLink[]> {
  const users = [...(access.people.needsFirstAdmin ? [null] : []), ...(user === '' ? [] : [user])]
  const links: SignInLink[] = []
  for (const each of users) {
    if (each !== null) access.people.find(each)
    links.push({ user: each, key: (await access.createLink(each, 'server')).key })
  }
  return links
}

/** Such as `k3v9x0qs1m2a`: short enough for a path and an address, and nothing that anybody guesses. */
function createId(): string {
  return randomBytes(10).toString('hex').slice(0, 16)
}
