/**
 * The loop that drives a run: reads the source whose event time is furthest behind, pushes its batch through the operators, waits for
 * what has to drain, and now and then lets the rest of the process have its turn.
 */
import type { Clock } from '#base'
import type { ConnectorMeter, SourceBatch, SourceReader } from '#connectors'
import { watermarkEnd, watermarkNone } from '#data'
import type { OperatorMeter } from '#dataflow'
import { noCheckpoints, type OperatorMetrics, type RunMetrics } from '#metrics'
import type { JobState, RunReport } from '../engine.ts'
import type { SavedSource } from './checkpoint/manifest.ts'
import type { Beginning, Commits } from './commits.ts'
import { embeddedErrors } from './errors.ts'
import type { ScanTask } from './lower/tasks.ts'
import { nextTurn } from './next-turn.ts'
import { partitionStanding } from './partition-standing.ts'
import type { Instance } from './program.ts'
import type { RunPacer } from './run-pacer.ts'
import { type AlignedPeers, SourceTimes } from './source-times.ts'

/** How often the clock is looked at for windows of processing time while no rows come. */
const tickMs = 50

/** Timers take no longer ones. */
const longestSleepMs = 2 ** 31 - 1

/** Longest time for which the loop keeps the process to itself. */
const turnMsMax = 10

/** How long a run that is stopped waits for what it has written to be committed. */
const stopMsMax = 10_000

/** Pauses that a report tells of. */
const pausesKept = 1000

/** A source being read. */
interface Feed {
  readonly task: ScanTask
  readonly id: string
  readonly reader: SourceReader
  readonly meter: OperatorMeter
  state: 'idle' | 'waiting' | 'ready' | 'ended'
  /** Where the reader stood before what it was asked for last; only of durable runs. */
  position: unknown
  /** Rows pushed. */
  rows: number
  next: SourceBatch | null
  wait: Promise<void> | null
}

export class Run {
  readonly #instance: Instance
  readonly #clock: Clock
  readonly #commits: Commits
  readonly #pacer: RunPacer | null
  readonly #peers: AlignedPeers | null
  #beginning: Beginning | null = null
  /** Ends reading. */
  readonly #abort = new AbortController()
  /** Ends writing, too: a run that is stopped still commits what it has written. */
  readonly #abandon = new AbortController()
  #patience: NodeJS.Timeout | undefined
  readonly #feeds: Feed[] = []
  readonly #connectors: { readonly table: string; readonly meter: ConnectorMeter }[] = []
  #times: SourceTimes | null = null
  readonly #startedAt: number
  readonly #startedMs: number
  #endedMs: number | null = null
  #rowsIn = 0
  #readyMs: number | null = null
  /** The time that was told to operators last. */
  #toldMs = 0
  /** When the rest of the process had its turn last. */
  #turnMs = 0
  #pausesMs: number[] = []
  #failure: unknown
  /** What went wrong while an input was waited for. */
  #readFailure: { readonly error: unknown } | null = null
  /** Ends the present wait. */
  #wake: () => void = () => undefined
  #readsNoMore = false
  state: JobState = 'running'

