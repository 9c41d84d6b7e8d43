/**
 * Processing time: rows carry the clock's reading, so the clock itself is the watermark, whether rows come or not.
 *
 * State: none.
 * Emits rows as they come, then the watermark that their times allow; a tick of the clock moves it on between them. Watermarks of event
 * time end here: who follows goes by the clock.
 */
import { type Batch, numbersIn, type Vector, watermarkEnd } from '#data'
import type { Operator, Output } from '../operator.ts'

export class ProcessingTime implements Operator {
  readonly #time: number
  readonly #output: Output
  #watermark = Number.NEGATIVE_INFINITY

  /** `time` is the place of the column with the clock's reading, in milliseconds. */
  constructor(time: number, output: Output) {
    this.#time = time
    this.#output = output
  }

  push(_input: number, batch: Batch): void {
    this.#output.push(batch.watermarks === null ? batch : { ...batch, watermarks: null })
    const times = numbersIn(batch.columns[this.#time] as Vector)
    let latest = Number.NEGATIVE_INFINITY
    for (let i = 0; i < batch.length; i++) latest = Math.max(latest, times[i] as number)
    this.tick(latest)
  }

  /** The clock shows `nowMs`; rows that follow are not before it. */
  tick(nowMs: number): void {
    if (nowMs - 1 <= this.#watermark) return
    this.#watermark = nowMs - 1
    this.#output.advance(this.#watermark)
  }

  advance(_input: number, watermarkMs: number): void {
    if (watermarkMs === watermarkEnd) this.#output.advance(watermarkMs)
  }

  finish(): void {
    this.#output.finish()
  }
}
