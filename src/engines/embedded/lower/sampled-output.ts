/** Samples the keys of rows on their way. */
import type { Batch } from '#data'
import { type OperatorMeter, type Output, PassingOutput } from '#dataflow'

export class SampledOutput extends PassingOutput {
  readonly #meter: OperatorMeter

  constructor(meter: OperatorMeter, output: Output) {
    super(output)
    this.#meter = meter
  }

  push(batch: Batch): void {
    this.#meter.keys?.take(0, batch)
    this.output.push(batch)
  }
}
