/** One life of a server: at one of its effects on the world outside it dies, and what it still wants to do does not count. */

import { MillraceError } from '#base'
import { ControlLoop, JobBook, type JobHost, Jobs, type JobsOf, type Pace } from '#jobs'
import type { Commit, MemoryStore, RecordKey, RecordKind, Store } from '#store'
import type { Dice } from '../../oracle/random-query.ts'
import type { SimulatedHost, Time } from './simulated-host.fixture.ts'
import type { Truth } from './truth.fixture.ts'

/** Faster than in earnest, so that more happens in an hour. */
const paces: Readonly<Record<'embedded' | 'flink', Pace>> = {
  embedded: { observeMs: 15_000, eagerMs: 1000, repeatMs: 10_000, lossMs: 0 },
  flink: { observeMs: 60_000, eagerMs: 2000, repeatMs: 20_000, lossMs: 45_000 },
}

export interface LifeOptions {
  readonly truth: Truth
  readonly time: Time & { monotonicMs(): number }
  readonly dice: Dice
  readonly hosts: Readonly<Record<'embedded' | 'flink', SimulatedHost>>
  readonly createId: () => string
  /** Somebody sees what was written. */
  readonly noticed: () => void
}

export class ServerLife {
  readonly #options: LifeOptions
  isDead = false
  /** Effects until it dies; null: it does not. */
  #effectsLeft: number | null = null
  #jobs: Jobs | null = null
  loop: ControlLoop | null = null

  constructor(options: LifeOptions) {
    this.#options = options
  }

  async begin(): Promise<void> {
    const { time, truth, hosts, createId } = this.#options
    truth.reloaded()
    const book = await JobBook.load(this.#store(truth.store), time)
    this.loop = new ControlLoop({
      book,
      clock: time,
      hostOf: ({ kind }) => this.#host(hosts[kind]),
      paces,
      limits: { batchMax: 10, looksMax: 2, turnsMax: 8, lookMsMax: 5000 },
      orderMsMax: 10_000,
      report: (error) => this.#report(error),
    })
    this.#jobs = new Jobs({ book, loop: this.loop, planner: null, clock: time, createId })
    this.loop.start()
  }

  /** It dies at the effect of this number from now on, counted from 1. */
  strikeAt(effect: number): void {
    this.#effectsLeft = effect
  }

  jobs(): JobsOf | null {
    return this.isDead ? null : (this.#jobs?.of('w') ?? null)
  }

  /** Stores that fail now and then are part of the world; anything else is a fault. */
  #report(error: unknown): void {
    if (this.isDead || (error instanceof Error && error.message === storeTrouble)) return
    this.#options.truth.troubles.push(`the loop reports ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }

  /** Half of the deaths come before the effect, half of them after it. */
  async #effect<T>(name: string, act: () => Promise<T>, told: () => void = () => undefined): Promise<T> {
    if (this.isDead) return never()
    if (this.#effectsLeft !== null) this.#effectsLeft -= 1
    const isStruck = this.#effectsLeft === 0
    const isAfter = this.#options.dice.chance(50)
    if (isStruck && !isAfter) return this.#die(`before ${name}`)
    const done = act()
    done.catch(() => undefined)
    if (isStruck) return this.#die(`after ${name}`)
    const result = await done
    told()
    return this.isDead ? never() : result
  }

  async #die(when: string): Promise<never> {
    this.isDead = true
    this.#options.truth.tell(`the server dies ${when}`)
    void Promise.all(Object.values(this.#options.hosts).map((host) => host.serverDied()))
    return never()
  }

  #store(store: MemoryStore): Store {
    return new Proxy<Store>(store, {
      get: (target, name) => {
        if (name === 'commit')
          return (commit: Commit) =>
            this.#effect(
              'a commit',
              () => this.#commit(commit),
              () => this.#options.truth.answered(commit),
            )
        if (name === 'read') return (kind: RecordKind<unknown>, key: RecordKey) => this.#read(kind, key)
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  async #read(kind: RecordKind<unknown>, key: RecordKey): Promise<unknown> {
    const { store } = this.#options.truth
    const found = await store.read(kind, key)
    this.#options.truth.read(key.id)
    return found
  }

  /** One in a hundred commits fails; of these, every other one was made all the same. */
  async #commit(commit: Commit): Promise<readonly number[]> {
    const { dice, truth, time } = this.#options
    await time.after(dice.below(20))
    const fails = dice.chance(1)
    if (fails && dice.chance(50)) throw new Error(storeTrouble)
    const versions = await truth.store.commit(commit)
    truth.committed(commit)
    // People look at what has just changed, and ask for more at once.
    if (dice.chance(3)) this.#options.noticed()
    await time.after(dice.below(100))
    if (fails) throw new Error(storeTrouble)
    return versions
  }

  #host(host: SimulatedHost): JobHost {
    return {
      source: host.source,
      start: (order) => this.#effect('a start', () => host.start(order)),
      stop: (jobId, attempt, how) => this.#effect('a stop', () => host.stop(jobId, attempt, how)),
      savepoint: (jobId, attempt, order) => this.#effect('a savepoint', () => host.savepoint(jobId, attempt, order)),
      observe: (jobIds) => (this.isDead ? never() : host.observe(jobIds)),
      measure: () => host.measure(),
      forget: (jobId) => this.#effect('a forget', () => host.forget(jobId)),
      removeSavepoint: () => this.#effect('a disposal', () => host.removeSavepoint()),
    }
  }
}

export const storeTrouble = 'the store does not answer'

export function isOfUser(error: unknown): boolean {
  return error instanceof MillraceError ? error.blame === 'user' : error instanceof Error && error.message === storeTrouble
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
