/**
 * Values with their counts, of which the best is at hand: a map that counts, and a heap that orders. What left stays in the heap until
 * it comes to the top, or until the heap holds more that left than what is there; then it is made anew.
 */

type IsBetter = (a: unknown, b: unknown) => boolean

/** A heap of so many is not made anew. */
const smallHeap = 32

export class ValueHeap {
  readonly #isBetter: IsBetter
  /** How often each value is there: negative where it went before it came. */
  readonly #counts = new Map<unknown, number>()
  #heap: unknown[] = []

  constructor(isBetter: IsBetter) {
    this.#isBetter = isBetter
  }

  /** Values with their counts. */
  get entries(): Iterable<readonly [value: unknown, count: number]> {
    return this.#counts
  }

  /** Values that are there or owed. */
  get size(): number {
    return this.#counts.size
  }

  /** How many values the heap holds, for tests of its bound. */
  get heapLength(): number {
    return this.#heap.length
  }

  change(value: unknown, by: number): void {
    const before = this.#counts.get(value) ?? 0
    const after = before + by
    if (after === 0) this.#counts.delete(value)
    else this.#counts.set(value, after)
    if (after <= 0 || before > 0) return
    push(this.#heap, value, this.#isBetter)
    if (this.#heap.length > smallHeap && this.#heap.length > 2 * this.#counts.size) this.#rebuild()
  }

  /** The best value that is there; null when none is. */
  best(): unknown {
    while (this.#heap.length > 0) {
      const top = this.#heap[0]
      if ((this.#counts.get(top) ?? 0) > 0) return top
      pop(this.#heap, this.#isBetter)
    }
    return null
  }

  #rebuild(): void {
    this.#heap = []
    for (const [value, count] of this.#counts) if (count > 0) push(this.#heap, value, this.#isBetter)
  }
}

function push(heap: unknown[], value: unknown, isBetter: IsBetter): void {
  let at = heap.push(value) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBetter(value, heap[parent])) break
    heap[at] = heap[parent]
    at = parent
  }
  heap[at] = value
}

function pop(heap: unknown[], isBetter: IsBetter): void {
  const last = heap.pop()
  const { length } = heap
  if (length === 0) return
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= length) break
    if (child + 1 < length && isBetter(heap[child + 1], heap[child])) child++
    if (!isBetter(heap[child], last)) break
    heap[at] = heap[child]
    at = child
  }
  heap[at] = last
}
