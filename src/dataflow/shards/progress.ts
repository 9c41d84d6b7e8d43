/** How far the inputs of an operator have come: their watermarks, and which have ended. */
import { watermarkNone } from '#data'
import type { Operator } from '../operator.ts'

export class Progress {
  readonly #marks: Float64Array
  readonly #ended: Uint8Array

  constructor(inputs: number) {
    this.#marks = new Float64Array(inputs).fill(watermarkNone)
    this.#ended = new Uint8Array(inputs)
  }

  advance(input: number, watermarkMs: number): void {
    this.#marks[input] = Math.max(this.#marks[input] as number, watermarkMs)
  }

  finish(input: number): void {
    this.#ended[input] = 1
  }

  watermarkMs(input: number): number {
    return this.#marks[input] as number
  }

  hasEnded(input: number): boolean {
    return this.#ended[input] === 1
  }

  /** Whether this one is further than another one, whatever the watermark of the input `but` is. */
  isBeyond(other: Progress, but = -1): boolean {
    return this.#marks.some(
      (mark, input) => (input !== but && mark > (other.#marks[input] as number)) || this.#ended[input] !== other.#ended[input],
    )
  }

  /** Tells what has happened since `known`, which then knows it: watermarks first. */
  tell(known: Progress, listener: Pick<Operator, 'advance' | 'finish'>): void {
    for (let input = 0; input < this.#marks.length; input++) {
      const mark = this.#marks[input] as number
      if (mark > (known.#marks[input] as number)) {
        known.#marks[input] = mark
        listener.advance(input, mark)
      }
    }
    for (let input = 0; input < this.#ended.length; input++) {
      if (this.#ended[input] === 1 && known.#ended[input] === 0) {
        known.#ended[input] = 1
        listener.finish(input)
      }
    }
  }

  /** Tells everything to one that knows nothing. */
  tellAll(listener: Pick<Operator, 'advance' | 'finish'>): void {
    this.tell(new Progress(this.#marks.length), listener)
  }

  copy(): Progress {
    const copy = new Progress(this.#marks.length)
    copy.#marks.set(this.#marks)
    copy.#ended.set(this.#ended)
    return copy
  }
}
