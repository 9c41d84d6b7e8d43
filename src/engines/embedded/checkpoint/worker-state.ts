/** One worker's part of checkpoints: what its operators hold, what its sinks have prepared and how far its watermarks have come. */
import type { BlobStore } from '#blobs'
import type { DurableWork } from '#connectors'
import { watermarkNone } from '#data'
import type { StateBudget, WorkerPlace } from '#dataflow'
import type { Instance, SavedState, SinkTask } from '../program.ts'
import type { Manifest, SavedSink, TakenWatermarks } from './manifest.ts'
import { planRestore, restoreState } from './restore.ts'
import { type Capture, StateFiles, type StateKeeper, type WrittenState } from './state-files.ts'

/** How many times the bytes of its files entries take in memory, about. */
const loadedSize = 2

/** Everything at one moment. */
export interface TakenState {
  /** What operators hold; null when the work has ended, and nobody needs it any more. */
  readonly capture: Capture | null
  readonly sinks: readonly SavedSink[]
  readonly watermarks: TakenWatermarks
}

export class WorkerState {
  /** Null where there is nothing to go on from: only sinks commit. */
  readonly #blobs: BlobStore | null
  readonly #place: WorkerPlace
  readonly #budget: StateBudget
  readonly #saved: SavedState
  readonly #sinks: readonly SinkTask[]
  readonly #files: StateFiles | null
  #manifest: Manifest | null = null
  #workId = ''

  constructor(instance: Instance, blobs: BlobStore | null, place: WorkerPlace) {
    this.#blobs = blobs
    this.#place = place
    this.#budget = instance.budget
    this.#saved = instance.savedState()
    this.#sinks = instance.sinks
    this.#files = blobs === null ? null : new StateFiles(this.#saved.keepers)
  }

  /** The name of the work, the same in every life of it; null where there is only one. */
  get work(): string | null {
    return this.#blobs?.place ?? null
  }

  get isDurable(): boolean {
    return this.#blobs !== null
  }

  get keepers(): readonly StateKeeper[] {
    return this.#saved.keepers
  }

  /** Comes first: the id of the durable work that this is part of. */
  belongTo(workId: string): void {
    this.#workId = workId
  }

  /** Brings the operators to where a checkpoint left them. */
  async restore(manifest: Manifest): Promise<void> {
    this.#manifest = manifest
    if (manifest.finished || this.#blobs === null) return
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    this.#budget.expect((loadedSize * bytes) / this.#place.count)
    await restoreState(manifest, planRestore(manifest, this.keepers), this.keepers, this.#blobs, this.#place)
  }

  /** Lets watermarks go on from where they were; the operators after them have all their state by now. */
  resumeWatermarks(): void {
    for (const { id, operator } of this.#saved.watermarks) {
      const splits: Record<string, number> = {}
      for (const [name, at] of Object.entries(this.#manifest?.watermarks ?? {})) {
        if (at !== null && name.startsWith(`${id}/`)) splits[name.slice(id.length + 1)] = at
      }
      operator.resume(this.#manifest?.watermarks[id] ?? watermarkNone, splits)
    }
  }

  workOf(task: SinkTask): DurableWork | undefined {
    if (this.#blobs === null) return undefined
    const { index, count } = this.#place
    const saved = this.#manifest?.sinks.filter(({ id }) => id === task.id) ?? []
    const record = saved.find(({ worker = 0 }) => worker === index)?.record ?? null
    const writers = task.isShared ? count : 1
    const left = index > 0 ? [] : saved.flatMap(({ worker = 0, record: each }) => (worker < writers ? [] : [each]))
    return { name: `${this.#blobs.place}#${task.id}`, id: `${this.#workId}#${task.id}`, record, writer: { index, count: writers }, left }
  }

  /** Takes everything over, between two batches and with nothing on its way to a sink. `finished`: the work has ended. */
  async take(finished: boolean): Promise<TakenState> {
    const sinks: SavedSink[] = []
    const own = this.#place.index === 0 ? {} : { worker: this.#place.index }
    for (const { id, output } of this.#sinks) sinks.push({ id, ...own, record: await output.prepare() })
    return { capture: finished ? null : (this.#files?.capture() ?? null), sinks, watermarks: this.#watermarks() }
  }

  /** Writes what was taken, and returns all that is needed now. The run may go on meanwhile. */
  async write({ capture }: TakenState, name: string): Promise<WrittenState> {
    if (this.#files === null || this.#blobs === null || capture === null) return { files: [], held: [] }
    return this.#files.write(capture, this.#blobs, name)
  }

  /** Makes visible what the sinks had prepared. */
  async commit(sinks: readonly SavedSink[]): Promise<void> {
    for (const { id, record } of sinks) await this.#sinks.find((sink) => sink.id === id)?.output.writer?.commit(record)
  }

  #watermarks(): TakenWatermarks {
    const named = this.#saved.watermarks.flatMap(({ id, operator }) =>
      Object.entries(operator.saved()).map(([split, at]): [string, number] => [split === '' ? id : `${id}/${split}`, at]),
    )
    return Object.fromEntries(named)
  }
}
