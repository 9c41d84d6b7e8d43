/**
 * Ordered lists of rows of any length, all in the same arrays: search trees (treaps) that know the size of each subtree, so that the row
 * at a place, an insertion and a removal all cost the logarithm of the list's length. Shapes depend on the order of insertions only, so
 * that runs repeat.
 */
import { grownIntegers, grownNumbers } from './grown.ts'
import { hashWord } from './hash.ts'
import type { CompareRows, RankedLists } from './ranked-lists.ts'

const none = -1

export class LongLists implements RankedLists {
  readonly #compare: CompareRows
  /** By list: the root of its tree, −1 when it is empty. */
  #roots = new Int32Array(0)
  #left = new Int32Array(16)
  #right = new Int32Array(16)
  #size = new Int32Array(16)
  /** Decides which of two rows is nearer to the root. */
  #height = new Int32Array(16)
  #arrival = new Float64Array(16)
  #arrivals = 0
  #splitLeft = none
  #splitRight = none

  constructor(compare: CompareRows) {
    this.#compare = compare
  }

  get stateBytes(): number {
    return this.#roots.byteLength + this.#left.byteLength * 6
  }

  reserve(lists: number): void {
    this.#roots = grownIntegers(this.#roots, lists, none)
  }

  size(list: number): number {
    return this.#sizeOf(this.#roots[list] as number)
  }

  insert(list: number, id: number): void {
    this.#reserveIds(id + 1)
    this.#arrivals += 1
    this.#arrival[id] = this.#arrivals
    this.#height[id] = hashWord(this.#arrivals)
    this.#left[id] = none
    this.#right[id] = none
    this.#size[id] = 1
    this.#roots[list] = this.#insertAt(this.#roots[list] as number, id)
  }

  remove(list: number, id: number): void {
    this.#roots[list] = this.#removeAt(this.#roots[list] as number, id)
  }

  at(list: number, place: number): number {
    let node = this.#roots[list] as number
    let rest = place
    while (node !== none) {
      const before = this.#sizeOf(this.#left[node] as number)
      if (rest === before + 1) return node
      if (rest <= before) node = this.#left[node] as number
      else {
        rest -= before + 1
        node = this.#right[node] as number
      }
    }
    return none
  }

  copy(list: number, from: number, to: number, target: Int32Array, offset: number): number {
    return this.#copyAt(this.#roots[list] as number, from, to, target, offset) - offset
  }

  #copyAt(root: number, from: number, to: number, target: Int32Array, offset: number): number {
    if (root === none || from > to) return offset
    const left = this.#left[root] as number
    const place = this.#sizeOf(left) + 1
    let at = offset
    if (from < place) at = this.#copyAt(left, from, Math.min(to, place - 1), target, at)
    if (from <= place && place <= to) target[at++] = root
    return to > place ? this.#copyAt(this.#right[root] as number, Math.max(1, from - place), to - place, target, at) : at
  }

  #sizeOf(root: number): number {
    return root === none ? 0 : (this.#size[root] as number)
  }

  #removeAt(root: number, id: number): number {
    if (root === id) return this.#merge(this.#left[id] as number, this.#right[id] as number)
    if (this.#isBefore(id, root)) this.#left[root] = this.#removeAt(this.#left[root] as number, id)
    else this.#right[root] = this.#removeAt(this.#right[root] as number, id)
    this.#size[root] = (this.#size[root] as number) - 1
    return root
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
    this.#size[node] = this.#sizeOf(this.#left[node] as number) + this.#sizeOf(this.#right[node] as number) + 1
  }

  #reserveIds(ids: number): void {
    this.#left = grownIntegers(this.#left, ids)
    this.#right = grownIntegers(this.#right, ids)
    this.#size = grownIntegers(this.#size, ids)
    this.#height = grownIntegers(this.#height, ids)
    this.#arrival = grownNumbers(this.#arrival, ids)
  }
}
