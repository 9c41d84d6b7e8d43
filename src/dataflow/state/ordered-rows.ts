/**
 * Ordered lists of row ids, many of them in the same arrays: search trees (treaps) that know the size of each subtree, so that a row's
 * place, the row at a place, an insertion and a removal all cost the logarithm of the list's length.
 *
 * A list is named by its root, −1 when it is empty; changing a list gives a new root. Rows that compare equal stand in order of arrival.
 * Shapes depend on arrival numbers only, so that runs repeat.
 */
import { hashWord } from './hash.ts'

const none = -1

export class OrderedRows {
  readonly #compare: (a: number, b: number) => number
  #left = new Int32Array(16)
  #right = new Int32Array(16)
  #size = new Int32Array(16)
  /** Decides which of two rows is nearer to the root. */
  #height = new Int32Array(16)
  #arrival = new Float64Array(16)
  #arrivals = 0
  #splitLeft = none
  #splitRight = none

  /** `compare` orders kept rows by id. */
  constructor(compare: (a: number, b: number) => number) {
    this.#compare = compare
  }

  get stateBytes(): number {
    return this.#left.byteLength * 6
  }

  size(root: number): number {
    return root === none ? 0 : (this.#size[root] as number)
  }

  /** Adds a row behind all that compare equal; returns the root. */
  insert(root: number, id: number): number {
    this.#reserve(id + 1)
    this.#arrivals += 1
    this.#arrival[id] = this.#arrivals
    this.#height[id] = hashWord(this.#arrivals)
    this.#left[id] = none
    this.#right[id] = none
    this.#size[id] = 1
    return this.#insertAt(root, id)
  }

  /** Takes out a row that is in the list; returns the root. */
  remove(root: number, id: number): number {
    if (root === id) return this.#merge(this.#left[id] as number, this.#right[id] as number)
    if (this.#isBefore(id, root)) this.#left[root] = this.remove(this.#left[root] as number, id)
    else this.#right[root] = this.remove(this.#right[root] as number, id)
    this.#size[root] = (this.#size[root] as number) - 1
    return root
  }

  /** The row at a place, counted from 1, or −1. */
  at(root: number, place: number): number {
    let node = root
    let rest = place
    while (node !== none) {
      const before = this.size(this.#left[node] as number)
      if (rest === before + 1) return node
      if (rest <= before) node = this.#left[node] as number
      else {
        rest -= before + 1
        node = this.#right[node] as number
      }
    }
    return none
  }

  /** Calls back with the rows from place `from` to place `to`, counted from 1, in order. */
  visit(root: number, from: number, to: number, callback: (id: number) => void): void {
    if (root === none || from > to) return
    const place = this.size(this.#left[root] as number) + 1
    if (from < place) this.visit(this.#left[root] as number, from, Math.min(to, place - 1), callback)
    if (from <= place && place <= to) callback(root)
    if (to > place) this.visit(this.#right[root] as number, Math.max(1, from - place), to - place, callback)
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#compare(a, b)
    return difference < 0 || (difference === 0 && (this.#arrival[a] as number) < (this.#arrival[b] as number))
  }

  #insertAt(root: number, id: number): number {
    if (root === none) return id
    if ((this.#height[id] as number) > (this.#height[root] as number)) {
      this.#split(root, id)
      this.#left[id] = this.#splitLeft
      this.#right[id] = this.#splitRight
      this.#measure(id)
      return id
    }
    if (this.#isBefore(id, root)) this.#left[root] = this.#insertAt(this.#left[root] as number, id)
    else this.#right[root] = this.#insertAt(this.#right[root] as number, id)
    this.#size[root] = (this.#size[root] as number) + 1
    return root
  }

  /** Cuts a tree into what stands before a row and what stands after it. */
  #split(root: number, id: number): void {
    if (root === none) {
      this.#splitLeft = none
      this.#splitRight = none
      return
    }
    if (this.#isBefore(id, root)) {
      this.#split(this.#left[root] as number, id)
      this.#left[root] = this.#splitRight
      this.#splitRight = root
    } else {
      this.#split(this.#right[root] as number, id)
      this.#right[root] = this.#splitLeft
      this.#splitLeft = root
    }
    this.#measure(root)
  }

  #merge(a: number, b: number): number {
    if (a === none) return b
    if (b === none) return a
    if ((this.#height[a] as number) > (this.#height[b] as number)) {
      this.#right[a] = this.#merge(this.#right[a] as number, b)
      this.#measure(a)
      return a
    }
    this.#left[b] = this.#merge(a, this.#left[b] as number)
    this.#measure(b)
    return b
  }

  #measure(node: number): void {
    this.#size[node] = this.size(this.#left[node] as number) + this.size(this.#right[node] as number) + 1
  }

  #reserve(ids: number): void {
    if (ids <= this.#left.length) return
    const capacity = Math.max(ids, this.#left.length * 2)
    this.#left = grown(this.#left, capacity)
    this.#right = grown(this.#right, capacity)
    this.#size = grown(this.#size, capacity)
    this.#height = grown(this.#height, capacity)
    const arrival = new Float64Array(capacity)
    arrival.set(this.#arrival)
    this.#arrival = arrival
  }
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length)
  longer.set(array)
  return longer
}
