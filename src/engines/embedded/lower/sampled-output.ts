/** Samples the keys of rows on their way. */
import type { Batch } from '#data'
import type { OperatorMeter, Output } from '#dataflow'

export class SampledOutput implements Output {
  readonly #meter: OperatorMeter
  readonly #output: Output

  constructor(meter: OperatorMeter, output: Output) {
    this.#meter = meter
    this.#output = output
  }

  push(batch: Batch): void {
    this.#meter.keys?.take(0, batch)
    this.#output.push(batch)
  }

  advance(watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#output.finish()
  }
}
