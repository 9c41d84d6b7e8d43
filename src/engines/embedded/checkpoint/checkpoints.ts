/** The checkpoints in one place: which there are, and what is left over. */
import type { BlobStore } from '#blobs'
import { type Manifest, manifestName, manifestNumber, readManifest, writeManifest } from './manifest.ts'

const statePrefix = 'state/'

export class Checkpoints {
  readonly blobs: BlobStore

  constructor(blobs: BlobStore) {
    this.blobs = blobs
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

  /** The newest checkpoint, or null when there is none. A damaged one is an error: to go back further is for people to decide. */
  async newest(): Promise<Manifest | null> {
    const number = (await this.numbers()).at(-1)
    return number === undefined ? null : this.read(number)
  }

  /** The state file of a checkpoint. A number is given once: one that was never published leaves its file behind, to be replaced. */
  stateFileName(number: number): string {
    return `${statePrefix}${String(number).padStart(8, '0')}.state`
  }

  /** Makes a checkpoint the newest one. */
  async publish(manifest: Manifest): Promise<void> {
    const writer = await this.blobs.create(manifestName(manifest.number))
    try {
      await writer.append(writeManifest(manifest))
      await writer.finish()
    } catch (error) {
      await writer.abandon()
      throw error
    }
  }

  /** Removes all but the newest `kept` checkpoints, and state that none of them names. */
  async removeOld(kept: number): Promise<void> {
    const numbers = await this.numbers()
    const old = numbers.slice(0, Math.max(0, numbers.length - kept))
    const needed = new Set<string>()
    for (const number of numbers.slice(old.length)) for (const { name } of (await this.read(number)).files) needed.add(name)
    // Manifests go first: one that is there has all its files.
    for (const number of old) await this.blobs.remove(manifestName(number))
    for (const { name } of await this.blobs.list(statePrefix)) if (!needed.has(name)) await this.blobs.remove(name)
  }
}
