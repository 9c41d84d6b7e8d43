/** Durable work at the place of its checkpoints, for who wants it to go on in another engine. */
import { type BlobStore, isNotFound, writeBlob } from '#blobs'
import type { FittedState, HeldPart, KeptOperator, KeptWork, SinkStand, SourceStand, StateFit, Successor, WorkStand } from '../../engine.ts'
import { embeddedErrors } from '../errors.ts'
import type { ScanTask } from '../lower/tasks.ts'
import type { Instance, SinkTask } from '../program.ts'
import { sourceId } from '../run.ts'
import type { DurableSettings } from './checkpointer.ts'
import { Checkpoints } from './checkpoints.ts'
import { heldByKeeper } from './inspect.ts'
import type { Manifest, SavedKeeper } from './manifest.ts'
import { planRestore } from './restore.ts'
import type { PlacedCheckpoint, StartPoint } from './start-point.ts'

/** Says where work goes on, as JSON. While it is there, nobody goes on with the work here. */
const movedName = 'moved'

/** Where the work goes on that has its checkpoints here; null: nowhere. */
export async function readSuccessor(blobs: BlobStore): Promise<Successor | null> {
  let text: string
  try {
    text = new TextDecoder().decode(await blobs.read(movedName))
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
  const { name, hasBegun } = parsed(text)
  if (typeof name === 'string' && typeof hasBegun === 'boolean') return { name, hasBegun }
  throw embeddedErrors.ENGINE_CHECKPOINT_DAMAGED({ name: movedName, place: blobs.place })
}

function parsed(text: string): Partial<Successor> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<Successor>
  } catch {
    return {}
  }
}

export class PlacedWork implements KeptWork {
  readonly #blobs: BlobStore
  readonly #start: StartPoint | null
  readonly #instance: Instance
  readonly #run: () => Promise<void>

  /** @param run goes on with the work and stops it cleanly at once */
  constructor({ blobs, start }: Pick<DurableSettings, 'blobs' | 'start'>, instance: Instance, run: () => Promise<void>) {
    this.#blobs = blobs
    this.#start = start
    this.#instance = instance
    this.#run = run
  }

  async fit(): Promise<StateFit | null> {
    const found = await this.#beginning()
    if (found === null) return null
    const { manifest, blobs } = found
    const { keepers } = this.#instance.savedState()
    const { kept, dropped, started } = planRestore(manifest, keepers)
    const held = await heldByKeeper(manifest, blobs)
    const ids = new Map(keepers.map((keeper) => [keeper.id, keeper]))
    const fitted = (id: string, operator: string, isChanged: boolean, parts: readonly HeldPart[] | null): FittedState => {
      return { id, operator, at: ids.get(id)?.at ?? null, isChanged, parts }
    }
    const saved = ({ id, title }: SavedKeeper): FittedState => fitted(id, title, ids.has(id), held?.get(id) ?? null)
    return {
      checkpoint: manifest.number,
      kept: kept.map(({ id, title }) => fitted(id, title, false, held?.get(id) ?? null)),
      dropped: dropped.map(saved),
      started: started.map(({ id, title }) => fitted(id, title, false, null)),
    }
  }

  /** The checkpoint that a run would go on from. */
  async #beginning(): Promise<PlacedCheckpoint | null> {
    const own = new Checkpoints(this.#blobs)
    const chosen = await this.#start?.findStart(own)
    if (chosen !== null && chosen !== undefined) return chosen
    const manifest = await own.newest()
    return manifest === null ? null : { blobs: this.#blobs, manifest }
  }

  operators(): readonly KeptOperator[] {
    return this.#instance.savedState().keepers.map(({ id, title, at }) => ({ id, operator: title, at }))
  }

  successor(): Promise<Successor | null> {
    return readSuccessor(this.#blobs)
  }

  async settle(): Promise<WorkStand> {
    const before = await this.#newest()
    // What went on elsewhere was settled then.
    if (!before.finished && (await this.successor()) === null) await this.#run()
    return this.#standOf(await this.#newest())
  }

  async #newest(): Promise<Manifest> {
    const manifest = await new Checkpoints(this.#blobs).newest()
    if (manifest === null) throw embeddedErrors.ENGINE_CHECKPOINTS_NOT_FOUND({ place: this.#blobs.place })
    return manifest
  }

  #standOf(manifest: Manifest): WorkStand {
    const { scans, sinks } = this.#instance
    return {
      isFinished: manifest.finished,
      operators: manifest.keepers.map(({ title }) => title),
      sources: scans.map((task, index) => sourceStand(task, index, manifest)),
      sinks: sinks.map(sinkStand),
    }
  }

  async moveTo(successor: Successor | null): Promise<void> {
    const checkpoints = new Checkpoints(this.#blobs)
    await checkpoints.lock()
    try {
      if (successor === null) await this.#blobs.remove(movedName)
      else
        await writeBlob(this.#blobs, movedName, 'replace', (writer) => writer.append(new TextEncoder().encode(JSON.stringify(successor))))
    } finally {
      await checkpoints.release()
    }
  }
}

function sourceStand(task: ScanTask, index: number, manifest: Manifest): SourceStand {
  const { table, source } = task
  const saved = manifest.sources.filter(({ id }) => id === sourceId(task, index))
  return {
    table,
    beginsAlike: source.elsewhere?.beginsAlike === true,
    options: source.elsewhere?.optionsAt(saved.map(({ position }) => position)) ?? null,
  }
}

function sinkStand({ name, sink }: SinkTask): SinkStand {
  return { table: name, isRepeatable: sink.takes === 'upsert' || sink.takes === 'newest' }
}
