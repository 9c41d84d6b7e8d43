/** Keys that are given up at a time, which moves on while they are used. */
import { grownNumbers } from '../state/grown.ts'
import { RowHeap } from '../state/row-heap.ts'
import { type SavedColumns, savedNumber } from '../state/saved-columns.ts'

const never = Number.POSITIVE_INFINITY

export class KeyExpiry {
  /** By slot: when the key is given up, the time under which it is queued, and 1 for a key that is queued. */
  #dueAt = new Float64Array(0)
  #queuedAt = new Float64Array(0)
  #isQueued = new Float64Array(0)
  readonly #queue = new RowHeap((a, b) => (this.#queuedAt[a] as number) - (this.#queuedAt[b] as number) || a - b)

  /** When each key is given up, by slot. */
  readonly saved: SavedColumns = savedNumber(
    (slot) => (this.#isQueued[slot] === 1 ? (this.#dueAt[slot] as number) : never),
    (slot, atMs) => {
      if (atMs !== never) this.set(slot, atMs)
    },
  )

  /** Puts the end of a key off to a later time. */
  set(slot: number, atMs: number): void {
    if (this.#dueAt.length <= slot) {
      this.#dueAt = grownNumbers(this.#dueAt, slot + 1)
      this.#queuedAt = grownNumbers(this.#queuedAt, slot + 1)
      this.#isQueued = grownNumbers(this.#isQueued, slot + 1)
    }
    this.#dueAt[slot] = atMs
    if (this.#isQueued[slot] === 1) return
    this.#isQueued[slot] = 1
    this.#queuedAt[slot] = atMs
    this.#queue.push(slot)
  }

  /** Hands over the keys whose time has come; each is known to have one until then. */
  pass(timeMs: number, giveUp: (slot: number) => void): void {
    for (let slot = this.#queue.top(); slot !== -1 && (this.#queuedAt[slot] as number) <= timeMs; slot = this.#queue.top()) {
      this.#queue.pop()
      const dueAt = this.#dueAt[slot] as number
      if (dueAt <= timeMs) {
        giveUp(slot)
        this.#isQueued[slot] = 0
      } else {
        this.#queuedAt[slot] = dueAt
        this.#queue.push(slot)
      }
    }
  }
}
