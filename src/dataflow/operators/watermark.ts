/**
 * Event time: derives the watermark from each row and tells what follows.
 *
 * State: the greatest watermark so far of each split of the source; the stream's is the least of them. Rows pass unchanged and carry
 * the watermark in force before them, so that lateness does not depend on how rows were cut into batches.
 */
import type { Batch, Vector } from '#data'
import { numbersIn, watermarkEnd, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'

/** Gives the watermark after each row, in epoch milliseconds, as a vector of numbers; NULL where a row says nothing. */
export type WatermarkFunction = (batch: Batch) => Vector

export class WatermarkOperator implements Operator {
  readonly #compute: WatermarkFunction
  readonly #output: Output
  /** The watermark after the last row, or after the end. */
  watermark = watermarkNone
  #prefix = new Float64Array(0)

  constructor(compute: WatermarkFunction, output: Output) {
    this.#compute = compute
    this.#output = output
  }

  push(_input: number, batch: Batch): void {
    const vector = this.#compute(batch)
    const data = numbersIn(vector)
    const { nulls } = vector
    if (this.#prefix.length < batch.length) this.#prefix = new Float64Array(batch.length)
    const prefix = this.#prefix
    const before = this.watermark
    let watermark = before
    for (let i = 0; i < batch.length; i++) {
      prefix[i] = watermark
      const at = data[i] as number
      if (at > watermark && (nulls === null || nulls[i] === 0)) watermark = at
    }
    this.watermark = watermark
    this.#output.push({ ...batch, watermarks: watermark === before ? null : prefix })
    if (watermark > before) this.#output.advance(watermark)
  }

  /** Announces the watermark of an earlier life of this work again. */
  resume(watermarkMs: number): void {
    this.watermark = watermarkMs
    this.#output.advance(watermarkMs)
  }

  /** Watermarks from further up are replaced by those derived here. */
  advance(_input: number, watermarkMs: number): void {
    if (watermarkMs === watermarkEnd) this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.watermark = watermarkEnd
    this.#output.advance(watermarkEnd)
    this.#output.finish()
  }
}
