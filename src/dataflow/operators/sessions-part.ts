/** Open sessions with their sums, as a state part: entries are their slots. */
import { type DataType, doubleType, numbersIn, type Vector } from '#data'
import { ChangedPages } from '../state/changed-pages.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { SavedColumns } from '../state/saved-columns.ts'
import type { SavePage, StatePart, StateRows } from '../state/state-part.ts'

/** What is kept of a session besides its sums. */
interface SavedSession {
  /** The slot of its key. */
  readonly key: number
  /** How many sessions had been opened before it. */
  readonly number: number
  readonly start: number
  readonly end: number
}

export interface SessionsPartShape {
  readonly table: KeyTable
  readonly keyTypes: readonly DataType[]
  /** The sums, by slot of the session. */
  readonly saved: SavedColumns
  /** All slots ever given are below it. */
  readonly capacity: () => number
  /** The session of a slot, where there is one. */
  readonly sessionOf: (slot: number) => SavedSession | undefined
  /** Opens a loaded session under a new slot, for which its sums have room, and returns the slot. */
  readonly open: (session: SavedSession) => number
}

const numberType: DataType = { ...doubleType, nullable: false }

export class SessionsPart implements StatePart {
  readonly name = 'sessions'
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
  readonly pages = new ChangedPages()
  readonly #shape: SessionsPartShape

  constructor(shape: SessionsPartShape) {
    this.types = [...shape.keyTypes, numberType, numberType, numberType, ...shape.saved.types]
    this.keys = shape.keyTypes.map((_, place) => place)
    this.#shape = shape
  }

  freeze(save: SavePage): () => boolean {
    return this.pages.freeze((page) => save(page, this.save(page)))
  }

  save(page: number): StateRows {
    const { table, saved, capacity, sessionOf } = this.#shape
    const slots = this.pages.entriesOf(page, capacity(), (slot) => sessionOf(slot) !== undefined)
    const { length } = slots
    const sessions = Array.from(slots, (slot) => sessionOf(slot) as SavedSession)
    const numbers = (of: (session: SavedSession) => number): Vector => ({
      form: 'numbers',
      data: Float64Array.from(sessions, of),
      nulls: null,
    })
    const keys = table.keyVectors(
      Int32Array.from(sessions, ({ key }) => key),
      length,
    )
    const facts = [numbers(({ number }) => number), numbers(({ start }) => start), numbers(({ end }) => end)]
    return { length, columns: [...keys, ...facts, ...saved.save(slots, length)] }
  }

  load({ length, columns }: StateRows): void {
    const { table, keyTypes, saved, open } = this.#shape
    const keys = new Int32Array(length)
    table.resolve(columns.slice(0, keyTypes.length), length, keys)
    const facts = columns.slice(keyTypes.length)
    const [numbers, starts, ends] = facts.slice(0, 3).map(numbersIn) as [Float64Array, Float64Array, Float64Array]
    const slots = new Int32Array(length)
    for (const [row, key] of keys.entries()) {
      slots[row] = open({ key, number: numbers[row] as number, start: starts[row] as number, end: ends[row] as number })
    }
    saved.load(slots, facts.slice(3), length)
    this.pages.markAll(slots, length)
  }
}
