/** A run of a job whose process this server has started. */
import { type Clock, type Failure, failureOf } from '#base'
import type { ProcessIdentity } from '#blobs'
import type { RunReport } from '#engines'
import type { RunOrder, RunState, SeenRun } from '#jobs'
import type { RunMetrics } from '#metrics'
import { EngineProcess, type ProcessShape } from './engine-process.ts'
import { processErrors } from './errors.ts'
import type { LogLevel } from './job-log.ts'
import type { Answer, JobShape, SavepointTaken } from './protocol.ts'
import { Requests } from './requests.ts'

export interface RunPatience {
  /** How long a last checkpoint may take. */
  readonly checkpointMs: number
  /** How long a process may take to leave that is to end at once. */
  readonly nowMs: number
  /** How long one may take that the system has asked to end. */
  readonly terminatedMs: number
}

/** Takes lines for the log of the job. */
export type NoteLine = (level: LogLevel, source: 'job' | 'engine', text: string) => void

/** Once a system outside has not answered for so long, that is noted. */
const waitNotedMs = 2000
const measureMsMax = 3000

export class LiveRun {
  readonly order: RunOrder
  readonly startedAt: number
  readonly #process: EngineProcess
  readonly #patience: RunPatience
  readonly #note: NoteLine
  readonly #clock: Clock
  readonly #requests = new Requests()
  /** Tables that are noted to wait. */
  readonly #waiting = new Set<string>()
  #report: RunReport | null = null
  #isSubmitted = false
  #stopsHow: 'checkpoint' | 'now' | null = null

  constructor(order: RunOrder, shape: ProcessShape, patience: RunPatience, note: NoteLine) {
    this.order = order
    this.startedAt = shape.clock.nowMs()
    this.#patience = patience
    this.#note = note
    this.#clock = shape.clock
    this.#process = new EngineProcess(shape, {
      answered: (answer) => this.#answered(answer),
      printed: (from, line) => this.#printed(from, line),
    })
  }

  get ready(): Promise<ProcessIdentity> {
    return this.#process.ready
  }

  /** How it was asked to stop; null where it was not. */
  get stopsHow(): 'checkpoint' | 'now' | null {
    return this.#stopsHow
  }

  get report(): RunReport | null {
    return this.#report
  }

  get pid(): number {
    return this.#process.pid
  }

  begin(job: JobShape): void {
    this.#process.send({ kind: 'run-job', job })
  }

  /** Resolves when its process is gone, with the reason where it did not leave as it should; never fails. */
  async ended(): Promise<Failure | null> {
    const { reason } = await this.#process.ended
    this.#requests.fail(reason ?? failureOf(processErrors.PROCESSES_RUN_OVER()))
    return reason
  }

  /** What is seen of it while it runs. */
  seen(): SeenRun {
    const { attempt, version } = this.order
    const state: RunState = this.#stopsHow !== null ? 'stopping' : this.#isSubmitted ? 'running' : 'starting'
    return { attempt, version, state, startedAt: this.startedAt, endedAt: null, failure: null, report: this.#report }
  }

  stop(how: 'checkpoint' | 'now'): void {
    if (this.#stopsHow === 'now' || this.#stopsHow === how) return
    this.#stopsHow = how
    const { checkpointMs, nowMs, terminatedMs } = this.#patience
    const askedMs = how === 'now' ? nowMs : checkpointMs
    void this.#process.end({ kind: 'stop', how }, { askedMs, terminatedMs })
  }

  savepoint(place: string, stops: boolean): Promise<SavepointTaken> {
    const taken = this.#requests.ask<SavepointTaken>((request) => this.#process.send({ kind: 'savepoint', request, place, stops }))
    // The process has stopped its run by then; asked once more, it is only given its time.
    if (stops) this.stop('checkpoint')
    return taken
  }

  /** Null where the process does not answer soon. */
  async measure(): Promise<RunMetrics | null> {
    const asked = this.#requests.ask<RunMetrics | null>((request) =>
      this.#process.send({ kind: 'ask', request, question: { kind: 'measure' } }),
    )
    const late = Promise.withResolvers<null>()
    const timer = setTimeout(() => late.resolve(null), measureMsMax)
    const metrics = await Promise.race([asked.catch(() => null), late.promise])
    clearTimeout(timer)
    return metrics
  }

  /** Ends it whatever it does. */
  kill(): void {
    void this.#process.kill()
  }

  #answered(answer: Answer): void {
    switch (answer.kind) {
      case 'told':
        if (answer.event.kind === 'submitted') this.#isSubmitted = true
        return
      case 'progress':
        this.#noteProgress(answer.report)
        this.#report = answer.report
        return
      case 'replied':
      case 'refused':
        this.#requests.answered(answer)
        return
      default:
        return
    }
  }

  #noteProgress({ resumedFrom, waiting }: RunReport): void {
    if ((this.#report?.resumedFrom ?? null) === null && resumedFrom !== null) {
      this.#note('info', 'engine', `goes on from checkpoint ${resumedFrom.checkpoint}`)
    }
    const nowMs = this.#clock.nowMs()
    for (const { table, reason, since } of waiting) {
      if (this.#waiting.has(table) || nowMs - since < waitNotedMs) continue
      this.#waiting.add(table)
      this.#note('warning', 'engine', `waits for "${table}": ${reason}`)
    }
    for (const table of this.#waiting) {
      if (waiting.some((wait) => wait.table === table)) continue
      this.#waiting.delete(table)
      this.#note('info', 'engine', `"${table}" no longer waits`)
    }
  }

  #printed(from: 'output' | 'errors' | 'note', line: string): void {
    if (from === 'note') this.#note('warning', 'engine', line)
    else this.#note(from === 'output' ? 'info' : 'warning', 'job', line)
  }
}
