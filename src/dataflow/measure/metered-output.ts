/** The way from one operator to the next: counts the rows, and lets the time be that of whoever works on them. */
import type { Batch } from '#data'
import type { Output } from '../operator.ts'
import { PassingOutput } from '../passing.ts'
import type { OperatorMeter } from './operator-meter.ts'

export class MeteredOutput implements Output {
  readonly #from: OperatorMeter
  readonly #to: OperatorMeter
  readonly #output: Output
  readonly #input: number

  constructor(from: OperatorMeter, to: OperatorMeter, output: Output) {
    this.#from = from
    this.#to = to
    this.#output = output
    this.#input = to.addInput()
  }

  push(batch: Batch): void {
    this.#from.rowsOut += batch.length
    this.#to.rowsIn += batch.length
    const before = this.#to.begin()
    this.#output.push(batch)
    before.begin()
  }

  advance(watermarkMs: number): void {
    this.#from.advanceOutput(watermarkMs)
    this.#to.advanceInput(this.#input, watermarkMs)
    const before = this.#to.begin()
    this.#output.advance(watermarkMs)
    before.begin()
  }

  setIdle(isIdle: boolean): void {
    const before = this.#to.begin()
    this.#output.setIdle?.(isIdle)
    before.begin()
  }

  finish(): void {
    const before = this.#to.begin()
    this.#output.finish()
    before.begin()
  }
}

/** The near end of several ways that begin at the same operator: its rows count once. */
export class MeteredSource extends PassingOutput {
  readonly #from: OperatorMeter

  constructor(from: OperatorMeter, output: Output) {
    super(output)
    this.#from = from
  }

  push(batch: Batch): void {
    this.#from.rowsOut += batch.length
    this.output.push(batch)
  }

  override advance(watermarkMs: number): void {
    this.#from.advanceOutput(watermarkMs)
    this.output.advance(watermarkMs)
  }
}
