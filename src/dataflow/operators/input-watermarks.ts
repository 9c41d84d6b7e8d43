/**
 * The watermark of an operator with several inputs: the least of theirs. An input that has ended holds nothing back, nor does one that is
 * idle; where all that have not ended are idle, time stands still.
 */
import { type Batch, watermarkEnd, watermarkNone } from '#data'
import type { Output } from '../operator.ts'

export class InputWatermarks {
  readonly #output: Output
  readonly #marks: Float64Array
  readonly #ended: Uint8Array
  readonly #idle: Uint8Array
  #least = watermarkNone
  #isIdle = false

  constructor(inputs: number, output: Output) {
    this.#output = output
    this.#marks = new Float64Array(inputs).fill(watermarkNone)
    this.#ended = new Uint8Array(inputs)
    this.#idle = new Uint8Array(inputs)
  }

  /** Notes the watermark of an input and sends the least one on if it rose. */
  advance(input: number, watermarkMs: number): void {
    this.#marks[input] = Math.max(this.#marks[input] as number, watermarkMs)
    this.#send()
  }

  /** Notes whether nothing comes on an input for now. */
  setIdle(input: number, isIdle: boolean): void {
    this.#idle[input] = isIdle ? 1 : 0
    this.#send()
    this.#tellIdle()
  }

  /** Notes the end of an input; the last one ends the output. */
  finish(input: number): void {
    this.#ended[input] = 1
    if (this.hasEnded()) this.#output.finish()
    else {
      this.#marks[input] = watermarkEnd
      this.#send()
      this.#tellIdle()
    }
  }

  hasEnded(): boolean {
    return this.#ended.every((ended) => ended === 1)
  }

  /** The watermarks in force before each row of a batch; null when the one that was sent on last is in force for all. */
  ofBatch(input: number, batch: Batch): Float64Array | null {
    const { watermarks, length } = batch
    if (watermarks === null) return null
    let others = watermarkEnd
    for (let i = 0; i < this.#marks.length; i++) {
      if (i !== input && this.#idle[i] === 0) others = Math.min(others, this.#marks[i] as number)
    }
    if (others <= this.#least) return null
    const least = new Float64Array(length)
    // What an input was idle for has gone on without it.
    for (let row = 0; row < length; row++) least[row] = Math.max(this.#least, Math.min(others, watermarks[row] as number))
    return least
  }

  #send(): void {
    let least = watermarkEnd
    let idle = false
    for (let input = 0; input < this.#marks.length; input++) {
      const mark = this.#marks[input] as number
      if (this.#idle[input] === 0) least = Math.min(least, mark)
      else idle ||= mark < watermarkEnd
    }
    if (least <= this.#least || (idle && least === watermarkEnd)) return
    this.#least = least
    this.#output.advance(least)
  }

  #tellIdle(): void {
    let isIdle = false
    for (let input = 0; input < this.#marks.length; input++) {
      if (this.#marks[input] === watermarkEnd) continue
      isIdle = this.#idle[input] === 1
      if (!isIdle) break
    }
    if (isIdle === this.#isIdle) return
    this.#isIdle = isIdle
    this.#output.setIdle?.(isIdle)
  }
}
