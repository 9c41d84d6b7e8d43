/** Makes parts visible for good. Every step may be done again. */
import path from 'node:path'
import type { HeldPart } from './held-parts.ts'
import type { WaitingPartition } from './partition-commits.ts'
import { type FileStore, isHidden, type PreparedPart } from './stores/file-store.ts'

/** What is to be done, as JSON. Paths are below the table's directory. */
export interface CommitRecord {
  readonly uid: string
  /** Runs of the same work whose files an overwrite keeps. */
  readonly kin: readonly string[]
  readonly parts: readonly PreparedPart[]
  /** Directories whose other files go away; empty unless the statement overwrites. */
  readonly replaced: readonly string[]
  /** Success files to be written once the parts are there. */
  readonly marks: readonly string[]
  /** Hidden parts whose rows are in the parts of this record; left out: none. */
  readonly merged?: readonly string[]
  /** Parts that stay hidden for a later commit; left out: none. */
  readonly held?: readonly HeldPart[]
  /** Partitions that have rows and do not count as whole yet; left out: none. */
  readonly waiting?: readonly WaitingPartition[]
}

/** The first of several writers that overwrite moves the parts of all into sight, and removes what else there is. */
export function joinOverwrites(records: readonly CommitRecord[]): readonly CommitRecord[] {
  const [first, ...others] = records
  if (first === undefined) return []
  const joint: CommitRecord = {
    uid: first.uid,
    kin: [...new Set([...first.kin, ...others.flatMap(({ uid, kin }) => [uid, ...kin])])],
    parts: records.flatMap(({ parts }) => parts),
    replaced: [...new Set(records.flatMap(({ replaced }) => replaced))],
    marks: records.flatMap(({ marks }) => marks),
  }
  return [joint, ...others.map((record) => ({ ...record, replaced: [], marks: [] }))]
}

export async function commitParts(store: FileStore, record: CommitRecord): Promise<void> {
  await store.publish(record.parts)
  for (const directory of record.replaced) await removeOthers(store, directory, [record.uid, ...record.kin])
  for (const mark of record.marks) await store.writeText(mark, '')
  await store.syncPublished(record.parts)
  // Whoever commits again finds the parts of this record published, and needs these no more.
  for (const name of record.merged ?? []) await store.removeHeld(name)
}

/** Removes the visible files that none of the runs wrote. New files are there before old ones go, so that no row is missing in between. */
async function removeOthers(store: FileStore, directory: string, uids: readonly string[]): Promise<void> {
  for (const entry of await store.entries(directory)) {
    if (isHidden(entry.name)) continue
    if (entry.isDirectory) continue
    if (!uids.some((uid) => entry.name.startsWith(`part-${uid}-`))) await store.remove(path.posix.join(directory, entry.name))
  }
}
