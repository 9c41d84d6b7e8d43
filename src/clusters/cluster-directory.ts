/**
 * The names of clusters for a process that lives long and asks often: what the file of names says is read anew now and then, in the
 * background. While it cannot be read, what it said last holds.
 */
import type { Clock } from '#base'
import type { Clusters } from './clusters.ts'

const ageMsMax = 2000

export class ClusterDirectory {
  readonly #clusters: Pick<Clusters, 'names'>
  readonly #clock: Clock
  #names: ReadonlySet<string>
  #readMs: number

  private constructor(clusters: Pick<Clusters, 'names'>, clock: Clock, names: ReadonlySet<string>) {
    this.#clusters = clusters
    this.#clock = clock
    this.#names = names
    this.#readMs = clock.monotonicMs()
  }

  /** Fails where the file of names is damaged. */
  static async open(clusters: Pick<Clusters, 'names'>, clock: Clock): Promise<ClusterDirectory> {
    return new ClusterDirectory(clusters, clock, new Set(await clusters.names()))
  }

  /** Whether somebody has given a cluster this name, as it was known a moment ago. */
  has(name: string): boolean {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#readMs >= ageMsMax) {
      this.#readMs = nowMs
      this.#clusters.names().then(
        (names) => (this.#names = new Set(names)),
        () => undefined,
      )
    }
    return this.#names.has(name)
  }
}
