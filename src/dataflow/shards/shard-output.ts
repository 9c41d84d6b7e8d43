/** What comes out of an operator, and of the shards of its keys. */
import { type Batch, watermarkNone } from '#data'
import type { Output } from '../operator.ts'
import type { InputWatermarks } from '../operators/input-watermarks.ts'

/** Remembers what was said last. */
export class LastWatermark implements Output {
  readonly #output: Output
  watermarkMs = watermarkNone
  hasEnded = false

  constructor(output: Output) {
    this.#output = output
  }

  push(batch: Batch): void {
    this.#output.push(batch)
  }

  advance(watermarkMs: number): void {
    this.watermarkMs = watermarkMs
    this.#output.advance(watermarkMs)
  }

  setIdle(isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.hasEnded = true
    this.#output.finish()
  }
}

/** Where the rows of a shard go; the watermark of the shard furthest behind counts. */
export class ShardOutput implements Output {
  readonly #index: number
  readonly #merged: InputWatermarks
  readonly #output: Output

  constructor(index: number, merged: InputWatermarks, output: Output) {
    this.#index = index
    this.#merged = merged
    this.#output = output
  }

  push(batch: Batch): void {
    const watermarks = this.#merged.ofBatch(this.#index, batch)
    this.#output.push(watermarks === batch.watermarks ? batch : { ...batch, watermarks })
  }

  advance(watermarkMs: number): void {
    this.#merged.advance(this.#index, watermarkMs)
  }

  finish(): void {
    this.#merged.finish(this.#index)
  }
}