  constructor(instance: Instance, clock: Clock, commits: Commits, pacer: RunPacer | null = null, peers: AlignedPeers | null = null) {
    this.#instance = instance
    this.#clock = clock
    this.#commits = commits
    this.#pacer = pacer
    this.#peers = peers
    commits.onDue(() => this.#wake())
    this.#startedAt = clock.nowMs()
    this.#startedMs = clock.monotonicMs()
  }

  /** Looks at once at what has arrived. */
  wake(): void {
    this.#wake()
  }

  /** Lets the run end as if its inputs had: its outputs need no more. */
  readNoMore(): void {
    this.#readsNoMore = true
    this.#wake()
  }

  /** Asks the run to end without reading on: what was written is committed. */
  stop(): void {
    if (this.state === 'running') this.state = 'stopped'
    this.#abort.abort()
    this.#patience ??= setTimeout(() => this.#abandon.abort(), stopMsMax)
    this.#wake()
  }

  /** Takes a checkpoint as soon as it can, and lets `use` have its number; fails where the run keeps none, or ends before. */
  withCheckpoint<T>(use: (checkpoint: number) => Promise<T>): Promise<T> {
    const used = this.#endedMs === null ? this.#commits.withNext?.(use) : Promise.reject(embeddedErrors.ENGINE_CHECKPOINT_NOT_TAKEN())
    return used ?? Promise.reject(embeddedErrors.ENGINE_WORK_NOT_KEPT())
  }

  get error(): Error | null {
    return this.#failure instanceof Error ? this.#failure : null
  }

  /** Resolves when the run has ended; rejects with what made it fail. */
  async run(): Promise<void> {
    try {
      const beginning = await this.#commits.begin()
      this.#beginning = beginning
      await this.#openSinks()
      // Of work that has ended, only the last commit may be left to do.
      if (beginning.resumed?.finished !== true) {
        await this.#openSources(beginning)
        await this.#readAll(beginning)
        while (!(await this.#commits.isLast(this.state, this.#instance.needsNoMore()))) await this.#commit(false)
        await this.#commit(this.state === 'running')
      }
      if (this.state === 'running') this.state = 'finished'
    } catch (cause) {
      const error = this.#abandon.signal.aborted ? this.#unfinished(cause) : cause
      this.state = 'failed'
      this.#failure = error
      throw error
    } finally {
      clearTimeout(this.#patience)
      this.#endedMs = this.#clock.monotonicMs()
      this.#abort.abort()
      this.#abandon.abort()
      await this.#close()
    }
  }

  /** What could not be committed when the run was stopped, and why. */
  #unfinished(cause: unknown): Error {
    const waits = this.#connectors.flatMap(({ table, meter: { waiting } }) =>
      waiting === null ? [] : [`Table "${table}": ${waiting.reason}.`],
    )
    const reasons = waits.length === 0 ? [`The reason was: ${cause instanceof Error ? cause.message : String(cause)}.`] : waits
    return embeddedErrors.ENGINE_STOP_UNFINISHED({ seconds: stopMsMax / 1000 }, { detail: reasons.join(' '), cause })
  }

  async #openSinks(): Promise<void> {
    const { signal } = this.#abandon
    for (const task of this.#instance.sinks) {
      const { sink, schema, overwrite, output } = task
      const durable = this.#commits.workOf(task)
      const meter = this.#connect(task.name, output)
      output.writer = await sink.open({
        schema,
        overwrite,
        ...(durable === undefined ? {} : { durable }),
        signal,
        meter,
        deadLetters: task.deadLetters,
      })
    }
  }

  async #openSources({ sources }: Beginning): Promise<void> {
    const { signal } = this.#abort
    for (const lookup of this.#instance.lookups) {
      lookup.wake = () => this.#wake()
      await lookup.open()
    }
    for (const [index, task] of this.#instance.scans.entries()) {
      const id = sourceId(task, index)
      const { position, ended = false } = sources.get(id) ?? {}
      const watch = {
        meter: this.#connect(task.table[2], task),
        hasDeadLetters: task.deadLetters !== null,
        work: this.#commits.work,
      }
      const reader = ended ? endedReader(position) : await task.source.open({ ...task.request(), ...watch, position, signal })
      const meter = this.#instance.meters.meterOfTask(task)
      const feed: Feed = { task, id, reader, meter, state: ended ? 'ended' : 'idle', position, rows: 0, next: null, wait: null }
      this.#feeds.push(feed)
      const wholeName = `${task.table[2]}-${this.#instance.exchanges?.place.index ?? 0}`
      const isHeld = (split: string): boolean => this.#times?.isSplitHeld(feed, split) === true
      this.#instance.meters.watchPartitions(task, () =>
        partitionStanding({ task, reader, hasEnded: feed.state === 'ended', wholeName }, isHeld),
      )
    }
    this.#times = new SourceTimes(this.#feeds, this.#clock, this.#peers)
  }

  /** The meter of what reads or writes a table. */
  #connect(table: string, what: object): ConnectorMeter {
    const meter = this.#instance.meters.connect(what, this.#clock)
    this.#connectors.push({ table, meter })
    return meter
  }

  /** Brings operators to where they were: watermarks first, then the ends of inputs. */
  #start({ resumed }: Beginning): void {
    this.#commits.resumeWatermarks()
    if (!this.#sendsValues(resumed)) for (const each of this.#instance.values) each.finish()
    for (const feed of this.#feeds) if (feed.state === 'ended') feed.task.finish()
    this.#instance.endAbsent()
  }

  #sendsValues(resumed: Beginning['resumed']): boolean {
    const { exchanges } = this.#instance
    return resumed === null && (exchanges === null || exchanges.place.index === 0)
  }

  /** Comes to where reading begins. Inputs that have ended are known to have before any row comes, so that what counts as late is no matter of chance. */
  async #prepare(beginning: Beginning): Promise<void> {
    const { exchanges, values } = this.#instance
    this.#start(beginning)
    if (exchanges !== null) await this.#settleAll()
    if (this.#sendsValues(beginning.resumed)) for (const each of values) each.run()
    if (exchanges === null || values.length > 0) await this.#settleAll()
    await this.#drain()
  }

  async #settleAll(): Promise<void> {
    await this.#settle()
    this.#instance.exchanges?.endCut()
  }

  async #readAll(beginning: Beginning): Promise<void> {
    const { exchanges } = this.#instance
    await this.#prepare(beginning)
    this.#turnMs = this.#clock.monotonicMs()
    this.#readyMs = this.#turnMs - this.#startedMs
    // Each look at the clock gives all shards out of memory something to catch up with, as long as no rows come.
    let restMs = 0
    while (this.state === 'running' && !this.#readsNoMore) {
      if (this.#readFailure !== null) throw this.#readFailure.error
      this.#commits.check()
      if (this.#isCheckpointWanted()) {
        await this.#pause()
        // The run may have been asked to stop meanwhile: a source then gives nothing more, which is not its end.
        continue
      }
      this.#tick(restMs)
      restMs = 0
      this.#times?.follow()
      const isFull = this.#sendAnswered()
      // What waits outside frees itself, so that nothing is lost by letting what others sent wait too.
      if (isFull || exchanges?.deliver() !== true) {
        const feed = isFull || exchanges?.isFull === true ? undefined : this.#chooseFeed()
        if (feed === undefined || feed.state === 'waiting') {
          if (feed === undefined && !isFull && exchanges?.isFull !== true && this.#catchUp()) {
            restMs = tickMs
            if (this.#isTurnOver()) await this.#yield()
            continue
          }
          if (feed === undefined && this.#isAtEnd()) return
          exchanges?.flush()
          const drain = this.#instance.backPressure.drain()
          if (drain !== undefined) {
            await drain
            // What came meanwhile has woken nobody.
            continue
          }
          await (feed === undefined || exchanges !== null || !this.#isAnswered() ? this.#waitMeasured() : feed.wait)
          this.#turnMs = this.#clock.monotonicMs()
          continue
        }
        this.#take(feed)
      }
      if (this.#instance.needsNoMore()) return
      const drain = this.#instance.backPressure.drain()
      if (drain !== undefined) await drain
      if (this.#isTurnOver()) await this.#yield()
    }
  }

  #isTurnOver(): boolean {
    return this.#clock.monotonicMs() - this.#turnMs > turnMsMax
  }

  /** Lets the rest of the process have its turn. */
  async #yield(): Promise<void> {
    this.#instance.exchanges?.flush()
    await nextTurn()
    this.#turnMs = this.#clock.monotonicMs()
  }

  /** Sends on rows whose lookups have been answered. Returns whether so many still wait that no more should come. */
  #sendAnswered(): boolean {
    let isFull = false
    for (const lookup of this.#instance.lookups) {
      const before = this.#instance.meters.meterOfWork(lookup).begin()
      lookup.tick()
      lookup.sendAnswered()
      before.begin()
      isFull ||= lookup.isFull
    }
    return isFull
  }

  /** Lets one shard of state that is out of memory have what waits for it. Returns whether there was one. */
  #catchUp(): boolean {
    return this.#instance.budget.catchUp(Number.POSITIVE_INFINITY)
  }

  /** Whether no rows wait for lookups. */
  #isAnswered(): boolean {
    return this.#instance.lookups.every((lookup) => lookup.isIdle)
  }

  /** Whether all inputs and all other workers have ended, and no rows wait. */
  #isAtEnd(): boolean {
    const { budget, exchanges } = this.#instance
    const hasAll = this.#feeds.every((each) => each.state === 'ended') && exchanges?.hasEndedBelow !== false
    if (!hasAll || !this.#isAnswered() || budget.isBehind) return false
    this.#instance.endLate()
    return exchanges?.hasEnded !== false
  }

  /** Waits for all lookups, and for what other workers have sent, so that nothing is on its way between operators. */
  async #settle(): Promise<void> {
    const { exchanges } = this.#instance
    exchanges?.beginCut()
    for (;;) {
      this.#commits.check()
      this.#sendAnswered()
      exchanges?.flush()
      // What could still come from further up has come to what is below.
      if (this.#instance.budget.catchUp(exchanges?.openBelow ?? Number.POSITIVE_INFINITY)) {
        await this.#drain()
        await nextTurn()
        continue
      }
      if (this.#isAnswered() && exchanges?.stepCut() !== false) return
      if (exchanges?.deliver() === true) await this.#drain()
      else await this.#waitForAny(tickMs)
    }
  }

  /** Tells operators the time, unless it was told less than so many milliseconds ago. */
  #tick(restMs: number): void {
    if (this.#instance.clocked.length === 0) return
    const now = this.#clock.nowMs()
    if (Math.abs(now - this.#toldMs) < restMs) return
    this.#toldMs = now
    for (const clocked of this.#instance.clocked) clocked.tick(now)
  }

  /** Pushes the batch that a feed holds, or ends it. */
  #take(feed: Feed): void {
    const { next } = feed
    feed.next = null
    if (next === null) {
      feed.state = 'ended'
      feed.task.finish()
      return
    }
    feed.state = 'idle'
    this.#rowsIn += next.batch.length
    feed.rows += next.batch.length
    feed.meter.rowsOut += next.batch.length
    const before = feed.meter.begin()
    feed.task.push(next)
    before.begin()
    if (!feed.task.isSatisfied) return
    feed.state = 'ended'
    feed.task.finish()
  }

  /**
   * The feed to take from: highest priority first, then the one whose event time is furthest behind, then the order of the statement.
   * A bounded input is waited for even where another one is ready, so that runs repeat; an unbounded one is not.
   */
  #chooseFeed(): Feed | undefined {
    let best: Feed | undefined
    for (const feed of this.#feeds) {
      if (feed.state !== 'ended' && this.#instance.exchanges?.mayRead(feed.task.priority) === false) continue
      if (this.#times?.isHeld(feed) === true) continue
      if (feed.state === 'idle') this.#request(feed)
      if (feed.state === 'ended' || (feed.state === 'waiting' && !feed.task.source.bounded)) continue
      if (best === undefined || comesBefore(feed.task, best.task)) best = feed
    }
    return best
  }

  #request(feed: Feed): void {
    if (this.#commits.keepsPositions) feed.position = feed.reader.position()
    const before = feed.meter.begin()
    const next = feed.reader.read()
    before.begin()
    if (!(next instanceof Promise)) {
      feed.next = next
      feed.state = 'ready'
      return
    }
    feed.state = 'waiting'
    feed.wait = next
      .then((batch) => {
        feed.next = batch
        feed.state = 'ready'
      })
      .finally(() => this.#wake())
    // The loop sees a failure when it asks the feed again; until then it is not an unhandled one.
    feed.wait.catch((error: unknown) => {
      this.#readFailure = { error }
      this.#wake()
    })
  }

  /** Whether rows written so far have to be made visible now. */
  #isCheckpointWanted(): boolean {
    const step = this.#pacer?.next(this.#feeds.map(({ task, rows }) => ({ table: task.table[2], rows }))) ?? 'go-on'
    if (step === 'break-off') throw embeddedErrors.ENGINE_RUN_BROKEN_OFF()
    return step === 'checkpoint' || this.#commits.msToNext() <= 0
  }

  /** Waits until an input has something, rows have to be made visible, or the run is asked to end. */
  #waitForAny(commitMs = this.#commits.msToNext()): Promise<void> {
    return new Promise((resolve) => {
      const isClocked = this.#instance.clocked.length > 0 || this.#instance.lookups.length > 0
      const ms = Math.min(commitMs, isClocked ? tickMs : longestSleepMs, this.#times?.msToNext() ?? longestSleepMs)
      const timer = setTimeout(resolve, Math.max(0, ms))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** The same while it is noted who was held back. */
  async #waitMeasured(): Promise<void> {
    const { meters, exchanges } = this.#instance
    const full = meters.fullNow(exchanges)
    const startMs = this.#clock.monotonicMs()
    await this.#waitForAny()
    full.note(this.#clock.monotonicMs() - startMs)
  }

  async #drain(): Promise<void> {
    await this.#instance.backPressure.drain()
  }

  /** Makes what was written visible, at a moment when nothing is on its way. */
  async #commit(finished: boolean): Promise<void> {
    await this.#settle()
    await this.#drain()
    await this.#commits.take(this.#feeds.map(savedSource), finished, this.#tellSources)
    this.#instance.exchanges?.endCut()
  }

  /** Readers that can are told what was committed; where that fails, nothing depends on it. */
  readonly #tellSources = async (sources: readonly SavedSource[]): Promise<void> => {
    const told = this.#feeds.map(async ({ id, reader }) => {
      const saved = sources.find((source) => source.id === id)
      if (saved !== undefined) await reader.checkpointed?.(saved.position)
    })
    await Promise.allSettled(told)
  }

  /** A checkpoint on the way, which rows have to wait for. */
  async #pause(): Promise<void> {
    const startMs = this.#clock.monotonicMs()
    await this.#commit(false)
    this.#pausesMs = [...this.#pausesMs.slice(1 - pausesKept), this.#clock.monotonicMs() - startMs]
  }

  async #close(): Promise<void> {
    const readers = this.#feeds.map((feed) => feed.reader.close())
    const writers = this.#instance.sinks.map(async (task) => task.output.writer?.close())
    const lookups = this.#instance.lookups.map((lookup) => lookup.close())
    await Promise.allSettled([...readers, ...writers, ...lookups])
    await this.#commits.end()
    this.#instance.closeState()
  }

  /** What each operator did so far. */
  operatorMetrics(): OperatorMetrics[] {
    const { meters, exchanges } = this.#instance
    return meters.snapshot((this.#endedMs ?? this.#clock.monotonicMs()) - this.#startedMs, exchanges)
  }

  metrics(): RunMetrics {
    return { takenAt: this.#clock.nowMs(), checkpoints: this.#commits.checkpoints ?? noCheckpoints, operators: this.operatorMetrics() }
  }

  report(): RunReport {
    const watermark = Math.min(
      watermarkEnd,
      ...this.#feeds.filter(({ state, task }) => state !== 'ended' && !task.isIdle).map(({ task }) => task.watermark),
    )
    return {
      rowsIn: this.#rowsIn,
      rowsOut: [...this.#instance.sinks.map((task) => task.output.rows), ...this.#instance.collects.map((collect) => collect.rows)].reduce(
        (a, b) => a + b,
        0,
      ),
      skippedRows: this.#feeds.reduce((rows, feed) => rows + feed.reader.skippedRows, 0),
      lateRows: this.#instance.lateRows(),
      watermarkMs: watermark === watermarkNone || watermark === watermarkEnd ? null : watermark,
      resumedFrom: this.#beginning?.resumed ?? null,
      readyMs: this.#readyMs,
      pausesMs: this.#pausesMs,
      spilledBytes: this.#instance.budget.spilledBytes,
      waiting: this.#connectors.flatMap(({ table, meter: { waiting } }) => (waiting === null ? [] : [{ table, ...waiting }])),
      startedAt: this.#startedAt,
      durationMs: (this.#endedMs ?? this.#clock.monotonicMs()) - this.#startedMs,
    }
  }
}

/** An input with a batch that is not pushed yet stands before that batch. */
function savedSource({ id, state, position, reader }: Feed): SavedSource {
  return { id, position: state === 'idle' || state === 'ended' ? reader.position() : position, ended: state === 'ended' }
}

/** The name of an input in checkpoints; `index` is its place among those of the run. */
export function sourceId(task: ScanTask, index: number): string {
  return `${task.table.join('.')}-${index + 1}`
}

/** Stands for an input that has no more rows. */
function endedReader(position: unknown): SourceReader {
  return { read: () => null, position: () => position, skippedRows: 0, close: () => Promise.resolve() }
}

function comesBefore(a: ScanTask, b: ScanTask): boolean {
  return a.priority !== b.priority ? a.priority > b.priority : a.watermark < b.watermark
}
