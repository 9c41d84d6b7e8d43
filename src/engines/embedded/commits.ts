/** When and how what a run did becomes lasting: by itself, as a checkpoint, or as one worker's part of what all of them do. */
import type { Clock } from '#base'
import type { DurableWork } from '#connectors'
import type { CheckpointMetrics } from '#metrics'
import type { JobState, ResumedFrom } from '../engine.ts'
import type { SavedSource } from './checkpoint/manifest.ts'
import type { SinkTask } from './program.ts'

/** Where a run begins. */
export interface Beginning {
  /** The checkpoint that it goes on from, and whether the work ended with it; null for a run from the start. */
  readonly resumed: ResumedFrom | null
  /** Where sources stand, by their ids; those that are not listed are read from their beginning. */
  readonly sources: ReadonlyMap<string, SavedSource>
}

/** Is told the positions that a commit was taken at. */
export type CommitListener = (sources: readonly SavedSource[]) => Promise<void>

export interface Commits {
  /** Whether it is asked where sources stand before each read. */
  readonly keepsPositions: boolean
  /** The name of the work, the same in every life of it; null where there is only one. */
  readonly work: string | null
  /** The checkpoints that it has published; left out where it publishes none itself. */
  readonly checkpoints?: CheckpointMetrics
  /** Milliseconds until the next commit is due; infinite when none is. */
  msToNext(): number
  /** Calls back when a commit is due earlier than it was said. */
  onDue(wake: () => void): void
  /**
   * Takes a checkpoint as soon as it can, and lets `use` have its number; it is kept until that is done. Fails where the run ends before.
   * Left out where none are published.
   */
  withNext?<T>(use: (checkpoint: number) => Promise<T>): Promise<T>
  begin(): Promise<Beginning>
  /** What a sink has to know of the lives before this one; undefined where there are none. */
  workOf(task: SinkTask): DurableWork | undefined
  /** Lets watermarks go on from where they were; operators have their state by now. */
  resumeWatermarks(): void
  /**
   * Commits, while nothing is on its way between operators or to a sink. `committed` is called once what was written until here is visible
   * for good.
   */
  take(sources: readonly SavedSource[], finished: boolean, committed: CommitListener): Promise<void>
  /** Throws when what was begun to commit could not be. */
  check(): void
  /**
   * Whether the next commit of a run that reads no more is its last one. `satisfied`: its outputs need nothing more, whatever its inputs
   * still have.
   */
  isLast(state: JobState, satisfied: boolean): Promise<boolean>
  /** Lets go of everything. */
  end(): Promise<void>
}

/** Commits of a run that leaves nothing behind to go on from. */
export class PlainCommits implements Commits {
  readonly keepsPositions = false
  readonly work = null
  readonly #sinks: readonly SinkTask[]
  readonly #clock: Clock
  /** How often rows written so far are made visible; null: when the run ends. */
  readonly #everyMs: number | null
  #committedMs: number

  constructor(sinks: readonly SinkTask[], clock: Clock, everyMs: number | null) {
    this.#sinks = sinks
    this.#clock = clock
    this.#everyMs = everyMs
    this.#committedMs = clock.monotonicMs()
  }

  msToNext(): number {
    return this.#everyMs === null ? Number.POSITIVE_INFINITY : this.#committedMs + this.#everyMs - this.#clock.monotonicMs()
  }

  onDue(): void {}

  begin(): Promise<Beginning> {
    return Promise.resolve({ resumed: null, sources: new Map() })
  }

  workOf(): undefined {
    return undefined
  }

  resumeWatermarks(): void {}

  async take(sources: readonly SavedSource[], _finished: boolean, committed: CommitListener): Promise<void> {
    this.#committedMs = this.#clock.monotonicMs()
    const prepared: { task: SinkTask; record: unknown }[] = []
    for (const task of this.#sinks) prepared.push({ task, record: await task.output.prepare() })
    for (const { task, record } of prepared) await task.output.writer?.commit(record)
    await committed(sources)
  }

  check(): void {}

  isLast(): Promise<boolean> {
    return Promise.resolve(true)
  }

  async end(): Promise<void> {}
}
