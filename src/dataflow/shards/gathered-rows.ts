/** Rows of state that come a few at a time, put together: dealt out to many shards, those of a small page would be one or two for each. */
import { EncodedReader, EncodedWriter, keepRows, readVector, type Vector, writeVectors } from '#data'
import type { StateRows } from '../state/state-part.ts'
import { sameForms } from './same-forms.ts'

/** Some hundred for each shard. */
const rowsTogether = 32_768

export class GatheredRows {
  readonly #visit: (rows: StateRows) => void
  readonly #writer = new EncodedWriter()
  #waiting: StateRows[] = []
  #length = 0
  #places = new Int32Array(0)

  /** Hands many rows over at a time, which nobody fills again. */
  constructor(visit: (rows: StateRows) => void) {
    this.#visit = visit
  }

  add({ length, columns }: StateRows): void {
    if (length === 0) return
    const [first] = this.#waiting
    if (first !== undefined && !sameForms(first.columns, columns)) this.flush()
    this.#waiting.push({ length, columns: columns.map((column) => keepRows(column, this.#placesBelow(length), length)) })
    this.#length += length
    if (this.#length >= rowsTogether) this.flush()
  }

  /** Hands over what waits. */
  flush(): void {
    const [waiting, length] = [this.#waiting, this.#length]
    const [first] = waiting
    if (first === undefined) return
    this.#waiting = []
    this.#length = 0
    const columns = first.columns.map((_, place) => this.#together(waiting, place, length))
    this.#visit({ length, columns })
  }

  #together(waiting: readonly StateRows[], place: number, length: number): Vector {
    const writer = this.#writer
    writer.clear()
    writeVectors(
      writer,
      waiting.map((rows) => ({ vector: rows.columns[place] as Vector, length: rows.length })),
    )
    // What is read may be views of the bytes, which are written over for the next column.
    return readVector(new EncodedReader(writer.bytes.slice()), length)
  }

  #placesBelow(length: number): Int32Array {
    if (this.#places.length < length) this.#places = Int32Array.from({ length }, (_, place) => place)
    return this.#places
  }
}
