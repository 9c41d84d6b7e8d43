/** Adds a column with the watermark in force before each row, NULL before the first. State: none. */
import { type Batch, type Vector, watermarkNone } from '#data'
import { PassingOperator } from '../passing.ts'

export class WatermarkColumnOperator extends PassingOperator {
  #watermarkMs = watermarkNone
  #data = new Float64Array(0)
  #nulls = new Uint8Array(0)

  push(_input: number, batch: Batch): void {
    const { length, watermarks } = batch
    if (this.#data.length < length) {
      this.#data = new Float64Array(length)
      this.#nulls = new Uint8Array(length)
    }
    for (let row = 0; row < length; row++) {
      const watermarkMs = watermarks === null ? this.#watermarkMs : (watermarks[row] as number)
      const isNone = watermarkMs === watermarkNone
      this.#data[row] = isNone ? 0 : watermarkMs
      this.#nulls[row] = isNone ? 1 : 0
    }
    const column: Vector = { form: 'numbers', data: this.#data, nulls: this.#nulls }
    this.output.push({ ...batch, columns: [...batch.columns, column] })
  }

  override advance(input: number, watermarkMs: number): void {
    this.#watermarkMs = watermarkMs
    super.advance(input, watermarkMs)
  }
}
