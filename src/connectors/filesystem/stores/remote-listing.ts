/** Which of the files that a store elsewhere lists are those of a table. */
import { isNotFound } from '#blobs'
import { filesystemErrors } from '../errors.ts'
import { type FoundFile, isHidden } from './file-store.ts'
import { fixedPart, isPattern, patternOf } from './path-pattern.ts'

export interface RemoteNames {
  /** The path of the table without what names the store, and how a name becomes an address again. */
  readonly root: string
  readonly addressOf: (name: string) => string
  /** The file or the files below a directory of this name, hidden ones included; null where nothing is. */
  readonly list: (name: string) => Promise<readonly FoundName[] | null>
}

export interface FoundName {
  readonly name: string
  readonly size: number
  readonly modifiedMs: number
  readonly version: string
}

export async function findRemote({ root, addressOf, list }: RemoteNames, pattern: RegExp | null, anyMatch: boolean): Promise<FoundFile[]> {
  let found = await list(root)
  let base = root
  if (found === null && isPattern(root)) {
    const glob = patternOf(root)
    base = fixedPart(root).replace(/\/$/, '')
    found = ((await list(base)) ?? []).filter(({ name }) => glob.test(name))
    if (anyMatch && found.length === 0) throw notFound(addressOf(root), 'No file matches the pattern.')
  }
  if (found === null) {
    if (anyMatch) throw notFound(addressOf(root), 'Nothing is there.')
    return []
  }
  const below = base === '' ? 0 : base.length + 1
  const isSeen = (name: string): boolean => !name.slice(below).split('/').some(isHidden)
  return found
    .filter(({ name }) => name === root || isSeen(name))
    .map(({ name, ...facts }): FoundFile => ({ path: addressOf(name), ...facts }))
    .filter(({ path }) => pattern === null || pattern.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

function notFound(path: string, detail: string): Error {
  return filesystemErrors.CONNECTORS_FILESYSTEM_PATH_NOT_FOUND({ path }, { detail })
}

/** Where a file is no more that was found. */
export function goneError(error: unknown, address: string): unknown {
  const isGone = isNotFound(error)
  return isGone ? filesystemErrors.CONNECTORS_FILESYSTEM_FILE_GONE({ path: address }, { cause: error }) : error
}
