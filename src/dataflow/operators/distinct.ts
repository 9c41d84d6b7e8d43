/**
 * DISTINCT: each different row once.
 *
 * State: a key table over all columns, and how often each row is there. It grows with different rows, and shrinks when a retracting
 * input takes the last copy of a row away, or with a retention when no copy has come or gone for that long.
 * Emits +I for the first copy of a row and −D when its last copy goes, at once; only +I over an input that only inserts. A row that was
 * idle for too long is forgotten without a word, and new when it comes again. With `repeats`, other copies are sent on as updates of the
 * row to itself, once a batch, so that who follows keeps its state as well.
 */
import { type Batch, batchRows, changeDelete, changeInsert, changeUpdateAfter, changeUpdateBefore, type DataType, selectBatch } from '#data'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { savedNumbersIn } from '../state/saved-columns.ts'
import type { StatePart } from '../state/state-part.ts'
import { leaves } from './leaves.ts'

export interface DistinctShape {
  readonly types: readonly DataType[]
  /** How long idle rows are kept; left out: for good. */
  readonly retention?: Retention
  /** What the receiver takes of a row's other copies: updates of the row to itself, with or without −U; left out: nothing. */
  readonly repeats?: { readonly emitsUpdateBefore: boolean }
}

export class Distinct extends PassingOperator {
  readonly #table: KeyTable
  #counts = new Float64Array(16)
  #slots = new Int32Array(0)
  #selection = new Int32Array(0)
  readonly #expiry: Expiry | null
  readonly #repeats: DistinctShape['repeats']
  /** By slot: the last batch that sent its row, by number. */
  #sentBy = new Float64Array(0)
  #batchNumber = 0
  readonly #part: KeyedPart
  readonly state: readonly StatePart[]

  constructor(shape: DistinctShape, output: Output) {
    super(output)
    this.#table = new KeyTable(shape.types)
    this.#expiry = shape.retention === undefined ? null : new Expiry(shape.retention)
    this.#repeats = shape.repeats
    const counts = savedNumbersIn(() => this.#counts)
    this.#part = new KeyedPart({
      name: 'rows',
      table: this.#table,
      keyTypes: shape.types,
      columns: [counts, ...(this.#expiry === null ? [] : [this.#expiry.saved])],
      reserve: (slots) => this.#reserve(slots),
    })
    this.state = [this.#part]
  }

  #reserve(slots: number): void {
    this.#counts = grownNumbers(this.#counts, slots)
    this.#expiry?.reserve(slots)
  }

  get stateBytes(): number {
    return this.#table.stateBytes + this.#counts.byteLength + this.#sentBy.byteLength + (this.#expiry?.stateBytes ?? 0)
  }

  push(_input: number, batch: Batch): void {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#selection = new Int32Array(batch.length)
    }
    this.#table.resolve(batch.columns, batch.length, this.#slots)
    this.#reserve(this.#table.capacity)
    this.#part.pages.markAll(this.#slots, batch.length)
    if (this.#expiry !== null) {
      this.#expiry.begin()
      this.#expiry.writeAll(this.#slots, batch.length, this.#forget)
    }
    if (this.#repeats === undefined) this.#emit(batch)
    else this.#emitRepeating(batch, this.#repeats.emitsUpdateBefore)
    if (batch.kinds !== null) this.#removeUnused(batch.length)
    this.#expiry?.sweep(batch.length, this.#remove)
  }

  tick(nowMs: number): void {
    this.#expiry?.tick(nowMs, this.#remove)
  }

  #emit(batch: Batch): void {
    const count = batch.kinds === null ? this.#addAll(batch.length) : this.#changeAll(batch)
    if (count === 0) return
    const selected = count === batch.length ? batch : selectBatch(batch, this.#selection, count)
    this.output.push(batch.kinds === null ? selected : { ...selected, kinds: insertsAndDeletes(selected.kinds, count) })
  }

  /** Counts rows that come and go, and sends first copies that come, last copies that go, and once a batch any other. */
  #emitRepeating(batch: Batch, emitsUpdateBefore: boolean): void {
    const { capacity } = this.#table
    this.#sentBy = grownNumbers(this.#sentBy, capacity)
    const number = ++this.#batchNumber
    const changes = new ChangedRows(batch, this.output)
    for (let row = 0; row < batch.length; row++) {
      const slot = this.#slots[row] as number
      const before = this.#counts[slot] as number
      const goes = leaves(batch, row)
      if (goes && before === 0) continue
      this.#counts[slot] = goes ? before - 1 : before + 1
      if (before === (goes ? 1 : 0)) changes.add(row, goes ? changeDelete : changeInsert)
      else if (this.#sentBy[slot] !== number) {
        if (emitsUpdateBefore) changes.add(row, changeUpdateBefore)
        changes.add(row, changeUpdateAfter)
      }
      this.#sentBy[slot] = number
    }
    changes.flush()
  }

