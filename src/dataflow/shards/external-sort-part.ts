/**
 * What a sort keeps, as a part of state: rows in memory, which are pages of even numbers, and blocks of sorted runs out of it, which
 * never change and are pages of odd numbers. When the rows in memory become a run, their pages are empty again.
 */
import { type DataType, doubleType } from '#data'
import { ChangedPages } from '../state/changed-pages.ts'
import { noStateRows, type Pages, type SavePage, type StatePart, type StateRows } from '../state/state-part.ts'
import type { ShardImage } from './shard-image.ts'
import type { SortBuffer } from './sort-buffer.ts'

interface Block {
  readonly run: ShardImage
  readonly page: number
}

export class ExternalSortPart implements StatePart {
  readonly name = 'rows'
  readonly types: readonly DataType[]
  readonly keys: readonly number[] = []
  readonly pages: Pages
  readonly #load: (rows: StateRows) => void
  readonly #marks = new ChangedPages()
  #buffer: SortBuffer
  /** Pages of rows in memory that checkpoints may hold. */
  #held = 0
  #isEmptied = false
  readonly #blocks: Block[] = []
  /** Blocks that no checkpoint has as they are now. */
  #changedBlocks: number[] = []
  #hasEnded = false

  constructor(rowTypes: readonly DataType[], buffer: SortBuffer, load: (rows: StateRows) => void) {
    this.types = [...rowTypes, { ...doubleType, nullable: false }]
    this.#buffer = buffer
    this.#load = load
    this.pages = {
      track: (pageEntries) => this.#marks.track(pageEntries),
      take: () => this.#take(),
      markPage: (page) => {
        if (page % 2 === 0) this.#marks.markPage(page / 2)
        else this.#changedBlocks.push((page - 1) / 2)
      },
    }
  }

  /** Rows have come. */
  come(ids: Int32Array, count: number): void {
    this.#marks.markAll(ids, count)
  }

  /** The rows in memory have become a run, and others come to a new buffer. */
  spilled(run: ShardImage, buffer: SortBuffer): void {
    this.#empty(buffer)
    for (let page = 0; page < run.pagesOf(0); page++) this.#changedBlocks.push(this.#blocks.push({ run, page }) - 1)
  }

  /** No rows are kept any more. */
  end(buffer: SortBuffer): void {
    this.#empty(buffer)
    this.#hasEnded = true
    this.#changedBlocks = [...this.#blocks.keys()]
  }

  #empty(buffer: SortBuffer): void {
    this.#buffer = buffer
    this.#isEmptied = true
    this.#marks.take()
  }

  #take(): number[] {
    const changed = this.#marks.take()
    const end = (changed.at(-1) ?? -1) + 1
    const even = this.#isEmptied ? Array.from({ length: Math.max(end, this.#held) }, (_, page) => page) : changed
    this.#held = this.#isEmptied ? end : Math.max(end, this.#held)
    this.#isEmptied = false
    const odd = [...new Set(this.#changedBlocks)]
    this.#changedBlocks = []
    return [...even.map((page) => 2 * page), ...odd.map((block) => 2 * block + 1)].sort((a, b) => a - b)
  }

  save(page: number): StateRows {
    const buffer = this.#buffer
    if (page % 2 === 0) return buffer.rowsOf(this.#marks.entriesOf(page / 2, buffer.store.capacity, () => true))
    const block = this.#hasEnded ? undefined : this.#blocks[(page - 1) / 2]
    return block?.run.read(0, block.page) ?? noStateRows
  }

  /** Rows in memory are saved at once, blocks of runs when their turn comes. */
  freeze(save: SavePage): () => boolean {
    const later: (() => void)[] = []
    for (const page of this.#take()) {
      const block = page % 2 === 0 || this.#hasEnded ? undefined : this.#blocks[(page - 1) / 2]
      if (block === undefined) save(page, this.save(page))
      else later.push(() => save(page, block.run.read(0, block.page)))
    }
    let next = 0
    return () => {
      const saveNext = later[next++]
      saveNext?.()
      return saveNext !== undefined
    }
  }

  load(rows: StateRows): void {
    this.#load(rows)
  }
}
