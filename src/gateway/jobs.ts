/** The jobs that statements submitted, of all sessions: they go on when their session is closed, and are known for a while when they have ended. */
import type { Clock } from '#base'
import { type Schema, stringType, type timestampLtzType } from '#data'
import { gatewayErrors } from './errors.ts'
import type { JobWatch, SubmittedJob } from './operation.ts'

type JobStatus = 'RUNNING' | 'CANCELLING' | 'FINISHED' | 'FAILED' | 'CANCELED'

interface Job extends SubmittedJob {
  status: JobStatus
  readonly startedAtMs: number
  readonly ended: PromiseWithResolvers<void>
}

/** So many are known that have ended. */
const endedMax = 1000

const startType: typeof timestampLtzType = { kind: 'timestamp-ltz', precision: 3, nullable: true }

export const jobColumns: Schema = [
  { name: 'job id', type: stringType },
  { name: 'job name', type: stringType },
  { name: 'status', type: stringType },
  { name: 'start time', type: startType },
]

export class Jobs implements JobWatch {
  readonly #clock: Clock
  readonly #failed: (jobId: string, error: unknown) => void
  /** In the order in which they began. */
  readonly #jobs = new Map<string, Job>()

  constructor(clock: Clock, failed: (jobId: string, error: unknown) => void) {
    this.#clock = clock
    this.#failed = failed
  }

  began(job: SubmittedJob): void {
    this.#jobs.set(job.id, { ...job, status: 'RUNNING', startedAtMs: this.#clock.nowMs(), ended: Promise.withResolvers() })
  }

  ended(id: string, error: unknown): void {
    const job = this.#jobs.get(id)
    if (job === undefined) return
    job.status = error !== null ? 'FAILED' : job.status === 'CANCELLING' ? 'CANCELED' : 'FINISHED'
    job.ended.resolve()
    if (error !== null) this.#failed(id, error)
    this.#forgetOld()
  }

  #forgetOld(): void {
    const ended = [...this.#jobs.values()].filter((job) => !isAlive(job))
    for (const { id } of ended.slice(0, Math.max(0, ended.length - endedMax))) this.#jobs.delete(id)
  }

  /** One row for each, the newest first, in the order of `jobColumns`. */
  rows(): unknown[][] {
    return [...this.#jobs.values()].reverse().map(({ id, name, status, startedAtMs }) => [id, name, status, startedAtMs])
  }

  /** Stops a job cleanly, and resolves when it has ended. */
  async stop(id: string): Promise<void> {
    const job = this.#jobs.get(id)
    if (job === undefined) throw gatewayErrors.GATEWAY_JOB_NOT_FOUND({ job: id })
    if (!isAlive(job)) throw gatewayErrors.GATEWAY_JOB_ENDED({ job: id, status: job.status })
    job.status = 'CANCELLING'
    job.stop()
    await job.ended.promise
  }

  async end(): Promise<void> {
    const running = [...this.#jobs.values()].filter(isAlive)
    await Promise.all(running.map(({ id }) => this.stop(id)))
  }
}

function isAlive({ status }: Job): boolean {
  return status === 'RUNNING' || status === 'CANCELLING'
}
