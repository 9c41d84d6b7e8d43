/**
 * Time that passes only when nothing is left to do at the present moment, so that one seed replays one history. It stands in for the
 * timers of the process while a life runs; whoever dies loses what it had still planned.
 */
import type { Clock } from '#base'

interface Plan {
  readonly call: () => void
  atMs: number
  readonly everyMs: number | null
  unref(): void
}

/** Virtual time that a life may take, unless it is said: one that takes more waits for what never comes. */
const lifeMsMaxDefault = 600_000
/** Turns of the process in which nothing comes, and nothing is planned. */
const idleTurnsMax = 20_000

const nextTurn = globalThis.setImmediate

export class VirtualTime implements Clock {
  #ms = 0
  readonly #lifeMsMax: number
  readonly #plans = new Set<Plan>()

  constructor(lifeMsMax = lifeMsMaxDefault) {
    this.#lifeMsMax = lifeMsMax
  }

  nowMs(): number {
    return 1_700_000_000_000 + this.#ms
  }

  monotonicMs(): number {
    return this.#ms
  }

  /** Resolves so much later; 0: after everything that is planned for now. */
  after(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#plan(resolve, ms))
  }

  /** Runs work, in the process's own time but with these timers, until it is over. */
  async run(begin: () => Promise<void>, isOver: () => boolean): Promise<void> {
    const timers = this.#timers()
    const own = Object.fromEntries(Object.keys(timers).map((name) => [name, globalThis[name as keyof typeof globalThis]]))
    Object.assign(globalThis, timers)
    try {
      await begin()
      await this.#pass(isOver)
    } finally {
      Object.assign(globalThis, own)
      this.#plans.clear()
    }
  }

  async #pass(isOver: () => boolean): Promise<void> {
    const endMs = this.#ms + this.#lifeMsMax
    for (let idle = 0; ; ) {
      // All that follows from the last step is done when the process has had a turn.
      await new Promise((resolve) => nextTurn(resolve))
      if (isOver()) return
      const next = this.#next()
      idle = next === null ? idle + 1 : 0
      if (idle > idleTurnsMax || this.#ms > endMs) throw new Error('the run waits for what never comes')
      next?.call()
    }
  }

  /** What is planned first, of equals the oldest. */
  #next(): Plan | null {
    let first: Plan | null = null
    for (const plan of this.#plans) if (first === null || plan.atMs < first.atMs) first = plan
    if (first === null) return null
    this.#ms = Math.max(this.#ms, first.atMs)
    this.#plans.delete(first)
    if (first.everyMs !== null) {
      first.atMs += first.everyMs
      this.#plans.add(first)
    }
    return first
  }

  #plan(call: () => void, ms: number, everyMs: number | null = null): Plan {
    const plan: Plan = { call, atMs: this.#ms + ms, everyMs, unref: () => undefined }
    this.#plans.add(plan)
    return plan
  }

  #timers() {
    const clear = (plan: Plan | undefined): void => {
      if (plan !== undefined) this.#plans.delete(plan)
    }
    return {
      setTimeout: (call: () => void, ms = 1) => this.#plan(call, Math.max(1, ms)),
      setInterval: (call: () => void, ms = 1) => this.#plan(call, Math.max(1, ms), Math.max(1, ms)),
      setImmediate: (call: () => void) => this.#plan(call, 0),
      clearTimeout: clear,
      clearInterval: clear,
      clearImmediate: clear,
    }
  }
}
