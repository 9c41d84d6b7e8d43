/**
 * MATCH_RECOGNIZE: finds the rows of each key that, one after another, fit a pattern.
 *
 * Algebra: append-only to append-only. automaton.ts has the rules of patterns, matcher.ts those of matches, conditions.ts who decides on
 * a row. By event time, rows wait until the watermark reaches their time, and are taken in order of time, of the other sort columns, and
 * of arrival; without sort columns besides a processing time, they are taken as they come.
 * State: the rows that wait; the rows of open runs, kept once however many runs hold them; the runs of each key. With WITHIN, runs end
 * with their time, whether rows come or not; without it, they last as long as rows fit. A key may have `runsMax` runs. A key without rows
 * and runs is dropped.
 * Emits a match (+I) when it is found, under the watermark before its last row: with the last row, or when the run ends that it had to
 * wait for, in order of time. A row that the watermark has passed is late: dropped and counted.
 */
import { type Batch, type DataType, type Vector, watermarkEnd, watermarkNone } from '#data'
import type { LateRows } from '../late-rows.ts'
import type { Operator, Output } from '../operator.ts'
import { NumberList } from '../operators/number-list.ts'
import { timesOf } from '../operators/times.ts'
import { grownIntegers, grownNumbers } from '../state/grown.ts'
import { KeyTable } from '../state/key-table.ts'
import { RowHeap } from '../state/row-heap.ts'
import { type OrderColumn, RowOrder } from '../state/row-order.ts'
import { RowStore } from '../state/row-store.ts'
import { ScalarsPart } from '../state/scalars-part.ts'
import type { StatePart } from '../state/state-part.ts'
import { compilePattern, type PatternStep } from './automaton.ts'
import { type ConditionsShape, MatchConditions } from './conditions.ts'
import { DueKeys } from './due-keys.ts'
import { FoundMatches, type FoundMatchesShape } from './found-matches.ts'
import { MatchParts } from './match-parts.ts'
import { Matcher, type MatcherHost, type MatchSkip } from './matcher.ts'
import { type MatchAggregates, RunningAggregates } from './running-aggregates.ts'
import type { MatchedRows } from './stretches.ts'

export interface MatchShape extends ConditionsShape {
  /** Types of the input columns, all of which are kept. */
  readonly types: readonly DataType[]
  /** Places of the partition columns. */
  readonly partitionBy: readonly number[]
  /** Place of the time column, in milliseconds. */
  readonly time: number
  /** By arrival, rows are taken as they come. */
  readonly order: 'time' | 'arrival'
  /** Further sort columns, for rows of the same time. */
  readonly orderBy: readonly OrderColumn[]
  readonly pattern: readonly PatternStep[]
  readonly skip: MatchSkip
  readonly withinMs: number | null
  /** Aggregates that conditions read. */
  readonly aggregates: readonly MatchAggregates[]
  readonly found: FoundMatchesShape
  readonly runsMax?: number
  /** Who takes late rows; left out: nobody. */
  readonly late?: LateRows
}

/** Each row may have to look at all runs of its key: more of them would only be slower. */
const runsMaxDefault = 65_536

export class Match implements Operator, MatcherHost {
  readonly #shape: MatchShape
  readonly #output: Output
  readonly #table: KeyTable
  readonly #store: RowStore
  readonly #order: RowOrder
  readonly #waiting: RowHeap
  readonly #aggregates: RunningAggregates | null
  readonly #conditions: MatchConditions
  readonly #matcher: Matcher
  readonly #found: FoundMatches
  readonly #due = new DueKeys()
  readonly #parts: MatchParts
  readonly state: readonly StatePart[]
  /** By row: its time and its key. */
  #times = new Float64Array(0)
  #slotsById = new Int32Array(0)
  /** By slot: rows that wait. */
  #waitingBySlot = new Int32Array(0)
  /** Rows that nothing holds any more, readable until matches are sent. */
  readonly #freed = new NumberList()
  /** Keys that may have nothing left. */
  readonly #idleSlots = new NumberList()
  readonly #progress = { watermarkMs: watermarkNone, lateRows: 0 }
  #ids = new Int32Array(0)

