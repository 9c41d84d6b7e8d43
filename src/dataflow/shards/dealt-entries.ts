/** Deals the entries of a part of state out to the shards of their keys. */
import { type DataType, keepRows, sliceVector, type Vector } from '#data'
import type { StatePart, StateRows } from '../state/state-part.ts'
import { DealtRows } from './dealt-rows.ts'
import { GatheredRows } from './gathered-rows.ts'
import type { Shard } from './shard.ts'

export class DealtEntries {
  readonly #shape: Pick<StatePart, 'types' | 'keys' | 'isCommon'>
  readonly #place: number
  readonly #shards: () => readonly Shard[]
  readonly #gathered = new GatheredRows((rows) => this.#deal(rows))
  readonly #dealt = new DealtRows()

  /** `place`: that of the part among those of its operator. */
  constructor(shape: Pick<StatePart, 'types' | 'keys' | 'isCommon'>, place: number, shards: () => readonly Shard[]) {
    this.#shape = shape
    this.#place = place
    this.#shards = shards
  }

  add(rows: StateRows): void {
    this.#gathered.add(rows)
  }

  /** Hands over what has been added. */
  flush(): void {
    this.#gathered.flush()
  }

  #deal(rows: StateRows): void {
    const { types, keys, isCommon } = this.#shape
    const shards = this.#shards()
    if (keys.length === 0) {
      for (const shard of isCommon === true ? shards : shards.slice(0, 1)) shard.load(this.#place, rows)
      return
    }
    const keyTypes = keys.map((key) => types[key] as DataType)
    const columns = keys.map((key) => rows.columns[key] as Vector)
    const dealt = this.#dealt
    dealt.deal(keyTypes, columns, rows.length)
    const sorted = rows.columns.map((column) => keepRows(column, dealt.selection, rows.length))
    dealt.forEach((shard, from, to) => {
      shards[shard]?.load(this.#place, { length: to - from, columns: sorted.map((column) => sliceVector(column, from, to)) })
    })
  }
}
