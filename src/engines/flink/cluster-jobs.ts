/**
 * The jobs of a Flink cluster, over the REST interface of its job manager. What is asked for twice is done once: savepoints have trigger ids
 * of ours, by which Flink knows them again.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type Clock, MillraceError } from '#base'
import { FlinkServer, type GatewayAddress } from './client.ts'
import { flinkErrors } from './errors.ts'
import { usefulReason } from './reason.ts'

/** In Flink's words, such as RUNNING, RESTARTING or FINISHED. */
export interface FlinkJob {
  readonly id: string
  readonly name: string
  readonly state: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  /** Milliseconds. */
  readonly durationMs: number
  readonly tasks: { readonly running: number; readonly total: number }
}

interface FlinkVertex {
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly state: string
  readonly recordsIn: number
  readonly recordsOut: number
  /** Milliseconds of all subtasks since the start. */
  readonly busyMs: number
  readonly idleMs: number
  readonly backPressuredMs: number
}

export interface FlinkJobDetails extends FlinkJob {
  readonly vertices: readonly FlinkVertex[]
  readonly checkpoints: {
    readonly completed: number
    readonly failed: number
    /** The newest that was completed. */
    readonly latest: { readonly path: string; readonly bytes: number; readonly durationMs: number; readonly type: string } | null
  }
  /** The newest failures, one line each. */
  readonly failures: readonly string[]
}

export interface SavepointOptions {
  /** Empty: where the cluster keeps savepoints. */
  readonly folder: string
}

const pollMs = 200
/** A savepoint may be large. */
const savepointMsMax = 600_000
const failuresMax = 3
/** Of the savepoint that a job was stopped with. */
const stopType = 'SYNC_SAVEPOINT'
/** A job manager answers at once, or is away. */
const answerMsMax = 10_000
const endStates = new Set(['FINISHED', 'CANCELED', 'FAILED'])

export function hasEnded({ state }: Pick<FlinkJob, 'state'>): boolean {
  return endStates.has(state)
}

/** The id of the nth life of a job of ours: the same wherever it is computed. */
export function jobIdOf(name: string, life: number): string {
  return hexOf(`job:${name}:${life}`)
}

export class FlinkJobs {
  readonly #server: FlinkServer
  readonly #clock: Clock

  constructor(address: GatewayAddress, clock: Clock) {
    this.#server = new FlinkServer(address, answerMsMax)
    this.#clock = clock
  }

  /** All jobs that the cluster knows, those that have ended included, with one request. */
  async list(): Promise<readonly FlinkJob[]> {
    const { jobs } = await this.#server.call('GET', '/jobs/overview')
    if (!Array.isArray(jobs) || !jobs.every(isJob)) throw flinkErrors.ENGINE_FLINK_ANSWER({ url: this.#server.url })
    return jobs.map(readJob)
  }

  /** Those of all task managers that are there now. */
  async slots(): Promise<{ readonly free: number; readonly all: number }> {
    const overview = await this.#server.call('GET', '/overview')
    return { free: Number(overview['slots-available']), all: Number(overview['slots-total']) }
  }

  async details(id: string): Promise<FlinkJobDetails> {
    const [job, checkpoints, exceptions] = await Promise.all([
      this.#server.call('GET', `/jobs/${id}`),
      this.#server.call('GET', `/jobs/${id}/checkpoints`),
      this.#server.call('GET', `/jobs/${id}/exceptions?maxExceptions=${failuresMax}`),
    ])
    if (!isJob(job)) throw flinkErrors.ENGINE_FLINK_ANSWER({ url: this.#server.url })
    return { ...readJob(job), ...readVertices(job), checkpoints: readCheckpoints(checkpoints), failures: readFailures(exceptions) }
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
      if (error instanceof MillraceError && error.code === 'ENGINE_FLINK_NOT_THERE') return null
      throw error
    }
  }
}

interface WrittenSavepoint {
  readonly status: { readonly id: string }
  readonly operation?: { readonly location?: string; readonly 'failure-cause'?: { readonly 'stack-trace'?: string } }
}

type Written = Readonly<Record<string, unknown>>

function isJob(job: unknown): job is Written {
  if (typeof job !== 'object' || job === null) return false
  const { jid, name, state, duration, vertices, ...others } = job as Written
  const isText = [jid, name, state].every((each) => typeof each === 'string')
  return isText && Number.isFinite(others['start-time']) && Number.isFinite(duration) && (vertices === undefined || Array.isArray(vertices))
}

function readJob(job: Written): FlinkJob {
  const { jid, name, state, duration } = job
  // A list has the tasks of a job, its details those of each vertex.
  const vertices = (job['vertices'] ?? [job]) as readonly { readonly tasks?: Readonly<Record<string, number>> }[]
  const counts = vertices.flatMap(({ tasks = {} }) => Object.entries(tasks).filter(([state]) => state !== 'total'))
  const sumOf = (wanted: (state: string) => boolean): number =>
    counts.reduce((sum, [state, count]) => (wanted(state) ? sum + count : sum), 0)
  return {
    id: String(jid),
    name: String(name),
    state: String(state),
    startedAt: Number(job['start-time']),
    durationMs: Number(duration),
    tasks: { running: sumOf((state) => state.toLowerCase() === 'running'), total: sumOf(() => true) },
  }
}

function readVertices({ vertices }: Written): Pick<FlinkJobDetails, 'vertices'> {
  const all = (Array.isArray(vertices) ? vertices : []) as Written[]
  return {
    vertices: all.map(({ id, name, parallelism, status, metrics }) => {
      const counts = metrics as Readonly<Record<string, number>>
      return {
        id: String(id),
        name: String(name),
        parallelism: Number(parallelism),
        state: String(status),
        recordsIn: counts['read-records'] ?? 0,
        recordsOut: counts['write-records'] ?? 0,
        // Flink writes NaN as a text where nothing was measured.
        busyMs: Number(counts['accumulated-busy-time']) || 0,
        idleMs: Number(counts['accumulated-idle-time']) || 0,
        backPressuredMs: Number(counts['accumulated-backpressured-time']) || 0,
      }
    }),
  }
}

function readCheckpoints(checkpoints: Written): FlinkJobDetails['checkpoints'] {
  const counts = checkpoints['counts'] as Readonly<Record<string, number>> | undefined
  const { completed, savepoint } = (checkpoints['latest'] ?? {}) as Readonly<Record<string, Written | null | undefined>>
  const latest = [completed, savepoint]
    .filter((each) => each !== null && each !== undefined)
    .toSorted((a, b) => Number(b['id']) - Number(a['id']))[0]
  return {
    completed: counts?.['completed'] ?? 0,
    failed: counts?.['failed'] ?? 0,
    latest:
      latest === undefined
        ? null
        : {
            path: String(latest['external_path']),
            bytes: Number(latest['state_size']),
            durationMs: Number(latest['end_to_end_duration']),
            type: String(latest['checkpoint_type']),
          },
  }
}

function readFailures(exceptions: Written): string[] {
  const { entries } = (exceptions['exceptionHistory'] ?? {}) as { readonly entries?: readonly Written[] }
  return (entries ?? []).map(({ stacktrace }) => usefulReason(String(stacktrace)).reason)
}

function hexOf(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
