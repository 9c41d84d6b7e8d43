/**
 * The loop that drives a run: reads the source whose event time is furthest behind, pushes its batch through the operators, waits for
 * what has to drain, and now and then lets the rest of the process have its turn.
 */
import type { Clock } from '#base'
import type { SourceBatch, SourceReader } from '#connectors'
import { watermarkEnd, watermarkNone } from '#data'
import type { JobState, RunReport } from '../engine.ts'
import type { DurableRun, ResumePoint } from './checkpoint/durable-run.ts'
import type { SavedSource } from './checkpoint/manifest.ts'
import type { ScanTask } from './lower/tasks.ts'
import type { Instance, SinkTask } from './program.ts'

/** How often the clock is looked at for windows of processing time while no rows come. */
const tickMs = 50

/** Timers take no longer ones. */
const longestSleepMs = 2 ** 31 - 1

/** Longest time for which the loop keeps the process to itself. */
const turnMs = 10

/** A source being read. */
interface Feed {
  readonly task: ScanTask
  readonly id: string
  readonly reader: SourceReader
  state: 'idle' | 'waiting' | 'ready' | 'ended'
  /** Where the reader stood before what it was asked for last; only of durable runs. */
  position: unknown
  next: SourceBatch | null
  wait: Promise<void> | null
}

export class Run {
  readonly #instance: Instance
  readonly #clock: Clock
  /** How often rows written so far are made visible; null: when the run ends. */
  readonly #commitEveryMs: number | null
  readonly #durable: DurableRun | null
  /** The checkpoint that the run went on from. */
  #resumedFrom: ResumePoint | null = null
  #committedMs: number
  readonly #abort = new AbortController()
  readonly #feeds: Feed[] = []
  readonly #startedAt: number
  readonly #startedMs: number
  #endedMs: number | null = null
  #rowsIn = 0
  #failure: unknown
  /** What went wrong while an input was waited for. */
  #readFailure: { readonly error: unknown } | null = null
  /** Ends the present wait. */
  #wake: () => void = () => undefined
  state: JobState = 'running'

  constructor(instance: Instance, clock: Clock, commitEveryMs: number | null, durable: DurableRun | null) {
    this.#instance = instance
    this.#clock = clock
    this.#commitEveryMs = durable === null ? commitEveryMs : durable.intervalMs
    this.#durable = durable
    this.#committedMs = clock.monotonicMs()
    this.#startedAt = clock.nowMs()
    this.#startedMs = clock.monotonicMs()
  }

  /** Asks the run to end without reading on: what was written is committed. */
  stop(): void {
    if (this.state === 'running') this.state = 'stopped'
    this.#abort.abort()
    this.#wake()
  }

  get error(): Error | null {
    return this.#failure instanceof Error ? this.#failure : null
  }

  /** Resolves when the run has ended; rejects with what made it fail. */
  async run(): Promise<void> {
    try {
      const resumed = (await this.#durable?.begin()) ?? null
      this.#resumedFrom = resumed
      await this.#openSinks(resumed)
      // Of work that has ended, only the last commit may be left to do.
      if (resumed?.finished !== true) {
        await this.#openSources(resumed)
        await this.#readAll(resumed)
        await this.#commit(this.state === 'running')
      }
      if (this.state === 'running') this.state = 'finished'
    } catch (error) {
      this.state = 'failed'
      this.#failure = error
      throw error
    } finally {
      this.#endedMs = this.#clock.monotonicMs()
      this.#abort.abort()
      await this.#close()
    }
  }

  async #openSinks(resumed: ResumePoint | null): Promise<void> {
    const { signal } = this.#abort
    for (const task of this.#instance.sinks) {
      const { sink, schema, overwrite, output } = task
      const durable = this.#durable === null ? {} : { durable: this.#durable.workOf(task, resumed) }
      output.writer = await sink.open({ schema, overwrite, ...durable, signal })
    }
  }

