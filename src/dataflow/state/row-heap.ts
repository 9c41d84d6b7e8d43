/** A heap of row ids: the least by a comparison of rows is on top. */

import { grownIntegers } from './grown.ts'
import type { CompareRows } from './ranked-lists.ts'

export class RowHeap {
  readonly #compare: CompareRows
  #heap = new Int32Array(64)
  #count = 0

  constructor(compare: CompareRows) {
    this.#compare = compare
  }

  get count(): number {
    return this.#count
  }

  get stateBytes(): number {
    return this.#heap.byteLength
  }

  /** The least row, or −1. */
  top(): number {
    return this.#count === 0 ? -1 : (this.#heap[0] as number)
  }

  push(id: number): void {
    this.#heap = grownIntegers(this.#heap, this.#count + 1)
    const heap = this.#heap
    let at = this.#count++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#compare(id, heap[parent] as number) >= 0) break
      heap[at] = heap[parent] as number
      at = parent
    }
    heap[at] = id
  }

  /** Takes the least row off. */
  pop(): void {
    this.#count -= 1
    const heap = this.#heap
    const last = heap[this.#count] as number
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#count) break
      if (child + 1 < this.#count && this.#compare(heap[child + 1] as number, heap[child] as number) < 0) child += 1
      if (this.#compare(heap[child] as number, last) >= 0) break
      heap[at] = heap[child] as number
      at = child
    }
    heap[at] = last
  }
}
