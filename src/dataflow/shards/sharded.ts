/**
 * An operator whose keys can have shards: as long as its state has room in memory it is one operator; when memory runs short it becomes
 * one for each shard of its keys, of which some are out of memory at any time. Rows of such a shard wait in a log until it is brought
 * back, and so does the watermark that goes out. The rows of a key keep their order.
 */
import { type Batch, type DataType, type Vector, watermarkEnd } from '#data'
import type { Operator, OperatorFactory, Output } from '../operator.ts'
import { InputWatermarks } from '../operators/input-watermarks.ts'
import type { StatePart, StateRows } from '../state/state-part.ts'
import { DealtEntries } from './dealt-entries.ts'
import { DealtRows, shardCount } from './dealt-rows.ts'
import { Progress } from './progress.ts'
import { RowsAside } from './rows-aside.ts'
import { Shard, type ShardShape } from './shard.ts'
import { imagePageEntries } from './shard-image.ts'
import { LastWatermark, ShardOutput } from './shard-output.ts'
import { ShardedPart, shapeOf } from './sharded-part.ts'
import type { Spillable, StateBudget } from './state-budget.ts'

/** The types and places of the columns of an input that decide on the shard. */
export interface KeyedInput {
  readonly types: readonly DataType[]
  readonly places: readonly number[]
  /** Whether batches are cut on purpose: rows of two are never put into one. */
  readonly isCut?: boolean
  /** Whether no watermarks come on it: another input tells them for both. */
  readonly isUntimed?: true
}

export class Sharded implements Operator, Spillable {
  readonly state: readonly StatePart[]
  /** The level of what it runs: higher ones get its rows. */
  readonly level: number
  readonly #create: OperatorFactory
  readonly #inputs: readonly KeyedInput[]
  readonly #output: LastWatermark
  readonly #budget: StateBudget
  readonly #sample: readonly StatePart[]
  readonly #progress: Progress
  /** By input: 1 where nothing comes for now. */
  readonly #idle: Uint8Array
  #isAllIdle = false
  #pageEntries: number | undefined
  /** One that has all keys, or the shards. */
  #pieces: readonly Shard[]
  /** The shard that is looked at next for what waits. */
  #next = 0
  #lateBefore = 0
  /** Whether an operator of its own is at work now. */
  #isBusy = false
  readonly #dealt = new DealtRows()
  readonly #aside = new RowsAside()
  /** By part: entries that are being loaded. */
  readonly #loading: readonly DealtEntries[]

  constructor(create: OperatorFactory, inputs: readonly KeyedInput[], output: Output, level: number, budget: StateBudget) {
    this.#create = create
    this.#inputs = inputs
    this.#output = new LastWatermark(output)
    this.level = level
    this.#budget = budget
    this.#progress = new Progress(inputs.length)
    this.#idle = new Uint8Array(inputs.length)
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
    this.#loading = this.#sample.map((part, place) => new DealtEntries(part, place, () => this.#pieces))
    budget.add(this)
  }

  /** One that has all keys, or the shards. */
  get pieces(): readonly Shard[] {
    return this.#pieces
  }

  get hasShards(): boolean {
    return this.#pieces.length > 1
  }

  get shardCount(): number {
    return this.#pieces.length
  }

  prepareShards(): void {
    this.#divide('empty')
  }

  /** Bytes in memory, as measured last. */
  get stateBytes(): number {
    let bytes = 0
    for (const piece of this.#pieces) bytes += piece.bytes
    return bytes
  }

  /** Bytes out of memory, with what waits there. */
  get spilledBytes(): number {
    let bytes = 0
    for (const piece of this.#pieces) bytes += piece.spilledBytes
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
    this.#passIdle()
    this.#follow()
  }

  setIdle(input: number, isIdle: boolean): void {
    this.#idle[input] = isIdle ? 1 : 0
    this.#passIdle()
    this.#follow()
    const timed = [...this.#inputs.keys()].filter((each) => this.#inputs[each]?.isUntimed !== true)
    const isAllIdle =
      timed.some((each) => this.#idle[each] === 1) && timed.every((each) => this.#idle[each] === 1 || this.#progress.hasEnded(each))
    if (isAllIdle === this.#isAllIdle) return
    this.#isAllIdle = isAllIdle
    this.#output.setIdle(isAllIdle)
  }

  /** Idle inputs come as far as those that are not: shards need not know more. */
  #passIdle(): void {
    if (!this.#idle.includes(1)) return
    let leastMs = watermarkEnd
    for (let each = 0; each < this.#inputs.length; each++) {
      if (this.#idle[each] === 0 && this.#inputs[each]?.isUntimed !== true) leastMs = Math.min(leastMs, this.#progress.watermarkMs(each))
    }
    if (leastMs === watermarkEnd) return
    for (let each = 0; each < this.#inputs.length; each++) if (this.#idle[each] === 1) this.#progress.advance(each, leastMs)
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
    const dealt = this.#dealt
    dealt.deal(
      types,
      places.map((place) => batch.columns[place] as Vector),
      batch.length,
    )
    const isCut = this.#inputs[input]?.isCut === true
    this.#aside.take({ input, batch, progress: this.#progress, isCut }, dealt, this.#pieces)
    this.#work(() =>
      dealt.forEach((index, from, to) => {
        const shard = this.#pieces[index] as Shard
        if (shard.isInMemory) shard.push(input, batch, dealt.selection.subarray(from, to), to - from)
      }),
    )
    if (this.#aside.bytes >= this.#budget.waitingBytesMax) this.#flush()
  }

  /** Writes what waits, and brings shards back for which there is much by now. */
  #flush(): void {
    this.#aside.bytes = 0
    for (const shard of this.#pieces) shard.flush()
    for (const shard of this.#pieces) if (!shard.isInMemory && shard.isLogLong) this.#bringBack(shard)
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
      this.#divide('full')
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
  #divide(content: 'empty' | 'full'): void {
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
    if (content === 'full') {
      const entries = this.#sample.map((part, place) => new DealtEntries(part, place, () => shards))
      whole.saveAll((part, rows) => entries[part]?.add(rows))
      for (const each of entries) each.flush()
      for (const shard of shards) shard.complete()
    }
    this.#pieces = shards
    this.#budget.noteShards()
    for (let index = 0; index < shardCount; index++) merged.advance(index, this.#output.watermarkMs)
  }

  load(part: number, rows: StateRows): void {
    if (this.hasShards) this.#loading[part]?.add(rows)
    else this.#pieces[0]?.load(part, rows)
  }

  settle(part: number): void {
    this.#loading[part]?.flush()
    for (const piece of this.#pieces) piece.settle(part)
    this.#measure()
  }

  #shardShape(output: Output): ShardShape {
    return {
      create: this.#create,
      output,
      space: this.#budget.space,
      types: this.#sample.map(({ types }) => types),
      pageEntries: this.#pageEntries ?? imagePageEntries,
    }
  }
}

/** How much of what a shard got counts the next time. */
const fading = 0.75
