/** Filter and projection: stateless; the compiled function does the work, and rows keep their change kinds. */
import type { Batch } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'

/** The rows that stay, with the columns asked for; null when none stays. */
export type BatchFunction = (batch: Batch) => Batch | null

export class CalcOperator extends PassingOperator {
  readonly #compute: BatchFunction

  constructor(compute: BatchFunction, output: Output) {
    super(output)
    this.#compute = compute
  }

  push(_input: number, batch: Batch): void {
    const result = this.#compute(batch)
    if (result !== null) this.output.push(result)
  }
}
