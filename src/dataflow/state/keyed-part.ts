/** The keys of a key table with what is kept for each, as a state part. A key is marked before anything kept for it changes. */
import type { DataType } from '#data'
import { ChangedPages } from './changed-pages.ts'
import type { KeyTable } from './key-table.ts'
import { loadColumns, type SavedColumns, saveColumns, typesOf } from './saved-columns.ts'
import type { SavePage, StatePart, StateRows } from './state-part.ts'

export interface KeyedPartShape {
  readonly name: string
  readonly table: KeyTable
  readonly keyTypes: readonly DataType[]
  readonly columns: readonly SavedColumns[]
  /** Places of the key columns that decide on the worker, none where the first one has all keys; left out: all decide. */
  readonly places?: readonly number[]
  /** Whether a key of the table belongs to the part; all do when left out. */
  readonly holds?: (slot: number) => boolean
  /** Makes room for slots below `slots`, before their columns are set. */
  readonly reserve: (slots: number) => void
  /** Takes a loaded key into lists and indexes. */
  readonly enter?: (slot: number) => void
}

export class KeyedPart implements StatePart {
  readonly name: string
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
  readonly pages = new ChangedPages()
  readonly #shape: KeyedPartShape

  constructor(shape: KeyedPartShape) {
    this.name = shape.name
    this.types = [...shape.keyTypes, ...typesOf(shape.columns)]
    this.keys = shape.places ?? shape.keyTypes.map((_, place) => place)
    this.#shape = shape
  }

  /** Keys that come later are there before they are marked, so it is noted which there were. */
  freeze(save: SavePage): () => boolean {
    const { table, holds } = this.#shape
    const wereLive = table.liveSlots()
    return this.pages.freeze((page) =>
      save(
        page,
        this.#saveThose(page, (slot) => wereLive[slot] === 1 && holds?.(slot) !== false),
      ),
    )
  }

  save(page: number): StateRows {
    const { table, holds } = this.#shape
    return this.#saveThose(page, (slot) => table.isLive(slot) && holds?.(slot) !== false)
  }

  #saveThose(page: number, isThere: (slot: number) => boolean): StateRows {
    const { table, columns } = this.#shape
    const slots = this.pages.entriesOf(page, table.capacity, isThere)
    const { length } = slots
    return { length, columns: [...table.keyVectors(slots, length), ...saveColumns(columns, slots, length)] }
  }

  load({ length, columns }: StateRows): void {
    const { table, keyTypes, reserve, enter } = this.#shape
    const slots = new Int32Array(length)
    table.resolve(columns.slice(0, keyTypes.length), length, slots)
    reserve(table.capacity)
    loadColumns(this.#shape.columns, slots, columns.slice(keyTypes.length), length)
    if (enter !== undefined) slots.forEach(enter)
    this.pages.markAll(slots, length)
  }
}

export interface SavedKeysShape {
  readonly table: KeyTable
  readonly keyTypes: readonly DataType[]
  /** The slot of an entry's key. */
  readonly slotOf: (entry: number) => number
  /** Sets the slot of an entry's key, which may be new. */
  readonly setSlot: (entry: number, slot: number) => void
}

/** The key of each entry, for entries that know theirs by its slot in a key table. */
export function savedKeys({ table, keyTypes, slotOf, setSlot }: SavedKeysShape): SavedColumns {
  return {
    types: keyTypes,
    save: (entries, count) => table.keyVectors(entries.subarray(0, count).map(slotOf), count),
    load: (entries, columns, count) => {
      const slots = new Int32Array(count)
      table.resolve(columns, count, slots)
      for (let i = 0; i < count; i++) setSlot(entries[i] as number, slots[i] as number)
    },
  }
}
