/** Removes hidden files of runs, where parts are files with hidden names. */
import path from 'node:path'
import { type FileStore, isHidden, type PartStage, partStage } from './file-store.ts'

export interface UnwantedParts {
  readonly uid: string
  readonly stages: readonly PartStage[]
  /** Names of parts that stay. */
  readonly held: ReadonlySet<string>
}

/** Looks into a directory and all below it; returns how many parts of the run are others. */
export async function removeHiddenParts(
  store: Pick<FileStore, 'entries' | 'remove'>,
  directory: string,
  unwanted: UnwantedParts,
): Promise<number> {
  const { uid, stages, held } = unwanted
  let kept = 0
  for (const entry of await store.entries(directory)) {
    const place = path.posix.join(directory, entry.name)
    if (entry.isDirectory) {
      if (!isHidden(entry.name)) kept += await removeHiddenParts(store, place, unwanted)
      continue
    }
    const stage = partStage(entry.name, uid)
    if (stage === null) continue
    if (stages.includes(stage) && !held.has(place)) await store.remove(place)
    else kept++
  }
  return kept
}
