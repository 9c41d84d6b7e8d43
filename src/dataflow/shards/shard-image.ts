/** What an operator keeps for one shard of its keys, out of memory: the entries of its parts, page by page. */
import { type DataType, EncodedReader, readVector, type Vector, writeVectors } from '#data'
import { noStateRows, type StateRows } from '../state/state-part.ts'
import { sameForms } from './same-forms.ts'
import { Extent, type SpillSpace } from './spill-space.ts'

/** Entries of a page. */
export const imagePageEntries = 8192

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
  /** By part: what is not written yet. */
  readonly #waiting: readonly StateRows[][]
  readonly #space: SpillSpace
  #holders = 1

  /** `types`: of the columns of each part. */
  constructor(types: readonly (readonly DataType[])[], space: SpillSpace) {
    this.#types = types
    this.#space = space
    this.#extent = new Extent(space)
    this.#pages = types.map(() => ({ rows: [], starts: [], lengths: [] }))
    this.#waiting = types.map(() => [])
  }

  get bytes(): number {
    return this.#extent.length
  }

  /** Adds a page behind those that a part has. */
  add(part: number, rows: StateRows): void {
    if (rows.length > 0) this.#write(part, [rows])
  }

  /** Adds rows that nobody fills again; they become a page when there are more. */
  gather(part: number, rows: StateRows): void {
    const waiting = this.#waiting[part] as StateRows[]
    const [first] = waiting
    if (first !== undefined && !sameForms(first.columns, rows.columns)) this.#writeWaiting(part)
    waiting.push(rows)
    if (lengthOf(waiting) >= imagePageEntries) this.#writeWaiting(part)
  }

  /** Everything has been added: nothing of it stays in memory. */
  complete(): this {
    for (const part of this.#waiting.keys()) this.#writeWaiting(part)
    this.#extent.flush()
    return this
  }

  #writeWaiting(part: number): void {
    const rows = this.#waiting[part]?.splice(0) ?? []
    if (rows.length > 0) this.#write(part, rows)
  }

  #write(part: number, rows: readonly StateRows[]): void {
    const pages = this.#pages[part] as Pages
    const { writer } = this.#space
    writer.clear()
    for (let place = 0; place < (rows[0]?.columns.length ?? 0); place++) {
      writeVectors(
        writer,
        rows.map(({ columns, length }) => ({ vector: columns[place] as Vector, length })),
      )
    }
    pages.rows.push(lengthOf(rows))
    pages.starts.push(this.#extent.length)
    pages.lengths.push(writer.length)
    this.#extent.append(writer.bytes)
  }

  pagesOf(part: number): number {
    return this.#pages[part]?.rows.length ?? 0
  }

  /** The entries of a page, valid until the next call; none where there is no such page. */
  read(part: number, page: number): StateRows {
    const { rows, starts, lengths } = this.#pages[part] as Pages
    const length = rows[page]
    if (length === undefined) return noStateRows
    return this.#decode(part, length, this.#extent.read(starts[page] as number, this.#space.room(lengths[page] as number)))
  }

  /** Hands over all pages, those of each part in order. */
  readAll(visit: (part: number, rows: StateRows) => void): void {
    for (const part of this.#pages.keys()) {
      for (let page = 0; page < this.pagesOf(part); page++) visit(part, this.read(part, page))
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

function lengthOf(rows: readonly StateRows[]): number {
  return rows.reduce((sum, { length }) => sum + length, 0)
}
