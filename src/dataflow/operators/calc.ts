/** Filter and projection: stateless; the compiled function does the work, and rows keep their change kinds. */
import type { Batch } from '#data'
import type { Operator, Output } from '../operator.ts'

/** The rows that stay, with the columns asked for; null when none stays. */
export type BatchFunction = (batch: Batch) => Batch | null

export class CalcOperator implements Operator {
  readonly #compute: BatchFunction
  readonly #output: Output

  constructor(compute: BatchFunction, output: Output) {
    this.#compute = compute
    this.#output = output
  }

  push(_input: number, batch: Batch): void {
    const result = this.#compute(batch)
    if (result !== null) this.#output.push(result)
  }

  advance(_input: number, watermarkMs: number): void {
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.#output.finish()
  }
}
