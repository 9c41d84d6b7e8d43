/**
 * Pairs of kept rows of two inputs, for joins whose rows are all kept before they meet: checks the condition for thousands of pairs at
 * once, notes which rows have met a partner, and builds the rows that are sent. Inserts only.
 */
import { batchRows, type DataType, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { grownBytes } from '../state/grown.ts'
import { RowStore } from '../state/row-store.ts'
import type { JoinCondition, JoinType } from './join-probe.ts'

export interface JoinPairsShape {
  readonly type: JoinType
  /** Types of the columns of the left and of the right input. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  readonly condition: JoinCondition | null
  /** Sends the watermark in force before each row. */
  readonly timed: boolean
}

const none = -1

export class JoinPairs {
  /** The rows of the left and of the right input. */
  readonly stores: readonly [RowStore, RowStore]
  readonly #shape: JoinPairsShape
  readonly #output: Output
  /** By id, for each input: 1 where a row has met a partner. */
  readonly #met: [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] = [new Uint8Array(0), new Uint8Array(0)]
  readonly #freed: [number[], number[]] = [[], []]
  readonly #leftIds = new Int32Array(batchRows)
  readonly #rightIds = new Int32Array(batchRows)
  readonly #watermarks = new Float64Array(batchRows)
  #candidates = 0
  readonly #sentLeft = new Int32Array(batchRows)
  readonly #sentRight = new Int32Array(batchRows)
  readonly #sentWatermarks = new Float64Array(batchRows)
  #sent = 0

  constructor(shape: JoinPairsShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.stores = [new RowStore(shape.types[0]), new RowStore(shape.types[1])]
  }

  get stateBytes(): number {
    return this.stores[0].stateBytes + this.stores[1].stateBytes + this.#met[0].byteLength + this.#met[1].byteLength
  }

  /** Keeps the selected rows of an input (all when `selection` is null) and writes their ids. */
  keep(input: 0 | 1, columns: readonly Vector[], selection: Int32Array | null, count: number, ids: Int32Array): void {
    const store = this.stores[input]
    store.append(columns, selection, count, ids)
    const met = grownBytes(this.#met[input], store.capacity)
    this.#met[input] = met
    for (let i = 0; i < count; i++) met[ids[i] as number] = 0
  }

  /** Lets a row go with the next `flush`. */
  free(input: 0 | 1, id: number): void {
    this.#freed[input].push(id)
  }

  /** Two rows of the same key meet. */
  add(left: number, right: number, watermarkMs: number): void {
    if (this.#candidates === batchRows) this.settle()
    this.#leftIds[this.#candidates] = left
    this.#rightIds[this.#candidates] = right
    this.#watermarks[this.#candidates++] = watermarkMs
  }

  /** Whether a row has met a partner, once `settle` has been called. */
  hasMet(input: 0 | 1, id: number): boolean {
    return this.#met[input][id] === 1
  }

  /** Sends a row without a partner: padded, or alone for an anti-join. */
  sendAlone(input: 0 | 1, id: number, watermarkMs: number): void {
    this.#send(input === 0 ? id : none, input === 0 ? none : id, watermarkMs)
  }

  /** Checks the pairs added so far. */
  settle(): void {
    const count = this.#candidates
    if (count === 0) return
    this.#candidates = 0
    const { type, condition } = this.#shape
    const flags = condition === null ? null : condition({ length: count, columns: this.#columns(count), kinds: null, watermarks: null })
    const [metLeft, metRight] = this.#met
    for (let i = 0; i < count; i++) {
      if (flags !== null && flags[i] !== 1) continue
      const left = this.#leftIds[i] as number
      const right = this.#rightIds[i] as number
      const isFirst = metLeft[left] === 0
      metLeft[left] = 1
      metRight[right] = 1
      if (type === 'anti' || (type === 'semi' && !isFirst)) continue
      this.#send(left, type === 'semi' ? none : right, this.#watermarks[i] as number)
    }
  }

  #columns(count: number): Vector[] {
    const [left, right] = this.stores
    return [...left.gather(this.#leftIds, count), ...right.gather(this.#rightIds, count)]
  }

  #send(left: number, right: number, watermarkMs: number): void {
    if (this.#sent === batchRows) this.#push()
    this.#sentLeft[this.#sent] = left
    this.#sentRight[this.#sent] = right
    this.#sentWatermarks[this.#sent++] = watermarkMs
  }

  /** Sends everything added so far, and lets go the rows that were freed. */
  flush(): void {
    this.settle()
    if (this.#sent > 0) this.#push()
    for (const input of [0, 1] as const) {
      const freed = this.#freed[input]
      if (freed.length === 0) continue
      for (const id of freed) this.stores[input].free(id)
      this.#freed[input] = []
    }
  }

  #push(): void {
    const length = this.#sent
    this.#sent = 0
    const { type, timed } = this.#shape
    const [left, right] = this.stores
    const leftOnly = type === 'semi' || type === 'anti'
    const columns = leftOnly
      ? left.gather(this.#sentLeft, length)
      : [...left.gather(this.#sentLeft, length, true), ...right.gather(this.#sentRight, length, true)]
    this.#output.push({ length, columns, kinds: null, watermarks: timed ? this.#sentWatermarks.slice(0, length) : null })
  }
}

/** Whether rows of an input without a partner are sent. */
export function keepsLonely(type: JoinType, input: 0 | 1): boolean {
  if (type === 'full') return true
  return input === 0 ? type === 'left' || type === 'anti' : type === 'right'
}
