/** The slots of slices with their sums, as a state part: each comes back to the slice that ends when its own did. */
import { type DataType, doubleType, numbersIn, type Vector } from '#data'
import { ChangedPages } from '../state/changed-pages.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { SavedColumns } from '../state/saved-columns.ts'
import type { SavePage, StatePart, StateRows } from '../state/state-part.ts'

export interface SlicesPartShape {
  /** Its keys begin with the number of the slice. */
  readonly table: KeyTable
  readonly keyTypes: readonly DataType[]
  readonly saved: SavedColumns
  /** By slot: the end of its slice, and its place among the slots listed there. */
  readonly endOf: (slot: number) => number
  readonly orderOf: (slot: number) => number
  /** The number of the slice with this end, which may be new. */
  readonly sliceWith: (end: number) => number
  /** Makes room for slots below `slots`. */
  readonly reserve: (slots: number) => void
  /** Lists the slot in the slice with this end. */
  readonly enter: (slot: number, end: number) => void
}

/** A slot that has been loaded, before it is listed. */
interface LoadedSlot {
  readonly slot: number
  readonly end: number
  readonly order: number
}

const numberType: DataType = { ...doubleType, nullable: false }

export class SlicesPart implements StatePart {
  readonly name = 'slices'
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
  readonly pages = new ChangedPages()
  readonly #shape: SlicesPartShape
  #loaded: LoadedSlot[] = []

  constructor(shape: SlicesPartShape) {
    this.types = [...shape.keyTypes, numberType, numberType, ...shape.saved.types]
    this.keys = shape.keyTypes.map((_, place) => place)
    this.#shape = shape
  }

  freeze(save: SavePage): () => boolean {
    const wereLive = this.#shape.table.liveSlots()
    return this.pages.freeze((page) =>
      save(
        page,
        this.#saveThose(page, (slot) => wereLive[slot] === 1),
      ),
    )
  }

  save(page: number): StateRows {
    return this.#saveThose(page, (slot) => this.#shape.table.isLive(slot))
  }

  #saveThose(page: number, isThere: (slot: number) => boolean): StateRows {
    const { table, saved, endOf, orderOf } = this.#shape
    const slots = this.pages.entriesOf(page, table.capacity, isThere)
    const { length } = slots
    const numbers = (of: (slot: number) => number): Vector => ({ form: 'numbers', data: Float64Array.from(slots, of), nulls: null })
    const keys = table.keyVectors(slots, length).slice(1)
    return { length, columns: [...keys, numbers(endOf), numbers(orderOf), ...saved.save(slots, length)] }
  }

  load({ length, columns }: StateRows): void {
    const { table, keyTypes, saved, sliceWith, reserve } = this.#shape
    const keys = columns.slice(0, keyTypes.length)
    const ends = numbersIn(columns[keyTypes.length] as Vector)
    const orders = numbersIn(columns[keyTypes.length + 1] as Vector)
    const slots = new Int32Array(length)
    const numbers = Int32Array.from({ length }, (_, row) => sliceWith(ends[row] as number))
    table.resolve([{ form: 'integers', data: numbers, nulls: null }, ...keys], length, slots)
    reserve(table.capacity)
    saved.load(slots, columns.slice(keyTypes.length + 2), length)
    for (const [row, slot] of slots.entries()) this.#loaded.push({ slot, end: ends[row] as number, order: orders[row] as number })
    this.pages.markAll(slots, length)
  }

  settle(): void {
    this.#loaded.sort((a, b) => a.order - b.order)
    for (const { slot, end } of this.#loaded) this.#shape.enter(slot, end)
    this.#loaded = []
  }
}
