/** Clusters by their names: started here, or known from elsewhere. */
import { randomBytes } from 'node:crypto'
import { homedir } from 'node:os'
import path from 'node:path'
import { clusterErrors } from './errors.ts'
import { type LibraryFinder, libraryFinder } from './find-libraries.ts'
import type { NamedLibrary } from './flink-connectors.ts'
import { versionRow } from './flink-version.ts'
import { installFlink } from './install-flink.ts'
import { endOfApplication, startLocalApplication } from './local-application.ts'
import { type FlinkScheduler, startLocalFlink, stopLocalFlink } from './local-flink.ts'
import { type Cluster, ClusterRegistry, checkAddress } from './registry.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface StartShape {
  readonly name: string
  readonly version: string
  readonly slots: number
  readonly scheduler: FlinkScheduler
  /** A script that it is for; null: it takes statements and jobs. */
  readonly application: ApplicationScript | null
}

interface ApplicationScript {
  readonly text: string
  /** What its tables name. */
  readonly named: readonly NamedLibrary[]
}

/** What a cluster says of itself now; what it does not say is null. */
export interface ClusterState {
  readonly cluster: Cluster
  readonly version: string | null
  readonly slots: { readonly free: number; readonly all: number } | null
  readonly jobs: number | null
  /** Why it could not be asked; null: it answered. */
  readonly unreachable: string | null
}

const askMsMax = 5000
const taskHeapMb = 1024

export class Clusters {
  readonly #variables: Variables
  readonly #headers: Readonly<Record<string, string>>
  readonly #registry: ClusterRegistry

  /** @param headers are sent to clusters that are asked how they are */
  constructor(variables: Variables, headers: Readonly<Record<string, string>>) {
    this.#variables = variables
    this.#headers = headers
    const home = variables['MILLRACE_HOME']
    this.#registry = new ClusterRegistry(path.resolve(home === undefined || home === '' ? path.join(homedir(), '.millrace') : home))
  }

  /**
   * Starts Flink on this machine.
   *
   * @param fetching is told what is fetched before it is
   */
  async start(
    { name, version, slots, scheduler, application }: StartShape,
    fetching: (names: readonly string[]) => void,
  ): Promise<Cluster> {
    if (application !== null && versionRow(version).application === null) throw clusterErrors.CLUSTER_APPLICATION_VERSION({ version })
    const libraries = await installFlink(version, this.#variables, () => fetching([`Flink ${version}`]))
    const jars = application === null ? [] : await libraryFinder(version, this.#variables, fetching)(application.named)
    const folder = this.#registry.folderOf(name)
    const local = { version, marker: newMarker(), folder, isReady: false }
    const cluster: Cluster = { name, engine: 'flink', gatewayUrl: '', restUrl: '', planFolder: '', local }
    // Known before its first process is there, it can be stopped whatever happens on the way.
    await this.#registry.add(cluster)
    try {
      const shape = { folder, marker: local.marker, libraries, jars, slots, scheduler, taskHeapMb, javaWords: [] }
      const addresses =
        application === null ? await startLocalFlink(shape) : await startLocalApplication({ ...shape, name, script: application.text })
      const ready = { ...cluster, ...addresses, local: { ...local, isReady: true } }
      await this.#registry.update(ready)
      return ready
    } catch (error) {
      await this.stop(name).catch(() => undefined)
      throw error
    }
  }

  /** Stops what was started here and forgets it; where its savepoints are left, if there are any. */
  async stop(name: string): Promise<string | null> {
    const { local } = await this.#registry.find(name)
    if (local === null) throw clusterErrors.CLUSTER_NOT_OURS({ name })
    const hasSavepoints = await stopLocalFlink(local.marker, local.folder)
    await this.#registry.remove(name)
    return hasSavepoints ? path.join(local.folder, 'savepoints') : null
  }

  /** Gives a name to a cluster that runs elsewhere. */
  async add(name: string, gatewayUrl: string, restUrl: string, planFolder = ''): Promise<void> {
    const rest = restUrl === '' ? '' : checkAddress(restUrl)
    const folder = planFolder === '' ? '' : path.resolve(planFolder)
    await this.#registry.add({
      name,
      engine: 'flink',
      gatewayUrl: checkAddress(gatewayUrl),
      restUrl: rest,
      planFolder: folder,
      local: null,
    })
  }

