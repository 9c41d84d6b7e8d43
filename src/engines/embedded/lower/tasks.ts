/** What a run reads: each table once, however many relations scan it, and the rows of VALUES. */

import {
  type ColumnCondition,
  type DeadLetter,
  type ReadRequest,
  rowCountOption,
  type ScanTime,
  type Source,
  type SourceBatch,
  type WantedColumn,
} from '#connectors'
import type { Batch } from '#data'
import { watermarkEnd, watermarkNone } from '#data'
import type { Limit, Output, WatermarkOperator } from '#dataflow'
import { type Relation, type Scan, type TablePath, walkRelations } from '#plan'
import { conditionsOf } from './conditions.ts'
import { Reorder, Tee } from './ports.ts'

/** Nothing is said of when rows come. */
const untimed: ScanTime = { gap: 1, alignment: null }

/** One reading of a table. */
export class ScanTask {
  readonly table: TablePath
  readonly source: Source
  readonly time: ScanTime
  readonly #wanted: WantedColumn[] = []
  readonly #conditions: (readonly ColumnCondition[])[] = []
  readonly #outputs = new Tee()
  readonly #watermarks: WatermarkOperator[] = []
  /** Limits that rows flow to, by no way but theirs. */
  readonly #limits: Limit[] = []
  #readers = 0
  /** Sources of higher priority are read to their end first. */
  priority = 0
  /** Whether nobody asks for the order of its rows. */
  isOrderFree = true

  /** Whether nothing comes for now, so that nobody waits for its watermark. */
  isIdle = false
  /** Takes what cannot be read; null: it ends the work. */
  deadLetters: ((letter: DeadLetter) => void) | null = null
  #splits: readonly string[] | undefined

  constructor(table: TablePath, source: Source, time: ScanTime = untimed) {
    this.table = table
    this.source = source
    this.time = time
  }

  add(scan: Scan, output: Output): void {
    const places = scan.columns.map((column) => {
      const { kind, key } = scan.sources[column.name] ?? { kind: 'physical' as const, key: column.name }
      const known = this.#wanted.findIndex((wanted) => wanted.kind === kind && wanted.key === key)
      return known >= 0 ? known : this.#wanted.push({ kind, key, type: column.type }) - 1
    })
    this.#conditions.push(conditionsOf(scan))
    this.#readers += 1
    this.#outputs.add(new Reorder(places, output))
  }

  raisePriority(priority: number): void {
    this.priority = Math.max(this.priority, priority)
  }

  /** One reader needs no more rows than a limit lets through. */
  endWith(limit: Limit): void {
    this.#limits.push(limit)
  }

  /** Whether nobody needs further rows. */
  get isSatisfied(): boolean {
    return this.#limits.length > 0 && this.#limits.length === this.#readers && this.#limits.every((limit) => limit.isSatisfied)
  }

  watch(operator: WatermarkOperator): void {
    this.#watermarks.push(operator)
  }

  /** Event time reached by this input, in epoch milliseconds; minus infinity while nothing is known. */
  get watermark(): number {
    return this.#watermarks.length === 0 ? watermarkNone : Math.min(...this.#watermarks.map((operator) => operator.watermark))
  }

  /** Whether its rows say what time it is. */
  get isTimed(): boolean {
    return this.#watermarks.length > 0
  }

  setIdle(isIdle: boolean): void {
    if (isIdle === this.isIdle) return
    this.isIdle = isIdle
    this.#outputs.setIdle(isIdle)
  }

  /** How far its splits are; as many operators derive watermarks from it as there are relations that read it. */
  splits(): ReturnType<WatermarkOperator['splits']> {
    return this.#watermarks[0]?.splits() ?? new Map()
  }

  /** Lets a split be idle until it gives rows again. */
  rest(split: string): void {
    for (const operator of this.#watermarks) operator.rest(split)
  }

  request(): Pick<ReadRequest, 'columns' | 'conditions'> {
    const [first] = this.#conditions
    const same = this.#conditions.every((conditions) => sameConditions(conditions, first ?? []))
    return { columns: this.#wanted, conditions: same ? (first ?? []) : [] }
  }

  push({ batch, split, splits, deadLetters = [] }: SourceBatch): void {
    for (const letter of deadLetters) this.deadLetters?.(letter)
    for (const operator of this.#watermarks) {
      if (splits !== undefined && splits !== this.#splits) operator.keepOnly(splits)
      operator.enter(split)
    }
    this.#splits = splits
    if (batch.length > 0) this.#outputs.push(batch)
  }

  finish(): void {
    this.#outputs.advance(watermarkEnd)
    this.#outputs.finish()
  }
}

function sameConditions(a: readonly ColumnCondition[], b: readonly ColumnCondition[]): boolean {
  return (
    a.length === b.length &&
    a.every((condition, index) => {
      const other = b[index]
      return (
        other !== undefined &&
        condition.column === other.column &&
        condition.operator === other.operator &&
        condition.values.length === other.values.length &&
        condition.values.every((value, place) => Object.is(value, other.values[place]))
      )
    })
  )
}

/** The rows of VALUES: one batch, ready from the start. */
export class ValuesTask {
  readonly #batch: () => Batch | null
  readonly #output: Output

  constructor(batch: () => Batch | null, output: Output) {
    this.#batch = batch
    this.#output = output
  }

  run(): void {
    const batch = this.#batch()
    if (batch !== null) this.#output.push(batch)
    this.finish()
  }

  /** Ends the output without rows: they were sent in an earlier life of this work. */
  finish(): void {
    this.#output.advance(watermarkEnd)
    this.#output.finish()
  }
}

/** Finds the one task that reads a table under the same options. */
export class TaskFinder {
  readonly #open: (scan: Scan) => Source
  readonly #timeOf: ((scan: Scan) => ScanTime) | undefined
  readonly #sources = new Map<string, Source>()
  readonly #tasks = new Map<string, ScanTask>()

  constructor(open: (scan: Scan) => Source, timeOf?: (scan: Scan) => ScanTime) {
    this.#open = open
    this.#timeOf = timeOf
  }

  /** The source of a table, which is not read for that. */
  source(scan: Scan): Source {
    const key = keyOf(scan)
    const source = this.#sources.get(key) ?? this.#open(scan)
    this.#sources.set(key, source)
    return source
  }

  scanTask(scan: Scan): ScanTask {
    const key = keyOf(scan)
    const task = this.#tasks.get(key) ?? new ScanTask(scan.table, this.source(scan), this.#timeOf?.(scan))
    this.#tasks.set(key, task)
    return task
  }

  /** After how many rows of the tables below a relation their watermark is looked at. */
  gapOf(relation: Relation): number {
    let gap = 1
    walkRelations([relation], (each) => {
      if (each.kind === 'scan') gap = Math.max(gap, this.scanTask(each).time.gap)
    })
    return gap
  }

  /** Lets the tasks below a relation know how far event time has come. */
  watchWatermark(relation: Relation, operator: WatermarkOperator): void {
    walkRelations([relation], (each) => {
      if (each.kind === 'scan') this.scanTask(each).watch(operator)
    })
  }

  get tasks(): readonly ScanTask[] {
    return [...this.#tasks.values()]
  }
}

/** How many rows a table is said to have makes no other table of it. */
function keyOf({ table, options }: Scan): string {
  const read = Object.entries(options).filter(([key]) => key !== rowCountOption)
  return JSON.stringify([table, read.sort(([a], [b]) => (a < b ? -1 : 1))])
}
