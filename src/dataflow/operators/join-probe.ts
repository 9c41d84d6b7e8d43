/**
 * One direction of a join: takes batches of one input, the probing one, finds their partners among the kept rows of the other, and emits
 * what follows. Pairs are collected to thousands before the condition is evaluated and rows are built.
 */
import { type Batch, batchRows, changeDelete, changeInsert, ReusedArrays, selectBatchParts, selectRows, type Vector } from '#data'
import type { Output } from '../operator.ts'
import type { Expiry } from '../state/expiry.ts'
import { isWhole, selectPadded } from '../state/padded.ts'
import { pickIntegers } from '../state/pick-integers.ts'
import type { RowStore } from '../state/row-store.ts'
import { type JoinSide, slotSkipped } from './join-side.ts'
import { leaves } from './leaves.ts'

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'

/** 1 where a pair of rows, the columns of the left one first, meets the condition. */
export interface JoinCondition {
  (pairs: Batch): Uint8Array
  /** Places of the columns that it reads: the others may hold anything. Left out: it may read all. */
  readonly columns?: readonly number[]
}

/** In the place of a column that nobody reads. */
const blank: Vector = { form: 'integers', data: new Int32Array(0), nulls: null }

/** Rows of a batch, kept. */
export interface OwnRows {
  readonly store: RowStore
  /** By row of the batch. */
  readonly ids: Int32Array
}

export interface ProbeShape {
  readonly type: JoinType
  /** The probing input: 0 is left. */
  readonly input: 0 | 1
  readonly condition: JoinCondition | null
  /** Whether kept rows can leave again, so that the count of matches matters and not only whether there is one. */
  readonly otherRetracts: boolean
}

export class JoinProbe {
  readonly #shape: ProbeShape
  readonly #other: JoinSide
  readonly #output: Output
  readonly #isInner: boolean
  /** Emits each pair. */
  readonly #emitsPairs: boolean
  /** Emits probing rows without a partner, padded with NULLs. */
  readonly #pads: boolean
  readonly #firstOnly: boolean
  /** Those of the columns that are sent or checked now. */
  readonly #arrays = new ReusedArrays()
  #batch: Batch
  #slots: Int32Array = new Int32Array(0)
  #own: OwnRows | null = null
  #pairRows = new Int32Array(batchRows)
  #pairIds = new Int32Array(batchRows)
  /** By probing row: partners found so far. */
  #found = new Int32Array(0)
  /** Rows below are dealt with. */
  #closedBefore = 0
  #kinds = new Uint8Array(batchRows)
  #rows = new Int32Array(batchRows)
  #ids = new Int32Array(batchRows)
  /** The probing row that caused each emitted one. */
  #causes = new Int32Array(batchRows)
  #count = 0

  constructor(shape: ProbeShape, other: JoinSide, output: Output) {
    const { type, input } = shape
    this.#shape = shape
    this.#other = other
    this.#output = output
    this.#emitsPairs = type !== 'semi' && type !== 'anti'
    this.#pads = type === 'full' || (type === 'left' && input === 0) || (type === 'right' && input === 1)
    this.#isInner = this.#emitsPairs && !this.#pads && other.matches === null
    this.#firstOnly = !this.#emitsPairs && input === 0 && shape.condition === null && !shape.otherRetracts
    this.#batch = { length: 0, columns: [], kinds: null, watermarks: null }
  }

  /**
   * Joins a batch whose keys have the given slots, and returns for each row how many partners it has (but 1 for any number where more
   * make no difference). `watermarks` are those in force before each row; `own` says where the rows of the batch are kept, if they are.
   */
  run(batch: Batch, slots: Int32Array, watermarks: Float64Array | null, own: OwnRows | null = null): Int32Array {
    this.#own = own
    this.#batch = watermarks === batch.watermarks ? batch : { ...batch, watermarks }
    this.#slots = slots
    if (this.#found.length < batch.length) this.#found = new Int32Array(batch.length)
    this.#found.fill(0, 0, batch.length)
    this.#closedBefore = 0
    if (this.#other.expiry === null) this.#collectPairs()
    else this.#collectHeldPairs(this.#other.expiry)
    if (!this.#isInner) {
      this.#closeRows(batch.length)
      this.#flush()
    }
    return this.#found
  }

  #collectPairs(): void {
    const { lists } = this.#other
    const slots = this.#slots
    const rows = this.#pairRows
    const ids = this.#pairIds
    let count = 0
    for (let row = 0; row < this.#batch.length; row++) {
      const slot = slots[row] as number
      if (slot < 0) continue
      for (let id = lists.first(slot); id !== -1; id = lists.after(id)) {
        rows[count] = row
        ids[count++] = id
        if (count === batchRows) {
          this.#takePairs(count)
          count = 0
        }
        if (this.#firstOnly) break
      }
    }
    if (count > 0) this.#takePairs(count)
  }

  /** As `#collectPairs`, without rows that have expired. */
  #collectHeldPairs(expiry: Expiry): void {
    const { lists } = this.#other
    let count = 0
    for (let row = 0; row < this.#batch.length; row++) {
      const slot = this.#slots[row] as number
      if (slot < 0) continue
      for (let id = lists.first(slot); id !== -1; id = lists.after(id)) {
        if (expiry.isGone(id)) continue
        this.#pairRows[count] = row
        this.#pairIds[count++] = id
        if (count === batchRows) {
          this.#takePairs(count)
          count = 0
        }
        if (this.#firstOnly) break
      }
    }
    if (count > 0) this.#takePairs(count)
  }

  #takePairs(count: number): void {
    if (this.#isInner) {
      this.#emitInner(count)
      return
    }
    const kept = this.#shape.condition === null ? count : this.#filterPairs(count, this.#shape.condition)
    for (let i = 0; i < kept; i++) this.#takePair(this.#pairRows[i] as number, this.#pairIds[i] as number)
  }

  #emitInner(count: number): void {
    const { condition } = this.#shape
    const length = condition === null ? count : this.#filterPairs(count, condition)
    if (length === 0) return
    const columns = this.#pairColumns(length)
    this.#output.push({ length, columns, ...selectBatchParts(this.#batch, this.#pairRows, length, this.#arrays) })
  }

