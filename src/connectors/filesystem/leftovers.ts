/** What dead runs left in a directory: hidden parts that nobody will ever make visible. */
import path from 'node:path'
import { entriesOf, isHidden } from './location.ts'
import { partStage } from './part-file.ts'
import { removeFile } from './remove-file.ts'
import { deadRunOf, livesOf, removeOwner } from './run-owner.ts'

/**
 * Removes the parts of runs whose process has ended. Those that a run had prepared stay when a later life of its work may commit them, and
 * with them its marker; whoever gives that work up for good removes both.
 */
export async function removeLeftovers(root: string): Promise<void> {
  for (const { name } of await entriesOf(root)) {
    const run = await deadRunOf(root, name)
    if (run === null) continue
    const kept = await removeParts(root, run.uid, run.work !== null ? ['in-progress'] : ['in-progress', 'pending'])
    if (kept === 0) await removeOwner(root, run.uid)
  }
}

/** Removes what earlier lives of durable works left, once the newest of them is committed: nobody will ask for it. */
export async function removeEarlierLives(root: string, isOf: (work: string) => boolean, own: string): Promise<void> {
  for (const uid of await livesOf(root, isOf)) {
    if (uid === own) continue
    await removeParts(root, uid, ['in-progress', 'pending'])
    await removeOwner(root, uid)
  }
}

/** Removes pending parts of a run whose last commit has been done: what it prepared later nobody will ask for. */
export async function removePending(root: string, uid: string): Promise<void> {
  await removeParts(root, uid, ['in-progress', 'pending'])
}

/** Removes the hidden parts of a run that are in one of the stages, below all directories; returns how many others it has. */
async function removeParts(directory: string, uid: string, stages: readonly string[]): Promise<number> {
  let kept = 0
  for (const entry of await entriesOf(directory)) {
    const place = path.join(directory, entry.name)
    if (entry.isDirectory()) {
      if (!isHidden(entry.name)) kept += await removeParts(place, uid, stages)
      continue
    }
    const stage = partStage(entry.name, uid)
    if (stage === null) continue
    if (stages.includes(stage)) await removeFile(place)
    else kept++
  }
  return kept
}
