/** Keeps the checkpoints of one run, one after another: finds the one to go on from, and publishes new ones. */
import { type Clock, listed, printBytes } from '#base'
import type { BlobStore } from '#blobs'
import { type CheckpointMetrics, noCheckpoints } from '#metrics'
import type { ResumedFrom } from '../../engine.ts'
import { embeddedErrors } from '../errors.ts'
import { Checkpoints } from './checkpoints.ts'
import { type HeldState, type Manifest, manifestVersion, type Origin, type SavedFile } from './manifest.ts'
import { readSuccessor } from './placed-work.ts'
import { planRestore, type RestorePlan } from './restore.ts'
import type { StartPoint } from './start-point.ts'
import type { StateKeeper, WrittenState } from './state-files.ts'

export interface DurableSettings {
  readonly blobs: BlobStore
  /** How often checkpoints are taken. */
  readonly intervalMs: number
  /** Whether state that the plan has no place for may be lost. */
  readonly dropsState: boolean
  /** The plan as text. */
  readonly plan: string
  /** Of a run that shall not go on from the newest checkpoint of the place; null: it shall. */
  readonly start: StartPoint | null
}

/** What a run tells of itself at a checkpoint. */
export type RunFacts = Pick<Manifest, 'finished' | 'workers' | 'sources' | 'sinks' | 'watermarks' | 'files'>

/** Who wants the next checkpoint for a use of its own. */
interface Wish {
  use(checkpoint: number): Promise<void>
  refuse(): void
}

/** Checkpoints that are there at any time: the newest, and one to go back to. */
const checkpointsKept = 2

export class Checkpointer {
  readonly #settings: DurableSettings
  readonly #checkpoints: Checkpoints
  readonly #clock: Clock
  readonly #keepers: readonly StateKeeper[]
  readonly #sinks: readonly string[]
  #origin: Origin | undefined
  #number = 0
  #begunMs = 0
  #workId = ''
  /** Wait for the next checkpoint that is ordered. */
  #wishes: Wish[] = []
  /** Have the checkpoint that is being taken. */
  #granted: Wish[] = []
  /** Uses that last, with the checkpoints that are kept for them. */
  readonly #uses = new Map<Promise<void>, number>()
  /** What was published. */
  metrics: CheckpointMetrics = noCheckpoints

  /** `sinks`: the names of what the run writes. */
  constructor(settings: DurableSettings, clock: Clock, keepers: readonly StateKeeper[], sinks: readonly string[]) {
    this.#settings = settings
    this.#checkpoints = new Checkpoints(settings.blobs)
    this.#clock = clock
    this.#keepers = keepers
    this.#sinks = sinks
  }

  /** Makes the place this run's own; the checkpoint to go on from, or null. One whose state would be lost in part is refused. */
  async begin(): Promise<Manifest | null> {
    await this.#checkpoints.lock()
    const { blobs } = this.#settings
    const successor = await readSuccessor(blobs)
    if (successor !== null) throw embeddedErrors.ENGINE_WORK_MOVED({ place: blobs.place, successor: successor.name })
    this.#workId = await this.#checkpoints.workId()
    await this.#settings.start?.startFrom(this.#checkpoints)
    const manifest = await this.#checkpoints.newest()
    if (manifest === null) return null
    this.#number = manifest.number
    this.#origin = manifest.origin
    const restored = planRestore(manifest, this.#keepers)
    if (manifest.finished || this.#settings.dropsState) return manifest
    if (restored.dropped.length > 0) throw refuseDropped(restored)
    const lost = manifest.sinks.filter(({ id, record }) => record !== null && record !== undefined && !this.#sinks.includes(id))
    if (lost.length > 0) {
      const names = [...new Set(lost.map(({ id }) => `"${id.slice(0, id.lastIndexOf('-'))}"`))]
      throw embeddedErrors.ENGINE_OUTPUT_DROPPED({ tables: listed(names) })
    }
    return manifest
  }

  /** Known when it has begun. */
  get workId(): string {
    return this.#workId
  }

  resumedFrom({ number, finished, plan }: Manifest): ResumedFrom {
    return { checkpoint: number, finished, isChanged: plan !== this.#settings.plan }
  }

  /** Lets `use` have the number of a checkpoint that is ordered from now on, which is kept until it is done with it. */
  withNext<T>(use: (checkpoint: number) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#wishes.push({
        use: (checkpoint) => use(checkpoint).then(resolve, reject),
        refuse: () => reject(embeddedErrors.ENGINE_CHECKPOINT_NOT_TAKEN()),
      })
    })
  }