  constructor(shape: MatchShape, output: Output) {
    const { types, partitionBy, orderBy, aggregates, pattern } = shape
    this.#shape = shape
    this.#output = output
    this.#table = new KeyTable(partitionBy.map((column) => types[column] as DataType))
    this.#store = new RowStore(types)
    this.#order = new RowOrder(this.#store, types, orderBy)
    this.#waiting = new RowHeap((a, b) => this.#compare(a, b))
    this.#aggregates = aggregates.length === 0 ? null : new RunningAggregates(aggregates, this.#store)
    const { skip, withinMs, runsMax = runsMaxDefault } = shape
    this.#matcher = new Matcher({ automaton: compilePattern(pattern), skip, withinMs, runsMax }, this)
    this.#conditions = new MatchConditions(shape, this.#store, this.#matcher, this.#aggregates)
    this.#found = new FoundMatches(shape.found, this.#store, this.#matcher, output)
    this.#parts = new MatchParts({
      types,
      partitionBy,
      variables: pattern.length,
      table: this.#table,
      store: this.#store,
      matcher: this.#matcher,
      enterRows: (ids, columns) => this.#enter(ids, columns, ids.length),
      wait: (id) => {
        this.#wait(id)
      },
      enterRuns: (slot) => {
        this.#enterRuns(slot)
      },
    })
    this.state = [new ScalarsPart('progress', this.#progress), this.#parts.rows, this.#parts.runs]
  }

  /** Rows dropped since the watermark had passed them. */
  get lateRows(): number {
    return this.#progress.lateRows
  }

  get stateBytes(): number {
    const rows =
      this.#store.stateBytes + this.#order.stateBytes + this.#waiting.stateBytes + this.#parts.stateBytes + this.#times.byteLength * 2
    return rows + this.#table.stateBytes + this.#conditions.stateBytes + this.#matcher.stateBytes + this.#due.stateBytes
  }

  /** Keys with rows or runs. */
  get keys(): number {
    return this.#table.count
  }

  push(_input: number, batch: Batch): void {
    const { length, watermarks } = batch
    if (this.#ids.length < length) this.#ids = new Int32Array(length)
    this.#store.append(batch.columns, null, length, this.#ids)
    this.#parts.come(this.#ids, length)
    this.#enter(this.#ids, batch.columns, length)
    for (let row = 0; row < length; row++) {
      const id = this.#ids[row] as number
      if (this.#shape.order === 'arrival') {
        if (watermarks !== null) this.#progress.watermarkMs = watermarks[row] as number
        this.#take(id)
        continue
      }
      if (watermarks !== null) this.#passTime(watermarks[row] as number)
      if ((this.#times[id] as number) <= this.#progress.watermarkMs) {
        this.#shape.late?.take(batch, row, this.#progress.watermarkMs)
        this.#drop(id)
      } else this.#wait(id)
    }
    this.#flush()
  }

  advance(_input: number, watermarkMs: number): void {
    this.#passTime(watermarkMs)
    this.#flush()
    this.#output.advance(watermarkMs)
  }

  setIdle(_input: number, isIdle: boolean): void {
    this.#output.setIdle?.(isIdle)
  }

  finish(): void {
    if (this.#shape.order === 'time') this.#passTime(watermarkEnd)
    this.#flush()
    this.#output.finish()
  }

  /** Notes what is to be known of kept rows; gives the slots of their keys. */
  #enter(ids: Int32Array, columns: readonly Vector[], count: number): Int32Array {
    const slots = new Int32Array(count)
    this.#table.resolve(
      this.#shape.partitionBy.map((column) => columns[column] as Vector),
      count,
      slots,
    )
    this.#times = grownNumbers(this.#times, this.#store.capacity)
    this.#slotsById = grownIntegers(this.#slotsById, this.#store.capacity)
    this.#waitingBySlot = grownIntegers(this.#waitingBySlot, this.#table.capacity)
    const times = timesOf(columns[this.#shape.time] as Vector, count)
    const ranks = this.#order.ranksOf(columns, count)
    for (let row = 0; row < count; row++) {
      const id = ids[row] as number
      this.#times[id] = times[row] as number
      this.#slotsById[id] = slots[row] as number
      this.#order.note(id, ranks[row] as number)
    }
    this.#conditions.enter({ length: count, columns, kinds: null, watermarks: null }, ids)
    return slots
  }

  /** Takes the runs of a key in that were loaded. */
  #enterRuns(slot: number): void {
    this.#waitingBySlot = grownIntegers(this.#waitingBySlot, this.#table.capacity)
    const [open = []] = this.#matcher.listsOf(slot)
    for (const run of open) this.#aggregates?.restore(run, (variable) => this.#matcher.rowsOf(run, variable))
    this.#due.set(slot, this.#matcher.dueAt(slot))
  }

  #wait(id: number): void {
    const slot = this.#slotsById[id] as number
    this.#waitingBySlot[slot] = (this.#waitingBySlot[slot] as number) + 1
    this.#waiting.push(id)
  }

  #drop(id: number): void {
    this.#progress.lateRows += 1
    this.#freed.push(id)
    this.#idleSlots.push(this.#slotsById[id] as number)
  }

  /** Takes the rows that a watermark reaches, and ends runs on the way, still under the watermark before. */
  #passTime(watermarkMs: number): void {
    if (watermarkMs <= this.#progress.watermarkMs) return
    for (let id = this.#waiting.top(); id !== -1 && (this.#times[id] as number) <= watermarkMs; id = this.#waiting.top()) {
      this.#waiting.pop()
      const slot = this.#slotsById[id] as number
      this.#waitingBySlot[slot] = (this.#waitingBySlot[slot] as number) - 1
      this.#take(id)
    }
    this.#expire(watermarkMs)
    this.#progress.watermarkMs = watermarkMs
  }

  #take(id: number): void {
    const slot = this.#slotsById[id] as number
    const time = this.#times[id] as number
    if (this.#shape.withinMs !== null) this.#expire(time)
    this.#aggregates?.turnRow()
    this.#parts.place(id, this.#matcher.logs.next(slot))
    this.#matcher.take(slot, id, time)
    this.#lookAgain(slot)
  }

  /** Ends the runs of all keys whose time is over, in order of time. */
  #expire(timeMs: number): void {
    this.#due.pass(timeMs, this.#end)
  }

  readonly #end = (slot: number, dueAt: number): void => {
    this.#matcher.expire(slot, dueAt)
    this.#lookAgain(slot)
  }

  /** Notes when the oldest run of a key ends, or that there is none. */
  #lookAgain(slot: number): void {
    if (this.#matcher.isIdle(slot)) this.#idleSlots.push(slot)
    else this.#due.set(slot, this.#matcher.dueAt(slot))
  }

  #flush(): void {
    this.#found.flush()
    for (let i = 0; i < this.#freed.length; i++) {
      const id = this.#freed.at(i)
      this.#parts.rows.go(id)
      this.#store.free(id)
    }
    this.#freed.clear()
    for (let i = 0; i < this.#idleSlots.length; i++) {
      const slot = this.#idleSlots.at(i)
      if (this.#table.isLive(slot) && this.#waitingBySlot[slot] === 0 && this.#matcher.isIdle(slot)) this.#table.remove(slot)
    }
    this.#idleSlots.clear()
  }

  #compare(a: number, b: number): number {
    const difference = (this.#times[a] as number) - (this.#times[b] as number)
    return difference || this.#order.compare(a, b) || this.#parts.rows.compareArrivals(a, b)
  }

  holds(variable: number, row: number, run: number, matched: MatchedRows): boolean {
    return this.#conditions.holds(variable, row, run, matched)
  }

  turn(): void {
    this.#conditions.turn()
    this.#aggregates?.turnRun()
  }

  extended(run: number, before: number, variable: number, row: number): void {
    this.#aggregates?.extended(run, before, variable, row)
  }

  dropped(run: number): void {
    this.#aggregates?.dropped(run)
  }

  matched(rows: MatchedRows, timeMs: number): void {
    this.#found.add(rows, timeMs, this.#progress.watermarkMs)
  }

  released(row: number): void {
    this.#freed.push(row)
  }
}
