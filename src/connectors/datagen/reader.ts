/** Reads rows that are made up as they are asked for. */
import { assert, type Clock } from '#base'
import { batchRows, type DataType, type TimeZone, vectorOf } from '#data'
import type { SourceBatch, SourceReader } from '../connector.ts'
import { pause } from '../pause.ts'
import type { MakeValue, Place } from './field.ts'
import type { Pace } from './pace.ts'
import type { PlaceRandom } from './random.ts'

interface MadeColumn {
  readonly type: DataType
  readonly make: MakeValue
  readonly random: PlaceRandom
}

export interface MadeRows {
  readonly columns: readonly MadeColumn[]
  /** Rows in all; may be infinite. */
  readonly rows: number
  readonly pace: Pace
  readonly clock: Clock
  readonly zone: TimeZone
  readonly signal: AbortSignal
}

export class DatagenReader implements SourceReader {
  readonly skippedRows = 0
  readonly #made: MadeRows
  #row: number

  /** `position` is that of an earlier reader, or null. */
  constructor(made: MadeRows, position: unknown) {
    this.#made = made
    this.#row = rowOf(position)
  }

  read(): SourceBatch | null | Promise<SourceBatch | null> {
    const { rows, pace, signal } = this.#made
    const left = rows - this.#row
    if (left <= 0 || signal.aborted) return null
    const count = pace.take(Math.min(left, batchRows))
    return count === 0 ? this.#readLater() : this.#make(count)
  }

  position(): { readonly row: number } {
    return { row: this.#row }
  }

  async close(): Promise<void> {}

  async #readLater(): Promise<SourceBatch | null> {
    await pause(this.#made.pace.waitMs, this.#made.signal)
    return this.read()
  }

  #make(length: number): SourceBatch {
    const { clock, zone } = this.#made
    const nowMs = clock.nowMs()
    const first = this.#row
    const columns = this.#made.columns.map(({ type, make, random }) => {
      const values = Array.from({ length }, (_, index) => {
        const place: Place = { row: first + index, nowMs, zone }
        random.start(place.row)
        return make(random, place)
      })
      return vectorOf(type, values)
    })
    this.#row += length
    return { batch: { length, columns, kinds: null, watermarks: null }, split: '0' }
  }
}

function rowOf(position: unknown): number {
  if (position === null || position === undefined) return 0
  assert(typeof position === 'object' && 'row' in position && typeof position.row === 'number', 'a position is the number of a row')
  return position.row
}