  /** Whether somebody waits for the next checkpoint to be ordered. */
  get isWanted(): boolean {
    return this.#wishes.length > 0
  }

  /** The next checkpoint is ordered now. */
  noteBegin(): void {
    this.#begunMs = this.#clock.monotonicMs()
    this.#granted.push(...this.#wishes.splice(0))
  }

  /** Names the state file that a worker writes for the next checkpoint. */
  nextFileName(worker: number): string {
    return this.#checkpoints.stateFileName(this.#number + 1, worker)
  }

  /** Publishes the next checkpoint: all its files are there. `held` is what each worker says of how much its operators hold. */
  async publish(facts: RunFacts, held: readonly WrittenState['held'][]): Promise<void> {
    this.#number += 1
    await this.#checkpoints.publish({
      version: manifestVersion,
      number: this.#number,
      createdAt: new Date(this.#clock.nowMs()).toISOString(),
      plan: this.#settings.plan,
      keepers: this.#keepers.map(({ id, title, parts }, keeper) => ({
        id,
        title,
        parts: parts.map((part) => ({ name: part.name, types: part.types })),
        held: parts.map((_, part) => together(held.map((worker) => worker[keeper]?.[part]))),
      })),
      ...facts,
      ...(this.#origin === undefined ? {} : { origin: this.#origin }),
    })
    this.#measure(facts)
    for (const wish of this.#granted.splice(0)) this.#serve(wish)
    await this.#checkpoints.removeOld(checkpointsKept, [...this.#uses.values()])
  }

  #serve(wish: Wish): void {
    const use = wish.use(this.#number).finally(() => this.#uses.delete(use))
    this.#uses.set(use, this.#number)
  }

  #measure({ files }: RunFacts): void {
    const sizeOf = (isCounted: (file: SavedFile) => boolean): number =>
      files.reduce((sum, file) => sum + (isCounted(file) ? file.bytes : 0), 0)
    this.metrics = {
      ...this.metrics,
      numberOfCompletedCheckpoints: this.metrics.numberOfCompletedCheckpoints + 1,
      lastCheckpointDuration: this.#clock.monotonicMs() - this.#begunMs,
      lastCheckpointSize: sizeOf(({ name, worker = 0 }) => name === this.#checkpoints.stateFileName(this.#number, worker)),
      lastCheckpointFullSize: sizeOf(() => true),
    }
  }

  /** Throws when the place is known to be another run's by now. */
  check(): void {
    this.#checkpoints.checkLock()
  }

  /** Lets go of the place, once nobody uses a checkpoint of it any more. */
  async end(): Promise<void> {
    for (const wish of [...this.#granted.splice(0), ...this.#wishes.splice(0)]) wish.refuse()
    await Promise.all(this.#uses.keys())
    await this.#checkpoints.release()
  }
}

function together(sizes: readonly (HeldState | undefined)[]): HeldState {
  return sizes.reduce<HeldState>((sum, size) => ({ entries: sum.entries + (size?.entries ?? 0), bytes: sum.bytes + (size?.bytes ?? 0) }), {
    entries: 0,
    bytes: 0,
  })
}

function refuseDropped({ kept, dropped, started }: RestorePlan): Error {
  const list = (titles: readonly string[]): string => titles.join('; ') || 'nothing'
  const sizes = dropped.map(({ held }) => held?.reduce((sum, { bytes }) => sum + bytes, 0))
  const lost = dropped.map(({ title }, index) => (sizes[index] === undefined ? title : `${title}, ${printBytes(sizes[index])}`))
  const known = sizes.flatMap((size) => size ?? [])
  const sum = dropped.length > 1 && known.length === dropped.length ? ` (${printBytes(known.reduce((a, b) => a + b))} in all)` : ''
  const titles = (operators: readonly { readonly title: string }[]): string => list(operators.map(({ title }) => title))
  return embeddedErrors.ENGINE_STATE_DROPPED(
    {},
    { detail: `Kept: ${titles(kept)}. Lost${sum}: ${list(lost)}. Starts empty: ${titles(started)}.` },
  )
}
