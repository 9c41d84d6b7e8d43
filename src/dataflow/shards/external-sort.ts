/**
 * ORDER BY over a bounded input that only inserts, with OFFSET, of more rows than memory has room for: when it runs short, the rows in
 * memory are sorted and written as a run, and runs are merged when the input ends. Rows that the order does not tell apart stand as they
 * arrived.
 *
 * State: all rows. Emits everything when the input ends, as inserts, and holds nothing then. Watermarks are held back until then.
 */
import { type Batch, batchRows, changeInsert, type DataType, numbersIn, type Vector, watermarkNone } from '#data'
import type { Operator, Output } from '../operator.ts'
import type { SortShape } from '../operators/sort.ts'
import { StoredChanges } from '../operators/stored-changes.ts'
import type { StatePart, StateRows } from '../state/state-part.ts'
import { ExternalSortPart } from './external-sort-part.ts'
import { MergedRuns } from './merged-runs.ts'
import { ShardImage } from './shard-image.ts'
import { SortBuffer } from './sort-buffer.ts'
import type { Spillable, StateBudget } from './state-budget.ts'

/** Rows of a block: few, for a block of each run is in memory when runs are merged. */
const blockRows = 1024

export class ExternalSort implements Operator, Spillable {
  readonly state: readonly StatePart[]
  readonly level: number
  readonly #shape: Pick<SortShape, 'types' | 'orderBy' | 'offset'>
  readonly #runTypes: readonly DataType[]
  readonly #output: Output
  readonly #budget: StateBudget
  readonly #part: ExternalSortPart
  #buffer: SortBuffer
  #runs: ShardImage[] = []
  #arrived = 0
  #watermarkMs = watermarkNone
  #ids = new Int32Array(0)

  constructor(shape: Pick<SortShape, 'types' | 'orderBy' | 'offset'>, output: Output, level: number, budget: StateBudget) {
    this.#shape = shape
    this.#output = output
    this.level = level
    this.#budget = budget
    this.#buffer = new SortBuffer(shape.types, shape.orderBy)
    this.#part = new ExternalSortPart(shape.types, this.#buffer, (rows) => this.#load(rows))
    this.#runTypes = this.#part.types
    this.state = [this.#part]
    budget.add(this)
  }

  get stateBytes(): number {
    return this.#buffer.stateBytes
  }

  get spilledBytes(): number {
    return this.#runs.reduce((bytes, run) => bytes + run.bytes, 0)
  }

  push(_input: number, batch: Batch): void {
    const first = this.#arrived + 1
    this.#arrived += batch.length
    this.#append(batch.columns, (row) => first + row, batch.length)
  }

  #load({ length, columns }: StateRows): void {
    const arrivals = numbersIn(columns.at(-1) as Vector)
    for (let row = 0; row < length; row++) this.#arrived = Math.max(this.#arrived, arrivals[row] as number)
    this.#append(columns.slice(0, -1), (row) => arrivals[row] as number, length)
  }

  #append(columns: readonly Vector[], arrivals: (row: number) => number, count: number): void {
    if (this.#ids.length < count) this.#ids = new Int32Array(count)
    this.#buffer.append(columns, arrivals, count, this.#ids)
    this.#part.come(this.#ids, count)
    this.#budget.keep()
  }

  advance(_input: number, watermarkMs: number): void {
    this.#watermarkMs = watermarkMs
  }

  /** A run of few rows would make little room, and the merging of many runs needs room itself. */
  canShrink(): boolean {
    return this.#buffer.store.capacity > 0 && this.#buffer.stateBytes >= this.#budget.limitBytes / 8
  }

  shrink(): void {
    const sorted = this.#buffer.sorted()
    const run = new ShardImage([this.#runTypes], this.#budget.space)
    for (let from = 0; from < sorted.length; from += blockRows) run.add(0, this.#buffer.rowsOf(sorted.subarray(from, from + blockRows)))
    this.#runs.push(run.complete())
    this.#buffer = new SortBuffer(this.#shape.types, this.#shape.orderBy)
    this.#part.spilled(run, this.#buffer)
  }

  finish(): void {
    if (this.#runs.length === 0) this.#emitBuffer()
    else {
      if (this.#buffer.store.capacity > 0) this.shrink()
      this.#emitRuns()
    }
    this.#runs = []
    this.#buffer = new SortBuffer(this.#shape.types, this.#shape.orderBy)
    this.#part.end(this.#buffer)
    if (this.#watermarkMs > watermarkNone) this.#output.advance(this.#watermarkMs)
    this.#output.finish()
  }

  #emitBuffer(): void {
    const changes = new StoredChanges({ placed: false, timed: false }, this.#buffer.store, this.#output)
    for (const id of this.#buffer.sorted().subarray(this.#shape.offset)) changes.add(changeInsert, id)
    changes.flush()
  }

  #emitRuns(): void {
    const merged = new MergedRuns(this.#shape.types, this.#shape.orderBy, this.#runs)
    const changes = new StoredChanges({ placed: false, timed: false }, merged.store, this.#output)
    let place = 0
    for (let id = merged.next(); id >= 0; id = merged.next()) {
      if (place++ >= this.#shape.offset) changes.add(changeInsert, id)
      changes.free(id)
      if (place % batchRows === 0) changes.flush()
    }
    changes.flush()
  }
}
