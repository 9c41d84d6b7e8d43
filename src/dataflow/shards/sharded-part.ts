/**
 * A part of what an operator keeps, whether its keys have shards or not. With shards, page p of shard s is page p × shards + s.
 */
import type { DataType } from '#data'
import { noStateRows, type Pages, type SavePage, type StatePart, type StateRows } from '../state/state-part.ts'
import type { Sharded } from './sharded.ts'

export class ShardedPart implements StatePart {
  readonly name: string
  readonly types: readonly DataType[]
  readonly keys: readonly number[]
  readonly isCommon?: true
  readonly pages: Pages
  readonly freeze?: (save: SavePage) => () => boolean
  readonly #owner: Sharded
  readonly #place: number

  /** Stands for the parts at one place of all operators that the owner makes; `sample` is one of them. */
  constructor(owner: Sharded, place: number, sample: StatePart) {
    this.name = sample.name
    this.types = sample.types
    this.keys = sample.keys
    if (sample.isCommon === true) this.isCommon = true
    this.#owner = owner
    this.#place = place
    this.pages = {
      track: (pageEntries) => owner.track(place, pageEntries),
      take: () => this.#take(),
      markPage: (page) => this.#in(page, (part, own) => part.markPage(place, own)),
    }
    if (sample.freeze !== undefined) this.freeze = (save) => this.#freeze(save)
  }

  /** What has no key lies in the first shard. */
  get #shards() {
    const { pieces } = this.#owner
    return this.keys.length === 0 ? pieces.slice(0, 1) : pieces
  }

  #in<T>(page: number, use: (shard: Sharded['pieces'][number], page: number) => T): T | undefined {
    const shards = this.#shards
    const shard = shards[page % shards.length]
    return shard && use(shard, Math.floor(page / shards.length))
  }

  #take(): number[] {
    const shards = this.#shards
    const pages = shards.flatMap((shard, index) => shard.takePages(this.#place).map((page) => page * shards.length + index))
    return pages.sort((a, b) => a - b)
  }

  save(page: number): StateRows {
    return this.#in(page, (shard, own) => shard.save(this.#place, own)) ?? noStateRows
  }

  #freeze(save: SavePage): () => boolean {
    const shards = this.#shards
    const later = shards.map((shard, index) =>
      shard.freeze(this.#place, (page, rows) => {
        save(page * shards.length + index, rows)
      }),
    )
    return () => {
      for (let saveNext = later[0]; saveNext !== undefined; saveNext = later[0]) {
        if (saveNext()) return true
        later.shift()
      }
      return false
    }
  }

  load(rows: StateRows): void {
    this.#owner.load(this.#place, rows)
  }

  settle(): void {
    this.#owner.settle(this.#place)
  }
}

/** What is known of a part without keeping it. */
export function shapeOf(part: StatePart): StatePart {
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
