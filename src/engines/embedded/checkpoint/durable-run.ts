/**
 * What makes a run durable: it goes on from the newest checkpoint of its place, and takes checkpoints while it runs.
 *
 * 1. A checkpoint says where every source stood, what every operator held and what every sink had prepared, all at one moment between
 *    two batches.
 * 2. Sinks commit what they prepared only once the checkpoint that names it is published; whoever goes on from it commits it again.
 */

import type { Clock } from '#base'
import type { BlobLock, BlobStore } from '#blobs'
import type { DurableWork } from '#connectors'
import { watermarkEnd, watermarkNone } from '#data'
import { embeddedErrors } from '../errors.ts'
import type { Instance, SavedState, SinkTask } from '../program.ts'
import { Checkpointer } from './checkpointer.ts'
import { Checkpoints } from './checkpoints.ts'
import type { Manifest, SavedSink, SavedSource } from './manifest.ts'
import { planRestore, type RestorePlan, restoreState } from './restore.ts'
import type { Capture } from './state-files.ts'

export interface DurableSettings {
  readonly blobs: BlobStore
  /** How often checkpoints are taken. */
  readonly intervalMs: number
  /** Whether state that the plan has no place for may be lost. */
  readonly dropsState: boolean
  /** The plan as text. */
  readonly plan: string
}

/** Where the sources and sinks of a run stood at a checkpoint, by their ids. */
export interface ResumePoint {
  readonly number: number
  readonly finished: boolean
  readonly sources: ReadonlyMap<string, SavedSource>
  readonly sinks: ReadonlyMap<string, SavedSink>
  readonly watermarks: Manifest['watermarks']
  readonly restored: RestorePlan
}

export class DurableRun {
  readonly intervalMs: number
  readonly #settings: DurableSettings
  readonly #checkpoints: Checkpoints
  readonly #clock: Clock
  readonly #saved: SavedState
  readonly #sinks: readonly { readonly id: string; readonly task: SinkTask }[]
  #lock: BlobLock | null = null
  #checkpointer: Checkpointer | null = null
  /** Settles when the checkpoint being published is done, and what it made ready is committed. */
  #publishing: Promise<void> = Promise.resolve()
  #failure: { readonly error: unknown } | null = null

  constructor(settings: DurableSettings, instance: Instance, clock: Clock) {
    this.intervalMs = settings.intervalMs
    this.#settings = settings
    this.#checkpoints = new Checkpoints(settings.blobs)
    this.#clock = clock
    this.#saved = instance.savedState()
    this.#sinks = instance.sinks.map((task, index) => ({ id: `${task.name}-${index + 1}`, task }))
  }

  /** Makes the place this run's own, and brings the operators back to the newest checkpoint, if there is one. */
  async begin(): Promise<ResumePoint | null> {
    const { blobs } = this.#settings
    this.#lock = await blobs.lock()
    const manifest = await this.#checkpoints.newest()
    const { keepers } = this.#saved
    this.#checkpointer = new Checkpointer(this.#checkpoints, this.#clock, keepers, this.#settings.plan, manifest?.number ?? 0)
    if (manifest === null) return null
    const restored = planRestore(manifest, keepers)
    if (!manifest.finished) {
      if (restored.dropped.length > 0 && !this.#settings.dropsState) throw refuseDropped(restored)
      await restoreState(manifest, restored, keepers, blobs)
    }
    return {
      number: manifest.number,
      finished: manifest.finished,
      sources: new Map(manifest.sources.map((source) => [source.id, source])),
      sinks: new Map(manifest.sinks.map((sink) => [sink.id, sink])),
      watermarks: manifest.watermarks,
      restored,
    }
  }

  /** Lets watermarks go on from where they were; the operators after them have all their state by now. */
  resumeWatermarks({ watermarks }: ResumePoint): void {
    for (const { id, operator } of this.#saved.watermarks) {
      const at = watermarks[id]
      if (at !== undefined && at !== null) operator.resume(at)
    }
  }

  /** What a sink has to know of the lives before this one; `resumed` is null when there was no checkpoint. */
  workOf(task: SinkTask, resumed: ResumePoint | null): DurableWork {
    const id = this.#sinks.find((sink) => sink.task === task)?.id ?? ''
    return { name: `${this.#settings.blobs.place}#${id}`, record: resumed?.sinks.get(id)?.record ?? null }
  }

  /**
   * Takes a checkpoint, between two batches and with nothing on its way to a sink. The run may go on as soon as this resolves, while the
   * checkpoint is written; the next one waits for it.
   */
  async take(sources: readonly SavedSource[], finished: boolean): Promise<void> {
    await this.settle()
    const sinks: { readonly id: string; readonly task: SinkTask; readonly record: unknown }[] = []
    for (const { id, task } of this.#sinks) sinks.push({ id, task, record: await task.output.writer?.prepare() })
    const capture = this.#checkpointer?.capture()
    const facts = { finished, sources, sinks: sinks.map(({ id, record }) => ({ id, record })), watermarks: this.#watermarks() }
    if (capture === undefined) return
    this.#publishing = this.#publish(capture, facts, sinks).catch((error: unknown) => {
      this.#failure = { error }
    })
    if (finished) await this.settle()
  }

  async #publish(
    capture: Capture,
    facts: Parameters<Checkpointer['publish']>[1],
    sinks: readonly { readonly task: SinkTask; readonly record: unknown }[],
  ): Promise<void> {
    await this.#checkpointer?.publish(capture, facts)
    for (const { task, record } of sinks) await task.output.writer?.commit(record)
  }

  #watermarks(): Manifest['watermarks'] {
    const isKnown = (at: number): boolean => at !== watermarkNone && at !== watermarkEnd
    return Object.fromEntries(this.#saved.watermarks.map(({ id, operator: { watermark } }) => [id, isKnown(watermark) ? watermark : null]))
  }

  /** Waits for the checkpoint being published; throws when it could not be. */
  async settle(): Promise<void> {
    await this.#publishing
    this.check()
  }

  /** Throws when a checkpoint could not be published. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  async end(): Promise<void> {
    await this.#publishing
    await this.#lock?.release()
  }
}

function refuseDropped({ kept, dropped, started }: RestorePlan): Error {
  const list = (titles: readonly { readonly title: string }[]): string => titles.map(({ title }) => title).join('; ') || 'nothing'
  return embeddedErrors.ENGINE_STATE_DROPPED({}, { detail: `Kept: ${list(kept)}. Lost: ${list(dropped)}. Starts empty: ${list(started)}.` })
}
