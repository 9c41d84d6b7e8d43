/**
 * Which pages of numbered entries changed since they were saved last. A page is a run of entries with neighbouring numbers; whoever
 * changes an entry marks it. Marks cost nothing until somebody starts to track them.
 */
import { grownBytes } from './grown.ts'
import type { Pages } from './state-part.ts'

/** Entries of a page: few, so that a change costs little to save; many, so that pages are not worth more than what they hold. */
const pageEntriesDefault = 128

export class ChangedPages implements Pages {
  #tracked = false
  #shift = 31 - Math.clz32(pageEntriesDefault)
  #marks = new Uint8Array(0)
  #changed: number[] = []
  /** Pages that are saved when their turn comes, or before they change; null when there are none. */
  #due: DuePages | null = null

  get isTracked(): boolean {
    return this.#tracked
  }

  track(pageEntries: number = pageEntriesDefault): void {
    this.#tracked = true
    this.#shift = 31 - Math.clz32(pageEntries)
  }

  mark(entry: number): void {
    if (this.#tracked) this.markPage(entry >>> this.#shift)
  }

  /** Marks the first `count` entries listed; negative ones stand for none. */
  markAll(entries: Int32Array, count: number): void {
    if (!this.#tracked) return
    for (let i = 0; i < count; i++) {
      const entry = entries[i] as number
      if (entry >= 0) this.markPage(entry >>> this.#shift)
    }
  }

  /** Marks all entries below `count`. */
  markBelow(count: number): void {
    if (!this.#tracked) return
    for (let page = 0; page << this.#shift < count; page++) this.markPage(page)
  }

  take(): number[] {
    const changed = this.#changed.sort((a, b) => a - b)
    for (const page of changed) this.#marks[page] = 0
    this.#changed = []
    return changed
  }

  /** Lets the changed pages have their turns, as `StatePart.freeze` says. Whoever asks for it marks entries before they change. */
  freeze(save: (page: number) => void): () => boolean {
    const due = new DuePages(this.take(), save)
    this.#due = due
    return () => {
      const goesOn = due.saveNext()
      if (!goesOn && this.#due === due) this.#due = null
      return goesOn
    }
  }

  markPage(page: number): void {
    this.#due?.saveFirst(page)
    if (this.#marks.length <= page) this.#marks = grownBytes(this.#marks, page + 1)
    if (this.#marks[page] === 1) return
    this.#marks[page] = 1
    this.#changed.push(page)
  }

  /** The entries of a page that are there, of those below `capacity`. */
  entriesOf(page: number, capacity: number, isThere: (entry: number) => boolean): Int32Array {
    const from = page << this.#shift
    const to = Math.min(capacity, (page + 1) << this.#shift)
    const entries = new Int32Array(Math.max(0, to - from))
    let count = 0
    for (let entry = from; entry < to; entry++) if (isThere(entry)) entries[count++] = entry
    return entries.subarray(0, count)
  }
}

/** Pages in the state that they had at one moment, as long as whoever changes one asks for it first. */
class DuePages {
  readonly #pages: readonly number[]
  readonly #isDue: Uint8Array
  readonly #save: (page: number) => void
  #next = 0

  constructor(pages: readonly number[], save: (page: number) => void) {
    this.#pages = pages
    this.#isDue = new Uint8Array((pages.at(-1) ?? -1) + 1)
    for (const page of pages) this.#isDue[page] = 1
    this.#save = save
  }

  saveFirst(page: number): void {
    if (this.#isDue[page] !== 1) return
    this.#isDue[page] = 0
    this.#save(page)
  }

  saveNext(): boolean {
    while (this.#next < this.#pages.length) {
      const page = this.#pages[this.#next++] as number
      if (this.#isDue[page] !== 1) continue
      this.saveFirst(page)
      return true
    }
    return false
  }
}
