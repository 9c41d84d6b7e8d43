/**
 * Leads the workers of a run: tells them where to begin, when to commit and when to end, and ends all of them when one fails.
 *
 * 1. A commit is made by all workers at the same cut, and is published and becomes visible only when all have saved their part.
 * 2. The leader never computes, so that it answers at any time. A worker that does not end when it should is ended by force.
 */
import type { Clock } from '#base'
import { type Schema, watermarkEnd } from '#data'
import { unpackBatch } from '#dataflow'
import { noCheckpoints, type OperatorMetrics, type RunMetrics } from '#metrics'
import type { JobState, OutsideWait, ResultListener, RunReport } from '../../engine.ts'
import type { Checkpointer } from '../checkpoint/checkpointer.ts'
import { divideSources } from '../checkpoint/divide-sources.ts'
import { savedWatermarks } from '../checkpoint/manifest.ts'
import { embeddedErrors } from '../errors.ts'
import type { ScanTask } from '../lower/tasks.ts'
import type { SinkTask } from '../program.ts'
import { AlignedWorkers } from './aligned-workers.ts'
import { joinMetrics } from './join-metrics.ts'
import { joinSinks } from './join-sinks.ts'
import { type Answer, type Order, receiveError } from './messages.ts'

/** A worker, as seen by its leader. */
export interface WorkerLink {
  order(order: Order): void
  /** Ends the worker whatever it does; what it had is lost. */
  kill(): Promise<void>
  /** The call of a user's function that it computes now, or null. */
  busyWith(): UserCall | null
}

/** Calls count up, so that one that lasts can be told from many. */
export interface UserCall {
  readonly name: string
  readonly number: number
}

/** What a link tells its leader. */
export interface LinkListener {
  answered(answer: Answer): void
  /** The worker is gone, and will not answer; why, if that is known. */
  lost(reason: unknown): void
}

export interface LeaderShape {
  readonly workers: number
  readonly link: (worker: number, listener: LinkListener) => WorkerLink
  readonly scans: readonly ScanTask[]
  /** What the first worker writes to, which has all that any of them has. */
  readonly sinks: readonly SinkTask[]
  readonly dividesInputs: boolean
  readonly schemas: readonly Schema[]
  readonly results: ResultListener | undefined
  /** Null where there is nothing to go on from. */
  readonly checkpointer: Checkpointer | null
  /** How often rows become visible; null: when the run ends. */
  readonly commitEveryMs: number | null
  /** For how long a function of a user may compute at a time. */
  readonly callMsMax: number
  readonly clock: Clock
}

/** For how long a worker is waited for that should end. */
const endMs = 10_000

/** For how long one is waited for that should end and does not say that it has heard so: it computes, and may do so for hours. */
const hearMs = 1000

/** How often it is looked whether a function of a user computes for too long. */
const watchMs = 500

type AnswerOf<Kind extends Answer['kind']> = Extract<Answer, { kind: Kind }>

export class Leader {
  readonly #shape: LeaderShape
  readonly #links: WorkerLink[] = []
  readonly #reports = new Map<number, RunReport>()
  readonly #metrics: (readonly OperatorMetrics[])[] = []
  readonly #failed = Promise.withResolvers<never>()
  readonly #aligned: AlignedWorkers
  readonly #readOut = new Set<number>()
  readonly #over = new Set<number>()
  /** Workers that have heard that they should end. */
  readonly #stopping = new Set<number>()
  /** The call of each worker that was seen last, and since when. */
  readonly #calls = new Map<number, { readonly number: number; readonly sinceMs: number }>()
  /** Answers of the present commit, by kind and worker. */
  #answers = new Map<Answer['kind'], Map<number, Answer>>()
  #satisfied = false
  #resumed: RunReport['resumedFrom'] = null
  #failure: Error | null = null
  #stops = 0
  #isForced = false
  #committedMs: number
  readonly #startedAt: number
  readonly #startedMs: number
  #endedMs: number | null = null
  /** Those who wait for something to come. */
  readonly #waiting = new Set<() => void>()
  state: JobState = 'running'

