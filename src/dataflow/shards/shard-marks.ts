/**
 * Which pages of one part of a shard have to be saved. Pages are numbered anew whenever a shard comes into memory or leaves it, so a
 * checkpoint after that saves all of them, and those as empty that it holds beyond their number.
 */
import { noStateRows, type SavePage, type StatePart } from '../state/state-part.ts'

export class ShardMarks {
  /** Pages that checkpoints may hold. */
  #held: number
  /** Pages of the operator, as far as they have been seen. */
  #pages = 0
  #isRenumbered = true
  /** Marked while the shard was out of memory. */
  readonly #again = new Set<number>()
  /** Saves what was frozen and has not had its turn. */
  #saveNext: () => boolean = () => false

  constructor(held: number) {
    this.#held = held
  }

  /** Saves what was frozen, and returns how many pages checkpoints may hold then. */
  finishSaving(): number {
    while (this.#saveNext());
    return this.#held
  }

  /** From now on pages have other numbers. */
  renumber(): void {
    this.#pages = 0
    this.#isRenumbered = true
  }

  markPage(page: number, part: StatePart | undefined): void {
    if (part === undefined) this.#again.add(page)
    else part.pages.markPage(page)
  }

  /** How many pages the part has. What was frozen is saved before, for the part may be gone soon. */
  allPages(part: StatePart): number {
    this.finishSaving()
    this.#note(part.pages.take())
    return this.#pages
  }

  #note(pages: readonly number[]): void {
    for (const page of pages) this.#pages = Math.max(this.#pages, page + 1)
  }

  /** Takes the pages to be saved; without a part, an image of so many pages is there. */
  take(part: StatePart | undefined, imagePages: number): readonly number[] {
    const changed = part?.pages.take() ?? [...this.#again]
    this.#again.clear()
    this.#note(changed)
    const pages = part === undefined ? imagePages : this.#pages
    const all = this.#isRenumbered
    const end = Math.max(pages, this.#held)
    this.#isRenumbered = false
    this.#held = pages
    return all ? Array.from({ length: end }, (_, page) => page) : changed
  }

  freeze(part: StatePart, save: SavePage): () => boolean {
    const endsAt = this.#isRenumbered ? this.#held : 0
    this.#isRenumbered = false
    const saveChanged = part.freeze?.((page, rows) => {
      this.#note([page])
      save(page, rows)
    })
    let isDone = false
    const saveNext = (): boolean => {
      if (isDone) return false
      if (saveChanged?.() === true) return true
      isDone = true
      // What a checkpoint holds beyond the pages that there were.
      for (let page = this.#pages; page < endsAt; page++) save(page, noStateRows)
      this.#held = Math.max(this.#pages, this.#held)
      return false
    }
    this.#saveNext = saveNext
    return saveNext
  }
}
