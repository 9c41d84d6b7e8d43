/**
 * Knows when the watcher watched last, also across its own end: after each look at all rules the time is written to a file, which others
 * may watch as well. A time that is missing is found by the next look, whether the server was down, the machine slept, or a look took long.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Clock } from '#base'

export interface Silence {
  readonly from: number
  readonly to: number
}

/** A server that is started anew at once was not silent. */
const silenceMsMin = 60_000

export class Heartbeat {
  readonly #file: string
  readonly #clock: Clock
  #lastAt: number | null
  #startedAt: number

  constructor(folder: string, clock: Clock) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#file = path.join(folder, 'heartbeat')
    this.#clock = clock
    this.#lastAt = readBeat(this.#file)
    this.#startedAt = clock.nowMs()
  }

  /** Null before the first one ever. */
  get lastAt(): number | null {
    return this.#lastAt
  }

  /** For how long nobody watched: since the last look, or since the start of the server where that is later. */
  get quietMs(): number {
    return Math.max(0, this.#clock.nowMs() - Math.max(this.#lastAt ?? 0, this.#startedAt))
  }

  get isLate(): boolean {
    return this.quietMs >= silenceMsMin
  }

  /** To be called after each look; tells of a silence before it. */
  beat(): Silence | null {
    const now = this.#clock.nowMs()
    const from = this.#lastAt
    this.#lastAt = now
    // Whoever reads it never finds half of it.
    writeFileSync(`${this.#file}.new`, `${now}\n`)
    renameSync(`${this.#file}.new`, this.#file)
    return from !== null && now - from >= silenceMsMin ? { from, to: now } : null
  }
}

function readBeat(file: string): number | null {
  try {
    const at = Number(readFileSync(file, 'utf8').trim())
    return Number.isSafeInteger(at) && at > 0 ? at : null
  } catch {
    return null
  }
}
