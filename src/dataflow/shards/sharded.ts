/**
 * An operator whose keys can have shards: as long as its state has room in memory it is one operator; when memory runs short it becomes
 * one for each shard of its keys, of which some are out of memory at any time. Rows of such a shard wait in a log until it is brought
 * back, and so does the watermark that goes out. The rows of a key keep their order.
 */
import { type Batch, type DataType, selectRows, type Vector } from '#data'
import type { Operator, OperatorFactory, Output } from '../operator.ts'
import { InputWatermarks } from '../operators/input-watermarks.ts'
import { hashRows } from '../state/row-hash.ts'
import { noStateRows, type StatePart, type StateRows } from '../state/state-part.ts'
import { Progress } from './progress.ts'
import { Shard, type ShardShape } from './shard.ts'
import { LastWatermark, ShardOutput } from './shard-output.ts'
import { ShardedPart } from './sharded-part.ts'
import type { StateBudget } from './state-budget.ts'

/** The types and places of the columns of an input that decide on the shard. */
export interface KeyedInput {
  readonly types: readonly DataType[]
  readonly places: readonly number[]
}

/** State of up to some 30 times the memory there is. */
const shardCount = 64

export class Sharded implements Operator {
  readonly state: readonly StatePart[]
  /** The level of what it runs: higher ones get its rows. */
  readonly level: number
  readonly #create: OperatorFactory
  readonly #inputs: readonly KeyedInput[]
  readonly #output: LastWatermark
  readonly #budget: StateBudget
  readonly #sample: readonly StatePart[]
  readonly #progress: Progress
  #pageEntries: number | undefined
  /** One that has all keys, or the shards. */
  #pieces: readonly Shard[]
  /** The shard that is looked at next for what waits. */
  #next = 0
  #lateBefore = 0
  /** Whether an operator of its own is at work now. */
  #isBusy = false
  #hashes = new Int32Array(0)
  #selection = new Int32Array(0)
  readonly #ends = new Int32Array(shardCount)

  constructor(create: OperatorFactory, inputs: readonly KeyedInput[], output: Output, level: number, budget: StateBudget) {
    this.#create = create
    this.#inputs = inputs
    this.#output = new LastWatermark(output)
    this.level = level
    this.#budget = budget
    this.#progress = new Progress(inputs.length)
    const operator = create(this.#output)
    this.#sample = (operator.state ?? []).map(shapeOf)
    // What memory has no room for one day is known by its pages.
    for (const part of operator.state ?? []) part.pages.track()
    this.state = this.#sample.map((part, place) => new ShardedPart(this, place, part))
    this.#pieces = [
      new Shard(
        this.#shardShape(this.#output),
        operator,
        this.#progress.copy(),
        this.state.map(() => 0),
      ),
    ]
    budget.add(this)
  }

  /** One that has all keys, or the shards. */
  get pieces(): readonly Shard[] {
    return this.#pieces
  }

  get hasShards(): boolean {
    return this.#pieces.length > 1
  }

