/**
 * What makes a run durable: it goes on from the newest checkpoint of its place, and takes checkpoints while it runs.
 *
 * 1. A checkpoint says where every source stood, what every operator held and what every sink had prepared, all at one moment between
 *    two batches.
 * 2. Sinks commit what they prepared only once the checkpoint that names it is published; whoever goes on from it commits it again.
 */
import type { Clock } from '#base'
import type { DurableWork } from '#connectors'
import type { CheckpointMetrics } from '#metrics'
import type { Beginning, CommitListener, Commits } from '../commits.ts'
import type { Instance, SinkTask } from '../program.ts'
import { Checkpointer, type DurableSettings } from './checkpointer.ts'
import { divideSources } from './divide-sources.ts'
import { type SavedSource, savedWatermarks } from './manifest.ts'
import { type TakenState, WorkerState } from './worker-state.ts'

/** The only worker of its run. */
const alone = { index: 0, count: 1 }

export class DurableRun implements Commits {
  readonly keepsPositions = true
  readonly #intervalMs: number
  readonly #clock: Clock
  readonly #scans: Instance['scans']
  readonly #state: WorkerState
  readonly #checkpointer: Checkpointer
  #takenMs: number
  /** Whether the next checkpoint is the last one: nobody would ask later whether it could be published. */
  #isEnding = false
  /** Settles when the checkpoint being published is done, and what it made ready is committed. */
  #publishing: Promise<void> = Promise.resolve()
  #isPublishing = false
  #failure: { readonly error: unknown } | null = null
  #wake: () => void = () => undefined

  constructor(settings: DurableSettings, instance: Instance, clock: Clock) {
    this.#intervalMs = settings.intervalMs
    this.#clock = clock
    this.#takenMs = clock.monotonicMs()
    this.#scans = instance.scans
    this.#state = new WorkerState(instance, settings.blobs, alone)
    this.#checkpointer = new Checkpointer(
      settings,
      clock,
      this.#state.keepers,
      instance.sinks.map(({ id }) => id),
    )
  }

  /** Makes the place this run's own, and brings the operators back to the newest checkpoint, if there is one. */
  async begin(): Promise<Beginning> {
    const manifest = await this.#checkpointer.begin()
    this.#state.belongTo(this.#checkpointer.workId)
    if (manifest === null) return { resumed: null, sources: new Map() }
    await this.#state.restore(manifest)
    const [sources = []] = manifest.finished ? [] : await divideSources(this.#scans, 1, manifest)
    return {
      resumed: this.#checkpointer.resumedFrom(manifest),
      sources: new Map(sources.map((source) => [source.id, source])),
    }
  }

  get checkpoints(): CheckpointMetrics {
    return this.#checkpointer.metrics
  }

  resumeWatermarks(): void {
    this.#state.resumeWatermarks()
  }

  get work(): string | null {
    return this.#state.work
  }

  workOf(task: SinkTask): DurableWork | undefined {
    return this.#state.workOf(task)
  }

  /** While one is written the run goes on, however long that takes: the next one is taken when it is there. */
  msToNext(): number {
    if (this.#isPublishing) return Number.POSITIVE_INFINITY
    if (this.#checkpointer.isWanted) return 0
    return this.#takenMs + this.#intervalMs - this.#clock.monotonicMs()
  }

  onDue(wake: () => void): void {
    this.#wake = wake
  }

  withNext<T>(use: (checkpoint: number) => Promise<T>): Promise<T> {
    const used = this.#checkpointer.withNext(use)
    this.#wake()
    return used
  }

  /** The run may go on as soon as this resolves, while the checkpoint is written; the next one waits for it. */
  async take(sources: readonly SavedSource[], finished: boolean, committed: CommitListener): Promise<void> {
    await this.#settle()
    this.#checkpointer.noteBegin()
    const taken = await this.#state.take(finished)
    // From here on: where a checkpoint takes longer than it is to the next one, the run still goes on in between.
    this.#takenMs = this.#clock.monotonicMs()
    this.#isPublishing = true
    this.#publishing = this.#publish(taken, sources, finished)
      .then(() => committed(sources))
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .finally(() => {
        this.#isPublishing = false
        this.#wake()
      })
    if (this.#isEnding) await this.#settle()
  }

  async #publish(taken: TakenState, sources: readonly SavedSource[], finished: boolean): Promise<void> {
    const { files, held } = await this.#state.write(taken, this.#checkpointer.nextFileName(0))
    const { sinks } = taken
    const watermarks = savedWatermarks([taken.watermarks])
    await this.#checkpointer.publish({ finished, workers: 1, sources, sinks, watermarks, files }, [held])
    await this.#state.commit(sinks)
  }

  /** Waits for the checkpoint being published; throws when it could not be. */
  async #settle(): Promise<void> {
    await this.#publishing
    this.check()
  }

  isLast(): Promise<boolean> {
    this.#isEnding = true
    return Promise.resolve(true)
  }

  check(): void {
    this.#checkpointer.check()
    if (this.#failure !== null) throw this.#failure.error
  }

  async end(): Promise<void> {
    await this.#publishing
    await this.#checkpointer.end()
  }
}
