/** The operator behind an exchange, as all workers see it. */
import type { Batch } from '#data'
import type { OperatorMeter } from '../measure/operator-meter.ts'
import type { Operator } from '../operator.ts'
import { InputWatermarks } from '../operators/input-watermarks.ts'

export class Target {
  readonly #operator: Operator
  readonly #meter: OperatorMeter | null
  readonly #watermarks: InputWatermarks

  /** `meter`: that of the operator, or null. */
  constructor(workers: number, operator: Operator, meter: OperatorMeter | null = null) {
    this.#operator = operator
    this.#meter = meter
    const place = meter?.addInput() ?? 0
    this.#watermarks = new InputWatermarks(workers, {
      push: () => undefined,
      advance: (watermarkMs) => {
        meter?.advanceInput(place, watermarkMs)
        operator.advance(0, watermarkMs)
      },
      setIdle: (isIdle) => operator.setIdle?.(0, isIdle),
      finish: () => operator.finish(0),
    })
  }

  push(from: number, input: number, batch: Batch): void {
    const watermarks = this.#watermarks.ofBatch(from, batch)
    if (this.#meter !== null) this.#meter.rowsIn += batch.length
    const before = this.#meter?.begin()
    this.#operator.push(input, watermarks === batch.watermarks ? batch : { ...batch, watermarks })
    before?.begin()
  }

  advance(from: number, watermarkMs: number): void {
    const before = this.#meter?.begin()
    this.#watermarks.advance(from, watermarkMs)
    before?.begin()
  }

  setIdle(from: number, isIdle: boolean): void {
    const before = this.#meter?.begin()
    this.#watermarks.setIdle(from, isIdle)
    before?.begin()
  }

  finish(from: number): void {
    const before = this.#meter?.begin()
    this.#watermarks.finish(from)
    before?.begin()
  }
}