  /** Counts rows that all come; selects those that are new. */
  #addAll(rows: number): number {
    const counts = this.#counts
    let selected = 0
    for (let row = 0; row < rows; row++) {
      const slot = this.#slots[row] as number
      const before = counts[slot] as number
      counts[slot] = before + 1
      if (before === 0) this.#selection[selected++] = row
    }
    return selected
  }

  /** Counts rows that come and go; selects first copies that come and last copies that go. */
  #changeAll(batch: Batch): number {
    const counts = this.#counts
    let selected = 0
    for (let row = 0; row < batch.length; row++) {
      const slot = this.#slots[row] as number
      const before = counts[slot] as number
      const goes = leaves(batch, row)
      // State may have been dropped: what is not there cannot go.
      if (goes && before === 0) continue
      counts[slot] = goes ? before - 1 : before + 1
      if (before === (goes ? 1 : 0)) this.#selection[selected++] = row
    }
    return selected
  }

  #removeUnused(rows: number): void {
    for (let row = 0; row < rows; row++) {
      const slot = this.#slots[row] as number
      if (this.#counts[slot] === 0 && this.#table.isLive(slot)) this.#remove(slot)
    }
  }

  readonly #forget = (slot: number): void => {
    this.#counts[slot] = 0
  }

  readonly #remove = (slot: number): void => {
    this.#part.pages.mark(slot)
    this.#counts[slot] = 0
    this.#table.remove(slot)
    this.#expiry?.drop(slot)
  }
}

/** Sends rows of a batch with kinds of their own. */
class ChangedRows {
  readonly #batch: Batch
  readonly #output: Output
  readonly #rows = new Int32Array(batchRows)
  readonly #kinds = new Uint8Array(batchRows)
  #count = 0

  constructor(batch: Batch, output: Output) {
    this.#batch = batch
    this.#output = output
  }

  add(row: number, kind: number): void {
    // −U and +U of a row stay together.
    if (this.#count >= batchRows - 1 && kind !== changeUpdateAfter) this.flush()
    if (this.#count === batchRows) this.flush()
    this.#rows[this.#count] = row
    this.#kinds[this.#count++] = kind
  }

  flush(): void {
    const count = this.#count
    if (count === 0) return
    this.#count = 0
    const kinds = this.#kinds.slice(0, count)
    this.#output.push({
      ...selectBatch(this.#batch, this.#rows, count),
      kinds: kinds.every((kind) => kind === changeInsert) ? null : kinds,
    })
  }
}

/** What comes or goes alone is no update. */
function insertsAndDeletes(kinds: Uint8Array | null, count: number): Uint8Array | null {
  if (kinds === null) return null
  const changed = new Uint8Array(count)
  let any = 0
  for (let i = 0; i < count; i++) {
    const kind = kinds[i] === changeUpdateBefore || kinds[i] === changeDelete ? changeDelete : changeInsert
    changed[i] = kind
    any |= kind
  }
  return any === 0 ? null : changed
}
