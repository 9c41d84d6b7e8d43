/** The operator behind an exchange, as all workers see it. */
import type { Batch } from '#data'
import type { Operator } from '../operator.ts'
import { InputWatermarks } from '../operators/input-watermarks.ts'

export class Target {
  readonly #operator: Operator
  readonly #watermarks: InputWatermarks

  constructor(workers: number, operator: Operator) {
    this.#operator = operator
    this.#watermarks = new InputWatermarks(workers, {
      push: () => undefined,
      advance: (watermarkMs) => operator.advance(0, watermarkMs),
      finish: () => operator.finish(0),
    })
  }

  push(from: number, input: number, batch: Batch): void {
    const watermarks = this.#watermarks.ofBatch(from, batch)
    this.#operator.push(input, watermarks === batch.watermarks ? batch : { ...batch, watermarks })
  }

  advance(from: number, watermarkMs: number): void {
    this.#watermarks.advance(from, watermarkMs)
  }

  finish(from: number): void {
    this.#watermarks.finish(from)
  }
}
