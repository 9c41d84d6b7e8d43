/** The checkpoints in one place: which there are, and what is left over. */
import { randomBytes } from 'node:crypto'
import { listed } from '#base'
import { type BlobLock, type BlobStore, isNotFound, writeBlob } from '#blobs'
import { embeddedErrors } from '../errors.ts'
import { type Manifest, manifestName, manifestNumber, readManifest, writeManifest } from './manifest.ts'

/** Holds 32 hexadecimal digits. */
const workName = 'work'
const statePrefix = 'state/'
const stateName = /^state\/(\d{8,12})(?:-[\da-z]+)?\.state$/

export class Checkpoints {
  readonly blobs: BlobStore
  #lock: BlobLock | null = null

  constructor(blobs: BlobStore) {
    this.blobs = blobs
  }

  /** Makes the place this run's own. */
  async lock(): Promise<void> {
    this.#lock = await this.blobs.lock()
  }

  /** The id of the work whose checkpoints these are: a place gets one with its first run, which keeps it to itself by the lock. */
  async workId(): Promise<string> {
    const known = await this.#readWorkId()
    if (known !== null) return known
    const id = randomBytes(16).toString('hex')
    await writeBlob(this.blobs, workName, 'new', (writer) => writer.append(new TextEncoder().encode(id)))
    return id
  }

  async #readWorkId(): Promise<string | null> {
    let bytes: Uint8Array
    try {
      bytes = await this.blobs.read(workName)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
    const id = new TextDecoder().decode(bytes)
    if (!/^[\da-f]{32}$/.test(id)) throw embeddedErrors.ENGINE_CHECKPOINT_DAMAGED({ name: workName, place: this.blobs.place })
    return id
  }

  /** Throws when the place is known to be another run's by now. */
  checkLock(): void {
    this.#lock?.check()
  }

  async release(): Promise<void> {
    await this.#lock?.release()
  }

  /** Numbers of all checkpoints, ascending. */
  async numbers(): Promise<number[]> {
    const found = await this.blobs.list('checkpoints/')
    return found.flatMap(({ name }) => manifestNumber(name) ?? [])
  }

  async read(number: number): Promise<Manifest> {
    const name = manifestName(number)
    return readManifest(await this.blobs.read(name), name, this.blobs.place)
  }

  /** The same, with an error that says which ones there are. */
  async find(number: number): Promise<Manifest> {
    const numbers = await this.numbers()
    if (numbers.includes(number)) return this.read(number)
    const detail = numbers.length === 0 ? 'There are none.' : `There ${numbers.length === 1 ? 'is' : 'are'} ${listed(numbers.map(String))}.`
    throw embeddedErrors.ENGINE_CHECKPOINT_NOT_FOUND({ number, place: this.blobs.place }, { detail })
  }

  /** The newest checkpoint, or null when there is none. A damaged one is an error: to go back further is for people to decide. */
  async newest(): Promise<Manifest | null> {
    const number = (await this.numbers()).at(-1)
    return number === undefined ? null : this.read(number)
  }

  /** The state file of a checkpoint. Its name is no other run's: one that lost the place unawares must not write over another's. */
  stateFileName(number: number, worker = 0): string {
    const part = `${this.#lock === null ? '' : this.#lock.token}${worker === 0 ? '' : `w${worker}`}`
    const owner = part === '' ? '' : `-${part}`
    return `${statePrefix}${String(number).padStart(8, '0')}${owner}.state`
  }

  /** Makes a checkpoint the newest one. Of two runs that both believe that the place is theirs, only one can. */
  async publish(manifest: Manifest): Promise<void> {
    await this.#lock?.confirm()
    await writeBlob(this.blobs, manifestName(manifest.number), 'new', (writer) => writer.append(writeManifest(manifest)))
  }

  /** Removes all but the newest `kept` checkpoints and those in use, and state that none of them names. */
  async removeOld(kept: number, inUse: readonly number[] = []): Promise<void> {
    const numbers = await this.numbers()
    const old = numbers.slice(0, Math.max(0, numbers.length - kept))
    await this.remove(old.filter((number) => !inUse.includes(number)))
  }

  /** Removes checkpoints, and state that no other names. Whatever has another name than ours is left alone. */
  async remove(numbers: readonly number[]): Promise<void> {
    const left = (await this.numbers()).filter((number) => !numbers.includes(number))
    const needed = new Set<string>()
    for (const number of left) for (const { name } of (await this.read(number)).files) needed.add(name)
    // Manifests go first: one that is there has all its files.
    for (const number of numbers) await this.blobs.remove(manifestName(number))
    for (const { name } of await this.blobs.list(statePrefix)) {
      const number = Number(stateName.exec(name)?.[1] ?? Number.POSITIVE_INFINITY)
      // State of later checkpoints is another run's, to whom the place went.
      if (number <= (left.at(-1) ?? 0) && !needed.has(name)) await this.blobs.remove(name)
    }
  }
}