  constructor(shape: LeaderShape) {
    this.#shape = shape
    this.#aligned = new AlignedWorkers(shape.workers)
    this.#startedAt = shape.clock.nowMs()
    this.#startedMs = shape.clock.monotonicMs()
    this.#committedMs = this.#startedMs
    this.#failed.promise.catch(() => undefined)
  }

  get error(): Error | null {
    return this.#failure
  }

  /** Asks the run to end without reading on: what was written is committed. A second time: at once. */
  stop(): void {
    this.#stops += 1
    if (this.state === 'running') this.state = 'stopped'
    if (this.#stops === 1) {
      this.#orderAll({ kind: 'stop' })
      setTimeout(() => this.#giveUpDeaf(), hearMs).unref()
      this.#giveUpLater()
    } else this.#giveUp()
    this.#wake()
  }

  /** Takes a checkpoint as soon as it can, and lets `use` have its number; fails where the run keeps none, or ends before. */
  withCheckpoint<T>(use: (checkpoint: number) => Promise<T>): Promise<T> {
    const { checkpointer } = this.#shape
    if (checkpointer === null) return Promise.reject(embeddedErrors.ENGINE_WORK_NOT_KEPT())
    if (this.#endedMs !== null) return Promise.reject(embeddedErrors.ENGINE_CHECKPOINT_NOT_TAKEN())
    const used = checkpointer.withNext(use)
    this.#wake()
    return used
  }

  /** Workers that have come to the last commit are not stuck, however long it takes. */
  #giveUpLater(): void {
    const giveUp = (): void => {
      if (this.#endedMs !== null) return
      if (this.#answers.get('taken')?.size === this.#shape.workers) this.#giveUpLater()
      else this.#giveUp()
    }
    setTimeout(giveUp, endMs).unref()
  }

  /** Ends by force what did not even hear that it should end. */
  #giveUpDeaf(): void {
    const isDeaf = this.#links.some((_, worker) => this.#reports.has(worker) && !this.#stopping.has(worker) && !this.#over.has(worker))
    if (isDeaf) this.#giveUp()
  }

  /** Ends by force what did not end when it was asked to. */
  #giveUp(): void {
    if (this.#endedMs === null && this.#over.size < this.#shape.workers) this.#force(this.#stuckError())
  }

  /** Fails without waiting for the workers to end by themselves. */
  #force(error: Error): void {
    this.#isForced = true
    this.#fail(error)
  }

  /** Ends the run when a function of a user computes for too long. */
  #watchCalls(): void {
    const { callMsMax, clock } = this.#shape
    for (const [worker, link] of this.#links.entries()) {
      const call = link.busyWith()
      const known = this.#calls.get(worker)
      if (call === null || known?.number !== call.number) {
        this.#calls.set(worker, { number: call?.number ?? 0, sinceMs: clock.monotonicMs() })
      } else if (clock.monotonicMs() - known.sinceMs > callMsMax) this.#force(embeddedErrors.ENGINE_FUNCTION_STUCK({ name: call.name }))
    }
  }

