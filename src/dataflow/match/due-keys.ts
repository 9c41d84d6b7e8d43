/** When keys have to be looked at again: a time each, which may be too early but never too late. */
import { grownBytes, grownNumbers } from '../state/grown.ts'
import { RowHeap } from '../state/row-heap.ts'

export class DueKeys {
  /** By slot: the time, and 1 for a key that has one. */
  #dueAt = new Float64Array(0)
  #isDue = new Uint8Array(0)
  readonly #queue = new RowHeap((a, b) => (this.#dueAt[a] as number) - (this.#dueAt[b] as number) || a - b)

  get stateBytes(): number {
    return this.#dueAt.byteLength + this.#queue.stateBytes
  }

  /** Sets the time of a key that has none; an earlier one stays. */
  set(slot: number, dueAt: number): void {
    this.#dueAt = grownNumbers(this.#dueAt, slot + 1)
    this.#isDue = grownBytes(this.#isDue, slot + 1)
    if (this.#isDue[slot] === 1 || dueAt === Number.POSITIVE_INFINITY) return
    this.#isDue[slot] = 1
    this.#dueAt[slot] = dueAt
    this.#queue.push(slot)
  }

  /** Hands over the keys whose time comes up to `timeMs`, in order of time; each may get a new one. */
  pass(timeMs: number, look: (slot: number, dueAt: number) => void): void {
    for (let slot = this.#queue.top(); slot !== -1 && (this.#dueAt[slot] as number) <= timeMs; slot = this.#queue.top()) {
      this.#queue.pop()
      this.#isDue[slot] = 0
      look(slot, this.#dueAt[slot] as number)
    }
  }
}
