/** Ordered lists of at most some dozen rows: a block of the same length for each list, one after another in one array. */
import { assert } from '#base'
import { grownIntegers } from './grown.ts'
import type { CompareRows, RankedLists } from './ranked-lists.ts'

export class ShortLists implements RankedLists {
  readonly #compare: CompareRows
  readonly #lengthMax: number
  #sizes = new Int32Array(0)
  #rows = new Int32Array(0)

  constructor(lengthMax: number, compare: CompareRows) {
    this.#compare = compare
    this.#lengthMax = lengthMax
  }

  get stateBytes(): number {
    return this.#sizes.byteLength + this.#rows.byteLength
  }

  reserve(lists: number): void {
    this.#sizes = grownIntegers(this.#sizes, lists)
    this.#rows = grownIntegers(this.#rows, this.#sizes.length * this.#lengthMax)
  }

  size(list: number): number {
    return this.#sizes[list] as number
  }

  insert(list: number, id: number): void {
    const rows = this.#rows
    const base = list * this.#lengthMax
    const size = this.#sizes[list] as number
    assert(size < this.#lengthMax, 'a short list has room')
    let low = 0
    let high = size
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#compare(id, rows[base + middle] as number) < 0) high = middle
      else low = middle + 1
    }
    for (let i = base + size; i > base + low; i--) rows[i] = rows[i - 1] as number
    rows[base + low] = id
    this.#sizes[list] = size + 1
  }

  remove(list: number, id: number): void {
    const rows = this.#rows
    const base = list * this.#lengthMax
    const size = this.#sizes[list] as number
    let at = base + size - 1
    while (at >= base && rows[at] !== id) at--
    assert(at >= base, 'the row is in the list')
    for (; at < base + size - 1; at++) rows[at] = rows[at + 1] as number
    this.#sizes[list] = size - 1
  }

  at(list: number, place: number): number {
    return place < 1 || place > this.size(list) ? -1 : (this.#rows[list * this.#lengthMax + place - 1] as number)
  }

  copy(list: number, from: number, to: number, target: Int32Array, offset: number): number {
    const base = list * this.#lengthMax - 1
    const end = Math.min(to, this.size(list))
    let at = offset
    for (let place = from; place <= end; place++) target[at++] = this.#rows[base + place] as number
    return at - offset
  }
}
