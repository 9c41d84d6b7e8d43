/**
 * Aggregation of groups that are updated for as long as rows arrive.
 *
 * State: a slot for each key with its row count and accumulators; it grows with distinct keys and shrinks when a retracting input
 * takes the last row of a key away, or with a retention when no row of a key has come for that long.
 * Emits, once a batch for each key that the batch touched and whose result changed: +I for a new key, −U and +U for a known one (+U
 * alone where the receiver does without −U), −D when its last row is gone. Without keys there is one group, and it appears with the
 * first row, or at the end of an input that has none, where that is wanted. A group that was idle for too long goes without a word, and
 * appears anew with its next row; −U and −D of rows that it had are passed over. With `repeats`, results that stayed the same are sent
 * again, so that who follows keeps its state as well.
 */
import {
  type Batch,
  batchRows,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  changeUpdateBefore,
  type DataType,
  markDifferences,
  numbersIn,
  selectFromBoth,
  type Vector,
} from '#data'
import { signOfChange } from '../aggregates/accumulator.ts'
import type { Output } from '../operator.ts'
import { PassingOperator } from '../passing.ts'
import { Expiry, type Retention } from '../state/expiry.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { KeyedPart } from '../state/keyed-part.ts'
import { savedFlag, savedNumbersIn } from '../state/saved-columns.ts'
import type { StatePart } from '../state/state-part.ts'
import { combinedPlaces } from './combine.ts'
import { leaves } from './leaves.ts'
import { type MeasureShape, Measures } from './measures.ts'

export interface GroupAggregateShape {
  /** Types of the key columns, which are the first columns of the input. */
  readonly keys: readonly DataType[]
  readonly measures: readonly MeasureShape[]
  readonly resultTypes: readonly DataType[]
  /** Whether the receiver wants −U before each +U. */
  readonly emitsUpdateBefore: boolean
  /** How long idle groups are kept; left out: for good. */
  readonly retention?: Retention
  /** Whether an update is also sent for each group whose rows changed nothing. */
  readonly repeats?: boolean
  /** Of one group without keys: whether it is there at the end without having had a row. */
  readonly endsWithGroup?: boolean
}

export class GroupAggregate extends PassingOperator {
  readonly #shape: GroupAggregateShape
  readonly #table: KeyTable
  readonly #measures: Measures
  /** Rows of each group. */
  #rows = new Float64Array(16)
  /** 1 where the group has been emitted. */
  #emitted = new Float64Array(16)
  /** The last batch that touched a slot, by number. */
  #touchedBy = new Float64Array(16)
  #batchNumber = 0
  #slots = new Int32Array(batchRows)
  #touched = new Int32Array(batchRows)
  /** 1 for each touched group whose results changed. */
  #differs = new Uint8Array(0)
  readonly #changes = new ChangeList()
  /** Results of the touched groups before and after the last batch, and of its changes. */
  #before: Vector[] = []
  #after: Vector[] = []
  #results: Vector[] = []
  readonly #expiry: Expiry | null
  /** By slot: how often the group began anew within the batch. */
  #restarts = new Int32Array(0)
  readonly #part: KeyedPart
  readonly state: readonly StatePart[]

