/** Brings operators back to what a checkpoint holds, as far as the plan is still the same. */
import type { BlobStore } from '#blobs'
import { type DataType, selectRows } from '#data'
import { KeyGroups, noStateRows, type StatePart, type StateRows, type WorkerPlace } from '#dataflow'
import type { Manifest, SavedKeeper } from './manifest.ts'
import { readNewestPages } from './state-file.ts'
import type { StateKeeper } from './state-files.ts'

/** What becomes of the state of a checkpoint under a plan. */
export interface RestorePlan {
  /** Operators that go on with what they had. */
  readonly kept: readonly SavedKeeper[]
  /** Operators of the checkpoint that the plan has not, or has in another form. */
  readonly dropped: readonly SavedKeeper[]
  /** Operators of the plan that start empty. */
  readonly started: readonly StateKeeper[]
}

/** An operator goes on when its id and the columns of all its parts are the same. */
export function planRestore({ keepers: saved }: Manifest, keepers: readonly StateKeeper[]): RestorePlan {
  const byId = new Map(keepers.map((keeper) => [keeper.id, keeper]))
  const kept = saved.filter((each) => {
    const keeper = byId.get(each.id)
    return keeper !== undefined && hasSameParts(each, keeper)
  })
  const ids = new Set(kept.map(({ id }) => id))
  return { kept, dropped: saved.filter(({ id }) => !ids.has(id)), started: keepers.filter(({ id }) => !ids.has(id)) }
}

function hasSameParts(saved: SavedKeeper, { parts }: StateKeeper): boolean {
  const shape = parts.map((part) => ({ name: part.name, types: part.types }))
  return JSON.stringify(saved.parts) === JSON.stringify(shape)
}

/** Loads the state that a worker holds of the operators that go on. They must be fresh, and their changes tracked. */
export async function restoreState(
  manifest: Manifest,
  { kept }: RestorePlan,
  keepers: readonly StateKeeper[],
  blobs: BlobStore,
  place: WorkerPlace,
): Promise<void> {
  const byId = new Map(keepers.map((keeper) => [keeper.id, keeper]))
  const ids = new Set(kept.map(({ id }) => id))
  const targets = manifest.keepers.map(({ id }) => (ids.has(id) ? byId.get(id) : undefined))
  const divided = manifest.workers === place.count ? null : new Division(place)
  for (let worker = 0; worker < manifest.workers; worker++) {
    if (divided === null && worker !== place.index) continue
    const files = manifest.files.filter((file) => (file.worker ?? 0) === worker)
    await readNewestPages(files, blobs, ({ keeper, part, rows, read }) => {
      const target = targets[keeper]?.parts[part]
      if (target === undefined) return
      const all = { length: rows, columns: read(target.types.length) }
      const own = divided === null ? all : divided.ownOf(target, all, worker)
      if (own.length > 0) target.load(own)
    })
  }
  for (const target of targets) for (const part of target?.parts ?? []) part.settle?.()
}

/** Finds the state of one worker in that of another number of workers. */
class Division {
  readonly #place: WorkerPlace
  readonly #groups = new Map<StatePart, KeyGroups>()

  constructor(place: WorkerPlace) {
    this.#place = place
  }

  /** The rows of a part that are this worker's; they were those of `worker`. */
  ownOf(part: StatePart, rows: StateRows, worker: number): StateRows {
    const { index } = this.#place
    if (part.keys.length === 0) return worker === 0 && (index === 0 || part.isCommon === true) ? rows : noStateRows
    const workers = this.#groupsOf(part).workersOf(
      part.keys.flatMap((place) => rows.columns[place] ?? []),
      rows.length,
    )
    const selection = new Int32Array(rows.length)
    let count = 0
    for (let row = 0; row < rows.length; row++) if (workers[row] === index) selection[count++] = row
    return { length: count, columns: rows.columns.map((column) => selectRows(column, selection, count)) }
  }

  #groupsOf(part: StatePart): KeyGroups {
    const types = part.keys.map((place) => part.types[place] as DataType)
    const groups = this.#groups.get(part) ?? new KeyGroups(types, this.#place.count)
    this.#groups.set(part, groups)
    return groups
  }
}
