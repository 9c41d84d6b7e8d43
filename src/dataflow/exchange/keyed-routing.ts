/** Sends each row to the worker that holds its key. */
import type { Batch, DataType, Vector } from '#data'
import { KeyGroups } from './key-groups.ts'
import type { Routing, Ways } from './sender.ts'

export class KeyedRouting implements Routing {
  readonly #ways: Ways
  readonly #keys: readonly number[]
  readonly #groups: KeyGroups
  readonly #counts: Int32Array
  readonly #selections: Int32Array[]

  /** The types and places of the columns that decide, on all inputs. */
  constructor(ways: Ways, types: readonly DataType[], keys: readonly number[]) {
    const { count } = ways.place
    this.#ways = ways
    this.#keys = keys
    this.#groups = new KeyGroups(types, count)
    this.#counts = new Int32Array(count)
    this.#selections = Array.from({ length: count }, () => new Int32Array(0))
  }

  get isFull(): boolean {
    for (let to = 0; to < this.#ways.place.count; to++) if (this.#ways.isFull(to)) return true
    return false
  }

  push(input: number, batch: Batch): void {
    const { length } = batch
    const columns = this.#keys.map((place) => batch.columns[place] as Vector)
    this.#divide(this.#groups.workersOf(columns, length), length)
    for (let to = 0; to < this.#ways.place.count; to++) {
      const count = this.#counts[to] as number
      if (count > 0) this.#ways.sendRows(to, input, batch, count === length ? null : (this.#selections[to] as Int32Array), count)
    }
  }

  /** Lists the rows of each worker. */
  #divide(workers: Int32Array, length: number): void {
    const counts = this.#counts
    counts.fill(0)
    for (const [to, selection] of this.#selections.entries()) if (selection.length < length) this.#selections[to] = new Int32Array(length)
    for (let row = 0; row < length; row++) {
      const to = workers[row] as number
      ;(this.#selections[to] as Int32Array)[counts[to] as number] = row
      counts[to] = (counts[to] as number) + 1
    }
  }
}
