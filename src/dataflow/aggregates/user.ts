/**
 * Aggregate functions that users write. State is one accumulator a group, which is whatever the function keeps; its results are kept
 * until the accumulator changes, since a group that is updated is asked for its result before and after.
 */
import { assert } from '#base'
import { type DataType, type Vector, valueAt, vectorOf, withNullable } from '#data'
import { type SavedColumns, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'

/** A user's aggregate function as it was loaded. Accumulators may be changed in place, so each stands for one group alone. */
export interface UserAggregate {
  readonly createAccumulator: () => unknown
  /** Gives the accumulator as it is afterwards, as do `retract` and `merge`. NULL is null. */
  readonly accumulate: (accumulator: unknown, ...values: unknown[]) => unknown
  /** Null where the function cannot take rows back, or cannot add one accumulator to another. */
  readonly retract: ((accumulator: unknown, ...values: unknown[]) => unknown) | null
  readonly merge: ((accumulator: unknown, other: unknown) => unknown) | null
  readonly getValue: (accumulator: unknown) => unknown
  /** What accumulators are saved as: `save` gives a boxed value of this type, which later changes do not reach. */
  readonly savedType: DataType
  readonly save: (accumulator: unknown) => unknown
  readonly load: (saved: unknown) => unknown
}

export class UserAccumulator implements Accumulator {
  readonly #function: UserAggregate
  readonly #arguments: readonly DataType[]
  readonly #result: DataType
  /** Of slots that had a row, even one that was passed over. */
  readonly #groups: ({ accumulator: unknown } | undefined)[] = []
  readonly #known: unknown[] = []
  readonly saved: SavedColumns

  constructor(user: UserAggregate, args: readonly DataType[], result: DataType) {
    this.#function = user
    this.#arguments = args
    this.#result = result
    // A list of one tells an accumulator that is null from a slot without one.
    this.saved = savedValue(
      { kind: 'array', element: withNullable(user.savedType, true), nullable: true },
      (slot) => this.#save(slot),
      (slot, saved) => {
        if (saved !== null) this.#groups[slot] = { accumulator: user.load((saved as unknown[])[0]) }
      },
    )
  }

  #save(slot: number): unknown[] | null {
    const group = this.#groups[slot]
    return group === undefined ? null : [this.#function.save(group.accumulator)]
  }

  get stateBytes(): number {
    return this.#groups.length * boxedBytes
  }

  reserve(): void {}

  add({ slots, rows, signs, arguments: vectors }: AccumulatorInput): void {
    const { accumulate, retract } = this.#function
    for (let row = 0; row < rows; row++) {
      const slot = slots[row] as number
      if (slot < 0) continue
      this.#groups[slot] ??= { accumulator: this.#function.createAccumulator() }
      const sign = signs === null ? 1 : (signs[row] as number)
      const change = sign > 0 ? accumulate : sign < 0 ? retract : null
      if (change === null) continue
      const group = this.#groups[slot]
      group.accumulator = change(group.accumulator, ...this.#arguments.map((type, place) => valueAt(vectors[place] as Vector, row, type)))
      this.#known[slot] = undefined
    }
  }

  merge(slot: number, from: UserAccumulator, fromSlot: number): void {
    const other = from.#groups[fromSlot]
    if (other === undefined) return
    const { merge, save, load } = this.#function
    const group = this.#groups[slot]
    const copied = load(save(other.accumulator))
    this.#known[slot] = undefined
    if (group === undefined) {
      this.#groups[slot] = { accumulator: copied }
      return
    }
    assert(merge !== null, 'a function without merge is only used where accumulators are not merged')
    group.accumulator = merge(group.accumulator, copied)
  }

  clear(slot: number): void {
    this.#groups[slot] = undefined
    this.#known[slot] = undefined
  }

  results(slots: Int32Array, count: number): Vector {
    const values = Array.from({ length: count }, (_, index) => {
      const slot = slots[index] as number
      const group = this.#groups[slot]
      if (group === undefined) return null
      this.#known[slot] ??= this.#function.getValue(group.accumulator)
      return this.#known[slot]
    })
    return vectorOf(this.#result, values)
  }
}
