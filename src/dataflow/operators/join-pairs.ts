/**
 * Pairs of kept rows of two inputs, for joins whose rows are all kept before they meet: checks the condition for thousands of pairs at
 * once, notes which rows have met a partner, and builds the rows that are sent. Inserts only.
 */
import { batchRows, type DataType, ReusedArrays, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { grownBytes } from '../state/grown.ts'
import { RowStore } from '../state/row-store.ts'
import { RowsPart } from '../state/rows-part.ts'
import { savedFlag } from '../state/saved-columns.ts'
import type { JoinCondition, JoinType } from './join-probe.ts'

export interface JoinPairsShape {
  readonly type: JoinType
  /** Types of the columns of the left and of the right input. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  readonly condition: JoinCondition | null
  /** Sends the watermark in force before each row. */
  readonly timed: boolean
  /** Places of the key columns in the left and in the right input. */
  readonly keys: readonly [readonly number[], readonly number[]]
  /** Whether rows meet partners at different times, so that those that have met one are to be known as long as they are kept. */
  readonly remembersMet: boolean
  /** By input: whether the order in which rows came is asked. */
  readonly ordered: readonly [boolean, boolean]
  /** Takes loaded rows in: see RowsPart. */
  readonly enter: (input: 0 | 1, ids: Int32Array, columns: readonly Vector[]) => void
}

const none = -1

export class JoinPairs {
  /** The rows of the left and of the right input. */
  readonly stores: readonly [RowStore, RowStore]
  readonly parts: readonly [RowsPart, RowsPart]
  readonly #shape: JoinPairsShape
  readonly #output: Output
  /** By id, for each input: 1 where a row has met a partner. */
  readonly #met: [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] = [new Uint8Array(0), new Uint8Array(0)]
  /** By input: whether that is a part of the state. */
  readonly #remembersMet: readonly [boolean, boolean]
  readonly #freed: [number[], number[]] = [[], []]
  readonly #arrays = new ReusedArrays()
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
    const { type, remembersMet } = shape
    this.#remembersMet = [remembersMet && (type === 'semi' || keepsLonely(type, 0)), remembersMet && keepsLonely(type, 1)]
    this.parts = [this.#createPart(0), this.#createPart(1)]
  }

  #createPart(input: 0 | 1): RowsPart {
    const { types, keys, ordered, enter } = this.#shape
    const met = savedFlag(
      (id) => this.#met[input][id] === 1,
      (id, isMet) => {
        this.#met[input][id] = isMet ? 1 : 0
      },
    )
    return new RowsPart({
      name: input === 0 ? 'left' : 'right',
      store: this.stores[input],
      rowTypes: types[input],
      keys: keys[input],
      columns: this.#remembersMet[input] ? [met] : [],
      ordered: ordered[input],
      reserve: () => this.#reserve(input),
      enter: (ids, columns) => {
        enter(input, ids, columns)
      },
    })
  }

  get stateBytes(): number {
    const rows = this.stores[0].stateBytes + this.stores[1].stateBytes + this.parts[0].stateBytes + this.parts[1].stateBytes
    return rows + this.#met[0].byteLength + this.#met[1].byteLength
  }

  /** Keeps the selected rows of an input (all when `selection` is null) and writes their ids. */
  keep(input: 0 | 1, columns: readonly Vector[], selection: Int32Array | null, count: number, ids: Int32Array): void {
    this.stores[input].append(columns, selection, count, ids)
    this.#reserve(input)
    const met = this.#met[input]
    for (let i = 0; i < count; i++) met[ids[i] as number] = 0
    this.parts[input].come(ids, count)
  }

  #reserve(input: 0 | 1): void {
    this.#met[input] = grownBytes(this.#met[input], this.stores[input].capacity)
  }

  /** Lets a row go with the next `flush`. */
  free(input: 0 | 1, id: number): void {
    this.parts[input].go(id)
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
    const [metLeft] = this.#met
    for (let i = 0; i < count; i++) {
      if (flags !== null && flags[i] !== 1) continue
      const left = this.#leftIds[i] as number
      const right = this.#rightIds[i] as number
      const isFirst = metLeft[left] === 0
      this.#setMet(0, left)
      this.#setMet(1, right)
      if (type === 'anti' || (type === 'semi' && !isFirst)) continue
      this.#send(left, type === 'semi' ? none : right, this.#watermarks[i] as number)
    }
  }

  #setMet(input: 0 | 1, id: number): void {
    const met = this.#met[input]
    if (met[id] === 1) return
    if (this.#remembersMet[input]) this.parts[input].pages.mark(id)
    met[id] = 1
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
    const arrays = this.#arrays.restart()
    const columns = left.gather(this.#sentLeft, length, !leftOnly, arrays)
    if (!leftOnly) columns.push(...right.gather(this.#sentRight, length, true, arrays))
    this.#output.push({ length, columns, kinds: null, watermarks: timed ? this.#sentWatermarks : null })
  }
}

/** Whether rows of an input without a partner are sent. */
export function keepsLonely(type: JoinType, input: 0 | 1): boolean {
  if (type === 'full') return true
  return input === 0 ? type === 'left' || type === 'anti' : type === 'right'
}
