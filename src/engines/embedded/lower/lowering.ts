/** Lowers a plan to operators: every relation is attached to the output that receives its rows. */
import { assert } from '#base'
import { columnIndex, type DataType, type Schema, watermarkEnd } from '#data'
import {
  CalcOperator,
  type ExchangeInputs,
  type Exchanges,
  type KeyedInput,
  type Limit,
  type Operator,
  type OperatorFactory,
  type Output,
  type Retention,
  Sharded,
  type StateBudget,
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
  type Sort,
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
import { balancedPort, callsUser } from './balance.ts'
import { fuse } from './fuse.ts'
import { lowerJoin } from './join.ts'
import { lowerMatch } from './match.ts'
import type { OutsideTask } from './outside-task.ts'
import { lowerOver } from './over.ts'
import { InputPort, Tee } from './ports.ts'
import { RelationIds } from './relation-ids.ts'
import { lowerDistinct, lowerSort, lowerTop, lowerUnion, lowerUnnest, lowerValues, lowerWindow } from './relations.ts'
import type { Route } from './route.ts'
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
  /** Relations whose rows may come in any order. */
  readonly orderFree: ReadonlySet<Relation>
  /** The memory for state; null where all of it is to be in memory. */
  readonly budget: StateBudget | null
}

/** How many keys lookup joins ask for at a time, and for how long they wait. */
export interface LookupLimits {
  readonly capacity: number
  readonly timeoutMs: number
}

export class Lowering {
  readonly session: Session
  readonly tasks: TaskFinder
  readonly #sharedRelations: ReadonlySet<Relation>
  readonly #shared = new Map<Relation, Tee>()
  readonly lateCounters: Operator[] = []
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
  /** Relations whose rows may come in any order. */
  readonly orderFree: ReadonlySet<Relation>
  /** Where rows go from worker to worker. */
  readonly routes: Route[] = []
  /** What is lowered now. */
  #lowered: Relation | null = null
  /** How far above its sources each relation stands, and the one that is lowered now. */
  readonly #levels: ReadonlyMap<Relation, number>
  #level = Number.MAX_SAFE_INTEGER
  /** What follows operators that only the first worker has. */
  readonly #absent = new Set<Output>()

  readonly #budget: StateBudget | null
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
    this.orderFree = run.orderFree
    this.#budget = run.budget
    this.#levels = levelsOf(rootsOf(plan))
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
  letExpire<T extends Operator>(operator: T, ...kept: readonly Kept[]): T {
    if (kept.some(({ retention }) => retention !== undefined)) this.clocked.push({ tick: (nowMs) => operator.tick?.(nowMs) })
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

  /**
   * An operator that keeps something for each key, of which parts are out of memory when it takes too much of it. `inputs` say where the
   * key is in the rows of each input.
   */
  sharded(inputs: readonly KeyedInput[], output: Output, create: OperatorFactory): Operator {
    const isKeyed = inputs.every(({ places }) => places.length > 0)
    return this.#budget === null || !isKeyed ? create(output) : new Sharded(create, inputs, output, this.#level, this.#budget)
  }

  /** The same for all inputs of an operator together; `isCombined` says that rows of a key are put together before. */
  exchange(
    exchanges: Exchanges,
    types: readonly DataType[],
    keys: readonly number[],
    operator: Operator,
    output: Output,
    isCombined = false,
  ): ExchangeInputs {
    this.routes.push({ relation: this.#lowered, kind: keys.length > 0 ? 'hash' : 'single', keys: keys.length, isCombined })
    const shape = { level: this.#level, priority: this.#priority, types: keys.map((place) => types[place] as DataType), keys }
    if (keys.length > 0 || exchanges.place.index === 0) return exchanges.add(shape, operator)
    this.#absent.add(output)
    return exchanges.add(shape, nowhere)
  }

  /** Lets any worker deal with rows that go to a stage; null where there is one worker. */
  share(ownRows: (() => number) | null, stage: Output): ReturnType<Exchanges['addBalanced']> | null {
    // Steps of a relation that are no part of the plan have its level, and stand below its own exchange.
    const level = this.#level - 0.5
    if (this.exchanges !== null) this.routes.push({ relation: this.#lowered, kind: 'balanced', keys: 0, isCombined: false })
    return this.exchanges?.addBalanced({ level, priority: this.#priority, ownRows }, operatorOf(stage)) ?? null
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
    const [level, above] = [this.#level, this.#lowered]
    this.#lowered = relation
    this.#level = this.#levels.get(relation) ?? level
    this.#lowerKind(relation, output)
    this.#level = level
    this.#lowered = above
  }

  #lowerKind(relation: Relation, output: Output): void {
    match<void>(relation, {
      scan: (scan) => {
        const task = this.tasks.scanTask(scan)
        task.raisePriority(this.#priority)
        task.isOrderFree &&= this.orderFree.has(scan)
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
      lowerAsyncCalc(relation, fused, output, this)
      return
    }
    const { base, condition, columns } = fused
    const calc = this.calc(
      schemaOf(base),
      condition,
      columns.map((column) => column.value),
    )
    const port = new InputPort(new CalcOperator((batch) => calc.run(batch), output))
    this.attach(base, callsUser(fused) ? balancedPort(relation, base, port, [], this) : port)
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

  /** Notes a LIMIT: once it is satisfied, an output below which it stands needs no more input, nor does it need its own table. */
  countLimit(sort: Sort, limit: Limit): void {
    this.limits.set(sort, limit)
    const scan = scanBelow(sort.input, this.isShared)
    if (scan !== null && this.#readsAlone(scan)) this.tasks.scanTask(scan).endWith(limit)
  }

  /** Whether no other worker reads a part of a table; what has no key is on the first one, as a limit is. */
  #readsAlone(scan: Scan): boolean {
    return this.exchanges === null || (this.exchanges.place.index === 0 && this.tasks.source(scan).divide === undefined)
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

  countLate(operator: Operator): void {
    this.lateCounters.push(operator)
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

/** The table whose rows reach a relation one by one, and nobody else; null where they meet others, or wait. */
function scanBelow(relation: Relation, isShared: (relation: Relation) => boolean): Scan | null {
  if (isShared(relation)) return null
  switch (relation.kind) {
    case 'scan':
      return relation
    case 'project':
    case 'filter':
    case 'watermark':
    case 'unnest':
      return scanBelow(relation.input, isShared)
    case 'window':
      return relation.shape.kind === 'session' ? null : scanBelow(relation.input, isShared)
    default:
      return null
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
