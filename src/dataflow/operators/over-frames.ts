/**
 * The frames of rows that OVER aggregates look at: for each row of a key, in order of time, the rows before it that still count.
 *
 * Rows of different keys do not see each other, so rows are taken in rounds: the first row of each key, then the second and so on (by
 * range, all rows of a key with the same time at once). Each round is one batch for the accumulators.
 * State: one accumulator slot a key and, where the frame is bounded, the arguments of the rows in it.
 */
import { type DataType, selectRows, type Vector, valueAt, vectorOf } from '#data'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import type { KeyTable } from '../state/key-table.ts'
import { savedKeys } from '../state/keyed-part.ts'
import { LinkedRows } from '../state/linked-rows.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { type SavedColumns, savedNumbersIn } from '../state/saved-columns.ts'
import { NumberList } from './number-list.ts'
import { type OverMeasureShape, OverMeasures } from './over-measures.ts'

export interface OverFrame {
  readonly unit: 'rows' | 'range'
  /** Rows, or milliseconds for a range, before the current row; null: all. */
  readonly preceding: number | null
}

export interface OverFramesShape {
  /** Types of the input columns. */
  readonly types: readonly DataType[]
  readonly measures: readonly OverMeasureShape[]
  readonly frame: OverFrame
  /** The keys, whose slots the frames go by. */
  readonly table: KeyTable
  readonly keyTypes: readonly DataType[]
}

/** Rows whose turn has come: of each key in order of time. */
export interface DueRows {
  readonly columns: readonly Vector[]
  readonly count: number
  /** By row: the slot of its key, its time, and 1 where its key starts anew with it. */
  readonly slots: Int32Array
  readonly times: Float64Array
  readonly starts: Uint8Array
}

const none = -1

export class OverFrames {
  readonly #shapes: readonly OverMeasureShape[]
  readonly #frame: OverFrame
  readonly #measures: OverMeasures
  /** Places of the columns that are arguments. */
  readonly #places: readonly number[]
  /** The arguments of the rows in bounded frames. */
  readonly #store: RowStore
  readonly #lists = new LinkedRows()
  /** By id of the store. */
  #times = new Float64Array(0)
  #slotsById = new Int32Array(0)
  /** The rows in bounded frames. */
  readonly part: RowsPart
  /** By slot: rows in the frame. */
  #sizes = new Int32Array(0)
  /** By slot: the last call that saw it, and the round and time of its last row there. */
  #seenBy = new Float64Array(0)
  #rounds = new Int32Array(0)
  #lastTimes = new Float64Array(0)
  #call = 0

  constructor({ types, measures, frame, table, keyTypes }: OverFramesShape) {
    this.#shapes = measures
    this.#frame = frame
    this.#measures = new OverMeasures(measures)
    this.#places = [...new Set(measures.flatMap((measure) => measure.arguments))]
    const rowTypes = this.#places.map((place) => types[place] as DataType)
    this.#store = new RowStore(rowTypes)
    this.part = this.#createPart(rowTypes, table, keyTypes)
  }

  #createPart(rowTypes: readonly DataType[], table: KeyTable, keyTypes: readonly DataType[]): RowsPart {
    const slotOf = (id: number): number => this.#slotsById[id] as number
    const setSlot = (id: number, slot: number): void => {
      this.#slotsById[id] = slot
    }
    const time = savedNumbersIn(() => this.#times)
    return new RowsPart({
      name: 'frames',
      store: this.#store,
      rowTypes,
      keys: keyTypes.map((_, place) => rowTypes.length + place),
      columns: [savedKeys({ table, keyTypes, slotOf, setSlot }), time],
      reserve: () => this.#reserveIds(),
      enter: (ids) => {
        this.reserve(table.capacity)
        for (const id of ids) this.#enter(id)
      },
    })
  }

  /** The state of all measures, slot by slot. */
  get saved(): SavedColumns {
    return this.#measures.saved
  }

  get stateBytes(): number {
    const rows = this.#store.stateBytes + this.#lists.stateBytes + this.#times.byteLength + this.#slotsById.byteLength
    return rows + this.part.stateBytes + this.#measures.stateBytes + this.#sizes.byteLength * 7
  }

  reserve(slots: number): void {
    this.#measures.reserve(slots)
    this.#lists.reserve(slots, 0)
    this.#sizes = grownIntegers(this.#sizes, slots)
    this.#seenBy = grownNumbers(this.#seenBy, slots)
    this.#rounds = grownIntegers(this.#rounds, slots)
    this.#lastTimes = grownNumbers(this.#lastTimes, slots)
  }