  /** Resolves when the run has ended; rejects with what made it fail. */
  async run(): Promise<void> {
    const watch = setInterval(() => this.#watchCalls(), watchMs)
    try {
      await Promise.race([this.#lead(), this.#failed.promise])
      if (this.state === 'running') this.state = 'finished'
    } catch (error) {
      this.state = 'failed'
      this.#failure ??= error as Error
      this.#orderAll({ kind: 'abandon' })
      throw this.#failure
    } finally {
      clearInterval(watch)
      this.#endedMs = this.#shape.clock.monotonicMs()
      await this.#close()
    }
  }

  async #lead(): Promise<void> {
    const { workers, checkpointer, scans, dividesInputs } = this.#shape
    const manifest = (await checkpointer?.begin()) ?? null
    const workId = checkpointer?.workId ?? ''
    this.#resumed = manifest === null ? null : (checkpointer?.resumedFrom(manifest) ?? null)
    const sources = manifest?.finished === true ? [] : await divideSources(scans, workers, manifest, dividesInputs)
    for (let worker = 0; worker < workers; worker++) this.#links.push(this.#shape.link(worker, this.#listener(worker)))
    for (const [worker, link] of this.#links.entries()) {
      link.order({ kind: 'begin', beginning: { resumed: this.#resumed, sources: sources[worker] ?? [] }, workId, manifest })
    }
    if (manifest?.finished !== true) {
      if (this.state === 'stopped') this.#orderAll({ kind: 'stop' })
      await this.#untilRead()
      if (this.#satisfied) this.#orderAll({ kind: 'enough' })
      await this.#commit(true)
    }
    await this.#until(() => this.#over.size === workers)
  }

  /** Lets the workers read, and commit now and then, until nothing is left to read or it is enough. */
  async #untilRead(): Promise<void> {
    while (this.state === 'running' && !this.#satisfied && this.#readOut.size < this.#shape.workers) {
      this.#shape.checkpointer?.check()
      const ms = this.#msToCommit()
      if (ms <= 0) await this.#commit(false)
      else await this.#pause(ms)
    }
  }

  #msToCommit(): number {
    const { commitEveryMs, checkpointer, clock } = this.#shape
    if (checkpointer?.isWanted === true) return 0
    return commitEveryMs === null ? Number.POSITIVE_INFINITY : this.#committedMs + commitEveryMs - clock.monotonicMs()
  }

  async #commit(isLast: boolean): Promise<void> {
    const { checkpointer, clock, workers } = this.#shape
    this.#committedMs = clock.monotonicMs()
    this.#answers = new Map()
    checkpointer?.noteBegin()
    const finished = isLast && this.state === 'running'
    for (const [worker, link] of this.#links.entries()) {
      link.order({ kind: 'cut', isLast, finished, stateFile: checkpointer?.nextFileName(worker) ?? null })
    }
    const taken = await this.#allAnswered('taken')
    const { ofWorkers, isFirstAhead } = joinSinks(
      taken.map(({ sinks }) => sinks),
      this.#shape.sinks,
    )
    if (checkpointer !== null) {
      const saved = await this.#allAnswered('saved')
      const facts = {
        finished,
        workers,
        sources: taken.flatMap(({ sources }) => sources),
        sinks: ofWorkers.flat(),
        watermarks: savedWatermarks(taken.map(({ watermarks }) => watermarks)),
        files: saved.flatMap(({ files }) => files),
      }
      await checkpointer.publish(
        facts,
        saved.map(({ held }) => held),
      )
    }
    for (const [worker, link] of this.#links.entries()) {
      link.order({ kind: 'commit', sinks: ofWorkers[worker] ?? [] })
      if (isFirstAhead && worker === 0) await this.#until(() => this.#answers.get('committed')?.has(0) === true)
    }
    await this.#allAnswered('committed')
  }

  /** The answers of all workers, in their order. */
  async #allAnswered<Kind extends Answer['kind']>(kind: Kind): Promise<AnswerOf<Kind>[]> {
    const { workers } = this.#shape
    await this.#until(() => this.#answers.get(kind)?.size === workers)
    const answers = this.#answers.get(kind)
    return Array.from({ length: workers }, (_, worker) => answers?.get(worker) as AnswerOf<Kind>)
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#pause(Number.POSITIVE_INFINITY)
  }

  /** Waits until something has come, or so long. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.max(0, ms)) : undefined
      this.#waiting.add(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Something has come that the leader may wait for. */
  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  #listener(worker: number): LinkListener {
    return {
      answered: (answer) => {
        this.#answered(worker, answer)
        this.#wake()
      },
      lost: (reason) => {
        this.#over.add(worker)
        this.#fail(this.#lostError(worker, reason))
        this.#wake()
      },
    }
  }

  #answered(worker: number, answer: Answer): void {
    switch (answer.kind) {
      case 'progress':
        this.#reports.set(worker, answer.report)
        this.#metrics[worker] = answer.metrics
        return
      case 'rows':
        void this.#show(worker, answer)
        return
      case 'stopping':
        this.#stopping.add(worker)
        return
      case 'read-all':
        this.#readOut.add(worker)
        this.#satisfied ||= answer.satisfied
        return
      case 'aligned':
        this.#align(worker, answer.marks)
        return
      case 'ended':
        if (answer.report !== null) this.#reports.set(worker, answer.report)
        this.#over.add(worker)
        if (answer.error !== null) this.#fail(receiveError(answer.error))
        return
      default: {
        const answers = this.#answers.get(answer.kind) ?? new Map<number, Answer>()
        answers.set(worker, answer)
        this.#answers.set(answer.kind, answers)
      }
    }
  }

