/** Blobs as files of a folder. A file being written has a hidden name, and gets its own by rename once it is safe. */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
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

  async create(name: string, mode: 'replace' | 'new' = 'replace'): Promise<BlobWriter> {
    const target = path.join(this.place, name)
    const hidden = path.join(path.dirname(target), `.${path.basename(target)}${unfinished}`)
    try {
      await makeDirectory(path.dirname(target))
      await this.#refuseLinks(path.dirname(name))
      // Whatever a life before this one left behind, be it a link to elsewhere, is not written to.
      await rm(hidden, { force: true })
      return new LocalWriter(await open(hidden, 'wx'), { name, place: this.place, hidden, target, mode })
    } catch (error) {
      throw blobError(error, name, this.place, 'write')
    }
  }

  async read(name: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    try {
      await this.#refuseLinks(path.dirname(name))
      const handle = await open(path.join(this.place, name), constants.O_RDONLY | constants.O_NOFOLLOW)
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
    const found: BlobInfo[] = []
    try {
      await this.#walk(prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, found)
    } catch (error) {
      throw blobError(error, prefix, this.place, 'read')
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Adds the finished blobs of a folder, whose name is empty or ends with a slash, and of those below it. */
  async #walk(folder: string, prefix: string, found: BlobInfo[]): Promise<void> {
    await this.#refuseLinks(folder)
    const entries = await unlessGone(readdir(path.join(this.place, folder), { withFileTypes: true }))
    for (const entry of entries ?? []) {
      const name = folder + entry.name
      const isWanted = name.startsWith(prefix) || prefix.startsWith(`${name}/`)
      if (!isWanted || entry.name.startsWith('.')) continue
      // What a link leads to may be anywhere, and change at any time.
      if (entry.isSymbolicLink()) throw blobErrors.BLOBS_SYMBOLIC_LINK({ name, place: this.place })
      if (entry.isDirectory()) await this.#walk(`${name}/`, prefix, found)
      if (!entry.isFile()) continue
      const status = await unlessGone(lstat(path.join(this.place, name)))
      if (status !== null) found.push({ name, bytes: status.size })
    }
  }

  /** Fails when one of the folders that a name goes through, below the place itself, is a link. */
  async #refuseLinks(folder: string): Promise<void> {
    const steps = folder.split('/').filter((step) => step !== '' && step !== '.')
    for (let count = 1; count <= steps.length; count++) {
      const name = steps.slice(0, count).join('/')
      const status = await unlessGone(lstat(path.join(this.place, name)))
      if (status === null) return
      if (status.isSymbolicLink()) throw blobErrors.BLOBS_SYMBOLIC_LINK({ name, place: this.place })
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
    const token = randomBytes(4).toString('hex')
    const owner = JSON.stringify({ ...(await ownIdentity()), token })
    try {
      await makeDirectory(this.place)
      await this.#take(file, owner)
    } catch (error) {
      throw blobError(error, lockName, this.place, 'write')
    }
    return {
      token,
      check: () => {},
      confirm: async () => {
        const held = await unlessGone(readFile(file, 'utf8')).catch((error: unknown) => {
          throw blobError(error, lockName, this.place, 'read')
        })
        if (held !== owner) throw blobErrors.BLOBS_LOCK_LOST({ place: this.place })
      },
      release: () => releaseLock(file, owner),
    }
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

/** What is there, or null. */
async function unlessGone<T>(looking: Promise<T>): Promise<T | null> {
  try {
    return await looking
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null
    throw error
  }
}

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
  readonly mode: 'replace' | 'new'
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
    const { hidden, target, mode } = this.#blob
    return this.#try(async () => {
      await this.#handle.sync()
      await this.#handle.close()
      if (mode === 'new') await nameNew(hidden, target)
      else await rename(hidden, target)
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

/** Gives a file its name unless that is taken. Where files cannot have two names, the lock alone keeps others away. */
async function nameNew(hidden: string, target: string): Promise<void> {
  try {
    await link(hidden, target)
    await rm(hidden)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw error
    if ((await unlessGone(lstat(target))) !== null) throw Object.assign(new Error('the name is taken'), { code: 'EEXIST' })
    await rename(hidden, target)
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
