/** What an operator keeps for one shard of its keys, out of memory: the entries of its parts, page by page. */
import { type DataType, EncodedReader, readVector, writeVector } from '#data'
import { noStateRows, type StateRows } from '../state/state-part.ts'
import { Extent, type SpillSpace } from './spill-space.ts'

/** Where the pages of one part are. */
interface Pages {
  readonly rows: number[]
  readonly starts: number[]
  readonly lengths: number[]
}

export class ShardImage {
  readonly #types: readonly (readonly DataType[])[]
  readonly #extent: Extent
  readonly #pages: readonly Pages[]
  readonly #space: SpillSpace
  #holders = 1

  /** `types`: of the columns of each part. */
  constructor(types: readonly (readonly DataType[])[], space: SpillSpace) {
    this.#types = types
    this.#space = space
    this.#extent = new Extent(space)
    this.#pages = types.map(() => ({ rows: [], starts: [], lengths: [] }))
  }

  get bytes(): number {
    return this.#extent.length
  }

  /** Adds a page behind those that a part has. */
  add(part: number, rows: StateRows): void {
    if (rows.length === 0) return
    const pages = this.#pages[part] as Pages
    const { writer } = this.#space
    writer.clear()
    for (const vector of rows.columns) writeVector(writer, vector, rows.length)
    pages.rows.push(rows.length)
    pages.starts.push(this.#extent.length)
    pages.lengths.push(writer.length)
    this.#extent.append(writer.bytes)
  }

  /** All pages have been added: nothing of them stays in memory. */
  complete(): this {
    this.#extent.flush()
    return this
  }

  pagesOf(part: number): number {
    return this.#pages[part]?.rows.length ?? 0
  }

  /** The entries of a page; none where there is no such page. */
  read(part: number, page: number): StateRows {
    const { rows, starts, lengths } = this.#pages[part] as Pages
    const length = rows[page]
    if (length === undefined) return noStateRows
    return this.#decode(part, length, this.#extent.read(starts[page] as number, lengths[page] as number))
  }

  /** Hands over all pages, those of each part in order. */
  readAll(visit: (part: number, rows: StateRows) => void): void {
    const bytes = this.#extent.read(0, this.#extent.length)
    for (const [part, { rows, starts, lengths }] of this.#pages.entries()) {
      for (const [page, length] of rows.entries()) {
        const start = starts[page] as number
        visit(part, this.#decode(part, length, bytes.subarray(start, start + (lengths[page] as number))))
      }
    }
  }

  #decode(part: number, length: number, bytes: Uint8Array): StateRows {
    const reader = new EncodedReader(bytes)
    const columns = (this.#types[part] ?? []).map(() => readVector(reader, length))
    return { length, columns }
  }

  /** Keeps the image for one more that reads it, who releases it as well. */
  hold(): this {
    this.#holders += 1
    return this
  }

  /** Gives the room back when nobody needs it any more. */
  release(): void {
    this.#holders -= 1
    if (this.#holders === 0) this.#extent.clear()
  }
}
