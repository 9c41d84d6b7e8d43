/** Open sessions in the order of their ends, of those with the same end in the order of their numbers: a heap. */

interface QueuedSession {
  /** How many sessions had been opened before it. */
  readonly number: number
  /** Grows as rows come. */
  readonly end: number
  /** The session that it was merged into, which has a place of its own. */
  readonly mergedInto: QueuedSession | null
}

interface Place<S> {
  /** The end that the session had when it was queued. */
  readonly end: number
  readonly session: S
}

export class SessionQueue<S extends QueuedSession> {
  readonly #heap: Place<S>[] = []

  add(session: S): void {
    const heap = this.#heap
    let at = heap.push({ end: session.end, session }) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(heap[at], heap[parent])) break
      swap(heap, at, parent)
      at = parent
    }
  }

  /** Takes out the first session if its end is reached. */
  takeReached(isReached: (end: number) => boolean): S | undefined {
    for (;;) {
      const top = this.#heap[0]
      if (top === undefined || !isReached(top.end)) return undefined
      this.#pop()
      const { session, end } = top
      if (session.mergedInto !== null) continue
      if (session.end === end) return session
      this.add(session)
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) return
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++
      if (!isBefore(heap[child], heap[at])) return
      swap(heap, at, child)
      at = child
    }
  }
}

function isBefore<S extends QueuedSession>(a: Place<S> | undefined, b: Place<S> | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a.end < b.end || (a.end === b.end && a.session.number < b.session.number)
}

function swap<S>(heap: Place<S>[], a: number, b: number): void {
  const kept = heap[a] as Place<S>
  heap[a] = heap[b] as Place<S>
  heap[b] = kept
}
