/** The rows of one group in order of arrival, any of which may go again. All steps but listing take the same time for any count of rows. */
import type { DataType } from '#data'
import { type SavedColumns, savedTogether, savedValue } from '../state/saved-columns.ts'

export type Tuple = readonly unknown[]

interface Arrival {
  readonly tuple: Tuple
  before: Arrival | null
  after: Arrival | null
  /** The next one that is equal to it. */
  nextEqual: Arrival | null
}

/** The arrivals of equal rows, oldest first. */
interface EqualArrivals {
  oldest: Arrival
  newest: Arrival
}

export class Arrivals {
  /** The same primitive for equal rows. */
  readonly #keyOf: (tuple: Tuple) => unknown
  readonly #byKey = new Map<unknown, EqualArrivals>()
  /** Rows that went before they came, by key. */
  readonly #owed = new Map<unknown, Tuple[]>()
  #first: Arrival | null = null
  #last: Arrival | null = null
  #size = 0

  constructor(keyOf: (tuple: Tuple) => unknown) {
    this.#keyOf = keyOf
  }

  get first(): Tuple | null {
    return this.#first?.tuple ?? null
  }

  get last(): Tuple | null {
    return this.#last?.tuple ?? null
  }

  /** Rows that are there, less those that went before they came. */
  get size(): number {
    return this.#size
  }

  tuples(): Tuple[] {
    const tuples: Tuple[] = []
    for (let arrival = this.#first; arrival !== null; arrival = arrival.after) tuples.push(arrival.tuple)
    return tuples
  }

  owed(): Tuple[] {
    return [...this.#owed.values()].flat()
  }

  add(tuple: Tuple): void {
    this.#size += 1
    const key = this.#keyOf(tuple)
    if (this.#takeOwed(key)) return
    const arrival: Arrival = { tuple, before: this.#last, after: null, nextEqual: null }
    if (this.#last === null) this.#first = arrival
    else this.#last.after = arrival
    this.#last = arrival
    const equal = this.#byKey.get(key)
    if (equal === undefined) this.#byKey.set(key, { oldest: arrival, newest: arrival })
    else {
      equal.newest.nextEqual = arrival
      equal.newest = arrival
    }
  }

  /** Lets the oldest of the rows that are equal to this one go. */
  remove(tuple: Tuple): void {
    this.#size -= 1
    const key = this.#keyOf(tuple)
    const equal = this.#byKey.get(key)
    if (equal === undefined) {
      const owed = this.#owed.get(key)
      if (owed === undefined) this.#owed.set(key, [tuple])
      else owed.push(tuple)
      return
    }
    const { oldest } = equal
    if (oldest.nextEqual === null) this.#byKey.delete(key)
    else equal.oldest = oldest.nextEqual
    if (oldest.before === null) this.#first = oldest.after
    else oldest.before.after = oldest.after
    if (oldest.after === null) this.#last = oldest.before
    else oldest.after.before = oldest.before
  }

  merge(added: Arrivals): void {
    for (const tuple of added.tuples()) this.add(tuple)
    for (const tuple of added.owed()) this.remove(tuple)
  }

  #takeOwed(key: unknown): boolean {
    const owed = this.#owed.get(key)
    if (owed === undefined) return false
    owed.pop()
    if (owed.length === 0) this.#owed.delete(key)
    return true
  }
}

export function tuplesType(types: readonly DataType[]): DataType {
  const fields = types.map((type, place) => ({ name: `${place}`, type }))
  return { kind: 'array', element: { kind: 'row', fields, nullable: false }, nullable: true }
}

/** The rows of each group, and those that went before they came. `change` lets one come or go, to load it. */
export function savedArrivals(
  types: readonly DataType[],
  find: (slot: number) => Arrivals | undefined,
  change: (slot: number, tuple: Tuple, sign: number) => void,
): SavedColumns {
  return savedTogether([
    savedValue(
      tuplesType(types),
      (slot) => find(slot)?.tuples(),
      (slot, tuples) => {
        for (const tuple of (tuples as Tuple[] | null) ?? []) change(slot, tuple, 1)
      },
    ),
    savedValue(
      tuplesType(types),
      (slot) => find(slot)?.owed(),
      (slot, tuples) => {
        for (const tuple of (tuples as Tuple[] | null) ?? []) change(slot, tuple, -1)
      },
    ),
  ])
}
