/**
 * The right to write to the topics of a folder: one holder at a time, whatever process or thread it is in.
 *
 * The lock has numbers. Number n is held while the file `<n>.held` is there and its process lives, and free once that is called
 * `<n>.free`. Whoever wants it makes the file of the next number, which only one can. The newest files are never removed, so that who
 * comes late with an old number sees that it is late. A holder that has died needs nothing but the next number.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '#base'
import { isDead, ownIdentity, type ProcessIdentity } from '#blobs'
import type { Disk } from './disk.ts'
import { fileError, topicErrors } from './errors.ts'

/** How long one waits for a living holder. */
const waitMsMax = 60_000
/** How long who held it last lets others go first. */
const yieldMsMax = 10
/** How long a holder may take to write who it is, before it counts as dead. */
const namelessMsMax = 1000
/** Files of so many numbers are kept. */
const keptNumbers = 8

export interface Holding {
  /** Whether nobody else has held the lock since this owner did. */
  readonly isUndisturbed: boolean
  release(): void
}

/** What the files of the lock say. */
interface LockState {
  /** 0: nobody has ever held it. */
  readonly number: number
  readonly isFree: boolean
  readonly old: readonly string[]
  readonly wanting: readonly string[]
}

export class FolderLock {
  readonly #folder: string
  readonly #disk: Disk
  readonly #clock: Clock
  readonly #token = randomBytes(6).toString('hex')
  #identity: ProcessIdentity | null = null
  /** The number that this owner had last. */
  #last = -1
  #queue: Promise<unknown> = Promise.resolve()

  constructor(folder: string, disk: Disk, clock: Clock) {
    this.#folder = folder
    this.#disk = disk
    this.#clock = clock
  }

  /** Runs work while the lock is held. Works of one owner come one after another. */
  hold<T>(work: (holding: Holding) => Promise<T>): Promise<T> {
    const held = this.#queue.then(async () => {
      const holding = await this.#acquire()
      try {
        return await work(holding)
      } finally {
        holding.release()
      }
    })
    this.#queue = held.catch(() => {})
    return held
  }

  async #acquire(): Promise<Holding> {
    this.#identity ??= await ownIdentity()
    const startMs = this.#clock.monotonicMs()
    let isWanting = false
    let nameless = { number: 0, sinceMs: startMs }
    try {
      for (let pauseMs = 0.5; ; pauseMs = Math.min(pauseMs * 1.5, 8)) {
        const state = this.#look()
        const waitedMs = this.#clock.monotonicMs() - startMs
        if (state.number !== nameless.number) nameless = { number: state.number, sinceMs: startMs + waitedMs }
        const isLate = startMs + waitedMs - nameless.sinceMs > namelessMsMax
        const lets = state.number === this.#last && this.#othersWant(state, waitedMs)
        if (!lets && (state.isFree || (await this.#hasDied(state, isLate)))) {
          const holding = this.#take(state)
          if (holding !== null) return holding
        } else if (!lets && !isWanting) {
          isWanting = true
          this.#disk.createText(path.join(this.#folder, `${this.#token}.wants`), '')
        }
        if (waitedMs > waitMsMax) throw this.#refused(state)
        await sleep(pauseMs)
      }
    } finally {
      if (isWanting) this.#disk.remove(path.join(this.#folder, `${this.#token}.wants`))
    }
  }

  /** Whether somebody waits who should come first; who does not come in time is gone. */
  #othersWant({ wanting }: LockState, waitedMs: number): boolean {
    const others = wanting.filter((name) => name !== `${this.#token}.wants`)
    if (others.length === 0) return false
    if (waitedMs < yieldMsMax) return true
    for (const name of others) this.#disk.remove(path.join(this.#folder, name))
    return false
  }

  #look(): LockState {
    const names = this.#disk.names(this.#folder)
    const numbers = names.map((name) => (name.endsWith('.wants') ? 0 : Number.parseInt(name, 10) || 0))
    const number = Math.max(0, ...numbers)
    return {
      number,
      isFree: number === 0 || names.includes(`${number}.free`),
      old: names.filter((_, index) => (numbers[index] ?? 0) > 0 && (numbers[index] ?? 0) <= number - keptNumbers),
      wanting: names.filter((name) => name.endsWith('.wants')),
    }
  }

  /** Whether the holder is dead. One that has not written who it is, and lives, sees that it is late before it does anything. */
  async #hasDied({ number }: LockState, isLate: boolean): Promise<boolean> {
    const holder = this.#holderOf(number)
    return holder === null ? isLate : isDead(holder)
  }

  /** Null where it is being written, or was let go meanwhile. */
  #holderOf(number: number): ProcessIdentity | null {
    try {
      return JSON.parse(this.#disk.readText(path.join(this.#folder, `${number}.held`)) ?? 'null') as ProcessIdentity | null
    } catch {
      return null
    }
  }

  #take(state: LockState): Holding | null {
    const number = state.number + 1
    const file = path.join(this.#folder, `${number}.held`)
    try {
      this.#disk.makeFolder(this.#folder)
      if (!this.#disk.createText(file, JSON.stringify(this.#identity))) return null
    } catch (error) {
      this.#disk.remove(file)
      throw fileError(error, file, 'write')
    }
    if (this.#look().number !== number) {
      this.#disk.remove(file)
      return null
    }
    for (const name of state.old) this.#disk.remove(path.join(this.#folder, name))
    const isUndisturbed = state.number === this.#last
    this.#last = number
    return { isUndisturbed, release: () => this.#disk.rename(file, path.join(this.#folder, `${number}.free`)) }
  }

  #refused({ number }: LockState): Error {
    const holder = this.#holderOf(number)
    const detail = holder === null ? undefined : `Process ${holder.pid} on host "${holder.host}" is the one.`
    return topicErrors.TOPICS_LOCKED({ folder: path.dirname(this.#folder), seconds: Math.round(waitMsMax / 1000) }, { detail })
  }
}
