/**
 * The state files of a run: which of them holds the newest version of each page. A checkpoint writes the pages that changed to a new
 * file; a file of which nothing is needed any more is left out. Waste and small files are written anew, one file at each checkpoint.
 */
import { type BlobStore, writeBlob } from '#blobs'
import type { StatePart, StateRows } from '#dataflow'
import type { WrittenAt } from '#plan'
import { nextTurn } from '../next-turn.ts'
import type { HeldState, SavedFile } from './manifest.ts'
import { type PageName, PageWriter } from './state-file.ts'

/** Bytes handed to storage at once. */
const chunkBytes = 4_194_304

/** Entries that are saved before the run has its turn again, and pages, which may be small: some milliseconds. */
const entriesPerTurn = 16_384
const pagesPerTurn = 128

/** Files that a checkpoint may need before small ones are put together. */
const filesMax = 12

/** An operator whose state is saved. */
export interface StateKeeper {
  /** Same in every run of the same plan. */
  readonly id: string
  /** For people. */
  readonly title: string
  /** Where in the text it comes from; null where that is not known. */
  readonly at: WrittenAt | null
  readonly parts: readonly StatePart[]
}

/** What one worker has written. */
export interface WrittenState {
  /** All files that are needed, oldest first. */
  readonly files: readonly SavedFile[]
  /** How much each part of each operator holds. */
  readonly held: readonly (readonly HeldState[])[]
}

/** A page, and how much is in it. */
interface CapturedPage extends PageName, HeldState {}

/** A file while it is needed. */
interface LiveFile extends SavedFile {
  /** Pages of which it holds the newest version. */
  livePages: number
  readonly pages: number
}

export class StateFiles {
  readonly #keepers: readonly StateKeeper[]
  /** For each part of each operator, by page: the place of the file in `#files` + 1. */
  readonly #owners: PageOwners[][]
  #files: (LiveFile | null)[] = []

  constructor(keepers: readonly StateKeeper[]) {
    this.#keepers = keepers
    this.#owners = keepers.map(({ parts }) => parts.map(() => new PageOwners()))
    for (const { parts } of keepers) for (const part of parts) part.pages.track()
  }

  /** Takes the pages that changed, while nothing runs. Those that can wait are saved while they are written. */
  capture(): Capture {
    const capture = new Capture()
    for (const [keeper, { parts }] of this.#keepers.entries()) {
      for (const [part, each] of parts.entries()) {
        if (each.freeze === undefined) for (const page of each.pages.take()) capture.add({ keeper, part, page }, each.save(page))
        else capture.addLater(each.freeze((page, rows) => capture.add({ keeper, part, page }, rows)))
      }
    }
    return capture
  }

  /** Writes what was captured to a new file, and returns all that is needed now. */
  async write(capture: Capture, blobs: BlobStore, name: string): Promise<WrittenState> {
    // One page at least, or there is nothing to write.
    capture.goOn(1, 1)
    if (capture.pages.length > 0) {
      await writeBlob(blobs, name, 'replace', async (writer) => {
        for (;;) {
          const goesOn = capture.goOn(pagesPerTurn, entriesPerTurn)
          for (const chunk of capture.takeChunks(!goesOn)) await writer.append(chunk)
          if (!goesOn) break
          await nextTurn()
        }
      })
      this.#note(capture, { name, bytes: capture.bytes, pages: capture.pages.length, livePages: capture.pages.length })
    }
    return {
      files: this.#files.flatMap((file) => (file === null ? [] : [{ name: file.name, bytes: file.bytes }])),
      held: this.#owners.map((parts) => parts.map(({ entries, bytes }) => ({ entries, bytes }))),
    }
  }

