/** Leases of a store that only one process has open: who asks first has one, and it is never lost. */
import type { Lease } from './store.ts'

export class LocalLeases {
  readonly #held = new Map<string, symbol>()

  take(name: string): Lease | null {
    if (this.#held.has(name)) return null
    const mark = Symbol(name)
    this.#held.set(name, mark)
    return {
      release: async () => {
        if (this.#held.get(name) === mark) this.#held.delete(name)
      },
    }
  }
}
