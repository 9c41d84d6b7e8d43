/** What dead runs left in a directory: hidden parts that nobody will ever make visible. */
import { deadRunsIn, livesIn, removeOwner } from './run-owner.ts'
import type { FileStore } from './stores/file-store.ts'

/**
 * Removes the parts of runs whose process has ended. Those that a run had prepared stay when a later life of its work may commit them, and
 * with them its marker; whoever gives that work up for good removes both.
 */
export async function removeLeftovers(store: FileStore): Promise<void> {
  for (const { uid, work } of await deadRunsIn(store)) {
    const kept = await store.removeParts(uid, work !== null ? ['in-progress'] : ['in-progress', 'pending'])
    if (kept === 0) await removeOwner(store, uid)
  }
}

/** Removes what earlier lives of durable works left, once the newest of them is committed. Returns the uids of those with parts that are held. */
export async function removeEarlierLives(
  store: FileStore,
  isOf: (work: string) => boolean,
  own: string,
  held: ReadonlySet<string>,
): Promise<string[]> {
  const holding: string[] = []
  for (const uid of await livesIn(store, isOf)) {
    if (uid !== own && (await removeLife(store, uid, held)) > 0) holding.push(uid)
  }
  return holding
}

/** Removes what a life left that nobody will ask for, and its marker unless some of its parts are held; returns how many are. */
export async function removeLife(store: FileStore, uid: string, held: ReadonlySet<string>): Promise<number> {
  const kept = await store.removeParts(uid, ['in-progress', 'pending'], held)
  if (kept === 0) await removeOwner(store, uid)
  return kept
}