  #filterPairs(count: number, condition: JoinCondition): number {
    const flags = condition({ length: count, columns: this.#conditionColumns(count, condition), kinds: null, watermarks: null })
    let kept = 0
    for (let i = 0; i < count; i++) {
      if (flags[i] !== 1) continue
      this.#pairRows[kept] = this.#pairRows[i] as number
      this.#pairIds[kept++] = this.#pairIds[i] as number
    }
    return kept
  }

  #conditionColumns(count: number, { columns }: JoinCondition): readonly Vector[] {
    if (columns === undefined) return this.#pairColumns(count)
    const { input } = this.#shape
    const own = this.#batch.columns
    const { store } = this.#other
    const ownFrom = input === 0 ? 0 : store.width
    const otherFrom = input === 0 ? own.length : 0
    const arrays = this.#arrays.restart()
    const read: Vector[] = Array.from({ length: own.length + store.width }, () => blank)
    for (const place of columns) {
      const vector = own[place - ownFrom]
      if (vector === undefined) read[place] = store.gatherColumn(place - otherFrom, this.#pairIds, count, arrays)
      else read[place] = selectRows(vector, this.#pairRows, count, arrays)
    }
    return read
  }

  #pairColumns(count: number): Vector[] {
    const rows = this.#pairRows
    const arrays = this.#arrays.restart()
    const { columns, length } = this.#batch
    const isAll = isWhole(rows, count, length)
    const kept = this.#own
    const ids = kept === null ? rows : pickIntegers(kept.ids, rows, count, arrays)
    const own = columns.map((vector, place) => {
      // Texts are taken from where they are kept, if they are, so that whoever keeps the pair need not copy them.
      if (kept !== null && vector.form === 'bytes') return kept.store.gatherColumn(place, ids, count, arrays)
      return isAll ? vector : selectRows(vector, rows, count, arrays)
    })
    const other = this.#other.store.gather(this.#pairIds, count, false, arrays)
    return this.#shape.input === 0 ? [...own, ...other] : [...other, ...own]
  }

  #takePair(row: number, id: number): void {
    this.#closeRows(row)
    this.#found[row] = (this.#found[row] as number) + 1
    const goes = leaves(this.#batch, row)
    const { matches } = this.#other
    if (matches === null) {
      if (this.#emitsPairs) this.#emit(goes ? changeDelete : changeInsert, row, id, row)
      return
    }
    const before = matches[id] as number
    this.#other.part.pages.mark(id)
    matches[id] = goes ? before - 1 : before + 1
    this.#other.expiry?.write(id)
    const alone = goes ? before === 1 : before === 0
    if (!this.#emitsPairs) {
      if (alone) this.#emit((this.#shape.type === 'semi') === goes ? changeDelete : changeInsert, -1, id, row)
      return
    }
    if (alone && !goes) this.#emit(changeDelete, -1, id, row)
    this.#emit(goes ? changeDelete : changeInsert, row, id, row)
    if (alone && goes) this.#emit(changeInsert, -1, id, row)
  }

  /** Emits what rows before `end` give by themselves, now that their partners are known. */
  #closeRows(end: number): void {
    const { type, input } = this.#shape
    for (let row = this.#closedBefore; row < end; row++) {
      if (this.#slots[row] === slotSkipped) continue
      const lonely = this.#found[row] === 0
      if (this.#emitsPairs) {
        if (this.#pads && lonely) this.#emit(leaves(this.#batch, row) ? changeDelete : changeInsert, row, -1, row)
      } else if (input === 0 && lonely === (type === 'anti')) {
        this.#emit(this.#batch.kinds === null ? changeInsert : (this.#batch.kinds[row] as number), row, -1, row)
      }
    }
    this.#closedBefore = Math.max(this.#closedBefore, end)
  }

  #emit(kind: number, row: number, id: number, cause: number): void {
    if (this.#count === batchRows) this.#flush()
    this.#kinds[this.#count] = kind
    this.#rows[this.#count] = row
    this.#ids[this.#count] = id
    this.#causes[this.#count++] = cause
  }

  #flush(): void {
    const length = this.#count
    if (length === 0) return
    this.#count = 0
    const columns = this.#emittedColumns(length)
    const { watermarks } = selectBatchParts(this.#batch, this.#causes, length, this.#arrays)
    let any = 0
    for (let i = 0; i < length; i++) any |= this.#kinds[i] as number
    this.#output.push({ length, columns, kinds: any === 0 ? null : this.#kinds, watermarks })
  }

  #emittedColumns(length: number): readonly Vector[] {
    const { columns } = this.#batch
    const rows = this.#rows
    const { input } = this.#shape
    const { store } = this.#other
    const arrays = this.#arrays.restart()
    if (!this.#emitsPairs && input === 1) return store.gather(this.#ids, length, false, arrays)
    const own = isWhole(rows, length, this.#batch.length) ? columns : selectPadded(columns, rows, length, arrays)
    if (!this.#emitsPairs) return own
    const other = store.gather(this.#ids, length, true, arrays)
    return input === 0 ? [...own, ...other] : [...other, ...own]
  }
}
