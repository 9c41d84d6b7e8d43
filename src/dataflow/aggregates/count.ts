/** COUNT: state is one number a group. Without arguments all rows count. */
import { numbersOf, type Vector } from '#data'
import { grownNumbers } from '../state/grown.ts'
import { type SavedColumns, savedNumbersIn } from '../state/saved-columns.ts'
import type { Accumulator, AccumulatorInput } from './accumulator.ts'

export class CountAccumulator implements Accumulator {
  counts = new Float64Array(16)
  readonly saved: SavedColumns = savedNumbersIn(() => this.counts)

  get stateBytes(): number {
    return this.counts.byteLength
  }

  reserve(slots: number): void {
    this.counts = grownNumbers(this.counts, slots)
  }

  add({ slots, rows, signs }: AccumulatorInput): void {
    const { counts } = this
    if (signs === null) for (let i = 0; i < rows; i++) counts[slots[i] as number] = (counts[slots[i] as number] as number) + 1
    else for (let i = 0; i < rows; i++) counts[slots[i] as number] = (counts[slots[i] as number] as number) + (signs[i] as number)
  }

  merge(slot: number, from: CountAccumulator, fromSlot: number): void {
    this.counts[slot] = (this.counts[slot] ?? 0) + (from.counts[fromSlot] ?? 0)
  }

  clear(slot: number): void {
    this.counts[slot] = 0
  }

  results(slots: Int32Array, count: number, room?: Vector): Vector {
    const data = numbersOf(count, room)
    const { counts } = this
    for (let i = 0; i < count; i++) data[i] = counts[slots[i] as number] as number
    return { form: 'numbers', data, nulls: null }
  }
}
