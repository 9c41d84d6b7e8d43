/** An operator with shards whose keys are sampled, and whose time counts as well when it brings shards back by itself. */
import type { Batch } from '#data'
import { type KeyedInput, type OperatorFactory, type OperatorMeter, type Output, Sharded, type StateBudget } from '#dataflow'

export class MeteredSharded extends Sharded {
  readonly #meter: OperatorMeter

  constructor(
    create: OperatorFactory,
    inputs: readonly KeyedInput[],
    output: Output,
    level: number,
    budget: StateBudget,
    meter: OperatorMeter,
  ) {
    super(create, inputs, output, level, budget)
    this.#meter = meter
  }

  override push(input: number, batch: Batch): void {
    this.#meter.keys?.take(input, batch)
    super.push(input, batch)
  }

  override catchUp(): void {
    const before = this.#meter.begin()
    super.catchUp()
    before.begin()
  }
}
