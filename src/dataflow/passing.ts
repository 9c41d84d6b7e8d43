/** What those begin with that change rows on their way and leave time and the end as they come. */
import type { Batch } from '#data'
import type { Operator, Output } from './operator.ts'

/** An operator of one input. */
export abstract class PassingOperator implements Operator {
  protected readonly output: Output

  constructor(output: Output) {
    this.output = output
  }

  abstract push(input: number, batch: Batch): void

  advance(_input: number, watermarkMs: number): void {
    this.output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.output.setIdle?.(isIdle)
  }

  finish(): void {
    this.output.finish()
  }
}

/** An output before another one. */
export abstract class PassingOutput implements Output {
  protected readonly output: Output

  constructor(output: Output) {
    this.output = output
  }

  abstract push(batch: Batch): void

  advance(watermarkMs: number): void {
    this.output.advance(watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    this.output.setIdle?.(isIdle)
  }

  finish(): void {
    this.output.finish()
  }
}
