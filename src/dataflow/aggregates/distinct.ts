/**
 * DISTINCT inside an aggregate: passes a value on when it is first seen in its group, and takes it back when its last row goes. State
 * is a count for each value of each group; its bound is the count of distinct values.
 */
import { bigintType, type DataType, integerType, type Vector, valueAt, vectorOf } from '#data'
import { grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { type SavedColumns, savedTogether, savedValue } from '../state/saved-columns.ts'
import type { Accumulator, AccumulatorInput } from './accumulator.ts'
import { tuplesType } from './arrivals.ts'

const none = -1

export class DistinctAccumulator implements Accumulator {
  readonly #inner: Accumulator
  /** Entries: a group's slot and the values. */
  readonly #entries: KeyTable
  #counts = new Float64Array(16)
  /** The entries of a slot are a doubly linked list, so that clearing a slot finds them. */
  #heads = new Int32Array(16).fill(none)
  #next = new Int32Array(16)
  /** 0: not in a list; entry + 1 of the one before; −slot − 1 at the head of that slot's list. */
  #previous = new Int32Array(16)
  #selection = new Int32Array(16)
  #found = new Int32Array(16)
  #signs = new Int8Array(16)
  readonly saved: SavedColumns

  constructor(inner: Accumulator, types: readonly DataType[]) {
    this.#inner = inner
    this.saved = savedTogether([
      inner.saved,
      savedValue(
        tuplesType([...types, bigintType]),
        (slot) => this.#saveEntries(slot, types),
        (slot, entries) => {
          if (entries !== null) this.#loadEntries(slot, entries as unknown[][], types)
        },
      ),
    ])
    this.#entries = new KeyTable([{ ...integerType, nullable: false }, ...types])
  }

  reserve(slots: number): void {
    this.#inner.reserve(slots)
    if (this.#heads.length >= slots) return
    const heads = new Int32Array(Math.max(slots, this.#heads.length * 2)).fill(none)
    heads.set(this.#heads)
    this.#heads = heads
  }

  add(input: AccumulatorInput): void {
    const { slots, rows, signs } = input
    this.#reserveRows(rows)
    let selected = 0
    for (let i = 0; i < rows; i++) if (signs === null || signs[i] !== 0) this.#selection[selected++] = i
    const slotVector: Vector = { form: 'integers', data: slots, nulls: null }
    this.#entries.resolve([slotVector, ...input.arguments], selected, this.#found, this.#selection)
    this.#reserveEntries(this.#entries.capacity)
    const changes = this.#signs
    changes.fill(0, 0, rows)
    for (let s = 0; s < selected; s++) {
      const row = this.#selection[s] as number
      const sign = signs === null ? 1 : (signs[row] as number)
      changes[row] = this.#change(this.#found[s] as number, slots[row] as number, sign)
    }
    this.#inner.add({ slots, rows, arguments: input.arguments, signs: changes })
    this.#dropEmpty(selected)
  }

  /** Counts a value and returns what that means for the group: 1 it is new, −1 it is gone, 0 neither. */
  #change(entry: number, slot: number, by: number): number {
    const before = this.#counts[entry] as number
    const after = before + by
    this.#counts[entry] = after
    if (before === 0) this.#link(entry, slot)
    if (before <= 0 && after > 0) return 1
    return before > 0 && after <= 0 ? -1 : 0
  }

  #dropEmpty(selected: number): void {
    for (let s = 0; s < selected; s++) {
      const entry = this.#found[s] as number
      if (this.#counts[entry] !== 0 || !this.#entries.isLive(entry)) continue
      this.#unlink(entry)
      this.#entries.remove(entry)
    }
  }

  #link(entry: number, slot: number): void {
    if (this.#previous[entry] !== 0) return
    const head = this.#heads[slot] as number
    this.#next[entry] = head
    if (head !== none) this.#previous[head] = entry + 1
    this.#heads[slot] = entry
    this.#previous[entry] = -slot - 1
  }

  #unlink(entry: number): void {
    const previous = this.#previous[entry] as number
    const next = this.#next[entry] as number
    if (previous < 0) this.#heads[-previous - 1] = next
    else if (previous > 0) this.#next[previous - 1] = next
    if (next !== none) this.#previous[next] = previous
    this.#previous[entry] = 0
  }

  merge(slot: number, from: DistinctAccumulator, fromSlot: number): void {
    const listed = from.#entriesOf(fromSlot)
    if (listed.length === 0) return
    const entries = Int32Array.from(listed)
    const values = from.#entries.keyVectors(entries, entries.length).slice(1)
    this.add({ slots: new Int32Array(entries.length).fill(slot), rows: entries.length, arguments: values, signs: null })
    for (let i = 0; i < entries.length; i++) {
      const entry = this.#found[i] as number
      this.#counts[entry] = (this.#counts[entry] as number) + (from.#counts[entries[i] as number] as number) - 1
    }
  }

  #entriesOf(slot: number): number[] {
    const listed: number[] = []
    for (let entry = this.#heads[slot] ?? none; entry !== none; entry = this.#next[entry] as number) listed.push(entry)
    return listed.reverse()
  }

  clear(slot: number): void {
    for (const entry of this.#entriesOf(slot)) {
      this.#counts[entry] = 0
      this.#previous[entry] = 0
      this.#entries.remove(entry)
    }
    this.#heads[slot] = none
    this.#inner.clear(slot)
  }

  #saveEntries(slot: number, types: readonly DataType[]): unknown[][] | null {
    const entries = Int32Array.from(this.#entriesOf(slot))
    if (entries.length === 0) return null
    const values = this.#entries.keyVectors(entries, entries.length).slice(1)
    return Array.from(entries, (entry, row) => [
      ...types.map((type, place) => valueAt(values[place] as Vector, row, type)),
      this.#counts[entry],
    ])
  }

  #loadEntries(slot: number, saved: readonly (readonly unknown[])[], types: readonly DataType[]): void {
    const rows = saved.length
    const values = types.map((type, place) =>
      vectorOf(
        type,
        saved.map((entry) => entry[place]),
      ),
    )
    this.#reserveRows(rows)
    this.#entries.resolve([{ form: 'integers', data: new Int32Array(rows).fill(slot), nulls: null }, ...values], rows, this.#found)
    this.#reserveEntries(this.#entries.capacity)
    for (const [row, entry] of saved.entries()) {
      this.#counts[this.#found[row] as number] = entry[types.length] as number
      this.#link(this.#found[row] as number, slot)
    }
  }

  results(slots: Int32Array, count: number): Vector {
    return this.#inner.results(slots, count)
  }

  #reserveRows(rows: number): void {
    if (this.#selection.length >= rows) return
    this.#selection = new Int32Array(rows)
    this.#found = new Int32Array(rows)
    this.#signs = new Int8Array(rows)
  }

  #reserveEntries(entries: number): void {
    this.#counts = grownNumbers(this.#counts, entries)
    if (this.#next.length >= entries) return
    const length = Math.max(entries, this.#next.length * 2)
    const next = new Int32Array(length)
    next.set(this.#next)
    this.#next = next
    const previous = new Int32Array(length)
    previous.set(this.#previous)
    this.#previous = previous
  }
}
