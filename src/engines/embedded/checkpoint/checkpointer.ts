/** Takes checkpoints of one run, one after another. */
import type { Clock } from '#base'
import type { Checkpoints } from './checkpoints.ts'
import { type Manifest, manifestVersion, type SavedSink, type SavedSource } from './manifest.ts'
import { type Capture, StateFiles, type StateKeeper } from './state-files.ts'

/** What a run tells of itself besides its operators. */
export interface RunFacts {
  readonly finished: boolean
  readonly sources: readonly SavedSource[]
  readonly sinks: readonly SavedSink[]
  readonly watermarks: Manifest['watermarks']
}

/** Checkpoints that are there at any time: the newest, and one to go back to. */
const checkpointsKept = 2

export class Checkpointer {
  readonly #checkpoints: Checkpoints
  readonly #clock: Clock
  readonly #keepers: readonly StateKeeper[]
  readonly #files: StateFiles
  readonly #plan: string
  #number: number

  /** `number` is that of the checkpoint the run went on from, 0 for none. */
  constructor(checkpoints: Checkpoints, clock: Clock, keepers: readonly StateKeeper[], plan: string, number: number) {
    this.#checkpoints = checkpoints
    this.#clock = clock
    this.#keepers = keepers
    this.#files = new StateFiles(keepers)
    this.#plan = plan
    this.#number = number
  }

  /** Takes over what changed since the last checkpoint, while nothing runs. */
  capture(): Capture {
    return this.#files.capture()
  }

  /** Writes and publishes what was captured; the run may go on meanwhile. */
  async publish(capture: Capture, facts: RunFacts): Promise<void> {
    const number = ++this.#number
    const { blobs } = this.#checkpoints
    const files = await this.#files.write(capture, blobs, this.#checkpoints.stateFileName(number))
    await this.#checkpoints.publish({
      version: manifestVersion,
      number,
      createdAt: new Date(this.#clock.nowMs()).toISOString(),
      plan: this.#plan,
      keepers: this.#keepers.map(({ id, title, parts }) => ({
        id,
        title,
        parts: parts.map((part) => ({ name: part.name, types: part.types })),
      })),
      files,
      ...facts,
    })
    await this.#checkpoints.removeOld(checkpointsKept)
  }
}