  constructor(shape: GroupAggregateShape, output: Output) {
    super(output)
    this.#shape = shape
    this.#table = new KeyTable(shape.keys)
    this.#measures = new Measures(shape.measures)
    this.#expiry = shape.retention === undefined ? null : new Expiry(shape.retention)
    this.#part = this.#createPart()
    const reserve = (slots: number) => this.#reserve(slots)
    this.state = [this.#part, ...this.#measures.parts({ table: this.#table, keyTypes: shape.keys, reserve })]
  }

  #createPart(): KeyedPart {
    const rows = savedNumbersIn(() => this.#rows)
    const emitted = savedFlag(
      (slot) => this.#emitted[slot] === 1,
      (slot, isEmitted) => {
        this.#emitted[slot] = isEmitted ? 1 : 0
      },
    )
    return new KeyedPart({
      name: 'groups',
      table: this.#table,
      keyTypes: this.#shape.keys,
      columns: [rows, emitted, this.#measures.savedApart, ...(this.#expiry === null ? [] : [this.#expiry.saved])],
      reserve: (slots) => this.#reserve(slots),
    })
  }

  /** Bytes of keys and counts, without what the measures keep. */
  get stateBytes(): number {
    return this.#table.stateBytes + this.#measures.stateBytes + this.#rows.byteLength * 3 + (this.#expiry?.stateBytes ?? 0)
  }

  /** Rows come on input 0, and on input 1 those that the first stage has combined. */
  push(input: number, batch: Batch): void {
    this.#expiry?.begin()
    const count = this.#resolve(batch)
    const touched = this.#touched.subarray(0, count)
    this.#part.pages.markAll(touched, count)
    this.#expiry?.writeAll(touched, count, this.#forget)
    this.#before = this.#measures.results(touched, count, this.#before)
    if (input === 1) this.#addCombined(batch)
    else if (this.#expiry !== null && batch.kinds !== null) this.#addInTurn(batch, touched)
    else {
      this.#measures.add(batch, this.#slots, false)
      this.#countRows(batch)
    }
    this.#emit(touched)
    this.#expiry?.sweep(batch.length, this.#remove)
  }

  tick(nowMs: number): void {
    this.#expiry?.tick(nowMs, this.#remove)
  }

  override finish(): void {
    if (this.#shape.endsWithGroup === true && this.#table.count === 0) this.#emitEmptyGroup()
    super.finish()
  }

  /** What measures give for no rows at all. */
  #emitEmptyGroup(): void {
    this.#resolve({ length: 1, columns: [], kinds: null, watermarks: null })
    const columns = this.#measures.results(this.#touched.subarray(0, 1), 1, [])
    this.output.push({ length: 1, columns, kinds: null, watermarks: null })
  }

  /** Finds the slot of each row and lists the slots touched, in order of their first row. */
  #resolve(batch: Batch): number {
    if (this.#slots.length < batch.length) {
      this.#slots = new Int32Array(batch.length)
      this.#touched = new Int32Array(batch.length)
    }
    const slots = this.#slots
    this.#table.resolve(batch.columns.slice(0, this.#shape.keys.length), batch.length, slots)
    this.#reserve(this.#table.capacity)
    const number = ++this.#batchNumber
    let count = 0
    for (let i = 0; i < batch.length; i++) {
      const slot = slots[i] as number
      if (this.#touchedBy[slot] === number) continue
      this.#touchedBy[slot] = number
      this.#touched[count++] = slot
    }
    return count
  }

  #reserve(slots: number): void {
    this.#measures.reserve(slots)
    this.#rows = grownNumbers(this.#rows, slots)
    this.#emitted = grownNumbers(this.#emitted, slots)
    this.#touchedBy = grownNumbers(this.#touchedBy, slots)
    this.#expiry?.reserve(slots)
  }

  #addCombined(batch: Batch): void {
    const { count, states } = combinedPlaces(this.#shape.keys.length)
    this.#measures.addStates(batch, this.#slots, states)
    const counts = numbersIn(batch.columns[count] as Vector)
    for (let i = 0; i < batch.length; i++) {
      const slot = this.#slots[i] as number
      this.#rows[slot] = (this.#rows[slot] as number) + (counts[i] as number)
    }
  }

  #countRows(batch: Batch): void {
    const { kinds } = batch
    const slots = this.#slots
    for (let i = 0; i < batch.length; i++) {
      const slot = slots[i] as number
      const sign = kinds === null ? 1 : signOfChange[(kinds[i] ?? 0) as 0 | 1 | 2 | 3]
      this.#rows[slot] = (this.#rows[slot] as number) + sign
    }
  }

  /**
   * Adds the rows of a batch where rows may be taken away that are not known any more, as if they came one by one: what a group without
   * rows is asked to take away is passed over, and a group that lost its last row begins anew with the next. Rows before and after such
   * a beginning are added in rounds.
   */
  #addInTurn(batch: Batch, touched: Int32Array): void {
    this.#restarts = grownIntegers(this.#restarts, this.#table.capacity)
    for (const slot of touched) this.#restarts[slot] = 0
    const { rounds, last, passed } = this.#roundsOf(batch)
    if (last === 0 && !passed) {
      this.#measures.add(batch, this.#slots, false)
      return
    }
    const slots = new Int32Array(batch.length)
    for (let round = 0; round <= last; round++) {
      if (round > 0) for (const slot of touched) if ((this.#restarts[slot] as number) >= round) this.#measures.clear(slot)
      for (let row = 0; row < batch.length; row++) slots[row] = rounds[row] === round ? (this.#slots[row] as number) : -1
      this.#measures.add(batch, slots, true)
    }
  }

  /** Counts the rows of each group, and gives for each row how often its group began anew before it, −1 for a row to pass over. */
  #roundsOf(batch: Batch): { readonly rounds: Int32Array; readonly last: number; readonly passed: boolean } {
    const rounds = new Int32Array(batch.length)
    let last = 0
    let passed = false
    for (let row = 0; row < batch.length; row++) {
      const slot = this.#slots[row] as number
      const before = this.#rows[slot] as number
      const goes = leaves(batch, row)
      if (goes && before === 0) {
        rounds[row] = -1
        passed = true
        continue
      }
      const round = this.#restarts[slot] as number
      rounds[row] = round
      last = Math.max(last, round)
      this.#rows[slot] = goes ? before - 1 : before + 1
      if (goes && before === 1) this.#restarts[slot] = round + 1
    }
    return { rounds, last, passed }
  }

  #emit(touched: Int32Array): void {
    this.#after = this.#measures.results(touched, touched.length, this.#after)
    const changes = this.#changes
    changes.begin(touched.length)
    const differs = this.#differences(touched.length)
    for (let t = 0; t < touched.length; t++) {
      const slot = touched[t] as number
      const known = this.#emitted[slot] === 1
      const empty = this.#rows[slot] === 0
      if (known && empty) changes.add(t, changeDelete)
      else if (!known && !empty) changes.add(touched.length + t, changeInsert)
      else if (known && differs[t] === 1) {
        if (this.#shape.emitsUpdateBefore) changes.add(t, changeUpdateBefore)
        changes.add(touched.length + t, changeUpdateAfter)
      }
      this.#emitted[slot] = empty ? 0 : 1
    }
    if (changes.length > 0) this.#pushChanges(touched)
    for (const slot of touched) if (this.#rows[slot] === 0) this.#remove(slot)
  }

  /** 1 for each group whose update is to be sent. */
  #differences(count: number): Uint8Array {
    if (this.#differs.length < count) this.#differs = new Uint8Array(count)
    const differs = this.#differs
    differs.fill(this.#shape.repeats === true ? 1 : 0, 0, count)
    for (const [index, vector] of this.#before.entries()) {
      markDifferences(vector, this.#after[index] as Vector, count, this.#shape.resultTypes[index] as DataType, differs)
    }
    return differs
  }

  #pushChanges(touched: Int32Array): void {
    const { selection, kinds, length, slots } = this.#changes
    const groups = touched.length
    for (let i = 0; i < length; i++) {
      const row = selection[i] as number
      slots[i] = touched[row < groups ? row : row - groups] as number
    }
    this.#results = this.#after.map((second, index) => {
      const first = this.#before[index] as Vector
      const both = { first, firstLength: groups, second, secondLength: groups, type: this.#shape.resultTypes[index] as DataType }
      return selectFromBoth(both, selection, length, this.#results[index])
    })
    const columns = [...this.#table.keyVectors(slots, length), ...this.#results]
    const appended = kinds.subarray(0, length).every((kind) => kind === changeInsert)
    this.output.push({ length, columns, kinds: appended ? null : kinds.subarray(0, length), watermarks: null })
  }

  /** Makes the group of a slot one that has not been there yet. */
  readonly #forget = (slot: number): void => {
    this.#measures.clear(slot)
    this.#rows[slot] = 0
    this.#emitted[slot] = 0
  }

  readonly #remove = (slot: number): void => {
    this.#part.pages.mark(slot)
    this.#forget(slot)
    this.#table.remove(slot)
    this.#touchedBy[slot] = 0
    this.#expiry?.drop(slot)
  }
}

/** Rows to emit, each with its change kind, of one batch after another. */
class ChangeList {
  selection = new Int32Array(0)
  kinds = new Uint8Array(0)
  /** Room for the slots of the rows. */
  slots = new Int32Array(0)
  length = 0

  /** Makes room for two changes of each group, and none yet. */
  begin(groups: number): void {
    this.length = 0
    if (this.kinds.length >= groups * 2) return
    this.selection = new Int32Array(groups * 2)
    this.kinds = new Uint8Array(groups * 2)
    this.slots = new Int32Array(groups * 2)
  }

  add(row: number, kind: number): void {
    this.selection[this.length] = row
    this.kinds[this.length++] = kind
  }
}
