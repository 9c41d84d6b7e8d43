/** Lists of row ids in order of arrival, one for each of many numbered heads: the rows of a key, or the rows of a hash. */

const none = -1

export class LinkedRows {
  #first = filled(16)
  #last = filled(16)
  #next = filled(16)
  #previous = filled(16)

  get stateBytes(): number {
    return this.#first.byteLength * 2 + this.#next.byteLength * 2
  }

  /** Makes room for heads below `heads` and ids below `ids`. */
  reserve(heads: number, ids: number): void {
    if (heads > this.#first.length) {
      this.#first = grown(this.#first, heads)
      this.#last = grown(this.#last, heads)
    }
    if (ids > this.#next.length) {
      this.#next = grown(this.#next, ids)
      this.#previous = grown(this.#previous, ids)
    }
  }

  /** The first id of a list, or −1. */
  first(head: number): number {
    return this.#first[head] as number
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

function filled(length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(length).fill(none)
}

function grown(array: Int32Array, lengthMin: number): Int32Array<ArrayBuffer> {
  const longer = filled(Math.max(lengthMin, array.length * 2))
  longer.set(array)
  return longer
}