  /** Forgets the name of a cluster that runs elsewhere. */
  async remove(name: string): Promise<void> {
    const { local } = await this.#registry.find(name)
    if (local !== null) throw clusterErrors.CLUSTER_OURS({ name })
    await this.#registry.remove(name)
  }

  /** A cluster that runs, as far as is known. */
  async #find(name: string): Promise<Cluster> {
    const cluster = await this.#registry.find(name)
    if (cluster.local?.isReady === false) throw clusterErrors.CLUSTER_STARTING({ name })
    return cluster
  }

  /** A cluster that takes statements; fails where it is for one script. */
  async withGateway(name: string): Promise<Cluster> {
    const cluster = await this.#find(name)
    if (cluster.gatewayUrl === '') throw clusterErrors.CLUSTER_OF_APPLICATION({ name })
    return cluster
  }

  /** A cluster whose job manager can be asked; fails where its address is not known. */
  async withJobManager(name: string): Promise<Cluster> {
    const cluster = await this.#find(name)
    if (cluster.restUrl === '') throw clusterErrors.CLUSTER_REST({ name })
    return cluster
  }

  /**
   * What finds libraries for a session of the cluster that has this gateway; undefined: what it has is not known.
   *
   * @param fetching is told the names of libraries before they are fetched
   */
  async libraryFinder(gatewayUrl: string, fetching: (names: readonly string[]) => void): Promise<LibraryFinder | undefined> {
    const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
    const found = (await this.#registry.list()).find((each) => withoutSlash(each.gatewayUrl) === withoutSlash(gatewayUrl))
    const local = found?.local
    return local?.isReady === true ? libraryFinder(local.version, this.#variables, fetching) : undefined
  }

  /** Of all that are known. */
  async names(): Promise<readonly string[]> {
    return (await this.#registry.list()).map(({ name }) => name)
  }

  /** Each cluster with what it says of itself. */
  async states(): Promise<readonly ClusterState[]> {
    return Promise.all((await this.#registry.list()).map((cluster) => stateOf(cluster, this.#headers)))
  }
}

async function stateOf(cluster: Cluster, headers: Readonly<Record<string, string>>): Promise<ClusterState> {
  const nothing = { cluster, version: cluster.local?.version ?? null, slots: null, jobs: null }
  if (cluster.local?.isReady === false) return { ...nothing, unreachable: 'it is being started, or its start was broken off' }
  const end = cluster.local !== null && cluster.gatewayUrl === '' ? await endOfApplication(cluster.local.folder) : null
  if (end !== null) return { ...nothing, unreachable: end === 0 ? 'its job has ended' : `it has ended with status ${end}` }
  try {
    if (cluster.restUrl === '') {
      const { version } = await ask(`${cluster.gatewayUrl.replace(/\/+$/, '')}/v1/info`, headers)
      return { ...nothing, version: typeof version === 'string' ? version : null, unreachable: null }
    }
    const answer = await ask(`${cluster.restUrl.replace(/\/+$/, '')}/overview`, headers)
    const { 'slots-available': free, 'slots-total': all, 'jobs-running': jobs, 'flink-version': version } = answer
    if (typeof free !== 'number' || typeof all !== 'number' || typeof jobs !== 'number' || typeof version !== 'string')
      throw clusterErrors.CLUSTER_ANSWER({ answer: 'other fields' })
    return { cluster, version, slots: { free, all }, jobs, unreachable: null }
  } catch (error) {
    const { cause, message } = error as Error
    return { ...nothing, unreachable: cause instanceof Error && cause.message !== '' ? cause.message : message }
  }
}

async function ask(url: string, headers: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(askMsMax) })
  if (!response.ok) throw clusterErrors.CLUSTER_ANSWER({ answer: `with status ${response.status}` })
  const answer: unknown = await response.json().catch(() => null)
  if (typeof answer !== 'object' || answer === null) throw clusterErrors.CLUSTER_ANSWER({ answer: 'no object' })
  return answer as Readonly<Record<string, unknown>>
}

function newMarker(): string {
  return `millrace${randomBytes(16).toString('hex')}`
}
