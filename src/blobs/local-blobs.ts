/** Blobs as files of a folder. A file being written has a hidden name, and gets its own by rename once it is safe. */
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { BlobInfo, BlobLock, BlobStore, BlobWriter } from './blob-store.ts'
import { blobError, blobErrors } from './errors.ts'
import { makeDirectory } from './make-directory.ts'
import { isDead, ownIdentity, type ProcessIdentity } from './process-identity.ts'

const lockName = '.lock'
const unfinished = '.inprogress'

export class LocalBlobs implements BlobStore {
  readonly place: string

  /** `folder` is absolute; it is made when the first blob is written. */
  constructor(folder: string) {
    this.place = folder
  }

  async create(name: string): Promise<BlobWriter> {
    const target = path.join(this.place, name)
    const hidden = path.join(path.dirname(target), `.${path.basename(target)}${unfinished}`)
    try {
      await makeDirectory(path.dirname(target))
      return new LocalWriter(await open(hidden, 'w'), { name, place: this.place, hidden, target })
    } catch (error) {
      throw blobError(error, name, this.place, 'write')
    }
  }

  async read(name: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    try {
      const handle = await open(path.join(this.place, name))
      try {
        const { size } = await handle.stat()
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - start)))
        let filled = 0
        while (filled < bytes.length) {
          const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return bytes.subarray(0, filled)
      } finally {
        await handle.close()
      }
    } catch (error) {
      throw blobError(error, name, this.place, 'read')
    }
  }

  async list(prefix: string): Promise<BlobInfo[]> {
    const names = await this.#names()
    const wanted = names.filter((name) => name.startsWith(prefix)).sort()
    const found: BlobInfo[] = []
    for (const name of wanted) found.push({ name, bytes: (await stat(path.join(this.place, name))).size })
    return found
  }

  /** Names of all finished blobs. */
  async #names(): Promise<string[]> {
    try {
      const entries = await readdir(this.place, { recursive: true, withFileTypes: true })
      const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      return files.map((entry) => path.relative(this.place, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return []
      throw blobError(error, '', this.place, 'read')
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await rm(path.join(this.place, name), { force: true })
    } catch (error) {
      throw blobError(error, name, this.place, 'write')
    }
  }

  async lock(): Promise<BlobLock> {
    const file = path.join(this.place, lockName)
    const owner = JSON.stringify({ ...(await ownIdentity()), token: ++locksTaken })
    try {
      await makeDirectory(this.place)
      await this.#take(file, owner)
    } catch (error) {
      throw blobError(error, lockName, this.place, 'write')
    }
    return { release: () => releaseLock(file, owner) }
  }

  async #take(file: string, owner: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await writeFile(file, owner, { flag: 'wx' })
        return
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'EEXIST') throw error
      }
      const holder = await readHolder(file)
      // A lock left behind by a process that is gone is moved away: of two who try, only one can move it.
      if (attempt > 3 || holder === null || !(await isDead(holder))) throw this.#locked(holder)
      await rename(file, `${file}.left`).catch(() => {})
    }
  }

  #locked(holder: ProcessIdentity | null): Error {
    const detail = holder === null ? undefined : `Process ${holder.pid} on host "${holder.host}" holds it.`
    return blobErrors.BLOBS_LOCKED({ place: this.place }, { detail })
  }
}

let locksTaken = 0

/** Who holds a lock; null when that cannot be told. */
async function readHolder(file: string): Promise<ProcessIdentity | null> {
  try {
    const holder = JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity
    return typeof holder.host === 'string' && typeof holder.pid === 'number' ? holder : null
  } catch {
    return null
  }
}

async function releaseLock(file: string, owner: string): Promise<void> {
  const held = await readFile(file, 'utf8').catch(() => null)
  if (held === owner) await rm(file, { force: true })
}

interface LocalBlob {
  readonly name: string
  readonly place: string
  readonly hidden: string
  readonly target: string
}

class LocalWriter implements BlobWriter {
  readonly #handle: FileHandle
  readonly #blob: LocalBlob

  constructor(handle: FileHandle, blob: LocalBlob) {
    this.#handle = handle
    this.#blob = blob
  }

  append(bytes: Uint8Array): Promise<void> {
    const copy = new Uint8Array(bytes)
    return this.#try(() => this.#handle.writeFile(copy))
  }

  finish(): Promise<void> {
    const { hidden, target } = this.#blob
    return this.#try(async () => {
      await this.#handle.sync()
      await this.#handle.close()
      await rename(hidden, target)
      await syncFolder(path.dirname(target))
    })
  }

  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {})
    await rm(this.#blob.hidden, { force: true })
  }

  async #try(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      throw blobError(error, this.#blob.name, this.#blob.place, 'write')
    }
  }
}

/** Makes a rename safe. Some file systems cannot sync folders; they need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  try {
    await handle.sync()
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== 'EINVAL' && code !== 'EISDIR' && code !== 'EPERM' && code !== 'ENOTSUP') throw error
  } finally {
    await handle.close()
  }
}
