/** Finds the files of a path of this machine: a file, a directory and all below it, or a pattern. */
import type { Dirent, Stats } from 'node:fs'
import { glob, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileError, filesystemErrors } from '../errors.ts'
import { type FoundFile, isHidden } from './file-store.ts'

/**
 * All files of a path in the order of their names; `pattern` must match the whole path of each. Hidden ones are left out. With
 * `anyMatch` a path that is a pattern must match something.
 */
export async function findLocalFiles(root: string, pattern: RegExp | null, anyMatch: boolean): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  const visited = new Set<string>()
  for (const base of await expand(root, anyMatch)) await collect(base, found, visited)
  const files = pattern === null ? found : found.filter((file) => pattern.test(file.path))
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** The path itself when it exists, else what it matches as a pattern. */
async function expand(root: string, anyMatch: boolean): Promise<string[]> {
  try {
    refuseDevice(root, await stat(root))
    return [root]
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw fileError(error, root, 'read')
    const isPattern = /[*?[{]/.test(root)
    if (!isPattern) throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_NOT_FOUND({ path: root }, { cause: error })
  }
  const matches = await matchesOf(root)
  if (anyMatch && matches.length === 0) {
    throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_NOT_FOUND({ path: root }, { detail: 'No file matches the pattern.' })
  }
  return withoutNested(matches)
}

async function matchesOf(pattern: string): Promise<string[]> {
  const matches: string[] = []
  try {
    for await (const match of glob(pattern)) if (!isHidden(path.basename(match))) matches.push(match)
  } catch (error) {
    throw fileError(error, pattern, 'read')
  }
  return matches
}

/** Pipes and devices cannot be read from a place of one's choice. Below a directory they are left out; one that was asked for is not. */
function refuseDevice(root: string, stats: Stats): void {
  if (stats.isFile() || stats.isDirectory()) return
  const kind = stats.isFIFO() ? 'a named pipe' : stats.isSocket() ? 'a socket' : 'a device'
  throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_MISMATCH({ path: root }, { detail: `It is ${kind}, expected a file or a directory.` })
}

/** Leaves out what lies in a directory that matches, too: its files are found there. */
function withoutNested(matches: readonly string[]): string[] {
  const all = new Set(matches)
  return matches.filter((match) => {
    for (let parent = path.dirname(match); parent !== path.dirname(parent); parent = path.dirname(parent)) if (all.has(parent)) return false
    return true
  })
}

async function collect(place: string, found: FoundFile[], visited: Set<string>): Promise<void> {
  const stats = await statOf(place)
  // A file may vanish between listing and looking, and a link lead nowhere; then nothing is there.
  if (stats === null) return
  if (!stats.isDirectory()) {
    if (stats.isFile()) found.push({ path: place, size: stats.size, modifiedMs: Math.floor(stats.mtimeMs) })
    return
  }
  // A link may lead back to a directory above it.
  const identity = `${stats.dev}:${stats.ino}`
  if (visited.has(identity)) return
  visited.add(identity)
  for (const { name } of await entriesOf(place)) if (!isHidden(name)) await collect(path.join(place, name), found, visited)
}

async function statOf(place: string): Promise<Stats | null> {
  try {
    return await stat(place)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'ENOENT' || code === 'ELOOP') return null
    throw fileError(error, place, 'read')
  }
}

/** What is in a directory; nothing where it does not exist. */
export async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return []
    throw fileError(error, directory, 'read')
  }
}