  /** The results of each row. By range, rows of a key with the same time must come in one call. */
  compute(due: DueRows): Vector[] {
    const { order, ends } = this.#roundsOf(due)
    const [onlyEnd, second] = ends
    if (onlyEnd !== undefined && second === undefined) return this.#computeRound(due, order)
    const results = this.#shapes.map(() => Array.from<unknown>({ length: due.count }))
    let start = 0
    for (const end of ends) {
      const rows = order.subarray(start, end)
      const vectors = this.#computeRound(due, rows)
      this.#shapes.forEach(({ result }, measure) => {
        const vector = vectors[measure] as Vector
        const values = results[measure] as unknown[]
        for (let i = 0; i < rows.length; i++) values[rows[i] as number] = valueAt(vector, i, result)
      })
      start = end
    }
    return this.#shapes.map(({ result }, measure) => vectorOf(result, results[measure] ?? []))
  }

  /** Forgets a key. */
  clear(slot: number): void {
    this.#measures.clear(slot)
    for (let id = this.#lists.first(slot); id !== none; id = this.#lists.first(slot)) {
      this.#lists.remove(slot, id)
      this.part.go(id)
      this.#store.free(id)
    }
    this.#sizes[slot] = 0
  }

  /** The rows ordered by round, and where each round ends. */
  #roundsOf({ slots, times, starts, count }: DueRows): { readonly order: Int32Array; readonly ends: readonly number[] } {
    const call = ++this.#call
    const byRows = this.#frame.unit === 'rows'
    const rounds = new Int32Array(count)
    const ends: number[] = []
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number
      const time = times[i] as number
      if (this.#seenBy[slot] !== call) {
        this.#seenBy[slot] = call
        this.#rounds[slot] = 0
      } else if (byRows || this.#lastTimes[slot] !== time || starts[i] === 1) this.#rounds[slot] = (this.#rounds[slot] as number) + 1
      this.#lastTimes[slot] = time
      const round = this.#rounds[slot] as number
      rounds[i] = round
      ends[round] = (ends[round] ?? 0) + 1
    }
    for (let round = 1; round < ends.length; round++) ends[round] = (ends[round] as number) + (ends[round - 1] as number)
    const order = new Int32Array(count)
    const next = [0, ...ends]
    for (let i = 0; i < count; i++) {
      const round = rounds[i] as number
      const at = next[round] as number
      order[at] = i
      next[round] = at + 1
    }
    return { order, ends }
  }

  #computeRound(due: DueRows, rows: Int32Array): Vector[] {
    const count = rows.length
    const slots = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number
      const slot = due.slots[row] as number
      slots[i] = slot
      if (due.starts[row] === 1) this.clear(slot)
    }
    const args = this.#places.map((place) => selectRows(due.columns[place] as Vector, rows, count))
    if (this.#frame.preceding !== null) this.#moveFrames(due, rows, slots, args, this.#frame.preceding)
    this.#measures.add((place) => this.#argument(args, place), slots, count, 'add')
    return this.#measures.results(slots, count)
  }

  #argument(args: readonly Vector[], place: number): Vector {
    return args[this.#places.indexOf(place)] as Vector
  }

  /** Takes back the rows that the frames of these rows no longer hold, and keeps these rows for the frames to come. */
  #moveFrames(due: DueRows, rows: Int32Array, slots: Int32Array, args: readonly Vector[], preceding: number): void {
    const leavingIds = new NumberList()
    const leavingSlots = new NumberList()
    for (let i = 0; i < rows.length; i++) {
      const slot = slots[i] as number
      const earliest = (due.times[rows[i] as number] as number) - preceding
      for (let id = this.#lists.first(slot); id !== none && this.#leaves(slot, id, earliest); id = this.#lists.first(slot)) {
        this.#lists.remove(slot, id)
        this.#sizes[slot] = (this.#sizes[slot] as number) - 1
        leavingIds.push(id)
        leavingSlots.push(slot)
      }
    }
    this.#takeBack(leavingIds, leavingSlots)
    const ids = new Int32Array(rows.length)
    this.#store.append(args, null, rows.length, ids)
    this.part.come(ids, rows.length)
    this.#reserveIds()
    for (let i = 0; i < rows.length; i++) {
      const id = ids[i] as number
      this.#slotsById[id] = slots[i] as number
      this.#times[id] = due.times[rows[i] as number] as number
      this.#enter(id)
    }
  }

  #reserveIds(): void {
    const { capacity } = this.#store
    this.#lists.reserve(0, capacity)
    this.#times = grownNumbers(this.#times, capacity)
    this.#slotsById = grownIntegers(this.#slotsById, capacity)
  }

  #enter(id: number): void {
    const slot = this.#slotsById[id] as number
    this.#lists.add(slot, id)
    this.#sizes[slot] = (this.#sizes[slot] as number) + 1
  }

  /** Whether a row leaves the frame before the next row enters. */
  #leaves(slot: number, id: number, earliestMs: number): boolean {
    const { unit, preceding } = this.#frame
    return unit === 'rows' ? (this.#sizes[slot] as number) > (preceding ?? 0) : (this.#times[id] as number) < earliestMs
  }

  #takeBack(ids: NumberList, slots: NumberList): void {
    const count = ids.length
    if (count === 0) return
    const args = this.#store.gather(ids.toArray(), count)
    this.#measures.add((place) => this.#argument(args, place), slots.toArray(), count, 'take-back')
    for (let i = 0; i < count; i++) {
      this.part.go(ids.at(i))
      this.#store.free(ids.at(i))
    }
  }
}
