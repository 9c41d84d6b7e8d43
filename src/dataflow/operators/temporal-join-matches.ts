/** The rows that a temporal join sends: kept rows, each with the version found for it, once the condition has been asked. */
import { batchRows, type DataType, type Vector } from '#data'
import type { Output } from '../operator.ts'
import { grownBytes } from '../state/grown.ts'
import { RowStore } from '../state/row-store.ts'
import type { JoinCondition } from './join-probe.ts'

export interface MatchesShape {
  /** left: rows without a version are sent padded with NULLs. */
  readonly type: 'inner' | 'left'
  /** Types of the columns of the left and of the right input. */
  readonly types: readonly [readonly DataType[], readonly DataType[]]
  readonly condition: JoinCondition | null
}

const none = -1

export class TemporalMatches {
  /** The rows of the left input, and the versions. */
  readonly stores: readonly [RowStore, RowStore]
  readonly #shape: MatchesShape
  readonly #output: Output
  /** By id of a left row: its kind of change. */
  #kinds = new Uint8Array(0)
  readonly #leftIds = new Int32Array(batchRows)
  readonly #rightIds = new Int32Array(batchRows)
  readonly #watermarks = new Float64Array(batchRows)
  #count = 0
  readonly #freed: readonly [number[], number[]] = [[], []]

  constructor(shape: MatchesShape, output: Output) {
    this.#shape = shape
    this.#output = output
    this.stores = [new RowStore(shape.types[0]), new RowStore(shape.types[1])]
  }

  get stateBytes(): number {
    return this.stores[0].stateBytes + this.stores[1].stateBytes + this.#kinds.byteLength
  }

  kindOf(left: number): number {
    return this.#kinds[left] as number
  }

  setKind(left: number, kind: number): void {
    if (this.#kinds.length <= left) this.#kinds = grownBytes(this.#kinds, left + 1)
    this.#kinds[left] = kind
  }

  /** A left row has found a version, or −1, and leaves under a watermark. */
  add(left: number, right: number, watermarkMs: number): void {
    if (this.#count === batchRows) this.#send()
    this.#leftIds[this.#count] = left
    this.#rightIds[this.#count] = right
    this.#watermarks[this.#count++] = watermarkMs
  }

  /** Lets a row of an input go with the next `flush`. */
  free(input: 0 | 1, id: number): void {
    this.#freed[input].push(id)
  }

  flush(): void {
    if (this.#count > 0) this.#send()
    for (const input of [0, 1] as const) for (const id of this.#freed[input].splice(0)) this.stores[input].free(id)
  }

  #send(): void {
    const count = this.#count
    this.#count = 0
    if (this.#shape.condition !== null) this.#check(count, this.#shape.condition)
    const length = this.#shape.type === 'left' ? count : this.#dropUnmatched(count)
    if (length === 0) return
    const [left, right] = this.stores
    const columns: Vector[] = [...left.gather(this.#leftIds, length), ...right.gather(this.#rightIds, length, this.#shape.type === 'left')]
    this.#output.push({ length, columns, kinds: this.#kindsOf(length), watermarks: this.#watermarks.slice(0, length) })
  }

  /** Takes the version from rows that do not meet the condition with it. */
  #check(count: number, condition: JoinCondition): void {
    const places = new Int32Array(count)
    const lefts = new Int32Array(count)
    const rights = new Int32Array(count)
    let found = 0
    for (let i = 0; i < count; i++) {
      if (this.#rightIds[i] === none) continue
      lefts[found] = this.#leftIds[i] as number
      rights[found] = this.#rightIds[i] as number
      places[found++] = i
    }
    if (found === 0) return
    const columns = [...this.stores[0].gather(lefts, found), ...this.stores[1].gather(rights, found)]
    const flags = condition({ length: found, columns, kinds: null, watermarks: null })
    for (let i = 0; i < found; i++) if (flags[i] !== 1) this.#rightIds[places[i] as number] = none
  }

  #dropUnmatched(count: number): number {
    let kept = 0
    for (let i = 0; i < count; i++) {
      if (this.#rightIds[i] === none) continue
      this.#leftIds[kept] = this.#leftIds[i] as number
      this.#rightIds[kept] = this.#rightIds[i] as number
      this.#watermarks[kept++] = this.#watermarks[i] as number
    }
    return kept
  }

  #kindsOf(length: number): Uint8Array | null {
    const kinds = new Uint8Array(length)
    let any = 0
    for (let i = 0; i < length; i++) {
      const kind = this.kindOf(this.#leftIds[i] as number)
      kinds[i] = kind
      any |= kind
    }
    return any === 0 ? null : kinds
  }
}
