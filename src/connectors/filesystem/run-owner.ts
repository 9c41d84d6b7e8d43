/**
 * The marker of a run in a directory: `.run-<uid>.json` says which process writes the parts of that uid, so that the next run can tell a
 * dead one from one that is alive. To take a living one for dead would cost rows: whatever is not certain counts as alive.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { isDead, makeDirectory, ownIdentity, type ProcessIdentity } from '#blobs'
import { fileError } from './errors.ts'
import { entriesOf } from './location.ts'
import { removeFile } from './remove-file.ts'

interface RunOwner extends ProcessIdentity {
  /** The durable work whose later life will commit the pending parts; null when nobody will. */
  readonly work: string | null
}

/** A run whose process has ended. */
export interface DeadRun {
  readonly uid: string
  readonly work: string | null
}

export async function writeOwner(root: string, uid: string, work: string | null): Promise<void> {
  const file = ownerFile(root, uid)
  const owner: RunOwner = { ...(await ownIdentity()), work }
  try {
    await makeDirectory(root)
    await writeFile(file, JSON.stringify(owner))
  } catch (error) {
    throw fileError(error, file, 'write')
  }
}

export async function removeOwner(root: string, uid: string): Promise<void> {
  await removeFile(ownerFile(root, uid))
}

function ownerFile(root: string, uid: string): string {
  return path.join(root, `.run-${uid}.json`)
}

/** The run that a file of a directory marks, when its process has ended; null otherwise. */
export async function deadRunOf(root: string, name: string): Promise<DeadRun | null> {
  const uid = markerName.exec(name)?.[1]
  const owner = uid === undefined ? null : await readOwner(path.join(root, name))
  if (uid === undefined || owner === null || !(await isDead(owner))) return null
  return { uid, work: owner.work }
}

/** The uids of the runs that a directory marks as lives of some durable works. */
export async function livesOf(root: string, isOf: (work: string) => boolean): Promise<string[]> {
  const uids: string[] = []
  for (const { name } of await entriesOf(root)) {
    const uid = markerName.exec(name)?.[1]
    const work = uid === undefined ? null : ((await readOwner(path.join(root, name)))?.work ?? null)
    if (uid !== undefined && work !== null && isOf(work)) uids.push(uid)
  }
  return uids
}

const markerName = /^\.run-(.+)\.json$/

/** Null when the file is gone or no marker. */
async function readOwner(file: string): Promise<RunOwner | null> {
  try {
    const owner = JSON.parse(await readFile(file, 'utf8')) as RunOwner
    return typeof owner.host === 'string' && typeof owner.pid === 'number' && owner.work !== undefined ? owner : null
  } catch {
    return null
  }
}
