/** Files of this machine. A part is a hidden file, which gets its own name by rename. */
import { createReadStream } from 'node:fs'
import { access, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { makeDirectory } from '#blobs'
import { fileError, filesystemErrors } from '../errors.ts'
import type {
  BlockFile,
  FileStore,
  FileToRead,
  FoundFile,
  HiddenPart,
  OpenedFile,
  PartNames,
  PartStage,
  PreparedPart,
  StoreEntry,
} from './file-store.ts'
import { removeHiddenParts } from './hidden-parts.ts'
import { entriesOf, findLocalFiles } from './local-files.ts'

export class LocalStore implements FileStore {
  readonly root: string
  readonly showsHeld = true
  readonly openPartsMax = 128

  /** `root` is absolute. */
  constructor(root: string) {
    this.root = root
  }

  pathOf(name: string): string {
    return path.join(this.root, name)
  }

  find(pattern: RegExp | null, anyMatch: boolean): Promise<FoundFile[]> {
    return findLocalFiles(this.root, pattern, anyMatch)
  }

  async open({ path: file }: FileToRead): Promise<OpenedFile> {
    try {
      const handle = await open(file)
      return {
        read: async (into, at, length, offset) => {
          try {
            return (await handle.read(into, at, length, offset)).bytesRead
          } catch (error) {
            throw fileError(error, file, 'read')
          }
        },
        close: () => handle.close(),
      }
    } catch (error) {
      throw fileError(error, file, 'read')
    }
  }

  stream({ path: file, size }: FileToRead, start: number): Readable {
    return createReadStream(file, { start, end: size - 1 })
  }

  async checkDirectory(given: string): Promise<void> {
    try {
      if ((await stat(this.root)).isDirectory()) return
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return
      throw fileError(error, this.root, 'write')
    }
    throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_MISMATCH(
      { path: given },
      { detail: 'It is a file; rows are written to files in a directory.' },
    )
  }

  async entries(directory: string): Promise<StoreEntry[]> {
    const entries = await entriesOf(this.pathOf(directory))
    return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }))
  }

  part(names: PartNames): HiddenPart {
    const inProgress = this.pathOf(names.inProgress)
    return {
      name: inProgress,
      open: () => createFile(inProgress),
      seal: async () => {
        try {
          await rename(inProgress, this.pathOf(names.pending))
        } catch (error) {
          throw fileError(error, inProgress, 'write')
        }
        return { from: names.pending, to: names.committed }
      },
      discard: async () => {
        await this.remove(names.inProgress)
        await this.remove(names.pending)
      },
    }
  }

  heldPath(name: string): string {
    return this.pathOf(name)
  }

  removeHeld(name: string): Promise<void> {
    return this.remove(name)
  }

  syncParts(parts: readonly PreparedPart[]): Promise<void> {
    return this.#syncDirectories(parts.map(({ from }) => from))
  }

  async publish(parts: readonly PreparedPart[]): Promise<void> {
    for (const { from, to } of parts) await moveOnce(this.pathOf(from), this.pathOf(to))
  }

  syncPublished(parts: readonly PreparedPart[]): Promise<void> {
    return this.#syncDirectories(parts.map(({ to }) => to))
  }

  removeParts(uid: string, stages: readonly PartStage[], held: ReadonlySet<string> = new Set()): Promise<number> {
    return removeHiddenParts(this, '', { uid, stages, held })
  }

  async writeText(name: string, text: string): Promise<void> {
    const file = this.pathOf(name)
    try {
      await makeDirectory(path.dirname(file))
      await writeFile(file, text, { flush: true })
    } catch (error) {
      throw fileError(error, file, 'write')
    }
  }

  readText(name: string): Promise<string | null> {
    return readFile(this.pathOf(name), 'utf8').catch(() => null)
  }

  async remove(name: string): Promise<void> {
    const file = this.pathOf(name)
    try {
      await rm(file, { force: true })
    } catch (error) {
      throw fileError(error, file, 'write')
    }
  }

  async close(): Promise<void> {}

  /** Makes names safe: the directories that files stand in, and those above, up to the root. */
  async #syncDirectories(files: readonly string[]): Promise<void> {
    const all = new Set<string>([this.root])
    for (const file of files) {
      for (let at = path.dirname(this.pathOf(file)); at.length > this.root.length; at = path.dirname(at)) all.add(at)
    }
    for (const directory of all) await syncDirectory(directory)
  }
}

async function createFile(name: string): Promise<BlockFile> {
  await makeDirectory(path.dirname(name))
  return open(name, 'wx')
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
