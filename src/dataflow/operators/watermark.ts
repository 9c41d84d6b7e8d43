/**
 * Event time: derives the watermark from each row and tells what follows.
 *
 * State: the greatest watermark so far of each split of the source; the stream's is the least of those that are read and not idle, and
 * never goes back. Rows pass unchanged and carry the watermark in force before them, so that lateness does not depend on how rows were cut
 * into batches.
 */
import type { Batch, Vector } from '#data'
import { numbersIn, watermarkEnd, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'

/** Gives the watermark after each row, in epoch milliseconds, as a vector of numbers; NULL where a row says nothing. */
export type WatermarkFunction = (batch: Batch) => Vector

/** What is known of a split. */
interface Split {
  /** Its watermark, and the greatest that rows have given since. */
  watermark: number
  highest: number
  /** Rows since the watermark was looked at. */
  rows: number
  /** How often rows have come. */
  arrivals: number
  isIdle: boolean
}

export class WatermarkOperator implements Operator {
  readonly #compute: WatermarkFunction
  readonly #output: Output
  /** After so many rows of a split its watermark is looked at. */
  readonly #gap: number
  /** The watermark after the last row, or after the end. */
  watermark = watermarkNone
  readonly #splits = new Map<string, Split>()
  /** The split that rows come from now. */
  #split: Split | null = null
  /** Splits of an earlier life that have not come again. */
  #earlier: Readonly<Record<string, number>> = {}
  #prefix = new Float64Array(0)

  constructor(compute: WatermarkFunction, output: Output, gap = 1) {
    this.#compute = compute
    this.#output = output
    this.#gap = gap
  }

  /** The next rows come from a split. */
  enter(name: string): void {
    const split = this.#splits.get(name) ?? this.#addSplit(name)
    split.isIdle = false
    split.arrivals += 1
    this.#split = split
  }

  /** These splits are read now, whether they have given rows or not, and no others. */
  keepOnly(names: readonly string[]): void {
    for (const name of this.#splits.keys()) if (!names.includes(name)) this.#splits.delete(name)
    for (const name of names) if (!this.#splits.has(name)) this.#addSplit(name)
    this.#settle()
  }

  /** What is idle holds nothing back, until rows come again. */
  rest(name: string): void {
    const split = this.#splits.get(name)
    if (split === undefined || split.isIdle) return
    split.isIdle = true
    this.#settle()
  }

  /** How far each split has come. */
  splits(): ReadonlyMap<string, Readonly<Split>> {
    return this.#splits
  }

  #addSplit(name: string): Split {
    // What is behind the stream's watermark is as good as there: that one never goes back.
    const watermark = Math.max(this.watermark, this.#earlier[name] ?? watermarkNone)
    const highest = Math.max(watermark, this.#earlier[`${name}${highestMark}`] ?? watermarkNone)
    const split = { watermark, highest, rows: this.#earlier[`${name}${rowsMark}`] ?? 0, arrivals: 0, isIdle: false }
    this.#splits.set(name, split)
    return split
  }

  push(_input: number, batch: Batch): void {
    const vector = this.#compute(batch)
    if (this.#prefix.length < batch.length) this.#prefix = new Float64Array(batch.length)
    this.#split ??= this.#addSplit('')
    const split = this.#split
    const others = this.#leastBesides(split)
    const before = this.watermark
    const isAlone = others === watermarkEnd && this.#gap === 1
    const watermark = isAlone ? this.#followOne(split, vector, batch.length) : this.#follow(split, others, vector, batch.length)
    this.watermark = watermark
    this.#output.push({ ...batch, watermarks: watermark === before ? null : this.#prefix })
    if (watermark > before) this.#output.advance(watermark)
  }

  /** Writes the watermark before each row, and gives the one after the last, where all rows count and no other split does. */
  #followOne(split: Split, vector: Vector, length: number): number {
    const data = numbersIn(vector)
    const { nulls } = vector
    const prefix = this.#prefix
    let { watermark } = this
    for (let i = 0; i < length; i++) {
      prefix[i] = watermark
      const at = data[i] as number
      if (at > watermark && (nulls === null || nulls[i] === 0)) watermark = at
    }
    split.watermark = watermark
    split.highest = watermark
    return watermark
  }

  /** The same where other splits have come as far as `others`, or not each row is looked at. */
  #follow(split: Split, others: number, vector: Vector, length: number): number {
    const data = numbersIn(vector)
    const { nulls } = vector
    const prefix = this.#prefix
    const gap = this.#gap
    let { highest, rows } = split
    let { watermark } = this
    for (let i = 0; i < length; i++) {
      prefix[i] = watermark
      const at = data[i] as number
      if (at > highest && (nulls === null || nulls[i] === 0)) highest = at
      if (++rows < gap) continue
      rows = 0
      split.watermark = highest
      const least = highest < others ? highest : others
      if (least > watermark) watermark = least
    }
    split.highest = highest
    split.rows = rows
    return watermark
  }

  #leastBesides(own: Split | null): number {
    let least = watermarkEnd
    for (const split of this.#splits.values()) if (split !== own && !split.isIdle) least = Math.min(least, split.watermark)
    return least
  }

  /** Tells the watermark when splits have come or gone. */
  #settle(): void {
    const least = this.#leastBesides(null)
    if (least === watermarkEnd || least <= this.watermark) return
    this.watermark = least
    this.#output.advance(least)
  }

  /** What has to be known to go on in another life: the stream's watermark under no name, and splits that are ahead of it. */
  saved(): Readonly<Record<string, number>> {
    const saved: Record<string, number> = { '': this.watermark }
    for (const [name, { watermark, highest, rows }] of this.#splits) {
      if (watermark > this.watermark) saved[name] = watermark
      if (this.#gap === 1) continue
      saved[`${name}${highestMark}`] = highest
      saved[`${name}${rowsMark}`] = rows
    }
    return saved
  }

  /** Announces the watermark of an earlier life of this work again. */
  resume(watermarkMs: number, splits: Readonly<Record<string, number>> = {}): void {
    this.#earlier = splits
    if (watermarkMs === watermarkNone) return
    this.watermark = watermarkMs
    this.#output.advance(watermarkMs)
  }

  /** Watermarks from further up are replaced by those derived here. */
  advance(_input: number, watermarkMs: number): void {
    if (watermarkMs === watermarkEnd) this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    this.watermark = watermarkEnd
    this.#output.advance(watermarkEnd)
    this.#output.finish()
  }
}

const highestMark = ' highest'
const rowsMark = ' rows'
