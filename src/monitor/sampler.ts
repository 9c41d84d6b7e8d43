/**
 * Takes a sample of each running job every few seconds. Each job is asked on its own: one that answers late holds up no other, and is not
 * asked again before it has answered or its time is over.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '#base'
import { type RunMetrics, SubtaskRates } from '#metrics'
import { type PartitionSnapshot, partitionSnapshot } from './partition-snapshot.ts'
import { type JobSample, sampleOf } from './sample.ts'
import type { JobKey } from './sample-database.ts'
import type { Sample, SampleStore } from './sample-store.ts'
import { fineTier } from './tiers.ts'
import { idOf } from './watched-job.ts'

export interface SamplerOptions {
  readonly store: SampleStore
  readonly clock: Clock
  /** Those that run now. */
  readonly running: () => readonly JobKey[]
  /** Null where nobody knows. */
  readonly measure: (key: JobKey) => Promise<RunMetrics | null>
  /** Told what went wrong; the next sample is taken all the same. */
  readonly failed: (error: unknown) => void
  readonly sleep?: (ms: number) => Promise<void>
}

export interface LatestSample extends JobSample {
  readonly at: number
  readonly metrics: RunMetrics
}

/** What is known of a job whose samples are taken. */
interface Watched {
  readonly key: JobKey
  readonly rates: SubtaskRates
  latest: LatestSample | null
  /** When it was asked; null while nothing is asked of it. */
  askedAt: number | null
  /** When it was kept last what its partitions stand at. */
  partitionsKeptAt: number
}

const measuredAtOnceMax = 32
const answerMsMax = 15_000
/** Those that answer within this time are written together. */
const gatherMs = 1000
/** What partitions stand at is worth less than samples: of a server that dies this much of it may be lost. */
const partitionsEveryMs = 60_000

export class Sampler {
  readonly #options: SamplerOptions
  readonly #sleep: (ms: number) => Promise<void>
  #watched = new Map<string, Watched>()
  #pending: Sample[] = []
  /** Of the jobs that ran at the last sample. */
  #failures = 0

  constructor(options: SamplerOptions) {
    this.#options = options
    this.#sleep = options.sleep ?? ((ms) => pause(ms, undefined, { ref: false }))
  }

  latest(key: JobKey): LatestSample | null {
    return this.#watched.get(idOf(key))?.latest ?? null
  }

  /** What the partitions of a job stand at, or stood at when it ran last; null where nothing is known. */
  partitions(key: JobKey): PartitionSnapshot | null {
    const latest = this.latest(key)
    return latest === null ? this.#options.store.partitions(key) : partitionSnapshot(latest.metrics)
  }

  /** Keeps what the partitions of all jobs stand at now. */
  keepPartitions(): void {
    this.#keepPartitions([...this.#watched.values()])
  }

  /** Jobs that did not answer, or not in time, since the server began. */
  get failures(): number {
    return this.#failures
  }

  /** Asks all running jobs; resolves when most have answered and what they said is kept. */
  async sample(): Promise<void> {
    const { store, running, failed } = this.#options
    const keys = running()
    const before = this.#watched
    this.#watched = new Map(keys.map((key) => [idOf(key), this.#watched.get(idOf(key)) ?? watch(key)]))
    this.#keepPartitions([...before].flatMap(([id, each]) => (this.#watched.has(id) ? [] : [each])))
    for (const each of this.#watched.values()) this.#giveUp(each)
    const all = this.#measureAll([...this.#watched.values()])
    await Promise.race([all, this.#sleep(gatherMs)])
    const samples = this.#pending.splice(0)
    try {
      store.add(samples)
      this.#keepPartitions([...this.#watched.values()].filter((each) => this.#now - each.partitionsKeptAt >= partitionsEveryMs))
      await store.maintain()
    } catch (error) {
      failed(error)
    }
  }

  #keepPartitions(watched: readonly Watched[]): void {
    const { store, failed } = this.#options
    const measured = watched.flatMap((each) => (each.latest === null ? [] : [{ each, snapshot: partitionSnapshot(each.latest.metrics) }]))
    try {
      store.keepPartitions(measured.map(({ each, snapshot }) => [each.key, snapshot]))
      for (const { each } of measured) each.partitionsKeptAt = this.#now
    } catch (error) {
      failed(error)
    }
  }

  get #now(): number {
    return this.#options.clock.monotonicMs()
  }

  /** Waits no longer for an answer that has taken too long. */
  #giveUp(watched: Watched): void {
    if (watched.askedAt === null || this.#options.clock.monotonicMs() - watched.askedAt < answerMsMax) return
    this.#failures++
    watched.askedAt = null
  }

  async #measureAll(watched: readonly Watched[]): Promise<void> {
    const queue = watched.values()
    const patience = this.#sleep(answerMsMax)
    const measureNext = async (): Promise<void> => {
      // It may be waited for since the sample before, or by the one after, when others have held it up.
      for (const each of queue) if (each.askedAt === null) await Promise.race([this.#measure(each), patience])
    }
    await Promise.all(Array.from({ length: Math.min(measuredAtOnceMax, watched.length) }, measureNext))
  }

  async #measure(watched: Watched): Promise<void> {
    const { clock, measure, failed } = this.#options
    const askedAt = clock.monotonicMs()
    watched.askedAt = askedAt
    try {
      const metrics = await measure(watched.key)
      // Whoever was asked again since answers for itself.
      if (watched.askedAt === askedAt && metrics !== null) this.#take(watched, metrics)
    } catch (error) {
      this.#failures++
      failed(error)
    } finally {
      if (watched.askedAt === askedAt) watched.askedAt = null
    }
  }

  #take(watched: Watched, metrics: RunMetrics): void {
    const { stepMs } = fineTier
    const at = Math.floor(this.#options.clock.nowMs() / stepMs) * stepMs
    const sample = sampleOf(metrics, watched.rates.next(metrics.operators))
    watched.latest = { ...sample, at, metrics }
    this.#pending.push({ ...watched.key, at, layout: sample.layout, values: sample.values })
  }
}

function watch(key: JobKey): Watched {
  return { key, rates: new SubtaskRates(), latest: null, askedAt: null, partitionsKeptAt: Number.NEGATIVE_INFINITY }
}
