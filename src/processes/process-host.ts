/**
 * Runs jobs on the embedded engine, each in a process of its own. What it knows is kept below a folder, so that the server after this one
 * finds it:
 *
 *     jobs/<job>/checkpoints/       of the newest state, with the id of the work
 *     jobs/<job>/set-aside/         older state that made room for a start from elsewhere
 *     jobs/<job>/savepoints/<id>/   each a place that a run can start from
 *     jobs/<job>/runs/              see run-records.ts
 *     jobs/<job>/logs/              see job-log.ts
 */

import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { failureOf } from '#base'
import type { JobHost, RunEvidence, RunOrder, SavepointOrder, SavepointSight } from '#jobs'
import type { RunMetrics } from '#metrics'
import type { ProcessShape } from './engine-process.ts'
import { processErrors } from './errors.ts'
import { checkFolderName, isFolderName } from './folder-name.ts'
import { HostedJob, type HostPatience } from './hosted-job.ts'
import { defaultLogLimits, type JobLog, type LogLimits } from './job-log.ts'
import { emptyView, type WorkspaceView } from './protocol.ts'

export interface ProcessHostOptions {
  /** Where everything of jobs is kept. */
  readonly dataFolder: string
  readonly process: ProcessShape
  /** Threads that may share a run. */
  readonly workersMax: number
  /** For state that memory has no room for; left out: that of the system. */
  readonly temporaryFolder?: string
  /** What a workspace holds when a run starts; left out: nothing. */
  readonly viewOf?: (workspace: string) => WorkspaceView
  readonly patience?: Partial<HostPatience>
  readonly logLimits?: LogLimits
}

const defaultPatience: HostPatience = { checkpointMs: 60_000, nowMs: 2000, terminatedMs: 5000, graceMs: 20_000 }

export class ProcessHost implements JobHost {
  readonly source = 'processes of this server'
  readonly #options: ProcessHostOptions
  readonly #jobs = new Map<string, Promise<HostedJob>>()
  #isClosed = false

  private constructor(options: ProcessHostOptions) {
    this.#options = options
  }

  /** Finds the runs of earlier servers, and begins to end those whose processes are still there. */
  static async open(options: ProcessHostOptions): Promise<ProcessHost> {
    const host = new ProcessHost(options)
    const names = await readdir(host.#folder).catch(() => [])
    // What is wrong with one is told to who asks for it.
    await Promise.allSettled(names.filter(isFolderName).map((name) => host.#job(name)))
    return host
  }

  get #folder(): string {
    return path.join(path.resolve(this.#options.dataFolder), 'jobs')
  }

  /** Fails where what is kept of the job cannot be read; it is tried again then. */
  #job(jobId: string): Promise<HostedJob> {
    const known = this.#jobs.get(jobId)
    if (known !== undefined) return known
    const {
      process,
      workersMax,
      temporaryFolder = '',
      viewOf = () => emptyView,
      patience = {},
      logLimits = defaultLogLimits,
    } = this.#options
    const job = HostedJob.open({
      jobId,
      folder: path.join(this.#folder, checkFolderName('job', jobId)),
      process,
      patience: { ...defaultPatience, ...patience },
      logLimits,
      workersMax,
      temporaryFolder,
      viewOf,
    })
    this.#jobs.set(jobId, job)
    job.catch(() => this.#jobs.delete(jobId))
    return job
  }

  async start(order: RunOrder): Promise<void> {
    checkFolderName('job', order.jobId)
    if (this.#isClosed) throw processErrors.PROCESSES_HOST_CLOSED()
    await (await this.#job(order.jobId)).start(order)
  }

  async observe(jobIds: readonly string[]): Promise<ReadonlyMap<string, RunEvidence>> {
    return new Map(await Promise.all(jobIds.map(async (jobId): Promise<[string, RunEvidence]> => [jobId, await this.#observe(jobId)])))
  }

  async #observe(jobId: string): Promise<RunEvidence> {
    const { source } = this
    const at = this.#options.process.clock.nowMs()
    // What cannot name a folder never ran here.
    if (!isFolderName(jobId)) return { kind: 'absent', source, at }
    try {
      const run = (await this.#job(jobId)).seen()
      return run === null ? { kind: 'absent', source, at } : { kind: 'present', source, at, run }
    } catch (error) {
      return { kind: 'unreachable', source, at, reason: failureOf(error).message }
    }
  }

  async stop(jobId: string, attempt: number, how: 'checkpoint' | 'now'): Promise<void> {
    checkFolderName('job', jobId)
    await (await this.#job(jobId)).stop(attempt, how)
  }

  async savepoint(jobId: string, attempt: number, order: SavepointOrder): Promise<SavepointSight> {
    checkFolderName('job', jobId)
    checkFolderName('savepoint', order.savepointId)
    return (await this.#job(jobId)).savepoint(attempt, order)
  }

  async measure(jobId: string): Promise<RunMetrics | null> {
    if (!isFolderName(jobId)) return null
    return (await this.#job(jobId)).measure()
  }

  async forget(jobId: string): Promise<void> {
    if (!isFolderName(jobId)) return
    await (await this.#job(jobId)).forget()
    this.#jobs.delete(jobId)
  }

  /** Removes all that is kept of a job: its state, its savepoints and its log. Fails where a run of it has not ended. */
  async remove(jobId: string): Promise<void> {
    checkFolderName('job', jobId)
    await (await this.#job(jobId)).remove()
    this.#jobs.delete(jobId)
  }

  /** Removes a savepoint with its state. */
  async removeSavepoint(jobId: string, savepointId: string): Promise<void> {
    checkFolderName('job', jobId)
    await (await this.#job(jobId)).removeSavepoint(savepointId)
  }

  async log(jobId: string): Promise<JobLog> {
    checkFolderName('job', jobId)
    return (await this.#job(jobId)).log
  }

  /** Ends all runs after a last checkpoint each, and starts no others. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled([...this.#jobs.values()].map(async (job) => (await job).close()))
  }
}
