/** The hosts of clusters by their names. A cluster that is forgotten has none; one that comes back goes on with what is known of its jobs. */

import type { FlinkCluster } from './cluster-link.ts'
import { FlinkHost, type FlinkHostOptions } from './flink-host.ts'

export class ClusterHosts {
  readonly #find: (name: string) => FlinkCluster | null
  readonly #options: Omit<FlinkHostOptions, 'cluster'>
  readonly #hosts = new Map<string, FlinkHost>()

  /** @param find gives null for a name that nobody knows */
  constructor(find: (name: string) => FlinkCluster | null, options: Omit<FlinkHostOptions, 'cluster'>) {
    this.#find = find
    this.#options = options
  }

  host(name: string): FlinkHost | null {
    const cluster = this.#find(name)
    if (cluster === null) {
      this.#hosts.delete(name)
      return null
    }
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const host = new FlinkHost({ ...this.#options, cluster })
    this.#hosts.set(name, host)
    return host
  }
}
