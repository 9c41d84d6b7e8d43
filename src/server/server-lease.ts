/**
 * Who of several servers on one store runs its jobs:
 *
 *     held ── the store goes away ──► lost ── it is back, and nobody had it meanwhile ──► held
 *                                      └──── another server had it, or has it for good ──► over
 *
 * 1. While it is lost nothing is begun: another server may have it.
 * 2. Who had it last is written in the store, so that a server knows whether what it remembers is still so.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#base'
import { type RecordKind, type Store, writeOf } from '#store'
import { serverErrors } from './errors.ts'

interface Term {
  /** The server that has the lease, or had it last. */
  readonly holder: string
}

const termKind: RecordKind<Term> = { name: 'server-term', keepsVersions: false }
const termKey = { workspace: '', id: 'server' }

const retryMs = 2000
/** A database takes a while to notice that the connection of a holder is gone. */
const heldByGhostMsMax = 60_000

export interface LeaseEvents {
  /** Told when it is lost, and of trouble on the way to have it again. */
  readonly failed: (error: unknown) => void
  /** Told, once, that another server has it: this one can go on no more. */
  readonly over: (error: Error) => void
}

export class ServerLease {
  readonly #store: Store
  readonly #clock: Clock
  readonly #events: LeaseEvents
  readonly #holder = randomUUID()
  #release: (() => Promise<void>) | null = null
  #timer: NodeJS.Timeout | undefined
  #lostAt: number | null = null
  #isClosed = false

  private constructor(store: Store, clock: Clock, events: LeaseEvents) {
    this.#store = store
    this.#clock = clock
    this.#events = events
  }

  /** Fails with SERVER_RUNS_ALREADY where another server has it. */
  static async take(store: Store, clock: Clock, events: LeaseEvents): Promise<ServerLease> {
    const lease = new ServerLease(store, clock, events)
    if (!(await lease.#take())) throw serverErrors.SERVER_RUNS_ALREADY()
    const { version } = (await store.read(termKind, termKey)) ?? { version: 0 }
    await store.commit({ writes: [writeOf(termKind, termKey, { holder: lease.#holder }, version)], entries: [], by: 'server' })
    return lease
  }

  get isHeld(): boolean {
    return this.#release !== null
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#release?.()
  }

  /** Whether it has it now. */
  async #take(): Promise<boolean> {
    const lease = await this.#store.lease('server', () => this.#lost())
    this.#release = lease === null ? null : () => lease.release()
    return lease !== null
  }

  #lost(): void {
    this.#release = null
    if (this.#isClosed) return
    this.#lostAt = this.#clock.monotonicMs()
    this.#events.failed(serverErrors.SERVER_LEASE_LOST())
    this.#retryLater()
  }

  #retryLater(): void {
    this.#timer = setTimeout(() => void this.#retry(), retryMs)
  }

  async #retry(): Promise<void> {
    try {
      // Asked first: once the lease is ours, nobody else writes it.
      if (await this.#take()) return await this.#judge()
      if (this.#clock.monotonicMs() - (this.#lostAt ?? 0) > heldByGhostMsMax) return this.#end()
    } catch (error) {
      this.#events.failed(error)
    }
    if (!this.#isClosed) this.#retryLater()
  }

  /** It is ours again, for what it is worth. */
  async #judge(): Promise<void> {
    const release = this.#release
    // Nothing may be begun before it is known who had it.
    this.#release = null
    const term = await this.#store.read(termKind, termKey)
    if (term?.value.holder !== this.#holder || this.#isClosed) {
      await release?.()
      if (!this.#isClosed) this.#end()
      return
    }
    this.#release = release
    this.#lostAt = null
  }

  #end(): void {
    this.#events.over(serverErrors.SERVER_LEASE_TAKEN())
  }
}
