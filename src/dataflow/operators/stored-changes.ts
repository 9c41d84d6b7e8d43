/** Collects changes of kept rows and sends them on in batches. Rows that are let go stay readable until they are sent. */
import { batchRows, ReusedArrays, type Vector } from '#data'
import type { Output } from '../operator.ts'
import type { RowStore } from '../state/row-store.ts'

export interface ChangesShape {
  /** Adds a last column, a BIGINT, with the place given for each row. */
  readonly placed: boolean
  /** Sends the watermark in force before each row. */
  readonly timed: boolean
}

export class StoredChanges {
  readonly #store: RowStore
  readonly #output: Output
  readonly #placed: boolean
  readonly #timed: boolean
  readonly #kinds = new Uint8Array(batchRows)
  readonly #ids = new Int32Array(batchRows)
  readonly #places = new Float64Array(batchRows)
  readonly #watermarks = new Float64Array(batchRows)
  readonly #arrays = new ReusedArrays()
  #count = 0
  #freed: number[] = []

  constructor(shape: ChangesShape, store: RowStore, output: Output) {
    this.#store = store
    this.#output = output
    this.#placed = shape.placed
    this.#timed = shape.timed
  }

  /** Adds a change of a kept row; `place` and `watermarkMs` count where the shape has them. */
  add(kind: number, id: number, place = 0, watermarkMs = 0): void {
    if (this.#count === batchRows) this.#push()
    this.#kinds[this.#count] = kind
    this.#ids[this.#count] = id
    this.#places[this.#count] = place
    this.#watermarks[this.#count++] = watermarkMs
  }

  /** Lets a row go with the next `flush`. */
  free(id: number): void {
    this.#freed.push(id)
  }

  flush(): void {
    if (this.#count > 0) this.#push()
    if (this.#freed.length === 0) return
    this.#store.freeAll(this.#freed)
    this.#freed = []
  }

  #push(): void {
    const length = this.#count
    this.#count = 0
    const columns: Vector[] = this.#store.gather(this.#ids, length, false, this.#arrays.restart())
    if (this.#placed) columns.push({ form: 'numbers', data: this.#places, nulls: null })
    let any = 0
    for (let i = 0; i < length; i++) any |= this.#kinds[i] as number
    this.#output.push({ length, columns, kinds: any === 0 ? null : this.#kinds, watermarks: this.#timed ? this.#watermarks : null })
  }
}
