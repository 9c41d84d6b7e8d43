/** State parts saved and loaded, in pages and as bytes. */
import { assert } from '#base'
import { EncodedReader, EncodedWriter, readVector, type Vector, valueAt, writeVector } from '#data'
import type { StatePart, StateRows } from '../state/state-part.ts'
import { printValues } from './print-rows.fixture.ts'

/** A page as it was saved. */
interface SavedPage {
  readonly rows: number
  readonly bytes: Uint8Array
}

const emptyPage: SavedPage = { rows: 0, bytes: new Uint8Array(0) }

/** What was saved of parts: the newest version of each page. */
export class SavedParts {
  readonly #parts: readonly StatePart[]
  readonly #pages: readonly Map<number, SavedPage>[]
  readonly #writer = new EncodedWriter()

  constructor(parts: readonly StatePart[], pageEntries: number) {
    this.#parts = parts
    this.#pages = parts.map(() => new Map<number, SavedPage>())
    for (const part of parts) part.pages.track(pageEntries)
  }

  /** Saves the pages that changed. */
  update(): void {
    for (const [place, part] of this.#parts.entries()) {
      for (const page of part.pages.take()) this.#pages[place]?.set(page, this.#encode(part, part.save(page)))
    }
  }

  /**
   * Takes the pages that changed over as they are now, those that can wait without saving them yet. What is returned saves the next of them,
   * and gives false when none is left.
   */
  freeze(): () => boolean {
    const later = this.#parts.flatMap((part, place) => {
      if (part.freeze !== undefined) return [part.freeze((page, rows) => this.#pages[place]?.set(page, this.#encode(part, rows)))]
      for (const page of part.pages.take()) this.#pages[place]?.set(page, this.#encode(part, part.save(page)))
      return []
    })
    return () => later.some((saveNext) => saveNext())
  }

  #encode(part: StatePart, { length, columns }: StateRows): SavedPage {
    if (length === 0) return emptyPage
    assert(columns.length === part.types.length, `part "${part.name}" has ${part.types.length} columns, got ${columns.length}`)
    this.#writer.clear()
    for (const vector of columns) writeVector(this.#writer, vector, length)
    return { rows: length, bytes: this.#writer.bytes.slice() }
  }

  /** Checks that no page changed without a mark, up to the highest one that was ever saved. */
  compare(): void {
    for (const [place, part] of this.#parts.entries()) {
      const pages = this.#pages[place] ?? new Map<number, SavedPage>()
      for (let page = highestOf(pages.keys()); page >= 0; page--) {
        const saved = pages.get(page) ?? emptyPage
        const held = this.#encode(part, part.save(page))
        if (held.rows === saved.rows && sameBytes(held.bytes, saved.bytes)) continue
        // Bytes may differ where values do not.
        const [before, now] = [printed(part, saved), printed(part, held)]
        assert(now === before, `part "${part.name}" marks page ${page}: saved ${before || 'nothing'}, holds ${now || 'nothing'}`)
      }
    }
  }

  /** Loads in another order than that of pages. Small state gets pages of one entry, so that no mark stands in for another. */
  loadInto(parts: readonly StatePart[]): SavedParts {
    let rows = 0
    for (const pages of this.#pages) for (const page of pages.values()) rows += page.rows
    const loaded = new SavedParts(parts, rows < 100 ? 1 : 64)
    for (const [place, part] of parts.entries()) {
      for (const saved of [...(this.#pages[place]?.values() ?? [])].reverse()) if (saved.rows > 0) part.load(decode(part, saved))
    }
    for (const part of parts) part.settle?.()
    loaded.update()
    return loaded
  }
}

function highestOf(pages: Iterable<number>): number {
  let highest = -1
  for (const page of pages) highest = Math.max(highest, page)
  return highest
}

function decode(part: StatePart, { rows, bytes }: SavedPage): StateRows {
  const reader = new EncodedReader(bytes)
  const columns = part.types.map(() => readVector(reader, rows))
  assert(reader.isAtEnd, `part "${part.name}" reads all of its columns`)
  return { length: rows, columns }
}

function printed(part: StatePart, page: SavedPage): string {
  if (page.rows === 0) return ''
  const { columns, length } = decode(part, page)
  const rows = Array.from({ length }, (_, row) => part.types.map((type, place) => valueAt(columns[place] as Vector, row, type)))
  return rows.map(printValues).join(' ')
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