  /** Bytes in memory, as measured last. */
  get stateBytes(): number {
    let bytes = 0
    for (const piece of this.#pieces) bytes += piece.bytes
    return bytes
  }

  get lateRows(): number {
    return this.#pieces.reduce((rows, piece) => rows + piece.lateRows, this.#lateBefore)
  }

  /** Whether something besides a shard that has just come can be taken out of memory now. */
  canShrink(kept: Shard | undefined): boolean {
    return !this.#isBusy && !this.#output.hasEnded && this.#pieces.some((piece) => piece.isInMemory && piece !== kept)
  }

  track(place: number, pageEntries: number | undefined): void {
    this.#pageEntries = pageEntries
    for (const piece of this.#pieces) piece.track(place, pageEntries)
  }

  push(input: number, batch: Batch): void {
    if (this.hasShards) this.#pushToShards(input, batch)
    else this.#work(() => this.#pieces[0]?.pushAll(input, batch))
    this.#measure()
    this.#budget.keep()
  }

  advance(input: number, watermarkMs: number): void {
    this.#progress.advance(input, watermarkMs)
    this.#follow()
  }

  finish(input: number): void {
    this.#progress.finish(input)
    this.#follow()
  }

  tick(nowMs: number): void {
    this.#work(() => {
      for (const piece of this.#pieces) piece.tick(nowMs)
    })
  }

  #follow(): void {
    this.#work(() => {
      for (const piece of this.#pieces) piece.follow(this.#progress)
    })
    this.#measure()
  }

  /** Nothing is taken out of memory while it is at work. */
  #work(work: () => void): void {
    const wasBusy = this.#isBusy
    this.#isBusy = true
    try {
      work()
    } finally {
      this.#isBusy = wasBusy
    }
  }

  #measure(): void {
    for (const piece of this.#pieces) if (piece.isInMemory) piece.measure()
  }

  #pushToShards(input: number, batch: Batch): void {
    const { types, places } = this.#inputs[input] as KeyedInput
    const columns = places.map((place) => batch.columns[place] as Vector)
    const ends = this.#sortByShard(types, columns, batch.length)
    this.#work(() => {
      let from = 0
      for (const [index, shard] of this.#pieces.entries()) {
        const to = ends[index] as number
        if (to > from) shard.push(input, batch, this.#selection.subarray(from, to), to - from, this.#progress)
        from = to
      }
    })
    for (const shard of this.#pieces) if (!shard.isInMemory && shard.isLogLong) this.#bringBack(shard)
  }

  /** Lists the rows shard by shard in `#selection`, and returns where those of each end. */
  #sortByShard(types: readonly DataType[], columns: readonly Vector[], rows: number): Int32Array {
    if (this.#hashes.length < rows) {
      this.#hashes = new Int32Array(rows)
      this.#selection = new Int32Array(rows)
    }
    const [hashes, selection, ends] = [this.#hashes, this.#selection, this.#ends]
    hashRows(types, columns, null, rows, hashes)
    ends.fill(0)
    for (let row = 0; row < rows; row++) {
      const shard = shardOf(hashes[row] as number)
      hashes[row] = shard
      ends[shard] = (ends[shard] as number) + 1
    }
    let from = 0
    for (let shard = 0; shard < shardCount; shard++) {
      const count = ends[shard] as number
      ends[shard] = from
      from += count
    }
    for (let row = 0; row < rows; row++) {
      const shard = hashes[row] as number
      selection[ends[shard] as number] = row
      ends[shard] = (ends[shard] as number) + 1
    }
    return ends
  }

  #bringBack(shard: Shard): void {
    this.#work(() => shard.bringBack(this.#progress))
    shard.measure()
    this.#budget.keep(shard)
  }

  /** Whether rows, watermarks or ends wait for a shard. */
  get isBehind(): boolean {
    return this.hasShards && this.#pieces.some((shard) => shard.isBehind(this.#progress))
  }

  /** Brings the next shard back that something waits for. */
  catchUp(): void {
    for (let tried = 0; tried < this.#pieces.length; tried++) {
      const shard = this.#pieces[this.#next] as Shard
      this.#next = (this.#next + 1) % this.#pieces.length
      if (shard.isBehind(this.#progress)) {
        this.#bringBack(shard)
        return
      }
    }
  }

  /** Takes something out of memory: all that there is the first time, then the shard that got the fewest rows lately. */
  shrink(kept: Shard | undefined): void {
    if (!this.hasShards) {
      this.divide('full')
      return
    }
    let coldest: Shard | undefined
    for (const shard of this.#pieces) {
      if (!shard.isInMemory || shard === kept) continue
      if (coldest === undefined || shard.recentRows < coldest.recentRows) coldest = shard
    }
    coldest?.putAway()
    for (const shard of this.#pieces) shard.recentRows = Math.floor(shard.recentRows * fading)
  }

  /** Gives the keys shards, all of them out of memory; `empty`: before anything has come. */
  divide(content: 'empty' | 'full'): void {
    const [whole] = this.#pieces
    if (whole === undefined || this.hasShards) return
    this.#lateBefore = this.lateRows
    const merged = new InputWatermarks(shardCount, this.#output)
    const held = whole.heldPages()
    /** Where shards hold what pages of all keys held. */
    const heldOf = (shard: number): number[] =>
      held.map((pages, place) => {
        if (this.#sample[place]?.keys.length === 0) return shard === 0 ? pages : 0
        return Math.max(0, Math.ceil((pages - shard) / shardCount))
      })
    const shards = Array.from({ length: shardCount }, (_, index) => {
      const shape = this.#shardShape(new ShardOutput(index, merged, this.#output))
      return new Shard(shape, null, this.#progress.copy(), heldOf(index))
    })
    if (content === 'full') whole.saveAll((part, rows) => this.#loadInto(shards, part, rows))
    this.#pieces = shards
    this.#budget.noteShards()
    for (let index = 0; index < shardCount; index++) merged.advance(index, this.#output.watermarkMs)
  }

  load(part: number, rows: StateRows): void {
    if (this.hasShards) this.#loadInto(this.#pieces, part, rows)
    else this.#pieces[0]?.load(part, rows)
  }

  settle(part: number): void {
    if (!this.hasShards) this.#pieces[0]?.settle(part)
    this.#measure()
  }

  #loadInto(shards: readonly Shard[], part: number, rows: StateRows): void {
    const { types, keys, isCommon } = this.#sample[part] as StatePart
    if (keys.length === 0) {
      for (const shard of isCommon === true ? shards : shards.slice(0, 1)) shard.load(part, rows)
      return
    }
    const keyTypes = keys.map((place) => types[place] as DataType)
    const columns = keys.map((place) => rows.columns[place] as Vector)
    const ends = this.#sortByShard(keyTypes, columns, rows.length)
    let from = 0
    for (const [index, shard] of shards.entries()) {
      const to = ends[index] as number
      const selection = this.#selection.subarray(from, to)
      const length = to - from
      if (length > 0) shard.load(part, { length, columns: rows.columns.map((column) => selectRows(column, selection, length)) })
      from = to
    }
  }

  #shardShape(output: Output): ShardShape {
    return {
      create: this.#create,
      output,
      space: this.#budget.space,
      types: this.#sample.map(({ types }) => types),
      pageEntries: this.#pageEntries ?? shardPageEntries,
    }
  }
}

/** Entries of the pages of a shard, which are mostly saved all together. */
const shardPageEntries = 1024

/** How much of what a shard got counts the next time. */
const fading = 0.75

/** The bits that do not decide on the worker. */
function shardOf(hash: number): number {
  return (hash >>> 7) & (shardCount - 1)
}

/** What is known of a part without keeping it. */
function shapeOf(part: StatePart): StatePart {
  const none = (): never[] => []
  return {
    name: part.name,
    types: part.types,
    keys: part.keys,
    ...(part.isCommon === undefined ? {} : { isCommon: part.isCommon }),
    ...('freeze' in part && part.freeze !== undefined ? { freeze: () => () => false } : {}),
    pages: { track: none, take: none, markPage: none },
    save: () => noStateRows,
    load: none,
  }
}