  /** A worker has come further: tells the others. */
  #align(worker: number, marks: AnswerOf<'aligned'>['marks']): void {
    this.#aligned.note(worker, marks)
    for (const [index, link] of this.#links.entries()) link.order({ kind: 'align', marks: this.#aligned.besides(index) })
  }

  async #show(worker: number, { output, rows }: AnswerOf<'rows'>): Promise<void> {
    try {
      await this.#shape.results?.changes(output, this.#shape.schemas[output] ?? [], unpackBatch(rows))
      this.#links[worker]?.order({ kind: 'shown' })
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  /** The first failure counts: others follow from it. */
  #fail(error: Error): void {
    if (this.#failure !== null) return
    this.#failure = error
    this.#failed.reject(error)
  }

  #orderAll(order: Order): void {
    for (const link of this.#links) link.order(order)
  }

  #lostError(worker: number, reason: unknown): Error {
    const name = this.#links[worker]?.busyWith()?.name ?? null
    const extras = reason instanceof Error ? { detail: `${reason.message}.`, cause: reason } : {}
    if (name !== null) return embeddedErrors.ENGINE_FUNCTION_FATAL({ name }, extras)
    return embeddedErrors.ENGINE_WORKER_LOST({ worker: worker + 1 }, extras)
  }

  #stuckError(): Error {
    const worker = this.#links.findIndex((_, index) => !this.#over.has(index))
    const name = this.#links[worker]?.busyWith()?.name ?? null
    if (name !== null) return embeddedErrors.ENGINE_FUNCTION_STUCK({ name })
    return embeddedErrors.ENGINE_WORKER_KILLED({ worker: worker + 1 })
  }

  async #close(): Promise<void> {
    const { workers, checkpointer } = this.#shape
    const { clock } = this.#shape
    const deadline = clock.monotonicMs() + (this.#isForced ? 0 : endMs)
    while (this.#links.length > 0 && this.#over.size < workers && clock.monotonicMs() < deadline) {
      await this.#pause(deadline - clock.monotonicMs())
    }
    await Promise.all(this.#links.map((link) => link.kill()))
    await checkpointer?.end()
  }

  /** What the workers told last. */
  metrics(): RunMetrics {
    const { checkpointer, clock } = this.#shape
    return {
      takenAt: clock.nowMs(),
      checkpoints: checkpointer?.metrics ?? noCheckpoints,
      operators: joinMetrics(this.#metrics),
    }
  }

  report(): RunReport {
    const reports = [...this.#reports.values()]
    const sum = (of: (report: RunReport) => number): number => reports.reduce((total, report) => total + of(report), 0)
    const watermarks = reports.map(({ watermarkMs }) => watermarkMs ?? watermarkEnd)
    const least = Math.min(watermarkEnd, ...watermarks)
    return {
      resumedFrom: this.#resumed,
      rowsIn: sum(({ rowsIn }) => rowsIn),
      rowsOut: sum(({ rowsOut }) => rowsOut),
      skippedRows: sum(({ skippedRows }) => skippedRows),
      lateRows: sum(({ lateRows }) => lateRows),
      watermarkMs: least === watermarkEnd ? null : least,
      readyMs: reports.reduce<number | null>((last, { readyMs }) => (readyMs === null ? last : Math.max(last ?? 0, readyMs)), null),
      pausesMs: reports.flatMap(({ pausesMs }) => pausesMs),
      spilledBytes: sum(({ spilledBytes }) => spilledBytes),
      waiting: longestWaits(reports.flatMap(({ waiting }) => waiting)),
      startedAt: this.#startedAt,
      durationMs: (this.#endedMs ?? this.#shape.clock.monotonicMs()) - this.#startedMs,
    }
  }
}

/** By table the one of a worker that has waited for longest. */
function longestWaits(waits: readonly OutsideWait[]): readonly OutsideWait[] {
  const longest = new Map<string, OutsideWait>()
  for (const wait of waits) if (wait.since < (longest.get(wait.table)?.since ?? Number.POSITIVE_INFINITY)) longest.set(wait.table, wait)
  return [...longest.values()]
}
