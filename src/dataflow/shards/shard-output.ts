/** What comes out of an operator, and of the shards of its keys. */
import { type Batch, watermarkNone } from '#data'
import type { Output } from '../operator.ts'
import type { InputWatermarks } from '../operators/input-watermarks.ts'
import { PassingOutput } from '../passing.ts'

/** Remembers what was said last. */
export class LastWatermark extends PassingOutput {
  watermarkMs = watermarkNone
  hasEnded = false

  push(batch: Batch): void {
    this.output.push(batch)
  }

  override advance(watermarkMs: number): void {
    this.watermarkMs = watermarkMs
    this.output.advance(watermarkMs)
  }

  override finish(): void {
    this.hasEnded = true
    this.output.finish()
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