  async #openSources(resumed: ResumePoint | null): Promise<void> {
    const { signal } = this.#abort
    for (const lookup of this.#instance.lookups) {
      lookup.wake = () => this.#wake()
      await lookup.open()
    }
    for (const [index, task] of this.#instance.scans.entries()) {
      const id = `${task.table.join('.')}-${index + 1}`
      const { position, ended = false } = resumed?.sources.get(id) ?? {}
      const reader = await task.source.open({ ...task.request(signal), position })
      this.#feeds.push({ task, id, reader, state: ended ? 'ended' : 'idle', position, next: null, wait: null })
    }
  }

  /** Brings operators to where they were: watermarks first, then the ends of inputs. */
  #resume(resumed: ResumePoint): void {
    this.#durable?.resumeWatermarks(resumed)
    for (const values of this.#instance.values) values.finish()
    for (const feed of this.#feeds) if (feed.state === 'ended') feed.task.finish()
  }

  async #readAll(resumed: ResumePoint | null): Promise<void> {
    if (resumed !== null) this.#resume(resumed)
    else for (const values of this.#instance.values) values.run()
    await this.#drain()
    let turnStart = this.#clock.monotonicMs()
    while (this.state === 'running') {
      if (this.#readFailure !== null) throw this.#readFailure.error
      this.#durable?.check()
      if (this.#msToCommit() <= 0) {
        await this.#commit(false)
        // The run may have been asked to stop meanwhile: a source then gives nothing more, which is not its end.
        continue
      }
      this.#tick()
      const feed = this.#sendAnswered() ? undefined : this.#chooseFeed()
      if (feed === undefined) {
        if (this.#feeds.every((each) => each.state === 'ended') && this.#isAnswered()) return
        await this.#waitForAny()
        turnStart = this.#clock.monotonicMs()
        continue
      }
      if (feed.state === 'waiting') {
        await (this.#isAnswered() ? feed.wait : this.#waitForAny())
        turnStart = this.#clock.monotonicMs()
        continue
      }
      this.#take(feed)
      if (this.#instance.needsNoMore()) return
      const drain = this.#instance.backPressure.drain()
      if (drain !== undefined) await drain
      if (this.#clock.monotonicMs() - turnStart > turnMs) {
        await nextTurn()
        turnStart = this.#clock.monotonicMs()
      }
    }
  }

  /** Sends on rows whose lookups have been answered. Returns whether so many still wait that no more should come. */
  #sendAnswered(): boolean {
    let isFull = false
    for (const lookup of this.#instance.lookups) {
      lookup.tick()
      lookup.sendAnswered()
      isFull ||= lookup.isFull
    }
    return isFull
  }

  /** Whether no rows wait for lookups. */
  #isAnswered(): boolean {
    return this.#instance.lookups.every((lookup) => lookup.isIdle)
  }

  /** Waits for all lookups, so that nothing is on its way between operators. */
  async #settleLookups(): Promise<void> {
    for (;;) {
      this.#sendAnswered()
      if (this.#isAnswered()) return
      await this.#waitForAny(tickMs)
    }
  }

  #tick(): void {
    if (this.#instance.clocked.length === 0) return
    const now = this.#clock.nowMs()
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
    feed.task.push(next.batch)
  }

  /**
   * The feed to take from: highest priority first, then the one whose event time is furthest behind, then the order of the statement.
   * A bounded input is waited for even where another one is ready, so that runs repeat; an unbounded one is not.
   */
  #chooseFeed(): Feed | undefined {
    let best: Feed | undefined
    for (const feed of this.#feeds) {
      if (feed.state === 'idle') this.#request(feed)
      if (feed.state === 'ended' || (feed.state === 'waiting' && !feed.task.source.bounded)) continue
      if (best === undefined || comesBefore(feed.task, best.task)) best = feed
    }
    return best
  }

  #request(feed: Feed): void {
    if (this.#durable !== null) feed.position = feed.reader.position()
    const next = feed.reader.read()
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
    })
  }

  /** Milliseconds until rows written so far have to be made visible. */
  #msToCommit(): number {
    if (this.#commitEveryMs === null) return Number.POSITIVE_INFINITY
    return this.#committedMs + this.#commitEveryMs - this.#clock.monotonicMs()
  }

  /** Waits until an input has something, rows have to be made visible, or the run is asked to end. */
  #waitForAny(commitMs = this.#msToCommit()): Promise<void> {
    return new Promise((resolve) => {
      const isClocked = this.#instance.clocked.length > 0 || this.#instance.lookups.length > 0
      const ms = Math.min(commitMs, isClocked ? tickMs : longestSleepMs)
      const timer = setTimeout(resolve, Math.max(0, ms))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #drain(): Promise<void> {
    await this.#instance.backPressure.drain()
  }

  /** Makes what was written visible, in two phases; of a durable run as a part of a checkpoint. */
  async #commit(finished: boolean): Promise<void> {
    this.#committedMs = this.#clock.monotonicMs()
    await this.#settleLookups()
    await this.#drain()
    if (this.#durable !== null) {
      await this.#durable.take(this.#feeds.map(savedSource), finished)
      return
    }
    const prepared: { task: SinkTask; record: unknown }[] = []
    for (const task of this.#instance.sinks) prepared.push({ task, record: await task.output.writer?.prepare() })
    for (const { task, record } of prepared) await task.output.writer?.commit(record)
  }

  async #close(): Promise<void> {
    const readers = this.#feeds.map((feed) => feed.reader.close())
    const writers = this.#instance.sinks.map(async (task) => task.output.writer?.close())
    const lookups = this.#instance.lookups.map((lookup) => lookup.close())
    await Promise.allSettled([...readers, ...writers, ...lookups])
    await this.#durable?.end()
  }

  report(): RunReport {
    const watermark = Math.min(watermarkEnd, ...this.#feeds.filter((feed) => feed.state !== 'ended').map((feed) => feed.task.watermark))
    return {
      rowsIn: this.#rowsIn,
      rowsOut: [...this.#instance.sinks.map((task) => task.output.rows), ...this.#instance.collects.map((collect) => collect.rows)].reduce(
        (a, b) => a + b,
        0,
      ),
      skippedRows: this.#feeds.reduce((rows, feed) => rows + feed.reader.skippedRows, 0),
      lateRows: this.#instance.lateRows(),
      watermarkMs: watermark === watermarkNone || watermark === watermarkEnd ? null : watermark,
      resumedFrom: this.#resumedFrom === null ? null : { checkpoint: this.#resumedFrom.number, finished: this.#resumedFrom.finished },
      startedAt: this.#startedAt,
      durationMs: (this.#endedMs ?? this.#clock.monotonicMs()) - this.#startedMs,
    }
  }
}

/** An input with a batch that is not pushed yet stands before that batch. */
function savedSource({ id, state, position, reader }: Feed): SavedSource {
  return { id, position: state === 'idle' || state === 'ended' ? reader.position() : position, ended: state === 'ended' }
}

function comesBefore(a: ScanTask, b: ScanTask): boolean {
  return a.priority !== b.priority ? a.priority > b.priority : a.watermark < b.watermark
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
