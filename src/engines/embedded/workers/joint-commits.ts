/** One worker's part in commits that all workers of a run make together, as their leader orders. */
import type { DurableWork } from '#connectors'
import type { JobState } from '../../engine.ts'
import type { SavedSink, SavedSource } from '../checkpoint/manifest.ts'
import type { TakenState, WorkerState } from '../checkpoint/worker-state.ts'
import type { Beginning, CommitListener, Commits } from '../commits.ts'
import type { SinkTask } from '../program.ts'
import type { Answer, Order } from './messages.ts'

type Cut = Extract<Order, { kind: 'cut' }>

export class JointCommits implements Commits {
  readonly keepsPositions: boolean
  readonly #worker: number
  readonly #state: WorkerState
  readonly #answer: (answer: Answer) => void
  readonly #begun = Promise.withResolvers<Beginning>()
  #wake: () => void = () => undefined
  /** The cut that is ordered and not made yet. */
  #cut: Cut | null = null
  /** Tells the sources of the cut taken last that it is committed. */
  #tell: () => Promise<void> = () => Promise.resolve()
  #cutOrdered = Promise.withResolvers<void>()
  #committed = Promise.withResolvers<void>()
  #saving: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | null = null

  constructor(worker: number, state: WorkerState, answer: (answer: Answer) => void) {
    this.#worker = worker
    this.#state = state
    this.keepsPositions = state.isDurable
    this.#answer = answer
  }

  async take(sources: readonly SavedSource[], _finished: boolean, committed: CommitListener): Promise<void> {
    const cut = this.#cut
    if (cut === null) return
    this.#cut = null
    this.#cutOrdered = Promise.withResolvers()
    this.#committed = Promise.withResolvers()
    this.#tell = () => committed(sources)
    const taken = await this.#state.take(cut.finished)
    const { sinks, watermarks } = taken
    this.#answer({ kind: 'taken', sources: sources.map((source) => ({ ...source, worker: this.#worker })), sinks, watermarks })
    if (cut.stateFile !== null) this.#saving = this.#save(taken, cut.stateFile)
    if (cut.isLast) {
      await this.#committed.promise
      this.check()
    }
  }

  async #save(taken: TakenState, name: string): Promise<void> {
    try {
      const { files, held } = await this.#state.write(taken, name)
      this.#answer({ kind: 'saved', files: files.map((file) => ({ ...file, worker: this.#worker })), held })
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#committed.resolve()
    this.#wake()
  }

  begin(): Promise<Beginning> {
    return this.#begun.promise
  }

  /** The leader has told where to begin. */
  started(beginning: Beginning): void {
    this.#begun.resolve(beginning)
  }

  /** The leader wants a commit. */
  ordered(cut: Cut): void {
    this.#cut = cut
    this.#cutOrdered.resolve()
    this.#wake()
  }

  /** The leader lets the last cut become visible. */
  async release(sinks: readonly SavedSink[]): Promise<void> {
    try {
      await this.#state.commit(sinks)
      await this.#tell()
      this.#answer({ kind: 'committed' })
      this.#committed.resolve()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Another worker has failed: nothing is waited for any more. */
  abandon(error: unknown): void {
    this.#begun.reject(error)
    this.#fail(error)
    this.#cutOrdered.resolve()
  }

  msToNext(): number {
    return this.#cut === null ? Number.POSITIVE_INFINITY : 0
  }

  onDue(wake: () => void): void {
    this.#wake = wake
  }

  get work(): string | null {
    return this.#state.work
  }

  workOf(task: SinkTask): DurableWork | undefined {
    return this.#state.workOf(task)
  }

  resumeWatermarks(): void {
    this.#state.resumeWatermarks()
  }

  check(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  async isLast(_state: JobState, satisfied: boolean): Promise<boolean> {
    this.#answer({ kind: 'read-all', satisfied })
    if (this.#cut === null) await this.#cutOrdered.promise
    this.check()
    return this.#cut?.isLast === true
  }

  async end(): Promise<void> {
    await this.#saving
  }
}
