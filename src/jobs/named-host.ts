/** The host of an engine, found anew for each call, since clusters come and go. While there is none, it is silent. */
import type { RunMetrics } from '#metrics'
import { jobErrors } from './errors.ts'
import { engineName } from './job-card.ts'
import type { JobHost, RunEvidence, RunOrder, SavepointOrder, SavepointSight } from './job-host.ts'
import type { JobEngine } from './job-spec.ts'

/** Null where nobody knows the engine, such as a cluster that was removed. */
export type HostOf = (engine: JobEngine) => JobHost | null

export class NamedHost implements JobHost {
  readonly #engine: JobEngine
  readonly #hostOf: HostOf

  constructor(engine: JobEngine, hostOf: HostOf) {
    this.#engine = engine
    this.#hostOf = hostOf
  }

  get source(): string {
    return this.#hostOf(this.#engine)?.source ?? engineName(this.#engine)
  }

  async start(order: RunOrder): Promise<void> {
    await this.#host().start(order)
  }

  async observe(jobIds: readonly string[]): Promise<ReadonlyMap<string, RunEvidence>> {
    return this.#host().observe(jobIds)
  }

  async stop(jobId: string, attempt: number, how: 'checkpoint' | 'now'): Promise<void> {
    await this.#host().stop(jobId, attempt, how)
  }

  async savepoint(jobId: string, attempt: number, order: SavepointOrder): Promise<SavepointSight> {
    return this.#host().savepoint(jobId, attempt, order)
  }

  async measure(jobId: string): Promise<RunMetrics | null> {
    return this.#host().measure(jobId)
  }

  async forget(jobId: string): Promise<void> {
    await this.#host().forget(jobId)
  }

  /** A host that cannot remove bytes leaves them where they are. */
  async removeSavepoint(jobId: string, savepointId: string, place: string): Promise<void> {
    await this.#host().removeSavepoint?.(jobId, savepointId, place)
  }

  async remove(jobId: string): Promise<void> {
    const host = this.#host()
    await (host.remove === undefined ? host.forget(jobId) : host.remove(jobId))
  }

  #host(): JobHost {
    const host = this.#hostOf(this.#engine)
    if (host === null) throw jobErrors.JOBS_HOST_UNKNOWN({ engine: engineName(this.#engine) })
    return host
  }
}
