/** The run of a job in a process of its own. */
import { type Clock, type Failure, failureOf, systemClock } from '#base'
import { openBlobs } from '#blobs'
import type { EmbeddedEngine, RunReport } from '#engines'
import type { RunMetrics } from '#metrics'
import type { QuerySession } from '#query'
import { processErrors } from './errors.ts'
import type { JobShape, SavepointTaken, StatementEvent, WorkspaceView } from './protocol.ts'
import { type RunEnd, writeEnd } from './run-records.ts'
import { withoutPauses } from './text-run.ts'

/** A session with the engine that runs its statements. */
export interface HostedSession {
  readonly session: QuerySession
  readonly engine: EmbeddedEngine
  /** A session of its own with other settings, which sees what the catalog of the workspace holds. */
  scratch(settings: Readonly<Record<string, string>>, fixedSettings: Readonly<Record<string, string>>): QuerySession
  /** Takes over what the workspace holds now. */
  recall(view: WorkspaceView): Promise<void>
}

export interface JobListener {
  told(event: StatementEvent): void
  progress(report: RunReport): void
}

export class JobRun {
  readonly #job: JobShape
  readonly #open: () => Promise<HostedSession>
  readonly #listener: JobListener
  readonly #clock: Clock
  readonly #stopping = new AbortController()
  /** Settles when its job runs in the engine, or has ended before. */
  readonly #submitted = Promise.withResolvers<void>()
  readonly #savepoints = new Set<Promise<unknown>>()
  #running: { readonly jobId: string; readonly engine: EmbeddedEngine } | null = null
  #report: RunReport | null = null
  #hasEnded = false

  constructor(job: JobShape, open: () => Promise<HostedSession>, listener: JobListener, clock: Clock = systemClock) {
    this.#job = job
    this.#open = open
    this.#listener = listener
    this.#clock = clock
  }

  /** Runs the script to its end, and notes that end; never fails. */
  async run(): Promise<RunEnd> {
    const failure = await this.#runScript()
    this.#running = null
    this.#submitted.resolve()
    await Promise.allSettled(this.#savepoints)
    const state = failure === null ? (this.#stopping.signal.aborted ? 'stopped' : 'finished') : 'failed'
    return this.noteEnd(state, failure)
  }

  async #runScript(): Promise<Failure | null> {
    const tell = (event: StatementEvent): void => this.#listener.told(event)
    const note = (report: RunReport): void => {
      this.#report = withoutPauses(report)
      this.#listener.progress(this.#report)
    }
    try {
      const { session, engine } = await this.#open()
      const submitted = (jobId: string): void => {
        this.#running = { jobId, engine }
        this.#submitted.resolve()
        tell({ kind: 'submitted', jobId })
      }
      await session.run(this.#job.text, { submitted, progress: note, ended: note }, this.#stopping.signal)
      return null
    } catch (error) {
      return failureOf(error)
    }
  }

  /** Ends the run after a last checkpoint. */
  stop(): void {
    this.#stopping.abort()
  }

  /** Takes a savepoint as soon as the run can; with `stops`, it ends with it. */
  savepoint(place: string, stops: boolean): Promise<SavepointTaken> {
    const taken = this.#takeSavepoint(place, stops)
    this.#savepoints.add(taken)
    return taken
  }

  async #takeSavepoint(place: string, stops: boolean): Promise<SavepointTaken> {
    await this.#submitted.promise
    if (this.#running === null) throw processErrors.PROCESSES_RUN_OVER()
    const taking = this.#running.engine.savepoint(this.#running.jobId, place)
    // Of a run that ends, the last checkpoint is the one.
    if (stops) this.stop()
    const { bytes } = await taking
    return { bytes }
  }

  async measure(): Promise<RunMetrics | null> {
    return this.#running === null ? null : this.#running.engine.measure(this.#running.jobId)
  }

  /** Notes how the run ended, once. */
  async noteEnd(state: RunEnd['state'], failure: Failure | null): Promise<RunEnd> {
    const end: RunEnd = { state, endedAt: this.#clock.nowMs(), failure, report: this.#report }
    if (this.#hasEnded) return end
    this.#hasEnded = true
    const { folder, name } = this.#job.endRecord
    await writeEnd(openBlobs(folder), name, end)
    return end
  }
}
