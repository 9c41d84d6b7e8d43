/** LISTAGG over rows that only come: the text so far, one string a group. */
import { stringType, type Vector, valueAt, vectorOf } from '#data'
import { type SavedColumns, savedValue } from '../state/saved-columns.ts'
import { type Accumulator, type AccumulatorInput, boxedBytes } from './accumulator.ts'

export class TextListAccumulator implements Accumulator {
  readonly #separator: string
  readonly #texts: (string | null)[] = []
  /** Of all texts. */
  #units = 0
  readonly saved: SavedColumns = savedValue(
    stringType,
    (slot) => this.#texts[slot],
    (slot, text) => {
      this.#texts[slot] = text as string | null
      this.#units += this.#texts[slot]?.length ?? 0
    },
  )

  constructor(separator: string) {
    this.#separator = separator
  }

  get stateBytes(): number {
    return this.#texts.length * boxedBytes + this.#units * 2
  }

  reserve(slots: number): void {
    while (this.#texts.length < slots) this.#texts.push(null)
  }

  add({ slots, rows, signs, arguments: [vector] }: AccumulatorInput): void {
    for (let i = 0; i < rows; i++) {
      if (signs === null || signs[i] !== 0) this.#append(slots[i] as number, valueAt(vector as Vector, i, stringType) as string)
    }
  }

  #append(slot: number, text: string): void {
    const before = this.#texts[slot] ?? null
    const after = before === null ? text : before + this.#separator + text
    this.#texts[slot] = after
    this.#units += after.length - (before?.length ?? 0)
  }

  merge(slot: number, from: TextListAccumulator, fromSlot: number): void {
    const text = from.#texts[fromSlot] ?? null
    if (text !== null) this.#append(slot, text)
  }

  clear(slot: number): void {
    this.#units -= this.#texts[slot]?.length ?? 0
    this.#texts[slot] = null
  }

  results(slots: Int32Array, count: number): Vector {
    return vectorOf(
      stringType,
      Array.from({ length: count }, (_, index) => this.#texts[slots[index] as number] ?? null),
    )
  }
}
