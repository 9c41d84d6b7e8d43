/** Makes parts visible for good. Every step may be done again. */
import { access, open, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { makeDirectory } from '#blobs'
import { fileError, filesystemErrors } from './errors.ts'
import { entriesOf, isHidden } from './location.ts'
import { removeFile } from './remove-file.ts'

/** What is to be done, as JSON. Paths are below the table's directory. */
export interface CommitRecord {
  readonly uid: string
  /** Runs of the same work whose files an overwrite keeps. */
  readonly kin: readonly string[]
  readonly parts: readonly { readonly from: string; readonly to: string }[]
  /** Directories whose other files go away; empty unless the statement overwrites. */
  readonly replaced: readonly string[]
  /** Success files to be written once the parts are there. */
  readonly marks: readonly string[]
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

export async function commitParts(root: string, record: CommitRecord): Promise<void> {
  const touched = new Set<string>()
  for (const { from, to } of record.parts) {
    const target = path.join(root, to)
    await moveOnce(path.join(root, from), target)
    touched.add(path.dirname(target))
  }
  for (const directory of record.replaced) await removeOthers(path.join(root, directory), [record.uid, ...record.kin])
  for (const mark of record.marks) await writeMark(path.join(root, mark))
  await syncDirectories(root, touched)
}

/** Makes renames safe: the directories and those they stand in, up to the root. */
export async function syncDirectories(root: string, directories: Iterable<string>): Promise<void> {
  const all = new Set<string>([root])
  for (const directory of directories) {
    for (let at = directory; at.length > root.length; at = path.dirname(at)) all.add(at)
  }
  for (const directory of all) await syncDirectory(directory)
}

async function moveOnce(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw fileError(error, from, 'write')
    // An earlier try may have moved it already.
    if (!(await exists(to))) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_LOST({ path: from }, { cause: error })
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    return false
  }
}

/** Removes the visible files that none of the runs wrote. New files are there before old ones go, so that no row is missing in between. */
async function removeOthers(directory: string, uids: readonly string[]): Promise<void> {
  for (const entry of await entriesOf(directory)) {
    if (isHidden(entry.name)) continue
    if (entry.isDirectory()) continue
    if (!uids.some((uid) => entry.name.startsWith(`part-${uid}-`))) await removeFile(path.join(directory, entry.name))
  }
}

export async function writeMark(file: string): Promise<void> {
  try {
    await makeDirectory(path.dirname(file))
    await writeFile(file, '', { flush: true })
  } catch (error) {
    throw fileError(error, file, 'write')
  }
}

/** Some file systems cannot sync directories; they need not. */
async function syncDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== 'EINVAL' && code !== 'EISDIR' && code !== 'EPERM' && code !== 'ENOTSUP') throw fileError(error, directory, 'write')
  }
}
