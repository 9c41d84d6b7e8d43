/** Gathers what conditions are judged by: what is known of a job, its newest sample, and what its samples of late add up to. */
import type { Clock } from '#base'
import type { CountedMetric } from './alert-rule.ts'
import type { AlertEvidence, JobCondition } from './conditions.ts'
import type { SampleStore } from './sample-store.ts'
import type { Sampler } from './sampler.ts'
import { increaseOf } from './series-query.ts'
import { coarseTier, fineTier } from './tiers.ts'
import { idOf, type WatchedJob } from './watched-job.ts'

/** Sums over the past are looked up this often; what is newer is in the next sum. */
const sumEveryMs = 20_000
const checkpointsPastMs = 3_600_000
const hourMs = 3_600_000

interface Remembered<Value> {
  readonly value: Value
  readonly at: number
}

/** The count of completed checkpoints, and since when it is this. */
interface CheckpointCount {
  readonly count: number
  readonly since: number
}

export class EvidenceSource {
  readonly #store: SampleStore
  readonly #sampler: Sampler
  readonly #clock: Clock
  #checkpoints = new Map<string, CheckpointCount>()
  #sums = new Map<string, Remembered<number | null>>()

  constructor(store: SampleStore, sampler: Sampler, clock: Clock) {
    this.#store = store
    this.#sampler = sampler
    this.#clock = clock
  }

  async gather(condition: JobCondition, job: WatchedJob): Promise<AlertEvidence> {
    const latest = this.#sampler.latest(job)
    return {
      job,
      sample: latest === null ? null : { at: latest.at, numbers: latest.job },
      increase: condition.kind === 'increase' ? await this.#increase(job, condition.metric, condition.withinMs) : null,
      checkpointAt: condition.kind === 'no-checkpoint' ? await this.#checkpointAt(job) : null,
    }
  }

  /** Lets go of jobs that are there no more, and of sums that nobody asked for of late. */
  forget(jobs: readonly WatchedJob[]): void {
    const ids = new Set(jobs.map(idOf))
    this.#checkpoints = new Map([...this.#checkpoints].filter(([id]) => ids.has(id)))
    const now = this.#clock.nowMs()
    this.#sums = new Map([...this.#sums].filter(([, { at }]) => Math.abs(now - at) < sumEveryMs))
  }

  async #increase(job: WatchedJob, metric: CountedMetric, withinMs: number): Promise<number | null> {
    const now = this.#clock.nowMs()
    const id = `${idOf(job)} ${metric} ${withinMs}`
    const known = this.#sums.get(id)
    if (known !== undefined && Math.abs(now - known.at) < sumEveryMs) return known.value
    const stepMs = withinMs > hourMs ? coarseTier.stepMs : fineTier.stepMs
    const value = increaseOf(await this.#past(job, metric, { withinMs, stepMs }))
    this.#sums.set(id, { value, at: now })
    return value
  }

  /** Since when no checkpoint was completed: after a start of the server, as far as its samples tell. */
  async #checkpointAt(job: WatchedJob): Promise<number | null> {
    const latest = this.#sampler.latest(job)
    const count = latest?.job.numberOfCompletedCheckpoints
    if (latest === null || count === null || count === undefined) return null
    const id = idOf(job)
    const known = this.#checkpoints.get(id) ?? (await this.#knownCount(job, count, latest.at))
    const current = known.count === count ? known : { count, since: latest.at }
    this.#checkpoints.set(id, current)
    return Math.max(current.since, job.status.run?.startedAt ?? 0)
  }

  async #knownCount(job: WatchedJob, count: number, at: number): Promise<CheckpointCount> {
    const values = await this.#past(job, 'numberOfCompletedCheckpoints', { withinMs: checkpointsPastMs, stepMs: fineTier.stepMs })
    const other = values.findLastIndex((value) => value !== null && value !== count)
    const first = values.findIndex((value, i) => i > other && value === count)
    return { count, since: first < 0 ? at : at - (values.length - 1 - first) * fineTier.stepMs }
  }

  async #past(
    job: WatchedJob,
    metric: CountedMetric | 'numberOfCompletedCheckpoints',
    { withinMs, stepMs }: { readonly withinMs: number; readonly stepMs: number },
  ): Promise<readonly (number | null)[]> {
    // The sample of this moment is within.
    const to = this.#clock.nowMs() + 1
    const query = { metrics: [metric], from: to - withinMs, to, stepMs, operator: '', by: 'operator', kept: 'last' } as const
    const { series } = await this.#store.series(job, query)
    return series[0]?.values ?? []
  }
}
