/**
 * The marker of a run in a directory: `.run-<uid>.json` says which process writes the parts of that uid, so that the next run can tell a
 * dead one from one that is alive. To take a living one for dead would cost rows: whatever is not certain counts as alive.
 */
import { isDead, ownIdentity, type ProcessIdentity } from '#blobs'
import type { FileStore } from './stores/file-store.ts'

interface RunOwner extends ProcessIdentity {
  /** The durable work whose later life will commit the pending parts; null when nobody will. */
  readonly work: string | null
}

/** A run whose process has ended. */
export interface DeadRun {
  readonly uid: string
  readonly work: string | null
}

export async function writeOwner(store: FileStore, uid: string, work: string | null): Promise<void> {
  const owner: RunOwner = { ...(await ownIdentity()), work }
  await store.writeText(ownerFile(uid), JSON.stringify(owner))
}

export async function removeOwner(store: FileStore, uid: string): Promise<void> {
  await store.remove(ownerFile(uid))
}

function ownerFile(uid: string): string {
  return `.run-${uid}.json`
}

/** The runs that the directory of a table marks whose process has ended. */
export async function deadRunsIn(store: FileStore): Promise<DeadRun[]> {
  const runs: DeadRun[] = []
  for (const { uid, owner } of await markedRuns(store)) if (await isDead(owner)) runs.push({ uid, work: owner.work })
  return runs
}

/** The uids of the runs that the directory of a table marks as lives of some durable works. */
export async function livesIn(store: FileStore, isOf: (work: string) => boolean): Promise<string[]> {
  return (await markedRuns(store)).flatMap(({ uid, owner }) => (owner.work !== null && isOf(owner.work) ? [uid] : []))
}

const markerName = /^\.run-(.+)\.json$/

async function markedRuns(store: FileStore): Promise<{ readonly uid: string; readonly owner: RunOwner }[]> {
  const runs: { uid: string; owner: RunOwner }[] = []
  for (const { name } of await store.entries('')) {
    const uid = markerName.exec(name)?.[1]
    const owner = uid === undefined ? null : ownerIn(await store.readText(name))
    if (uid !== undefined && owner !== null) runs.push({ uid, owner })
  }
  return runs
}

/** Null where the text is no marker. */
function ownerIn(text: string | null): RunOwner | null {
  try {
    const owner = JSON.parse(text ?? '') as RunOwner
    return typeof owner.host === 'string' && typeof owner.pid === 'number' && owner.work !== undefined ? owner : null
  } catch {
    return null
  }
}
