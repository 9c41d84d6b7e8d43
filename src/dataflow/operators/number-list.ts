/** A list of small integers that grows at its end, such as the rows of a window. */
import { grownIntegers } from '../state/grown.ts'

export class NumberList {
  #data = new Int32Array(16)
  length = 0

  push(value: number): void {
    if (this.length === this.#data.length) this.#data = grownIntegers(this.#data, this.length + 1)
    this.#data[this.length++] = value
  }

  at(index: number): number {
    return this.#data[index] as number
  }

  /** The numbers; valid until the next change. */
  toArray(): Int32Array {
    return this.#data.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }
}
