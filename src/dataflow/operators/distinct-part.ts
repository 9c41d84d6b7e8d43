/** The distinct values that groups have, as a state part of its own: what comes to a group with many is saved without the others. */
import { type DataType, numbersIn, type Vector } from '#data'
import type { DistinctValues } from '../aggregates/distinct-values.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { Pages, SavePage, StatePart, StateRows } from '../state/state-part.ts'

/** The groups whose slots the values know. */
export interface DistinctGroups {
  readonly table: KeyTable
  readonly keyTypes: readonly DataType[]
  /** Makes room for slots below `slots`. */
  readonly reserve: (slots: number) => void
}

export class DistinctPart implements StatePart {
  readonly name: string
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
  readonly pages: Pages
  readonly #values: DistinctValues
  readonly #groups: DistinctGroups

  constructor(name: string, values: DistinctValues, groups: DistinctGroups) {
    this.name = name
    this.types = [...groups.keyTypes, ...values.types, ...values.memberTypes]
    this.keys = [...groups.keyTypes.keys()]
    this.pages = values.pages
    this.#values = values
    this.#groups = groups
  }

  /** Entries that come later are there before they are marked, so it is noted which there were. */
  freeze(save: SavePage): () => boolean {
    const wereLive = this.#values.entries.liveSlots()
    return this.#values.pages.freeze((page) =>
      save(
        page,
        this.#saveThose(page, (entry) => wereLive[entry] === 1),
      ),
    )
  }

  save(page: number): StateRows {
    return this.#saveThose(page, (entry) => this.#values.entries.isLive(entry))
  }

  #saveThose(page: number, isThere: (entry: number) => boolean): StateRows {
    const { entries, pages } = this.#values
    const listed = pages.entriesOf(page, entries.capacity, isThere)
    const { length } = listed
    const [slots, ...values] = entries.keyVectors(listed, length)
    const keys = this.#groups.table.keyVectors(numbersIn(slots as Vector) as Int32Array, length)
    return { length, columns: [...keys, ...values, ...this.#values.membersOf(listed)] }
  }

  load({ length, columns }: StateRows): void {
    const { table, keyTypes, reserve } = this.#groups
    const slots = new Int32Array(length)
    table.resolve(columns.slice(0, keyTypes.length), length, slots)
    reserve(table.capacity)
    const members = keyTypes.length + this.#values.types.length
    this.#values.load(slots, columns.slice(keyTypes.length, members), columns.slice(members))
  }
}
