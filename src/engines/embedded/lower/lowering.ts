/** Lowers a plan to operators: every relation is attached to the output that receives its rows. */
import { assert } from '#base'
import { columnIndex, type Schema } from '#data'
import { CalcOperator, type Limit, type Output, type ProcessingTime, WatermarkOperator, type WindowClock } from '#dataflow'
import {
  type Changelog,
  columnOf,
  type Expression,
  match,
  type Plan,
  type PlanChangelog,
  type Relation,
  rootsOf,
  type Scan,
  schemaOf,
  sharedRelations,
  type Watermark,
  walkRelations,
} from '#plan'
import type { Session } from '../functions/evaluation.ts'
import { Calc } from '../generate/calc.ts'
import { lowerAggregate } from './aggregate.ts'
import { fuse } from './fuse.ts'
import { lowerJoin } from './join.ts'
import { lowerOver } from './over.ts'
import { InputPort, Tee } from './ports.ts'
import { lowerDistinct, lowerSort, lowerTop, lowerUnion, lowerUnnest, lowerValues, lowerWindow, refuse } from './relations.ts'
import type { TaskFinder, ValuesTask } from './tasks.ts'
import { zoneClock } from './zone-clock.ts'

/** Something that counts rows which came too late. */
interface LateCounter {
  readonly lateRows: number
}

export class Lowering {
  readonly session: Session
  readonly tasks: TaskFinder
  readonly #sharedRelations: ReadonlySet<Relation>
  readonly #shared = new Map<Relation, Tee>()
  readonly calcs: Calc[] = []
  readonly lateCounters: LateCounter[] = []
  /** What follows the clock. */
  readonly clocked: ProcessingTime[] = []
  readonly values: ValuesTask[] = []
  readonly limits = new Map<Relation, Limit>()
  /** The priority of sources attached now; higher ones are read first. */
  #priority = 0

  readonly #changelog: PlanChangelog
  /** Whether watermarks flow while rows come; without them windows close when the input ends. */
  readonly #keepsTime: boolean

  constructor(plan: Plan, session: Session, tasks: TaskFinder, changelog: PlanChangelog, keepsTime: boolean) {
    this.session = session
    this.#changelog = changelog
    this.#keepsTime = keepsTime
    this.tasks = tasks
    this.#sharedRelations = sharedRelations(rootsOf(plan))
  }

  /** Makes the rows of a relation flow to an output. */
  attach(relation: Relation, output: Output): void {
    if (!this.isShared(relation)) {
      this.#lower(relation, output)
      return
    }
    const known = this.#shared.get(relation)
    if (known !== undefined) {
      known.add(output)
      return
    }
    const tee = new Tee()
    tee.add(output)
    this.#shared.set(relation, tee)
    this.#lower(relation, tee)
  }

  /** Which changes a relation of the plan sends. */
  changelogOf(relation: Relation): Changelog {
    return this.#changelog.changelogOf(relation)
  }

  /** Whether a relation of the plan only inserts rows. */
  isAppendOnly(relation: Relation): boolean {
    const { updates, deletes } = this.changelogOf(relation)
    return !updates && !deletes
  }

  /** Whether several relations or outputs read a relation. */
  readonly isShared = (relation: Relation): boolean => this.#sharedRelations.has(relation)

  /** Attaches a relation whose sources are to be read before all others, as far as they are not shared. */
  attachFirst(relation: Relation, output: Output): void {
    this.#priority++
    this.attach(relation, output)
    this.#priority--
  }

  #lower(relation: Relation, output: Output): void {
    match<void>(relation, {
      scan: (scan) => {
        const task = this.tasks.scanTask(scan)
        task.raisePriority(this.#priority)
        task.add(scan, output)
      },
      values: (values) => this.values.push(lowerValues(values, output, this)),
      watermark: (watermark) => this.#lowerWatermark(watermark, output),
      filter: (filter) => this.#lowerCalc(filter, output),
      project: (project) => this.#lowerCalc(project, output),
      unnest: (unnest) => lowerUnnest(unnest, output, this),
      window: (window) => lowerWindow(window, output, this),
      aggregate: (aggregate) => lowerAggregate(aggregate, output, this),
      over: (over) => lowerOver(over, output, this),
      join: (join) => lowerJoin(join, output, this),
      union: (union) => lowerUnion(union, output, this),
      distinct: (distinct) => lowerDistinct(distinct, output, this),
      top: (top) => lowerTop(top, output, this),
      sort: (sort) => lowerSort(sort, output, this),
      match: (each) => refuse(each),
    })
  }

  #lowerCalc(relation: Relation, output: Output): void {
    const { base, condition, columns } = fuse(relation, this.isShared)
    const calc = this.calc(
      schemaOf(base),
      condition,
      columns.map((column) => column.value),
    )
    this.attach(base, new InputPort(new CalcOperator((batch) => calc.run(batch), output)))
  }

  /** A compiled filter and projection. */
  calc(input: Schema, condition: Expression | null, outputs: readonly Expression[]): Calc {
    const calc = new Calc({ input, condition, outputs, session: this.session })
    this.calcs.push(calc)
    return calc
  }

  #lowerWatermark({ input, column, watermark }: Watermark, output: Output): void {
    if (!this.#keepsTime) {
      this.attach(input, output)
      return
    }
    assert(columnIndex(schemaOf(input), column) >= 0, `column ${column} is below its watermark`)
    const calc = this.calc(schemaOf(input), null, [watermark])
    const operator = new WatermarkOperator((batch) => {
      const vector = calc.run(batch)?.columns[0]
      assert(vector !== undefined, 'each row has a watermark')
      return vector
    }, output)
    this.tasks.watchWatermark(input, operator)
    this.attach(input, new InputPort(operator))
  }

  /** Whether the table of a scan ends by itself. */
  isBounded(scan: Scan): boolean {
    return this.tasks.scanTask(scan).source.bounded
  }

  /** Notes a LIMIT at the top of an output: once it is satisfied, that output needs no more input. */
  countLimit(sort: Relation, limit: Limit): void {
    this.limits.set(sort, limit)
  }

  countLate(counter: LateCounter): void {
    this.lateCounters.push(counter)
  }

  /** The clock that windows over local time stamps follow. */
  localClock(): WindowClock {
    return zoneClock(this.session.timeZone)
  }

  /** The clock of the windows that rows of a relation carry: the zone's when they were cut from local time stamps. */
  windowClockOf(relation: Relation): WindowClock | null {
    let local = false
    walkRelations([relation], (each) => {
      if (each.kind === 'window' && columnOf(each.input, each.time).type.kind === 'timestamp-ltz') local = true
    })
    return local ? this.localClock() : null
  }
}
