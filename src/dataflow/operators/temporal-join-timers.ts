/** When the watermark next has something to do for each key: at the least time that was asked for since it last did. */
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { RowHeap } from '../state/row-heap.ts'

const unset = Number.POSITIVE_INFINITY

export class KeyTimers {
  /** By slot. */
  #dueAt = new Float64Array(0)
  /** Everything that was asked for, by number; what no longer counts is passed over when its time comes. */
  #slots = new Int32Array(0)
  #times = new Float64Array(0)
  readonly #queue = new RowHeap((a, b) => (this.#times[a] as number) - (this.#times[b] as number) || a - b)
  readonly #freed: number[] = []
  #used = 0

  get stateBytes(): number {
    return this.#dueAt.byteLength + this.#times.byteLength + this.#slots.byteLength + this.#queue.stateBytes
  }

  /** Makes room for keys below `slots`. */
  reserve(slots: number): void {
    const known = this.#dueAt.length
    if (known >= slots) return
    this.#dueAt = grownNumbers(this.#dueAt, slots)
    this.#dueAt.fill(unset, known)
  }

  isSet(slot: number): boolean {
    return this.#dueAt[slot] !== unset
  }

  /** Infinite when the key waits for nothing. */
  dueAt(slot: number): number {
    return this.#dueAt[slot] as number
  }

  /** Asks for a key at a time, unless it comes up before that anyway. */
  set(slot: number, timeMs: number): void {
    if (timeMs >= (this.#dueAt[slot] as number)) return
    this.#dueAt[slot] = timeMs
    const entry = this.#freed.pop() ?? this.#used++
    this.#slots = grownIntegers(this.#slots, this.#used)
    this.#times = grownNumbers(this.#times, this.#used)
    this.#slots[entry] = slot
    this.#times[entry] = timeMs
    this.#queue.push(entry)
  }

  clear(slot: number): void {
    this.#dueAt[slot] = unset
  }

  /** Hands over each key whose time the watermark has reached: to `note` as it is, and to `take` when it waits for nothing any more. */
  takeDue(watermarkMs: number, note: (slot: number) => void, take: (slot: number) => void): void {
    for (let entry = this.#queue.top(); entry !== -1 && (this.#times[entry] as number) <= watermarkMs; entry = this.#queue.top()) {
      this.#queue.pop()
      this.#freed.push(entry)
      const slot = this.#slots[entry] as number
      if (this.#dueAt[slot] !== this.#times[entry]) continue
      note(slot)
      this.#dueAt[slot] = unset
      take(slot)
    }
  }
}
