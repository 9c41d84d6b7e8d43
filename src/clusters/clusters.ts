/** Clusters by their names: started here, or known from elsewhere. */
import { homedir } from 'node:os'
import path from 'node:path'
import { clusterErrors } from './errors.ts'
import { installFlink } from './install-flink.ts'
import { startLocalFlink, stopLocalFlink } from './local-flink.ts'
import { type Cluster, ClusterRegistry, checkAddress } from './registry.ts'

type Variables = Readonly<Record<string, string | undefined>>

export interface StartShape {
  readonly name: string
  readonly version: string
  readonly slots: number
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
  readonly #registry: ClusterRegistry

  constructor(variables: Variables) {
    this.#variables = variables
    const home = variables['MILLRACE_HOME']
    this.#registry = new ClusterRegistry(path.resolve(home === undefined || home === '' ? path.join(homedir(), '.millrace') : home))
  }

  /**
   * Starts Flink on this machine.
   *
   * @param fetching is told before libraries are fetched
   */
  async start({ name, version, slots }: StartShape, fetching: () => void): Promise<Cluster> {
    await this.#registry.checkFree(name)
    const libraries = await installFlink(version, this.#variables, fetching)
    const folder = this.#registry.folderOf(name)
    const { restUrl, gatewayUrl, groups } = await startLocalFlink({ folder, libraries, slots, taskHeapMb, javaWords: [] })
    const cluster: Cluster = { name, engine: 'flink', gatewayUrl, restUrl, local: { version, groups } }
    try {
      await this.#registry.add(cluster)
      return cluster
    } catch (error) {
      await stopLocalFlink(groups, folder)
      throw error
    }
  }

  /** Stops what was started here and forgets it; where its savepoints are left, if there are any. */
  async stop(name: string): Promise<string | null> {
    const { local } = await this.#registry.find(name)
    if (local === null) throw clusterErrors.CLUSTER_NOT_OURS({ name })
    const folder = this.#registry.folderOf(name)
    const hasSavepoints = await stopLocalFlink(local.groups, folder)
    await this.#registry.remove(name)
    return hasSavepoints ? path.join(folder, 'savepoints') : null
  }

  /** Gives a name to a cluster that runs elsewhere. */
  async add(name: string, gatewayUrl: string, restUrl: string): Promise<void> {
    const rest = restUrl === '' ? '' : checkAddress(restUrl)
    await this.#registry.add({ name, engine: 'flink', gatewayUrl: checkAddress(gatewayUrl), restUrl: rest, local: null })
  }

  /** Forgets the name of a cluster that runs elsewhere. */
  async remove(name: string): Promise<void> {
    const { local } = await this.#registry.find(name)
    if (local !== null) throw clusterErrors.CLUSTER_OURS({ name })
    await this.#registry.remove(name)
  }

  find(name: string): Promise<Cluster> {
    return this.#registry.find(name)
  }

  /** A cluster whose job manager can be asked; fails where its address is not known. */
  async withJobManager(name: string): Promise<Cluster> {
    const cluster = await this.#registry.find(name)
    if (cluster.restUrl === '') throw clusterErrors.CLUSTER_REST({ name })
    return cluster
  }

  /** Each cluster with what it says of itself. */
  async states(): Promise<readonly ClusterState[]> {
    return Promise.all((await this.#registry.list()).map(stateOf))
  }
}

async function stateOf(cluster: Cluster): Promise<ClusterState> {
  const nothing = { cluster, version: cluster.local?.version ?? null, slots: null, jobs: null }
  try {
    if (cluster.restUrl === '') {
      const { version } = await ask(`${cluster.gatewayUrl.replace(/\/+$/, '')}/v1/info`)
      return { ...nothing, version: typeof version === 'string' ? version : null, unreachable: null }
    }
    const answer = await ask(`${cluster.restUrl.replace(/\/+$/, '')}/overview`)
    const slots = { free: Number(answer['slots-available']), all: Number(answer['slots-total']) }
    return { cluster, version: String(answer['flink-version']), slots, jobs: Number(answer['jobs-running']), unreachable: null }
  } catch (error) {
    const { cause, message } = error as Error
    return { ...nothing, unreachable: cause instanceof Error && cause.message !== '' ? cause.message : message }
  }
}

async function ask(url: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(askMsMax) })
  if (!response.ok) throw clusterErrors.CLUSTER_ANSWER({ status: response.status })
  return (await response.json()) as Readonly<Record<string, unknown>>
}
