/** Rows by key in order of time, those of the same time in order of arrival: what a temporal join keeps of one input. */
import { grownIntegers, grownNumbers } from '../state/grown.ts'

const none = -1

export class TimedRows {
  /** By slot, side by side: the row of least and of greatest time. */
  #ends = new Int32Array(0)
  /** By id. */
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  #slots = new Int32Array(0)
  #times = new Float64Array(0)

  get stateBytes(): number {
    return this.#ends.byteLength + this.#next.byteLength * 3 + this.#times.byteLength
  }

  /** Makes room for keys below `slots` and rows below `ids`. */
  reserve(slots: number, ids: number): void {
    this.#ends = grownIntegers(this.#ends, slots * 2, none)
    this.#next = grownIntegers(this.#next, ids)
    this.#previous = grownIntegers(this.#previous, ids)
    this.#slots = grownIntegers(this.#slots, ids)
    this.#times = grownNumbers(this.#times, ids)
  }

  timeOf(id: number): number {
    return this.#times[id] as number
  }

  /** The first row of a key, or −1. */
  first(slot: number): number {
    return this.#ends[2 * slot] as number
  }

  /** The row after one, or −1. */
  after(id: number): number {
    return this.#next[id] as number
  }

  /** Keeps a row; its place is sought from the end, where most rows belong. */
  add(slot: number, id: number, timeMs: number): void {
    const times = this.#times
    times[id] = timeMs
    this.#slots[id] = slot
    let before = this.#ends[2 * slot + 1] as number
    while (before !== none && (times[before] as number) > timeMs) before = this.#previous[before] as number
    const after = before === none ? this.first(slot) : this.after(before)
    this.#link(slot, before, id)
    this.#link(slot, id, after)
  }

  remove(id: number): void {
    this.#link(this.#slots[id] as number, this.#previous[id] as number, this.#next[id] as number)
  }

  #link(slot: number, before: number, after: number): void {
    if (before === none) this.#ends[2 * slot] = after
    else this.#next[before] = after
    if (after === none) this.#ends[2 * slot + 1] = before
    else this.#previous[after] = before
  }
}