  #note(capture: Capture, file: LiveFile): void {
    const place = this.#files.push(file)
    for (const page of capture.pages) {
      const before = this.#owners[page.keeper]?.[page.part]?.replace(page, place) ?? 0
      const old = this.#files[before - 1]
      if (old === undefined || old === null) continue
      old.livePages -= 1
      if (old.livePages === 0) this.#files[before - 1] = null
    }
    this.#rewriteOne()
  }

  /** Lets the next checkpoint write the pages of one file anew: of one that is mostly waste, or of the smallest among many. */
  #rewriteOne(): void {
    const place = this.#wastefulPlace() ?? this.#smallestPlace()
    if (place === null) return
    for (const [keeper, { parts }] of this.#keepers.entries()) {
      for (const [part, each] of parts.entries()) {
        for (const page of this.#owners[keeper]?.[part]?.pagesOf(place + 1) ?? []) each.pages.markPage(page)
      }
    }
  }

  #wastefulPlace(): number | null {
    const place = this.#files.findIndex((file) => file !== null && file.livePages * 2 < file.pages)
    return place < 0 ? null : place
  }

  #smallestPlace(): number | null {
    let smallest: number | null = null
    let count = 0
    for (const [place, file] of this.#files.entries()) {
      if (file === null) continue
      count += 1
      if (smallest === null || file.livePages < (this.#files[smallest]?.livePages ?? 0)) smallest = place
    }
    return count > filesMax ? smallest : null
  }
}

/** By page: the place of the file that holds it + 1, or 0; and how much the newest pages hold in all. */
class PageOwners {
  #places = new Int32Array(16)
  #entriesOf = new Int32Array(16)
  #bytesOf = new Float64Array(16)
  entries = 0
  bytes = 0

  replace({ page, entries, bytes }: CapturedPage, place: number): number {
    if (page >= this.#places.length) this.#grow(Math.max(page + 1, this.#places.length * 2))
    const before = this.#places[page] as number
    this.entries += entries - (this.#entriesOf[page] as number)
    this.bytes += bytes - (this.#bytesOf[page] as number)
    this.#places[page] = place
    this.#entriesOf[page] = entries
    this.#bytesOf[page] = bytes
    return before
  }

  #grow(length: number): void {
    const [places, entries, bytes] = [new Int32Array(length), new Int32Array(length), new Float64Array(length)]
    places.set(this.#places)
    entries.set(this.#entriesOf)
    bytes.set(this.#bytesOf)
    this.#places = places
    this.#entriesOf = entries
    this.#bytesOf = bytes
  }

  pagesOf(place: number): number[] {
    const pages: number[] = []
    for (const [page, owner] of this.#places.entries()) if (owner === place) pages.push(page)
    return pages
  }
}

/** Pages as they were at one moment, encoded. */
export class Capture {
  readonly #writer = new PageWriter()
  #chunks: Uint8Array[] = []
  /** Each saves a page that is still to be saved, and gives false when it has none. */
  readonly #later: (() => boolean)[] = []
  readonly pages: CapturedPage[] = []
  #entries = 0
  bytes = 0

  add(name: PageName, rows: StateRows): void {
    const before = this.#writer.bytes.length
    this.#writer.write(name, rows)
    this.#entries += rows.length
    // A page that is empty now is a mark that it is.
    const bytes = rows.length === 0 ? 0 : this.#writer.bytes.length - before
    this.pages.push({ ...name, entries: rows.length, bytes })
    if (this.#writer.bytes.length >= chunkBytes) this.#cut()
  }

  addLater(saveNext: () => boolean): void {
    this.#later.push(saveNext)
  }

  /** Saves so many pages, fewer if they hold so many entries. Returns whether some are left. */
  goOn(pages: number, entries: number): boolean {
    const entriesMax = this.#entries + entries
    for (let saved = 0; saved < pages && this.#entries < entriesMax; ) {
      const saveNext = this.#later[0]
      if (saveNext === undefined) return false
      if (saveNext()) saved += 1
      else this.#later.shift()
    }
    return this.#later.length > 0
  }

  /** Takes what is encoded, in chunks; `all`: also what does not fill one. */
  takeChunks(all: boolean): readonly Uint8Array[] {
    if (all && this.#writer.bytes.length > 0) this.#cut()
    const chunks = this.#chunks
    this.#chunks = []
    return chunks
  }

  #cut(): void {
    this.bytes += this.#writer.bytes.length
    this.#chunks.push(this.#writer.bytes.slice())
    this.#writer.clear()
  }
}
