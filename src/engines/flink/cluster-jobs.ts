/**
 * The jobs of a Flink cluster, over the REST interface of its job manager. What is asked for twice is done once: savepoints have trigger ids
 * of ours, by which Flink knows them again.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Clock, MillraceError } from '#base'
import { FlinkServer, type GatewayAddress, isNotThere } from './client.ts'
import { type ClusterMemory, readMemory } from './cluster-memory.ts'
import { flinkErrors } from './errors.ts'
import { JobReader, type KnownJob } from './job-metrics.ts'
import { lackOfBuffers } from './memory-needs.ts'
import {
  type FlinkJob,
  type FlinkJobDetails,
  hasEnded,
  isJob,
  readCheckpoints,
  readFailures,
  readJob,
  readVertices,
  type Written,
  writtenList,
} from './read-job.ts'
import { usefulReason } from './reason.ts'
import { type ParallelismWish, type RescaledVertex, rescale } from './rescale.ts'
import type { Topology } from './topology.ts'
import type { ClusterRoom } from './topology-edits.ts'

export interface SavepointOptions {
  /** Empty: where the cluster keeps savepoints. */
  readonly folder: string
}

const pollMs = 200
/** A savepoint may be large. */
const savepointMsMax = 600_000
const failuresMax = 3
const looksMax = 4
const slotsMsMax = 2000
/** Of the savepoint that a job was stopped with. */
const stopType = 'SYNC_SAVEPOINT'
/** A job manager answers at once, or is away. */
const answerMsMax = 10_000

/** The id of the nth life of a job of ours: the same wherever it is computed. */
export function jobIdOf(name: string, life: number): string {
  return hexOf(`job:${name}:${life}`)
}

export class FlinkJobs {
  readonly #server: FlinkServer
  readonly #clock: Clock

  constructor(address: GatewayAddress, clock: Clock) {
    this.#server = new FlinkServer(address, { server: 'job manager', answerMsMax })
    this.#clock = clock
  }

  /** All jobs that the cluster knows, those that have ended included, with one request. */
  async list(): Promise<readonly FlinkJob[]> {
    const { jobs } = await this.#server.call('GET', '/jobs/overview')
    if (!Array.isArray(jobs) || !jobs.every(isJob)) throw this.#server.strangeAnswer()
    return jobs.map(readJob)
  }

  /** Those of all task managers that are there now. */
  async slots(): Promise<ClusterRoom> {
    const overview = await this.#server.call('GET', '/overview')
    const { 'slots-available': free, 'slots-total': all, taskmanagers, 'flink-version': version = '' } = overview
    return { free: Number(free), all: Number(all), taskManagers: Number(taskmanagers), version: String(version) }
  }

