/** Lowers a plan to operators: every relation is attached to the output that receives its rows. */
import { assert } from '#base'
import { columnIndex, type DataType, type Schema, watermarkEnd } from '#data'
import {
  CalcOperator,
  type ExchangeInputs,
  type Exchanges,
  ExternalSort,
  type KeyedInput,
  KeySampler,
  type LateRows,
  type Limit,
  lastLevel,
  MeteredOutput,
  MeteredSource,
  type Operator,
  type OperatorFactory,
  type Output,
  type Retention,
  Sort,
  type SortShape,
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
  type Output as PlanOutput,
  printRelationLine,
  type Relation,
  rootsOf,
  type Scan,
  type Sort as SortRelation,
  schemaOf,
  sharedRelations,
  type Watermark,
  walkRelations,
  writtenAt,
} from '#plan'
import type { Session } from '../functions/evaluation.ts'
import { Calc } from '../generate/calc.ts'
import type { SavedState } from '../program.ts'
import { lowerAggregate } from './aggregate.ts'
import { callsAsync, lowerAsyncCalc } from './async-calls.ts'
import type { AsyncLimits } from './async-task.ts'
import { balancedPort, callsUser } from './balance.ts'
import { lowerFromChangelog, lowerToChangelog } from './changes-as-rows.ts'
import { type Fused, fuse, relationsBetween } from './fuse.ts'
import { lowerJoin } from './join.ts'
import type { LateColumn, LateTable } from './late-table.ts'
import { lowerMatch } from './match.ts'
import type { MeteredOperator } from './metered-operator.ts'
import { MeteredSharded } from './metered-sharded.ts'
import type { OutsideTask } from './outside-task.ts'
import { lowerOver } from './over.ts'
import { InputPort, Tee } from './ports.ts'
import { RelationIds } from './relation-ids.ts'
import { lowerDistinct, lowerNormalise, lowerSort, lowerTop, lowerUnion, lowerUnnest, lowerValues, lowerWindow } from './relations.ts'
import type { Route } from './route.ts'
import { RunMeters } from './run-meters.ts'
import { SampledOutput } from './sampled-output.ts'
import { keyNames } from './sharing.ts'
import type { TaskFinder, ValuesTask } from './tasks.ts'
import { versionedRelations } from './versions.ts'
import { watermarkPort, withWatermarkColumn } from './watermark-column.ts'
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
  /** Where late rows go; null: nowhere. */
  readonly late: LateTable | null
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
  readonly late: LateTable | null
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
  readonly meters: RunMeters
  /** Who measures what is lowered now. */
  #measured: MeteredOperator

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
    this.late = run.late
    this.#levels = levelsOf(rootsOf(plan))
    this.meters = new RunMeters(plan, session.clock)
    this.#measured = this.meters.nobody
    this.tasks = tasks
    this.versioned = versionedRelations(plan)
    this.#sharedRelations = withWindowInputs(sharedRelations(rootsOf(plan)))
  }

  /** Makes the rows of a relation flow to an output. */
  attach(relation: Relation, output: Output): void {
    if (!this.isShared(relation)) {
      this.#lower(relation, output, this.#measured)
      return
    }
    const reader = new MeteredOutput(this.meters.nobody.meter, this.#measured.entry, output)
    const known = this.#shared.get(relation)
    if (known !== undefined) {
      known.add(reader)
      return
    }
    const tee = new Tee()
    tee.add(reader)
    this.#shared.set(relation, tee)
    this.#lower(relation, tee, null)
  }

  /** What is lowered from now on writes the rows of an output. */
  measureOutput(output: PlanOutput, writer: { readonly rows: number }): void {
    this.#measured = this.meters.sink(output, writer)
  }

  /** What is lowered from now on stands before an output and sends its rows there: no relation, but an operator. */
  measureStep(name: string, word: string, output: Output): Output {
    const after = this.#measured
    this.#measured = this.meters.beforeSink(after, name, word)
    return new MeteredOutput(this.#measured.meter, after.entry, output)
  }

  /** An operator whose state is never saved, and counts all the same. */
  measureState(operator: Operator): void {
    this.#measured.holds(operator)
  }

  /** Relations that are part of the operator that is lowered now. */
  absorb(relations: readonly Relation[]): void {
    this.#measured.covers(relations)
  }

  /** Adds what follows the clock. */
  follow(clocked: { tick(nowMs: number): void }): void {
    const { meter } = this.#measured
    this.clocked.push({
      tick: (nowMs) => {
        const before = meter.begin()
        clocked.tick(nowMs)
        before.begin()
      },
    })
  }

  /** Adds work outside that rows of the present operator wait for. */
  waitFor(task: OutsideTask): void {
    this.#measured.waitsFor(task)
    this.lookups.push(task)
  }

  /** Lets rows be sampled as they come to what combines them. */
  sampled(port: Output): Output {
    const meter = this.#measured.entry
    return new SampledOutput(meter, port)
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
    if (kept.some(({ retention }) => retention !== undefined)) this.follow({ tick: (nowMs) => operator.tick?.(nowMs) })
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
   * An operator that keeps something for each key, of which parts are out of memory when it takes too much of it. `keyedInputs` say
   * where the key is in the rows of each input.
   */
  sharded(keyedInputs: readonly KeyedInput[], output: Output, create: OperatorFactory): Operator {
    const isCut = this.#lowered !== null && this.versioned.has(this.#lowered)
    const inputs = isCut ? keyedInputs.map((input) => ({ ...input, isCut })) : keyedInputs
    const isKeyed = inputs.every(({ places }) => places.length > 0)
    if (this.#budget === null || !isKeyed) return create(output)
    const { meter } = this.#measured
    const names = inputs.map(({ places }, input) => (this.#lowered === null ? [] : keyNames(this.#lowered, input, places.length)))
    if (names.some((keys) => keys.length > 0)) {
      const sampled = inputs.map((input, index) => ({ ...input, names: names[index] ?? [] }))
      meter.keys = new KeySampler(sampled, this.session.timeZone)
    }
    return new MeteredSharded(create, inputs, output, this.#level, this.#budget, meter)
  }

  /** Sorts all rows, of which parts are out of memory when they take too much of it; not where rows are taken away, or few are kept. */
  sorted(shape: SortShape, output: Output): Operator {
    const { limit, retracts } = shape
    if (this.#budget === null || retracts || limit !== null) return new Sort(shape, output)
    return new ExternalSort(shape, output, this.#level, this.#budget)
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
    const meters = this.#measured.exchange(isCombined)
    const shape = { level: this.#level, priority: this.#priority, meters, types: keys.map((place) => types[place] as DataType), keys }
    if (keys.length > 0 || exchanges.place.index === 0) return exchanges.add(shape, operator)
    this.#absent.add(output)
    this.#measured.isAbsent = true
    return exchanges.add(shape, nowhere)
  }

  /** The way to the first worker, above all others: whoever sends there may stand anywhere. */
  toFirst(output: Output): Output {
    const { exchanges } = this
    const shape = { level: lastLevel, priority: 0, types: [], keys: [] }
    return exchanges?.add(shape, exchanges.place.index === 0 ? operatorOf(output) : nowhere) ?? output
  }

  /** Lets any worker deal with rows that go to a stage; null where there is one worker. */
  share(ownRows: (() => number) | null, stage: Output): ReturnType<Exchanges['addBalanced']> | null {
    // Steps of a relation that are no part of the plan have its level, and stand below its own exchange.
    const level = this.#level - 0.5
    if (this.exchanges === null) return null
    this.routes.push({ relation: this.#lowered, kind: 'balanced', keys: 0, isCombined: false })
    const meters = this.#measured.exchange(false)
    return this.exchanges.addBalanced({ level, priority: this.#priority, ownRows, meters }, operatorOf(stage))
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

  /** `reader`: who measures what takes the rows; null where several do. */
  #lower(relation: Relation, output: Output, reader: MeteredOperator | null): void {
    const [level, above, measured] = [this.#level, this.#lowered, this.#measured]
    this.#lowered = relation
    this.#level = this.#levels.get(relation) ?? level
    const fused = relation.kind === 'filter' || relation.kind === 'project' ? fuse(relation, this.isShared) : null
    // A step of its reader is measured with it.
    const own = this.#meterOf(relation, fused)
    if (own !== null) {
      this.#measured = own
      const from = relation.kind === 'scan' ? this.meters.nobody.meter : own.meter
      this.#lowerKind(relation, fused, reader === null ? new MeteredSource(from, output) : new MeteredOutput(from, reader.entry, output))
    } else this.#lowerKind(relation, fused, output)
    this.#level = level
    this.#lowered = above
    this.#measured = measured
  }

  /** Who measures a relation; null for a filter or projection that is no part of the plan, and computes none that is. */
  #meterOf(relation: Relation, fused: Fused | null): MeteredOperator | null {
    if (relation.kind === 'scan') return this.meters.ofScan(relation, this.tasks.scanTask(relation))
    if (fused === null) return this.meters.of(relation)
    const covered = relationsBetween(relation, fused.base).filter((each) => this.meters.numberOf(each) !== null)
    const [first] = covered
    if (first === undefined && !callsUser(fused)) return null
    const own = this.meters.of(first ?? relation)
    own.covers(covered)
    return own
  }

  #lowerKind(relation: Relation, fused: Fused | null, output: Output): void {
    match<void>(relation, {
      scan: (scan) => {
        const task = this.tasks.scanTask(scan)
        task.raisePriority(this.#priority)
        task.isOrderFree &&= this.orderFree.has(scan)
        task.add(scan, output)
      },
      values: (values) => this.values.push(lowerValues(values, output, this)),
      watermark: (watermark) => this.#lowerWatermark(watermark, output),
      filter: (filter) => this.#lowerCalc(filter, fused, output),
      project: (project) => this.#lowerCalc(project, fused, output),
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
      'to-changelog': (each) => lowerToChangelog(each, output, this),
      'from-changelog': (each) => lowerFromChangelog(each, output, this),
      normalise: (each) => lowerNormalise(each, output, this),
    })
  }

  #lowerCalc(relation: Relation, fused: Fused | null, output: Output): void {
    assert(fused !== null, 'filters and projections are folded')
    if (callsAsync(fused, this.session)) {
      lowerAsyncCalc(relation, fused, output, this)
      return
    }
    const marked = withWatermarkColumn(fused)
    const { base, condition, columns } = marked?.fused ?? fused
    const calc = this.calc(
      marked === null ? schemaOf(base) : [...schemaOf(base), marked.column],
      condition,
      columns.map((column) => column.value),
    )
    const calcPort = new InputPort(new CalcOperator((batch) => calc.run(batch), output))
    const port = marked === null ? calcPort : watermarkPort(calcPort)
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
    const operator = new WatermarkOperator(
      (batch) => {
        const vector = calc.run(batch)?.columns[0]
        assert(vector !== undefined, 'each row has a watermark')
        return vector
      },
      output,
      this.tasks.gapOf(input),
    )
    this.tasks.watchWatermark(input, operator)
    this.#watermarks.push({ relation: input, operator })
    this.attach(input, new InputPort(operator))
  }

  /** Whether the table of a scan ends by itself. */
  isBounded(scan: Scan): boolean {
    return this.tasks.scanTask(scan).source.bounded
  }

  /** Notes a LIMIT: once it is satisfied, an output below which it stands needs no more input, nor does it need its own table. */
  countLimit(sort: SortRelation, limit: Limit): void {
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
    this.#measured.holds(operator)
    return operator
  }

  /** What a checkpoint saves of the operators lowered so far. */
  savedState(): SavedState {
    const ids = new RelationIds()
    const keepers = this.#keepers.flatMap(({ kind, relation, operator: { state } }) => {
      const title = `${kind === relation.kind ? '' : `${kind} of `}${printRelationLine(relation)}`
      // What is kept before a sink is kept for the table there, and not for the relation.
      const at = kind === relation.kind ? writtenAt(relation) : null
      return state === undefined ? [] : [{ id: ids.idOf(kind, relation), title, at, parts: state }]
    })
    const watermarks = this.#watermarks.map(({ relation, operator }) => ({ id: ids.idOf('watermark', relation), operator }))
    return { keepers, watermarks }
  }

  countLate(operator: Operator): void {
    this.lateCounters.push(operator)
  }

  /**
   * Part of the shape of an operator that drops late rows: who takes them, if anyone does. `columns` are those of its input, `time` the
   * place of the one that says when a row was.
   */
  takesLate(relation: Relation, columns: readonly LateColumn[], time: number): { readonly late?: LateRows } {
    return this.late === null ? {} : { late: this.late.of(printRelationLine(relation), columns, time) }
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
    setIdle: (_input, isIdle) => output.setIdle?.(isIdle),
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
