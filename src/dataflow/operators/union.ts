/**
 * UNION ALL: the rows of all inputs, whose columns agree by place and type.
 *
 * State: the watermark of each input.
 * Emits each batch as it comes. The watermark is the least of the inputs that have not ended.
 */
import type { Batch } from '#data'
import type { Operator, Output } from '../operator.ts'
import { InputWatermarks } from './input-watermarks.ts'

export interface UnionShape {
  readonly inputs: number
}

export class Union implements Operator {
  readonly #output: Output
  readonly #watermarks: InputWatermarks

  constructor(shape: UnionShape, output: Output) {
    this.#output = output
    this.#watermarks = new InputWatermarks(shape.inputs, output)
  }

  push(input: number, batch: Batch): void {
    const watermarks = this.#watermarks.ofBatch(input, batch)
    this.#output.push(watermarks === batch.watermarks ? batch : { ...batch, watermarks })
  }

  advance(input: number, watermarkMs: number): void {
    this.#watermarks.advance(input, watermarkMs)
  }

  setIdle(input: number, isIdle: boolean): void {
    this.#watermarks.setIdle(input, isIdle)
  }

  finish(input: number): void {
    this.#watermarks.finish(input)
  }
}
