/** Lowers a plan to operators: every relation is attached to the output that receives its rows. */
import { assert } from '#base'
import { columnIndex, type DataType, type Schema, watermarkEnd } from '#data'
import {
  CalcOperator,
  type ExchangeInputs,
  type Exchanges,
  type Limit,
  type Operator,
  type Output,
  type Retention,
  WatermarkOperator,
  type WindowClock,
} from '#dataflow'
import {
  type Changelog,
  columnOf,
  type Expression,
  inputsOf,
  match,
  type Plan,
  type PlanChangelog,
  printRelationLine,
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
import type { SavedState } from '../program.ts'
import { lowerAggregate } from './aggregate.ts'
import { callsAsync, lowerAsyncCalc } from './async-calls.ts'
import type { AsyncLimits } from './async-task.ts'
import { fuse } from './fuse.ts'
import { lowerJoin } from './join.ts'
import { lowerMatch } from './match.ts'
import type { OutsideTask } from './outside-task.ts'
import { lowerOver } from './over.ts'
import { InputPort, Tee } from './ports.ts'
import { RelationIds } from './relation-ids.ts'
import { lowerDistinct, lowerSort, lowerTop, lowerUnion, lowerUnnest, lowerValues, lowerWindow } from './relations.ts'
import type { TaskFinder, ValuesTask } from './tasks.ts'
import { versionedTops } from './versions.ts'
import { zoneClock } from './zone-clock.ts'

/** Part of the shape of an operator: how long it keeps idle state, or nothing where it keeps it for good. */
export interface Kept {
  readonly retention?: Retention
}

/** What of a run's settings decides about operators. */
export interface LoweredRun {
  readonly stream: { readonly stateTtlMs: number } | null
  readonly lookups: LookupLimits
  readonly asyncCalls: AsyncLimits
  /** The exchanges of a worker, where several run the plan together. */
  readonly exchanges: Exchanges | null
}

/** How many keys lookup joins ask for at a time, and for how long they wait. */
export interface LookupLimits {
  readonly capacity: number
  readonly timeoutMs: number
}

/** Something that counts rows which came too late. */
interface LateCounter {
  readonly lateRows: number
}

export class Lowering {
  readonly session: Session
  readonly tasks: TaskFinder
  readonly #sharedRelations: ReadonlySet<Relation>
  readonly #shared = new Map<Relation, Tee>()
  readonly lateCounters: LateCounter[] = []
  /** What follows the clock. */
  readonly clocked: { tick(nowMs: number): void }[] = []
  readonly values: ValuesTask[] = []
  /** Tables that are looked up, and functions that give their values later. */
  readonly lookups: OutsideTask[] = []
  readonly lookupLimits: LookupLimits
  readonly asyncLimits: AsyncLimits
  readonly limits = new Map<Relation, Limit>()
  /** Filters and projections that loops are generated for. */
  readonly calcs: Calc[] = []
  readonly #keepers: { readonly kind: string; readonly relation: Relation; readonly operator: Operator }[] = []
  readonly #watermarks: { readonly relation: Relation; readonly operator: WatermarkOperator }[] = []
  /** Relations that have to send each change of their rows. */
  readonly versioned: ReadonlySet<Relation>
  /** The priority of sources attached now; higher ones are read first. */
  #priority = 0
  readonly exchanges: Exchanges | null
  /** How far above its sources each relation stands, and the one that is lowered now. */
  readonly #levels: ReadonlyMap<Relation, number>
  #level = Number.MAX_SAFE_INTEGER
  /** What follows operators that only the first worker has. */
  readonly #absent = new Set<Output>()

  readonly #changelog: PlanChangelog
  /** Null in a batch: no watermarks flow while rows come, windows close when the input ends, and no state expires. */
  readonly #stream: LoweredRun['stream']

  constructor(plan: Plan, session: Session, tasks: TaskFinder, changelog: PlanChangelog, run: LoweredRun) {
    this.session = session
    this.lookupLimits = run.lookups
    this.asyncLimits = run.asyncCalls
    this.#changelog = changelog
    this.#stream = run.stream
    this.exchanges = run.exchanges
    this.#levels = run.exchanges === null ? new Map() : levelsOf(rootsOf(plan))
    this.tasks = tasks
    this.versioned = versionedTops(plan)
    this.#sharedRelations = withWindowInputs(sharedRelations(rootsOf(plan)))
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

  /** How long an operator keeps idle state: for the time that the plan gives it, else for that of the run. */
  keptFor(ttlMs?: number): Kept {
    const ms = this.#stream === null ? 0 : (ttlMs ?? this.#stream.stateTtlMs)
    return ms === 0 ? {} : { retention: { ttlMs: ms, clock: this.session.clock } }
  }

  /** Tells an operator the time if it keeps idle state for a time only, so that it drops it while no rows come. */
  letExpire<T extends { tick(nowMs: number): void }>(operator: T, ...kept: readonly Kept[]): T {
    if (kept.some(({ retention }) => retention !== undefined)) this.clocked.push(operator)
    return operator
  }

  /** Whether inputs end, and only final rows go out. */
  get isBatch(): boolean {
    return this.#stream === null
  }

  /** Whether several relations or outputs read a relation. */
  readonly isShared = (relation: Relation): boolean => this.#sharedRelations.has(relation)

  /** Attaches a relation whose sources are to be read before all others, as far as they are not shared. */
  attachFirst(relation: Relation, output: () => Output): void {
    this.#priority++
    this.attach(relation, output())
    this.#priority--
  }

  /**
   * Where rows for an input of an operator go that keeps something for each key: to the worker that holds the key, which is the first one
   * when there are no keys. `output` is that of the operator.
   */
  byKeys(types: readonly DataType[], keys: readonly number[], input: Output, output: Output): Output {
    const { exchanges } = this
    if (exchanges === null) return input
    return this.exchange(exchanges, types, keys, operatorOf(input), output)
  }

  /** The same for all inputs of an operator together. */
  exchange(exchanges: Exchanges, types: readonly DataType[], keys: readonly number[], operator: Operator, output: Output): ExchangeInputs {
    const shape = { level: this.#level, priority: this.#priority, types: keys.map((place) => types[place] as DataType), keys }
    if (keys.length > 0 || exchanges.place.index === 0) return exchanges.add(shape, operator)
    this.#absent.add(output)
    return exchanges.add(shape, nowhere)
  }

  /** Runs what adds exchanges below those that were added before for the same rows. */
  below<T>(add: () => T): T {
    this.#level -= 1
    const added = add()
    this.#level += 1
    return added
  }

  /** Ends what follows operators that another worker has. */
  endAbsent(): void {
    for (const output of this.#absent) {
      output.advance(watermarkEnd)
      output.finish()
    }
  }

  #lower(relation: Relation, output: Output): void {
    const level = this.#level
    this.#level = this.#levels.get(relation) ?? level
    this.#lowerKind(relation, output)
    this.#level = level
  }

  #lowerKind(relation: Relation, output: Output): void {
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
      match: (each) => lowerMatch(each, output, this),
    })
  }

  #lowerCalc(relation: Relation, output: Output): void {
    const fused = fuse(relation, this.isShared)
    if (callsAsync(fused, this.session)) {
      lowerAsyncCalc(fused, output, this)
      return
    }
    const { base, condition, columns } = fused
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
    if (this.#stream === null) {
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
    this.#watermarks.push({ relation: input, operator })
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

  /**
   * Notes an operator whose state, if it has any, is saved under the name of the relation that it runs; under another kind where it only
   * takes the rows of that relation.
   */
  keep<T extends Operator>(relation: Relation, operator: T, kind: string = relation.kind): T {
    this.#keepers.push({ kind, relation, operator })
    return operator
  }

  /** What a checkpoint saves of the operators lowered so far. */
  savedState(): SavedState {
    const ids = new RelationIds()
    const keepers = this.#keepers.flatMap(({ kind, relation, operator: { state } }) => {
      const title = `${kind === relation.kind ? '' : `${kind} of `}${printRelationLine(relation)}`
      return state === undefined ? [] : [{ id: ids.idOf(kind, relation), title, parts: state }]
    })
    const watermarks = this.#watermarks.map(({ relation, operator }) => ({ id: ids.idOf('watermark', relation), operator }))
    return { keepers, watermarks }
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

/** Takes what nobody sends. */
const nowhere: Operator = { push: () => undefined, advance: () => undefined, finish: () => undefined }

/** An output as an operator with one input. */
function operatorOf(output: Output): Operator {
  return {
    push: (_input, batch) => output.push(batch),
    advance: (_input, watermarkMs) => output.advance(watermarkMs),
    finish: () => output.finish(),
  }
}

/** Each relation stands above those that it reads. */
function levelsOf(roots: readonly Relation[]): ReadonlyMap<Relation, number> {
  const levels = new Map<Relation, number>()
  walkRelations(roots, (relation) => {
    levels.set(relation, 1 + Math.max(0, ...inputsOf(relation).map((input) => levels.get(input) ?? 0)))
  })
  return levels
}

/** Whoever aggregates a window reads its input instead: where several do, they share the input. */
function withWindowInputs(shared: ReadonlySet<Relation>): ReadonlySet<Relation> {
  return new Set([...shared].flatMap((relation) => (relation.kind === 'window' ? [relation, relation.input] : [relation])))
}