  /** What task managers have for the tasks of a job. */
  memory(): Promise<ClusterMemory> {
    return readMemory(this.#server)
  }

  /** Where jobs keep state that do not say it. */
  async stateBackend(): Promise<string> {
    const config = await this.#config()
    return config.get('state.backend.type') ?? config.get('state.backend') ?? 'hashmap'
  }

  /** Why a job surely cannot begin there; null: it may. Nothing is said of a cluster that grows, or that runs jobs with less. */
  async lackOfBuffers(topology: Topology, memory: ClusterMemory): Promise<MillraceError | null> {
    return (await this.#hasFixedSlots()) ? lackOfBuffers(topology, memory) : null
  }

  /** Whether what runs can be changed. */
  async isAdaptive(): Promise<boolean> {
    return isAdaptive(await this.#config())
  }

  /** Values in small letters, by key. */
  async #config(): Promise<ReadonlyMap<string, string>> {
    const rows = writtenList(await this.#server.list('/jobmanager/config'))
    return new Map(rows.map(({ key, value }) => [String(key), String(value).toLowerCase()]))
  }

  async details(id: string): Promise<FlinkJobDetails> {
    const [job, checkpoints, exceptions] = await Promise.all([
      this.#server.call('GET', `/jobs/${id}`),
      this.#callIfThere(`/jobs/${id}/checkpoints`),
      this.#callIfThere(`/jobs/${id}/exceptions?maxExceptions=${failuresMax}`),
    ])
    if (!isJob(job)) throw this.#server.strangeAnswer()
    return {
      ...readJob(job),
      vertices: readVertices(job),
      checkpoints: readCheckpoints(checkpoints),
      failures: readFailures(exceptions),
    }
  }

  /** Reads a job again and again; what it has read once it does not ask for again. */
  reader(id: string): JobReader {
    return new JobReader({ id, server: this.#server, clock: this.#clock, details: () => this.details(id) })
  }

  /** A job with all that its subtasks tell of themselves. A job manager that is asked for the first time has to ask them itself. */
  async look(id: string): Promise<KnownJob> {
    const reader = this.reader(id)
    for (let looks = 1; ; looks++) {
      const known = await reader.read()
      const isComplete = known.job.vertices.every((vertex) => vertex.isComplete)
      if (isComplete || hasEnded(known.job) || looks === looksMax) return known
      await sleep(pollMs)
    }
  }

  /**
   * Whether a job that takes so many slots would only wait for them. Nothing is said of a cluster that makes slots when they are asked for,
   * that runs jobs with fewer than they want, or that has no task manager yet.
   */
  async lacksSlots(needed: number): Promise<boolean> {
    const [isFixed, { free, all }] = await Promise.all([this.#hasFixedSlots(), this.slots()])
    return isFixed && all > 0 && needed > free
  }

  /** Fails where so many slots are not free. */
  async checkSlots(needed: number): Promise<void> {
    const startedMs = this.#clock.monotonicMs()
    for (;;) {
      const { free } = await this.slots()
      if (needed <= free) return
      // Those of a job that has just ended come back in a moment.
      if (this.#clock.monotonicMs() - startedMs > slotsMsMax) throw flinkErrors.ENGINE_FLINK_SLOTS({ needed, free })
      await sleep(pollMs)
    }
  }

  /** False where that is not known. */
  async #hasFixedSlots(): Promise<boolean> {
    const config = await this.#config().catch(() => new Map<string, string>())
    const isElastic = isAdaptive(config) || config.get('scheduler-mode') === 'reactive'
    return config.size > 0 && !isElastic && ![...config.keys()].some((key) => /^(?:kubernetes|yarn)\./.test(key))
  }

  /** Bytes of state by vertex, of the newest checkpoint; null where there is none. */
  async stateBytes({ id, checkpoints: { latest } }: FlinkJobDetails): Promise<ReadonlyMap<string, number> | null> {
    if (latest === null) return null
    const { tasks } = await this.#callIfThere(`/jobs/${id}/checkpoints/details/${latest.id}`)
    if (typeof tasks !== 'object' || tasks === null) return null
    return new Map(Object.entries(tasks).map(([vertex, task]) => [vertex, Number((task as Written)['state_size']) || 0]))
  }

  /** Changes the parallelism of a job that runs; what it was, and is. Asked again, it changes nothing. */
  rescale(id: string, wish: ParallelismWish): Promise<readonly RescaledVertex[]> {
    const cluster = { server: this.#server, clock: this.#clock, sleep, details: () => this.details(id), slots: () => this.slots() }
    return rescale(cluster, wish)
  }

  /** A job that has no tasks yet, or no more, has no checkpoints to tell of either. */
  async #callIfThere(path: string): Promise<Written> {
    try {
      return await this.#server.call('GET', path)
    } catch (error) {
      if (isNotThere(error)) return {}
      throw error
    }
  }

  /** Takes a savepoint of a job that runs on; where it is. */
  async savepoint(id: string, { folder }: SavepointOptions): Promise<string> {
    const trigger = randomBytes(16).toString('hex')
    const target = folder === '' ? {} : { 'target-directory': folder }
    await this.#server.call('POST', `/jobs/${id}/savepoints`, { ...target, 'cancel-job': false, triggerId: trigger })
    return this.#savepointOf(id, trigger)
  }

  /** Stops a job with a savepoint; where that is. Asked again, it finds the same one, also where the cluster has forgotten who asked. */
  async stop({ id, state }: Pick<FlinkJob, 'id' | 'state'>, { folder }: SavepointOptions): Promise<string> {
    const trigger = await this.#stopTrigger(id)
    if (trigger.isKnown) return this.#savepointOf(id, trigger.id)
    if (hasEnded({ state })) {
      const { latest } = (await this.details(id)).checkpoints
      if (state === 'FINISHED' && latest?.type === stopType) return latest.path
      throw flinkErrors.ENGINE_FLINK_JOB_ENDED({ job: id, state })
    }
    const target = folder === '' ? {} : { targetDirectory: folder }
    await this.#server.call('POST', `/jobs/${id}/stop`, { ...target, drain: false, triggerId: trigger.id })
    return this.#savepointOf(id, trigger.id)
  }

  /** The first that has not failed. */
  async #stopTrigger(job: string): Promise<{ readonly id: string; readonly isKnown: boolean }> {
    for (let tried = 0; ; tried++) {
      const id = hexOf(`stop:${job}:${tried}`)
      const progress = await this.#progressOf(job, id)
      if (progress === null) return { id, isKnown: false }
      if (!progress.isComplete || progress.location !== '') return { id, isKnown: true }
    }
  }

  /** Stops a job without a savepoint. */
  async cancel(id: string): Promise<void> {
    await this.#server.text('PATCH', `/jobs/${id}?mode=cancel`)
  }

  /** Resolves with the job when it has ended. */
  async ended(id: string, signal: AbortSignal): Promise<FlinkJob | null> {
    for (;;) {
      const job = (await this.list()).find((each) => each.id === id)
      if (job === undefined || hasEnded(job) || signal.aborted) return job ?? null
      await sleep(pollMs)
    }
  }

  async #savepointOf(id: string, trigger: string): Promise<string> {
    const startedMs = this.#clock.monotonicMs()
    for (;;) {
      const progress = await this.#progressOf(id, trigger)
      if (progress?.isComplete === true) {
        if (progress.location !== '') return progress.location
        throw flinkErrors.ENGINE_FLINK_SAVEPOINT({ job: id, reason: progress.reason })
      }
      if (this.#clock.monotonicMs() - startedMs > savepointMsMax)
        throw flinkErrors.ENGINE_FLINK_SAVEPOINT({ job: id, reason: `it took longer than ${savepointMsMax / 1000} s` })
      await sleep(pollMs)
    }
  }

  /** Null where the cluster knows of no such trigger. */
  async #progressOf(id: string, trigger: string): Promise<{ isComplete: boolean; location: string; reason: string } | null> {
    try {
      const answer = await this.#server.call('GET', `/jobs/${id}/savepoints/${trigger}`)
      const { status, operation } = answer as unknown as WrittenSavepoint
      const reason = operation?.['failure-cause']?.['stack-trace'] ?? ''
      return { isComplete: status.id === 'COMPLETED', location: operation?.location ?? '', reason: usefulReason(reason).reason }
    } catch (error) {
      if (isNotThere(error)) return null
      throw error
    }
  }
}

interface WrittenSavepoint {
  readonly status: { readonly id: string }
  readonly operation?: { readonly location?: string; readonly 'failure-cause'?: { readonly 'stack-trace'?: string } }
}

function isAdaptive(config: ReadonlyMap<string, string>): boolean {
  return config.get('jobmanager.scheduler') === 'adaptive'
}

function hexOf(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
