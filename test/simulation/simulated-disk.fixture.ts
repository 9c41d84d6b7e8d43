/**
 * A store of blobs that says what is safe: finished blobs are; of one that is being written, nothing may be left, or a torn piece under
 * its name (a store has to promise more than that; runs have to need no more). Whether a blob was removed is only sure for as long as
 * the process lives. The lock goes with its owner.
 */
import { MillraceError } from '#base'
import type { BlobLock, BlobStore } from '#blobs'
import type { Dice } from '../oracle/random-query.ts'
import type { Life } from './life.fixture.ts'

export class SimulatedDisk {
  /** Finished blobs, by name. */
  readonly blobs = new Map<string, Uint8Array>()
  /** Those that are being written and may be torn. */
  readonly unfinished = new Map<string, Uint8Array[]>()
  readonly removed = new Map<string, Uint8Array>()
  owner: string | null = null
  locksTaken = 0

  /** What is found after the process has died. */
  crash(dice: Dice): void {
    this.owner = null
    for (const [name, parts] of this.unfinished) {
      const bytes = Buffer.concat(parts)
      if (dice.chance(30) && !this.blobs.has(name)) this.blobs.set(name, new Uint8Array(bytes.subarray(0, dice.below(bytes.length + 1))))
    }
    for (const [name, bytes] of this.removed) if (dice.chance(30) && !this.blobs.has(name)) this.blobs.set(name, bytes)
    this.unfinished.clear()
    this.removed.clear()
  }
}

/** The disk as one life sees it. */
export class SimulatedBlobs implements BlobStore {
  readonly place = 'simulated'
  readonly #disk: SimulatedDisk
  readonly #life: Life

  constructor(disk: SimulatedDisk, life: Life) {
    this.#disk = disk
    this.#life = life
  }

  async create(name: string, mode: 'replace' | 'new' = 'replace'): ReturnType<BlobStore['create']> {
    const disk = this.#disk
    const life = this.#life
    const parts: Uint8Array[] = []
    // A name that has to be new is given at the end.
    const begin = (): void => void (mode === 'replace' && disk.unfinished.set(name, parts))
    await life.effect(`create ${name}`, begin)
    return {
      append: (bytes) => {
        const copy = new Uint8Array(bytes)
        return life.effect(
          `append ${name}`,
          () => void parts.push(copy),
          () => void parts.push(copy.subarray(0, copy.length / 2)),
        )
      },
      finish: () =>
        life.effect(
          `finish ${name}`,
          () => this.#finish(name, mode, parts),
          () => this.#tear(name, mode, parts),
        ),
      abandon: () => life.effect(`abandon ${name}`, () => void disk.unfinished.delete(name)),
    }
  }

  #finish(name: string, mode: 'replace' | 'new', parts: readonly Uint8Array[]): void {
    const { blobs, unfinished, removed } = this.#disk
    if (mode === 'new' && blobs.has(name)) throw troubleOf('BLOBS_EXISTS', name)
    blobs.set(name, new Uint8Array(Buffer.concat(parts)))
    unfinished.delete(name)
    removed.delete(name)
    if (name.startsWith('checkpoints/')) this.#life.checkpoints += 1
  }

  /** A blob that was being finished is there or not. */
  #tear(name: string, mode: 'replace' | 'new', parts: readonly Uint8Array[]): void {
    if (this.#life.dice.chance(50)) this.#finish(name, mode, parts)
  }

  read(name: string, start = 0, length = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    return this.#life.effect(`read ${name}`, () => {
      const bytes = this.#disk.blobs.get(name)
      if (bytes === undefined) throw troubleOf('BLOBS_NOT_FOUND', name)
      return bytes.slice(start, Math.min(bytes.length, start + length))
    })
  }

  list(prefix: string): ReturnType<BlobStore['list']> {
    return this.#life.effect(`list ${prefix}`, () => {
      const found = [...this.#disk.blobs].filter(([name]) => name.startsWith(prefix))
      return found.map(([name, bytes]) => ({ name, bytes: bytes.length })).sort((a, b) => (a.name < b.name ? -1 : 1))
    })
  }

  remove(name: string): Promise<void> {
    return this.#life.effect(`remove ${name}`, () => {
      const { blobs, removed } = this.#disk
      const bytes = blobs.get(name)
      if (bytes !== undefined) removed.set(name, bytes)
      blobs.delete(name)
    })
  }

  async lock(): Promise<BlobLock> {
    const disk = this.#disk
    const life = this.#life
    const token = await life.effect('lock', () => {
      if (disk.owner !== null) throw troubleOf('BLOBS_LOCKED', '')
      disk.owner = String(++disk.locksTaken)
      return disk.owner
    })
    return {
      token,
      check: () => undefined,
      confirm: () =>
        life.effect('confirm the lock', () => {
          if (disk.owner !== token) throw troubleOf('BLOBS_LOCK_LOST', '')
        }),
      release: () =>
        life.effect('release the lock', () => {
          if (disk.owner === token) disk.owner = null
        }),
    }
  }
}

function troubleOf(code: string, name: string): MillraceError {
  return new MillraceError(code, { blame: 'external', message: `${code} ${name}` }, {})
}
