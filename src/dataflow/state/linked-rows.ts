/** Lists of row ids in order of arrival, one for each of many numbered heads: the rows of a key, or the rows of a hash. */

import { grownIntegers } from './grown.ts'

const none = -1

export class LinkedRows {
  #first = new Int32Array(0)
  #last = new Int32Array(0)
  #next = new Int32Array(0)
  #previous = new Int32Array(0)

  get stateBytes(): number {
    return this.#first.byteLength * 2 + this.#next.byteLength * 2
  }

  /** Makes room for heads below `heads` and ids below `ids`. */
  reserve(heads: number, ids: number): void {
    this.#first = grownIntegers(this.#first, heads, none)
    this.#last = grownIntegers(this.#last, heads, none)
    this.#next = grownIntegers(this.#next, ids, none)
    this.#previous = grownIntegers(this.#previous, ids, none)
  }

  /** The first id of a list, or −1. */
  first(head: number): number {
    return this.#first[head] as number
  }

  /** The last id of a list, or −1. */
  last(head: number): number {
    return this.#last[head] as number
  }

  /** The id after one, or −1. */
  after(id: number): number {
    return this.#next[id] as number
  }

  add(head: number, id: number): void {
    const last = this.#last[head] as number
    this.#next[id] = none
    this.#previous[id] = last
    if (last === none) this.#first[head] = id
    else this.#next[last] = id
    this.#last[head] = id
  }

  remove(head: number, id: number): void {
    const next = this.#next[id] as number
    const previous = this.#previous[id] as number
    if (previous === none) this.#first[head] = next
    else this.#next[previous] = next
    if (next === none) this.#last[head] = previous
    else this.#previous[next] = previous
  }
}
