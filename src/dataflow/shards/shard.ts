/**
 * One shard of the keys of an operator: in memory, as an operator of its own, or out of it, as an image of what that operator kept and a
 * log of what has come since.
 */
import { assert } from '#base'
import { type Batch, selectBatch } from '#data'
import type { Operator, OperatorFactory, Output } from '../operator.ts'
import { noStateRows, type SavePage, type StatePart, type StateRows } from '../state/state-part.ts'
import type { Progress } from './progress.ts'
import { ShardImage } from './shard-image.ts'
import { type KeptRows, ShardLog } from './shard-log.ts'
import { ShardMarks } from './shard-marks.ts'
import type { SpillSpace } from './spill-space.ts'

export interface ShardShape {
  readonly create: OperatorFactory
  readonly output: Output
  readonly space: SpillSpace
  /** The types of the parts' columns. */
  readonly types: readonly StatePart['types'][]
  readonly pageEntries: number
}

/** A log that is worth the reading of a small image; of a larger one as many bytes are. */
const logBytesMin = 262_144

export class Shard {
  readonly #shape: ShardShape
  readonly #log: ShardLog
  /** By part. */
  readonly #marks: readonly ShardMarks[]
  /** How far its operator knows that the inputs are. */
  readonly #told: Progress
  #operator: Operator | null = null
  #image: ShardImage | null = null
  #late = 0
  #lateBefore = 0
  /** Bytes that its operator had when it was measured last. */
  bytes = 0
  /** Rows that came lately. */
  recentRows = 0

  /**
   * Begins with an operator that is fresh, or out of memory and empty. `told`: how far inputs have come. `heldPages`: how many pages of
   * each part checkpoints may hold.
   */
  constructor(shape: ShardShape, operator: Operator | null, told: Progress, heldPages: readonly number[]) {
    this.#shape = shape
    this.#operator = operator
    this.#log = new ShardLog(shape.space, told)
    this.#told = told
    this.#marks = heldPages.map((held) => new ShardMarks(held))
  }

  track(part: number, pageEntries: number | undefined): void {
    this.#partOf(part)?.pages.track(pageEntries)
  }

  get isInMemory(): boolean {
    return this.#operator !== null
  }

  /** Rows that were late since the keys have shards. */
  get lateRows(): number {
    return this.#late + (this.#operator === null ? 0 : (this.#operator.lateRows ?? 0) - this.#lateBefore)
  }

  /** Bytes of its image and of what waits for it. */
  get spilledBytes(): number {
    return (this.#image?.bytes ?? 0) + this.#log.bytes
  }

  /** Whether so much waits that the shard is worth to be brought back for it. */
  get isLogLong(): boolean {
    return this.#log.bytes >= Math.max(logBytesMin, this.#image?.bytes ?? 0)
  }

  /** Whether something has come that its operator does not know yet. */
  isBehind(progress: Progress): boolean {
    return !this.#log.isEmpty || progress.isBeyond(this.#told)
  }

  /** Adds entries that nobody fills again to a shard that is empty but for those loaded before. */
  load(part: number, rows: StateRows): void {
    if (this.#operator === null) {
      this.#image ??= new ShardImage(this.#shape.types, this.#shape.space)
      this.#image.gather(part, rows)
    } else this.#partOf(part)?.load(rows)
  }

  /** All entries of a part have been loaded. */
  settle(part: number): void {
    this.complete()
    this.#partOf(part)?.settle?.()
  }

  /** Writes what has been loaded. */
  complete(): void {
    this.#image?.complete()
  }

  /** For each part how many pages checkpoints may hold, when those that were taken over have been saved. */
  heldPages(): readonly number[] {
    return this.#marks.map((marks) => marks.finishSaving())
  }

  pushAll(input: number, batch: Batch): void {
    this.#operator?.push(input, batch)
  }

  /** Takes the rows of a batch that are at the first `count` places of `selection`, while it is in memory. */
  push(input: number, batch: Batch, selection: Int32Array, count: number): void {
    this.recentRows += count
    this.#operator?.push(input, count === batch.length ? batch : selectBatch(batch, selection, count))
  }

  /** Lets rows wait for it, from one place to before another, while it is out of memory. */
  wait(rows: KeptRows, from: number, to: number): void {
    this.recentRows += to - from
    this.#log.add(rows, from, to)
  }

  /** Writes what waits for it. */
  flush(): void {
    this.#log.flush()
  }

  /** Tells how far the inputs are, if anyone is there to hear it. */
  follow(progress: Progress): void {
    if (this.#operator !== null) progress.tell(this.#told, this.#operator)
  }

  tick(nowMs: number): void {
    this.#operator?.tick?.(nowMs)
  }

  measure(): void {
    this.bytes = this.#operator?.stateBytes ?? 0
  }

  /** Brings the shard back into memory, and lets it have all that came meanwhile. */
  bringBack(progress: Progress): void {
    if (this.#operator !== null) return
    const { create, output, pageEntries } = this.#shape
    const operator = create(output)
    const parts = operator.state ?? []
    for (const part of parts) part.pages.track(pageEntries)
    this.#image?.readAll((part, rows) => parts[part]?.load(rows))
    for (const part of parts) part.settle?.()
    for (const marks of this.#marks) marks.renumber()
    this.#image?.release()
    this.#image = null
    this.#lateBefore = operator.lateRows ?? 0
    this.#operator = operator
    this.#told.tellAll(operator)
    this.#log.replay(operator)
    this.follow(progress)
  }

  /** Takes the shard out of memory. */
  putAway(): void {
    const operator = this.#operator
    assert(operator !== null, 'a shard that is put away is in memory')
    const image = new ShardImage(this.#shape.types, this.#shape.space)
    this.saveAll((part, rows) => image.add(part, rows))
    for (const marks of this.#marks) marks.renumber()
    this.#late = this.lateRows
    this.#operator = null
    this.#image = image.complete()
    this.#log.begin(this.#told)
    this.bytes = 0
  }

  /** Hands over all entries of a shard in memory, whose pages have been taken then. */
  saveAll(visit: (part: number, rows: StateRows) => void): void {
    for (const [place, part] of (this.#operator?.state ?? []).entries()) {
      const pages = this.#marks[place]?.allPages(part) ?? 0
      for (let page = 0; page < pages; page++) visit(place, part.save(page))
    }
  }

  markPage(part: number, page: number): void {
    this.#marks[part]?.markPage(page, this.#partOf(part))
  }

  /** The pages of a part that no checkpoint has as they are now. */
  takePages(part: number): readonly number[] {
    return this.#marks[part]?.take(this.#partOf(part), this.#image?.pagesOf(part) ?? 0) ?? []
  }

  save(part: number, page: number): StateRows {
    return this.#partOf(part)?.save(page) ?? this.#image?.read(part, page) ?? noStateRows
  }

  /** Takes the changed pages of a part over as they are now, as `StatePart.freeze` says. */
  freeze(part: number, save: SavePage): () => boolean {
    const marks = this.#marks[part] as ShardMarks
    const own = this.#partOf(part)
    if (own !== undefined) return marks.freeze(own, save)
    const image = this.#image?.hold()
    const pages = marks.take(undefined, image?.pagesOf(part) ?? 0)
    let next = 0
    return () => {
      const page = pages[next++]
      if (page !== undefined) save(page, image?.read(part, page) ?? noStateRows)
      else image?.release()
      return page !== undefined
    }
  }

  #partOf(part: number): StatePart | undefined {
    return this.#operator?.state?.[part]
  }
}
