/** The clusters that a user has given names: a file of MILLRACE_HOME. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeNames, systemClock } from '#base'
import { clusterErrors } from './errors.ts'

export interface Cluster {
  readonly name: string
  readonly engine: 'flink'
  /** Of its SQL gateway. */
  readonly gatewayUrl: string
  /** Of the REST interface of its job manager; empty: not known. */
  readonly restUrl: string
  /** A folder that its gateway and this machine both see; empty: none is known. */
  readonly planFolder: string
  /** What was started here; null: it runs elsewhere. */
  readonly local: LocalCluster | null
}

interface LocalCluster {
  readonly version: string
  /** Stands in the commands of its processes. */
  readonly marker: string
  readonly folder: string
  /** Whether it was ready once; until then its addresses are empty. */
  readonly isReady: boolean
}

const pollMs = 50
const lockMsMax = 10_000
/** Who writes is done in a moment: an older lock is of one that was killed. */
const lockMsStale = 5000

export class ClusterRegistry {
  readonly #home: string

  /** @param home the folder MILLRACE_HOME */
  constructor(home: string) {
    this.#home = home
  }

  /** Where what runs here keeps its files. */
  folderOf(name: string): string {
    return path.join(this.#home, 'clusters', name)
  }

  /** In the order of their names. */
  async list(): Promise<readonly Cluster[]> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'ENOENT') return []
      throw clusterErrors.CLUSTER_FILE({ path: this.#file }, { cause: error })
    }
    return this.#parse(text).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Fails when there is none of that name. */
  async find(name: string): Promise<Cluster> {
    const clusters = await this.list()
    const found = clusters.find((each) => each.name === name)
    if (found !== undefined) return found
    const names = clusters.map((each) => each.name)
    const [nearest] = closeNames(name, names, 1)
    const known = names.length === 0 ? 'None is known. Start one with millrace cluster start flink.' : `Known are ${names.join(', ')}.`
    throw clusterErrors.CLUSTER_NOT_FOUND({ name }, { hint: nearest === undefined ? known : `Did you mean "${nearest}"?` })
  }

  /** Fails where the name is no name, or is taken. */
  async add(cluster: Cluster): Promise<void> {
    const { name } = cluster
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) throw clusterErrors.CLUSTER_NAME({ name })
    await this.#change((clusters) => {
      if (clusters.some((each) => each.name === name)) throw clusterErrors.CLUSTER_EXISTS({ name })
      return [...clusters, cluster]
    })
  }

  /** Writes anew what is known of a cluster, unless it is forgotten. */
  async update(cluster: Cluster): Promise<void> {
    await this.#change((clusters) => clusters.map((each) => (each.name === cluster.name ? cluster : each)))
  }

  async remove(name: string): Promise<void> {
    await this.#change((clusters) => clusters.filter((each) => each.name !== name))
  }

  /** One at a time: who comes later waits. */
  async #change(change: (clusters: readonly Cluster[]) => readonly Cluster[]): Promise<void> {
    await mkdir(this.#home, { recursive: true, mode: 0o700 })
    const lock = `${this.#file}.lock`
    for (let waitedMs = 0; ; waitedMs += pollMs) {
      try {
        await writeFile(lock, String(process.pid), { flag: 'wx' })
        break
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== 'EEXIST' || waitedMs > lockMsMax)
          throw clusterErrors.CLUSTER_FILE({ path: this.#file }, { cause: error })
        const age = await stat(lock).then(
          ({ mtimeMs }) => systemClock.nowMs() - mtimeMs,
          () => 0,
        )
        if (age > lockMsStale) await rm(lock, { force: true })
        await sleep(pollMs)
      }
    }
    try {
      await this.#write(change(await this.list()))
    } finally {
      await rm(lock, { force: true })
    }
  }

  get #file(): string {
    return path.join(this.#home, 'clusters.json')
  }

  #parse(text: string): Cluster[] {
    try {
      const { clusters } = JSON.parse(text) as { readonly clusters: unknown }
      // A file of an earlier version has no such folders.
      if (Array.isArray(clusters) && clusters.every(isCluster))
        return clusters.map((each) => ({ ...each, planFolder: each.planFolder ?? '' }))
    } catch {
      // Told below.
    }
    throw clusterErrors.CLUSTER_FILE({ path: this.#file })
  }

  /** Beside the file and then in its place, so that it is never half there. */
  async #write(clusters: readonly Cluster[]): Promise<void> {
    const beside = `${this.#file}.${randomBytes(6).toString('hex')}`
    await writeFile(beside, `${JSON.stringify({ clusters }, null, 2)}\n`, { mode: 0o600 })
    await rename(beside, this.#file)
  }
}

function isCluster(value: unknown): value is Omit<Cluster, 'planFolder'> & { readonly planFolder?: string } {
  if (typeof value !== 'object' || value === null) return false
  const { name, engine, gatewayUrl, restUrl, planFolder, local } = value as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || engine !== 'flink' || typeof gatewayUrl !== 'string' || typeof restUrl !== 'string') return false
  if (planFolder !== undefined && typeof planFolder !== 'string') return false
  if (local === null) return true
  const { version, marker, folder, isReady } = (local ?? {}) as Readonly<Record<string, unknown>>
  // What has no such marker could match any process.
  return (
    typeof version === 'string' &&
    /^millrace[0-9a-f]{32}$/.test(String(marker)) &&
    typeof folder === 'string' &&
    typeof isReady === 'boolean'
  )
}

/** An address over HTTP as it was given; fails where it is none. */
export function checkAddress(url: string): string {
  const parsed = URL.parse(url)
  if (parsed !== null && `${parsed.username}${parsed.password}` !== '') throw clusterErrors.CLUSTER_CREDENTIALS()
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw clusterErrors.CLUSTER_ADDRESS({ url })
  return url
}
