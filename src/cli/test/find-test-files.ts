/** Finds the files of tests that the paths of a command line stand for. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { cliErrors, usageErrors } from '../errors.ts'

/** A file to read, or a folder that could not be looked into. */
export interface FoundFile {
  readonly name: string
  readonly error: Error | null
}

const ending = '.sqltest'

/** Each file once, in the order of the paths and by name within a folder. Fails when a path does not exist or holds no test. */
export async function findTestFiles(paths: readonly string[]): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>()
  for (const each of paths) {
    const files = await findIn(each)
    if (files.length === 0) throw usageErrors.CLI_TESTS_NOT_FOUND({ path: each })
    for (const file of files) {
      const place = path.resolve(file.name)
      if (!found.has(place)) found.set(place, file)
    }
  }
  return [...found.values()]
}

async function findIn(name: string): Promise<FoundFile[]> {
  const kind = await stat(name).catch((error: NodeJS.ErrnoException) => error)
  if (kind instanceof Error) {
    if (kind.code === 'ENOENT' || kind.code === 'ENOTDIR' || kind.code === 'ENAMETOOLONG')
      throw usageErrors.CLI_FILE_NOT_FOUND({ path: name })
    return [unreadable(name, kind)]
  }
  if (kind.isDirectory()) return findInFolder(name)
  return [{ name, error: null }]
}

/** Folders that are hidden, and those of installed packages, hold no tests of one's own. */
async function findInFolder(folder: string): Promise<FoundFile[]> {
  let entries: Dirent[]
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    return [unreadable(folder, error as NodeJS.ErrnoException)]
  }
  const found: FoundFile[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = path.join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && entry.name !== 'node_modules') found.push(...(await findInFolder(name)))
    } else if (entry.name.endsWith(ending) && (await isFile(entry, name))) {
      found.push({ name, error: null })
    }
  }
  return found
}

/** A link to a file is one; a pipe or a socket is none. */
async function isFile(entry: Dirent, name: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile()
  const target = await stat(name).catch(() => null)
  return target === null || target.isFile()
}

function unreadable(name: string, error: NodeJS.ErrnoException): FoundFile {
  return { name, error: cliErrors.CLI_FILE_UNREADABLE({ path: name }, { detail: `The system said: ${error.message}.`, cause: error }) }
}
