/** The runs of all jobs on clusters: in memory, and in the store before anything is done that stands on them. */
import type { Clock } from '#base'
import { RecordMap, type Store } from '#store'
import { JobTurns } from './job-turns.ts'
import { type JobRuns, noRuns, runsKind } from './run-record.ts'

const by = 'flink host'

export class RunBook {
  readonly #records: RecordMap<JobRuns>
  readonly #turns = new JobTurns()

  private constructor(records: RecordMap<JobRuns>) {
    this.#records = records
  }

  static async load(store: Store, clock: Clock): Promise<RunBook> {
    return new RunBook(await RecordMap.load(runsKind, store, clock))
  }

  of(cluster: string, jobId: string): JobRuns {
    return this.#records.get(cluster, jobId)?.value ?? noRuns
  }

  /** Durable when this resolves. A change that changes nothing is not written. */
  async change(cluster: string, jobId: string, change: (known: JobRuns) => JobRuns): Promise<JobRuns> {
    return this.#turns.take(`${cluster}/${jobId}`, async () => {
      const known = this.of(cluster, jobId)
      const next = change(known)
      if (next !== known) await this.#write(cluster, jobId, next)
      return next
    })
  }

  async remove(cluster: string, jobId: string): Promise<void> {
    await this.#turns.take(`${cluster}/${jobId}`, async () => {
      if (this.of(cluster, jobId) !== noRuns) await this.#write(cluster, jobId, null)
    })
  }

  async #write(cluster: string, jobId: string, value: JobRuns | null): Promise<void> {
    const key = { workspace: cluster, id: jobId }
    try {
      await this.#records.write(key, value, by)
    } catch (error) {
      // It may have been written.
      await this.#records.refresh(key).catch(() => undefined)
      throw error
    }
  }
}
