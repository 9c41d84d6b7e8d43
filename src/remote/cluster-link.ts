/** A cluster as its jobs are reached: its job manager, the jobs that it knows, and its SQL gateway. */
import type { Clock } from '#base'
import { type FlinkJob, FlinkJobs, FlinkOrders, type GatewayAddress, type StateFolders } from '#engines'
import type { RemoteSession } from '#query'

/** What is known of a cluster by its name. It is asked anew each time: a cluster may be started again at another address. */
export interface FlinkCluster {
  readonly name: string
  /** Of its job manager; fails where it is not known. */
  address(): Promise<GatewayAddress>
  /** A session of its SQL gateway that does not wait for jobs; fails where there is none. */
  openSession(settings: Readonly<Record<string, string>>): Promise<RemoteSession>
}

/** All jobs that the cluster knows, by their ids. */
export interface Overview {
  /** When it was asked for, in epoch milliseconds. */
  readonly at: number
  readonly jobs: ReadonlyMap<string, FlinkJob>
}

interface Manager {
  readonly url: string
  readonly jobs: FlinkJobs
  readonly orders: FlinkOrders
}

/** Looks that come soon one after another share an answer. */
const overviewMsMax = 2000
const foldersMsMax = 60_000

export class ClusterLink {
  readonly cluster: FlinkCluster
  readonly #clock: Clock
  #manager: Manager | null = null
  #overview: { readonly askedMs: number; readonly answer: Promise<Overview> } | null = null
  #folders: { readonly askedMs: number; readonly folders: StateFolders | undefined } | null = null

  constructor(cluster: FlinkCluster, clock: Clock) {
    this.cluster = cluster
    this.#clock = clock
  }

  get name(): string {
    return this.cluster.name
  }

  async jobs(): Promise<FlinkJobs> {
    return (await this.#reached()).jobs
  }

  async orders(): Promise<FlinkOrders> {
    return (await this.#reached()).orders
  }

  async #reached(): Promise<Manager> {
    const address = await this.cluster.address()
    if (this.#manager?.url === address.url) return this.#manager
    this.#manager = { url: address.url, jobs: new FlinkJobs(address, this.#clock), orders: new FlinkOrders(address) }
    this.#folders = null
    return this.#manager
  }

  /** What the cluster knows now, or knew a moment ago. */
  overview(): Promise<Overview> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#overview !== null && nowMs - this.#overview.askedMs < overviewMsMax) return this.#overview.answer
    const asked = { askedMs: nowMs, answer: this.#ask() }
    this.#overview = asked
    // Who asks after a failure asks the cluster.
    asked.answer.catch(() => {
      if (this.#overview === asked) this.#overview = null
    })
    return asked.answer
  }

  async #ask(): Promise<Overview> {
    const at = this.#clock.nowMs()
    const jobs = await (await this.jobs()).list()
    return { at, jobs: new Map(jobs.map((job) => [job.id, job])) }
  }

  /** What was known before an order says nothing of what comes after it. */
  freshOverview(): Promise<Overview> {
    this.expire()
    return this.overview()
  }

  expire(): void {
    this.#overview = null
  }

  /** Undefined where nobody may read the configuration of the cluster. */
  async folders(): Promise<StateFolders | undefined> {
    const nowMs = this.#clock.monotonicMs()
    const orders = await this.orders()
    if (this.#folders === null || nowMs - this.#folders.askedMs >= foldersMsMax) {
      this.#folders = { askedMs: nowMs, folders: await orders.folders() }
    }
    return this.#folders.folders
  }

  /** Where savepoints go; empty: where the cluster keeps them by itself. */
  async savepointFolder(): Promise<string> {
    const folders = await this.folders()
    if (folders === undefined || folders.savepoints !== '' || folders.checkpoints === '') return ''
    return `${folders.checkpoints.replace(/\/+$/, '')}/savepoints`
  }
}
