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
  /** Files that go away, which were there when the parts were prepared; empty unless the statement overwrites. */
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
  const kin = [...new Set([...first.kin, ...others.flatMap((record) => [record.uid, ...record.kin])])]
  // A writer takes what the others have written before for what was there.
  const replaced = records.flatMap((record) => record.replaced).filter((name) => !isOfRun(path.posix.basename(name), [first.uid, ...kin]))
  const joint: CommitRecord = {
    uid: first.uid,
    kin,
    parts: records.flatMap(({ parts }) => parts),
    replaced: [...new Set(replaced)],
    marks: records.flatMap(({ marks }) => marks),
  }
  return [joint, ...others.map((record) => ({ ...record, replaced: [], marks: [] }))]
}

export async function commitParts(store: FileStore, record: CommitRecord): Promise<void> {
  await store.publish(record.parts)
  // New files are there before old ones go, so that no row is missing in between.
  for (const name of record.replaced) await store.remove(name)
  for (const mark of record.marks) await store.writeText(mark, '')
  await store.syncPublished(record.parts)
  // Whoever commits again finds the parts of this record published, and needs these no more.
  for (const name of record.merged ?? []) await store.removeHeld(name)
}

/** The visible files of a directory that none of the runs wrote. */
export async function filesOfOthers(store: FileStore, directory: string, uids: readonly string[]): Promise<string[]> {
  const others = (await store.entries(directory)).filter(({ name, isDirectory }) => !isHidden(name) && !isDirectory && !isOfRun(name, uids))
  return others.map(({ name }) => path.posix.join(directory, name))
}

function isOfRun(name: string, uids: readonly string[]): boolean {
  return uids.some((uid) => name.startsWith(`part-${uid}-`))
}
