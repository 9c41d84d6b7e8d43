/** Brings operators back to what a checkpoint holds, as far as the plan is still the same. */
import type { BlobStore } from '#blobs'
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

/** Loads the state of the operators that go on. They must be fresh, and their changes tracked. */
export async function restoreState(manifest: Manifest, { kept }: RestorePlan, keepers: readonly StateKeeper[], blobs: BlobStore) {
  const byId = new Map(keepers.map((keeper) => [keeper.id, keeper]))
  const ids = new Set(kept.map(({ id }) => id))
  const targets = manifest.keepers.map(({ id }) => (ids.has(id) ? byId.get(id) : undefined))
  await readNewestPages(manifest.files, blobs, ({ keeper, part, rows, read }) => {
    const target = targets[keeper]?.parts[part]
    target?.load({ length: rows, columns: read(target.types.length) })
  })
  for (const target of targets) for (const part of target?.parts ?? []) part.settle?.()
}
