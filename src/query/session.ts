/**
 * The road from text to running work: parse, bind, optimise, compile, run. A session keeps what statements set up for later ones: the
 * current database, settings, temporary tables.
 */
import { assert, type Clock, MillraceError, parseDurationMs, timerMs } from '#base'
import type { Catalog, DefinitionChange } from '#catalog'
import { type Batch, type Schema, stringType } from '#data'
import { assertSayable, type Engine, type FlinkVersion, type KeptWork, type Observation, type RunReport, renderPlan } from '#engines'
import { optimize } from '#optimizer'
import {
  assertPlan,
  type FunctionDefinition,
  normaliseUpserts,
  type Plan,
  type Relation,
  schemaOf,
  type TablePath,
  type Tables,
  writtenName,
} from '#plan'
import { type BoundStatement, bindStatement, parseScript, type Statement } from '#sql'
import { type Completion, type Completions, completeAt, completeWithOptionsAt } from './complete.ts'
import { DeadLetters } from './dead-letters.ts'
import { applyDefinition, type Definition, isDefinition } from './definitions.ts'
import { queryErrors } from './errors.ts'
import { type ExecutionGraph, executionGraph } from './execution-graph.ts'
import { type Compiled, type ExplainDetail, explainPlan } from './explain.ts'
import { explainMeasured } from './explain-measured.ts'
import { HandOver } from './hand-over.ts'
import { createJobId } from './job-id.ts'
import { keptDefinition, type LostDefinition, recallDefinitions } from './kept-definitions.ts'
import type { ResultOrder, StatementInfo, StatementListener } from './listener.ts'
import { isOn, optimizerFacts, upsertKeys } from './optimizer-facts.ts'
import { withOffsets } from './place.ts'
import { ScriptReader, type ScriptUses } from './script-uses.ts'
import { Settings } from './settings.ts'
import { describe, show } from './show.ts'
import { withSideTables } from './side-tables.ts'
import { clausesIn, type ReadScript, type ScriptFit, type StateClause, scriptFit } from './state-fit.ts'
import { statementKind } from './statement-kind.ts'

export interface SessionOptions {
  /** Makes an empty catalog, or opens the one that sessions share. */
  createCatalog(): Catalog
  readonly engine: Engine
  readonly settings: Readonly<Record<string, string>>
  /** Settings that no statement can change; left out: none. */
  readonly fixedSettings?: Readonly<Record<string, string>>
  readonly clock: Clock
  /** Loads the file of a user's function and reads its signature. */
  loadFunction(definition: Omit<FunctionDefinition, 'signature'>): Promise<FunctionDefinition>
  /** What makes better plans of plans; left out: the optimiser with all its rules. */
  readonly optimize?: typeof optimize
}

/** A query as it will run. */
export interface PlannedGraph {
  readonly graph: ExecutionGraph
  /** As EXPLAIN prints it. */
  readonly plan: string
  /** What operators are made of, by the ids of their nodes; those of which it is not known are left out. */
  readonly clauses: Readonly<Record<string, StateClause>>
}

/** A query of a text, and what was set up before it. */
interface PlannedStatement {
  readonly statement: Statement
  readonly bound: BoundStatement
  readonly compiled: Compiled
  readonly catalog: Catalog
}

/** How often a run reports its progress, in milliseconds. */
const progressEveryMs = 250

export class QuerySession {
  readonly settings: Settings
  readonly catalog: Catalog
  readonly #options: SessionOptions
  readonly #loadFunction: SessionOptions['loadFunction']
  /** Statements that wrote tables so far. */
  #writes = 0

  constructor(options: SessionOptions) {
    this.#options = options
    this.#loadFunction = (definition) => options.loadFunction(definition)
    this.settings = new Settings(options.settings, options.fixedSettings)
    this.catalog = options.createCatalog()
  }

  /** Runs all statements of a text, one after another. Fails at the first that fails; a text that does not parse runs nothing. */
  async run(text: string, listener: StatementListener, signal: AbortSignal): Promise<void> {
    const { statements, diagnostics } = parseScript(text)
    throwAll(diagnostics)
    for (const statement of statements) {
      if (signal.aborted) return
      listener.started?.(infoOf(statement, text))
      const bound = bind(statement, this.catalog)
      try {
        await this.#execute(bound, text, listener, signal)
      } catch (error) {
        throw withOffsets(error, text, bound.position)
      }
    }
  }

  /** The statements of a text. Fails where it does not parse. */
  statementsIn(text: string): readonly StatementInfo[] {
    const { statements, diagnostics } = parseScript(text)
    throwAll(diagnostics)
    return statements.map((statement) => infoOf(statement, text))
  }

  /** Makes permanent things again that were kept; gives those that could not be made. */
  async recall(kept: Parameters<typeof recallDefinitions>[0]): Promise<readonly LostDefinition[]> {
    const lost = await recallDefinitions(kept, (text) => this.#defineText(text, 'known'))
    this.catalog.takeTouched()
    return lost
  }

  /** The permanent things that statements touched since this was asked last, as they are now. */
  takeChanges(): readonly DefinitionChange[] {
    const columns = (path: TablePath): Schema | null => this.#viewColumns(path)
    return this.catalog.takeTouched().map((object) => ({ object, definition: keptDefinition(this.catalog, object, columns) }))
  }

  /** Applies the definitions and settings of a text, and runs nothing else of it. Fails at the first that fails. */
  define(text: string): Promise<void> {
    return this.#defineText(text, 'new')
  }

  async #defineText(text: string, known: 'known' | 'new'): Promise<void> {
    const { statements, diagnostics } = parseScript(text)
    throwAll(diagnostics)
    for (const statement of statements) {
      const bound = bind(statement, this.catalog)
      try {
        if (isDefinition(bound)) await this.#define(bound, known)
        if (bound.kind === 'set' && bound.key !== null) this.#set(bound.key, bound.value ?? '', bound)
        if (bound.kind === 'reset') this.#reset(bound)
      } catch (error) {
        throw withOffsets(error, text, bound.position)
      }
    }
  }

  /** The dead letters of the tables that the session knows; fails where no table takes them. */
  deadLetters(): DeadLetters {
    return new DeadLetters(this, (table) => this.#options.engine.waysOf(table))
  }

  /** Everything that is wrong with a text. Definitions take effect in a catalog of their own, so that later statements find them. */
  async check(text: string): Promise<MillraceError[]> {
    return (await this.#tried(text)).errors
  }

  /** The same, and the plans of its queries as far as nothing is wrong. */
  async review(text: string): Promise<{ readonly errors: readonly MillraceError[]; readonly graphs: readonly PlannedGraph[] }> {
    const { errors, compiled } = await this.#tried(text)
    return { errors, graphs: errors.length === 0 ? compiled.map((query) => graphOf(query, text)) : [] }
  }

  async #tried(text: string): Promise<{ readonly errors: MillraceError[]; readonly compiled: readonly Compiled[] }> {
    const { statements, diagnostics } = parseScript(text)
    const errors = [...diagnostics]
    const compiled: Compiled[] = []
    const scratch = new QuerySession(this.#options)
    for (const statement of statements) {
      try {
        const query = await scratch.#rehearse(bind(statement, scratch.catalog))
        if (query !== null) compiled.push(query)
      } catch (error) {
        errors.push(...errorsIn(error))
      }
    }
    return { errors: errors.sort((a, b) => (a.position?.start ?? 0) - (b.position?.start ?? 0)), compiled }
  }

  /** The plans of all queries of a text, as EXPLAIN prints them, with the details that each asks for and those that are wanted of all. */
  async explain(text: string, wanted: readonly ExplainDetail[] = []): Promise<string> {
    const parts: string[] = []
    for await (const { bound, compiled, statement } of this.#planned(text)) {
      const details = bound.kind === 'explain' ? [...bound.details, ...wanted] : wanted
      parts.push(`-- ${infoOf(statement, text).kind}, line ${statement.position.line}\n${explainPlan(details, compiled, text)}`)
    }
    return parts.length === 0 ? 'The script has no query.\n' : parts.join('\n')
  }

  /** The operators of all queries of a text as they will run, and their plans as EXPLAIN prints them. */
  async graphs(text: string): Promise<readonly PlannedGraph[]> {
    const graphs: PlannedGraph[] = []
    for await (const { compiled } of this.#planned(text)) graphs.push(graphOf(compiled, text))
    return graphs
  }

  /** What a text reads and writes. Nothing is compiled. */
  async uses(text: string): Promise<ScriptUses> {
    const { statements, diagnostics } = parseScript(text)
    throwAll(diagnostics)
    const scratch = new QuerySession(this.#options)
    const reader = new ScriptReader(scratch.catalog)
    for (const statement of statements) {
      const bound = reader.read(statement)
      const isKept = bound.kind === 'create-view' && scratch.catalog.view(bound.definition.path) !== undefined
      if (isDefinition(bound) && !isKept) await scratch.#define(bound)
    }
    return reader.result()
  }

  /** The queries of a text as Flink SQL of a version, written from their plans: as they are bound, or as they will run. */
  async render(text: string, { version, isOptimized }: { readonly version: FlinkVersion; readonly isOptimized: boolean }): Promise<string> {
    const parts: string[] = []
    for await (const { bound, compiled, catalog } of this.#planned(text)) {
      const plan = isOptimized ? compiled.optimized : compiled.plan
      try {
        assertSayable(plan, version)
        parts.push(`${renderPlan(plan, { tables: catalog, current: catalog.current })};\n`)
      } catch (error) {
        throw located(error, bound.position)
      }
    }
    return parts.length === 0 ? '-- The script has no query.\n' : parts.join('\n')
  }

  /** The queries of a text, compiled. Definitions take effect in a catalog of their own, and nothing runs. Fails at the first that fails. */
  async *#planned(text: string): AsyncGenerator<PlannedStatement> {
    const { statements, diagnostics } = parseScript(text)
    throwAll(diagnostics)
    const scratch = new QuerySession(this.#options)
    for (const statement of statements) {
      const bound = bind(statement, scratch.catalog)
      const compiled = await scratch.#rehearse(bound)
      if (compiled !== null) yield { statement, bound, compiled, catalog: scratch.catalog }
    }
  }

  /** What a run of a script would find of the state that is kept at its place; null where none is. Nothing runs. `before` is the script that kept it. */
  async stateFit(text: string, before: string | null = null): Promise<ScriptFit | null> {
    const fit = await (await this.#workOf(text)).fit()
    return fit === null ? null : scriptFit(fit, text, fit.dropped.length === 0 ? null : await this.#readBefore(before))
  }

  /** A script of before; null where it cannot be read any more, since what it uses has changed or gone. */
  async #readBefore(text: string | null): Promise<ReadScript | null> {
    if (text === null) return null
    try {
      return { text, operators: (await new QuerySession(this.#options).#workOf(text)).operators() }
    } catch (error) {
      if (error instanceof MillraceError || error instanceof AggregateError) return null
      throw error
    }
  }

  /** The durable work of a script with one INSERT or statement set, at its end. Its definitions and settings take effect, and nothing runs. */
  async handOver(text: string): Promise<HandOver> {
    return new HandOver(await this.#workOf(text))
  }

  async #workOf(text: string): Promise<KeptWork> {
    const { statements, diagnostics } = parseScript(text)
    throwAll(diagnostics)
    const last = statements.at(-1)
    for (const statement of statements) {
      const bound = bind(statement, this.catalog)
      // Work that another statement wrote before has the place of the first one.
      if (isWriting(bound) !== (statement === last)) throw queryErrors.QUERY_JOB_SCRIPT({ count: statement === last ? 0 : 2 })
      try {
        if (statement !== last) await this.#rehearse(bound)
        else return await this.#options.engine.keptWork((await this.#compile(bound)).program)
      } catch (error) {
        throw withOffsets(error, text, bound.position)
      }
    }
    throw queryErrors.QUERY_JOB_SCRIPT({ count: 0 })
  }

  /** What may be typed at an offset of a text, finished or not. */
  complete(text: string, offset: number): readonly Completion[] {
    return completeAt(text, offset, this.catalog, this.#columnsOf)
  }

  /** The same with options of WITH clauses, and their values: their connectors are loaded for that. */
  completeWithOptions(text: string, offset: number): Promise<Completions> {
    const { engine } = this.#options
    const describe = engine.describeOptions.bind(engine)
    return completeWithOptionsAt(text, offset, { catalog: this.catalog, columnsOf: this.#columnsOf, describe })
  }

  readonly #columnsOf = (path: TablePath): Schema | null => this.catalog.table(path)?.columns ?? this.#viewColumns(path)

  /** The columns of a view, found by binding its query; null when there is no such view or it no longer binds. */
  #viewColumns(path: TablePath): Schema | null {
    if (this.catalog.view(path) === undefined) return null
    const [statement] = parseScript(`SELECT * FROM ${path.map(writtenName).join('.')}`).statements
    try {
      const plan = statement === undefined ? null : planIn(bind(statement, this.catalog))
      return plan?.outputs[0] === undefined ? null : schemaOf(plan.outputs[0].input)
    } catch (error) {
      if (error instanceof MillraceError || error instanceof AggregateError) return null
      throw error
    }
  }

  /** Compiles queries and applies definitions and settings, as a run would; runs nothing. Gives what it compiled. */
  async #rehearse(bound: BoundStatement): Promise<Compiled | null> {
    const compiled = planIn(bound) === null ? null : await this.#compile(bound)
    if (isDefinition(bound)) await this.#define(bound)
    if (bound.kind === 'set' && bound.key !== null) this.#set(bound.key, bound.value ?? '', bound)
    if (bound.kind === 'reset') this.#reset(bound)
    return compiled
  }

  async #execute(bound: BoundStatement, text: string, listener: StatementListener, signal: AbortSignal): Promise<void> {
    switch (bound.kind) {
      case 'query':
        return this.#runQuery(bound, listener, signal)
      case 'insert':
      case 'statement-set':
        return this.#runInsert(await this.#compile(bound), listener, signal)
      case 'show': {
        const { schema, rows } = show(bound, this.catalog)
        return listener.table?.(schema, rows)
      }
      case 'describe': {
        const { schema, rows } = describe(bound, this.catalog)
        return listener.table?.(schema, rows)
      }
      case 'explain':
        return listener.table?.([{ name: 'result', type: stringType }], [[explainPlan(bound.details, await this.#compile(bound), text)]])
      case 'set':
      case 'reset':
        return this.#configure(bound, listener)
      default: {
        // What cannot run leaves no table behind.
        const compiled = planIn(bound) === null ? null : await this.#compile(bound)
        const message = await this.#define(bound)
        if (compiled !== null) await this.#runInsert(compiled, listener, signal)
        listener.done?.(message)
      }
    }
  }

  /** What is wrong with a definition is shown at its name, unless the error knows better. What was kept was checked when it was made. */
  async #define(bound: Definition, known: 'known' | 'new' = 'new'): Promise<string> {
    const isConnection = bound.kind === 'create-connection' || bound.kind === 'alter-connection'
    try {
      if (isConnection && bound.definition !== null && known === 'new') await this.#options.engine.checkConnection(bound.definition)
      return await applyDefinition(bound, this.catalog, this.#loadFunction)
    } catch (error) {
      throw located(error, bound.position)
    }
  }

  #configure(bound: Extract<BoundStatement, { kind: 'set' | 'reset' }>, listener: StatementListener): void {
    if (bound.kind === 'reset') {
      this.#reset(bound)
      listener.done?.(bound.key === null ? 'reset all settings' : `reset "${bound.key}"`)
    } else if (bound.key === null) {
      const schema = ['key', 'value'].map((name) => ({ name, type: stringType }))
      listener.table?.(schema, this.settings.entries())
    } else {
      this.#set(bound.key, bound.value ?? '', bound)
      listener.done?.(`set "${bound.key}"`)
    }
  }

  #set(key: string, value: string, { position }: BoundStatement): void {
    try {
      this.settings.set(key, value)
    } catch (error) {
      throw located(error, position)
    }
  }

  #reset({ key, position }: Extract<BoundStatement, { kind: 'reset' }>): void {
    try {
      this.settings.reset(key ?? undefined)
    } catch (error) {
      throw located(error, position)
    }
  }

  /** What the engine refuses without a place of its own is shown at the statement. */
  async #compile(bound: BoundStatement): Promise<Compiled> {
    const { engine } = this.#options
    const bare = planIn(bound)
    assert(bare !== null, 'a statement to compile has a plan')
    try {
      const given = withSideTables(bare, this.settings, this.catalog)
      const tables = this.#tablesFor(bound)
      assertPlan(given)
      await engine.load(given, tables)
      const plan = normaliseUpserts(given, upsertKeys(tables, engine, this.settings))
      assertPlan(plan)
      const without = isOn(this.settings, 'table.optimizer.reuse-sub-plan-enabled') ? [] : ['shareRelations']
      const facts = await optimizerFacts(plan, tables, engine, this.settings)
      const optimized = (this.#options.optimize ?? optimize)(plan, facts, without)
      assertPlan(optimized)
      return { plan, optimized, program: engine.compile(optimized, tables, this.#runSettings()) }
    } catch (error) {
      throw located(tooDeepOr(error, bound.position), bound.position)
    }
  }

  /** The settings of the next job: each statement that writes has a place of its own for its checkpoints. */
  #runSettings(): Record<string, string> {
    const settings = this.settings.all()
    const place = settings['execution.checkpointing.dir'] ?? ''
    return place === '' ? settings : { ...settings, 'execution.checkpointing.dir': `${place}/statement-${this.#writes + 1}` }
  }

  /** The tables that a statement finds: those of the catalog, and the one that it is about to create and fill. */
  #tablesFor(bound: BoundStatement): Tables {
    const creating = bound.kind === 'explain' ? bound.statement : bound
    if (creating.kind !== 'create-table') return this.catalog
    const { definition } = creating
    const isCreated = (path: TablePath): boolean => path.every((name, index) => name === definition.path[index])
    return { table: (path) => (isCreated(path) ? definition : this.catalog.table(path)) }
  }

  async #runQuery(bound: Extract<BoundStatement, { kind: 'query' }>, listener: StatementListener, signal: AbortSignal): Promise<void> {
    const compiled = await this.#compile(bound)
    const { program } = compiled
    const [output] = bound.plan.outputs
    assert(output !== undefined && program.outputs[0] !== undefined, 'a query has an output')
    const { schema, updating } = program.outputs[0]
    listener.opened?.({ schema, updating, order: orderOf(output.input) })
    const report = await this.#runProgram(compiled, (batch) => listener.changes?.(batch), listener, signal)
    listener.closed?.()
    listener.ended?.(report)
  }

  async #runInsert(compiled: Compiled, listener: StatementListener, signal: AbortSignal): Promise<void> {
    this.#writes += 1
    const report = await this.#runProgram(compiled, () => undefined, listener, signal)
    listener.ended?.(report)
  }

  /** Runs a program to its end; an aborted signal stops it cleanly. */
  async #runProgram(
    { optimized, program }: Compiled,
    changes: (batch: Batch) => void | Promise<void>,
    listener: StatementListener,
    signal: AbortSignal,
  ): Promise<RunReport> {
    const { engine } = this.#options
    const jobId = createJobId(engine, this.settings.get('pipeline.name') || 'statement')
    await engine.start(jobId, program, { changes: (_output, _schema, batch) => changes(batch) })
    listener.submitted?.(jobId)
    const stop = (): void => void engine.stop(jobId, 'now')
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    const ticking = setInterval(() => {
      void engine.observe(jobId).then((observation) => {
        if (observation.kind === 'present') listener.progress?.(observation.report)
      })
    }, progressEveryMs)
    const measuring = this.#measureOften(jobId, optimized, listener)
    try {
      await engine.ended(jobId)
      return reportOf(await engine.observe(jobId))
    } finally {
      clearInterval(ticking)
      await measuring.end()
      signal.removeEventListener('abort', stop)
      engine.forget(jobId)
    }
  }

  /** Tells the listener what is measured now and then; `end` does so for the last time. */
  #measureOften(jobId: string, plan: Plan, listener: StatementListener): { readonly end: () => Promise<void> } {
    if (listener.measured === undefined) return { end: () => Promise.resolve() }
    const measure = async (isLast: boolean): Promise<void> => {
      const metrics = await this.#options.engine.measure(jobId)
      if (metrics !== null) listener.measured?.({ jobId, metrics, isLast, explain: () => explainMeasured(plan, metrics) })
    }
    const everyMs = parseDurationMs(this.settings.get('metrics.fetcher.update-interval')) ?? 0
    const timer = everyMs > 0 ? setInterval(() => void measure(false), timerMs(everyMs)) : undefined
    return {
      end: () => {
        clearInterval(timer)
        return measure(true)
      },
    }
  }
}

function graphOf(compiled: Compiled, text: string): PlannedGraph {
  return {
    graph: executionGraph(compiled.optimized, compiled.program.explain()),
    plan: explainPlan(['CHANGELOG_MODE'], compiled, text),
    clauses: Object.fromEntries(clausesIn(compiled.optimized, text)),
  }
}

function reportOf(observation: Observation): RunReport {
  assert(observation.kind === 'present', 'a job of this process is present')
  return observation.report
}

function bind(statement: Statement, catalog: Catalog): BoundStatement {
  try {
    const bound = bindStatement(statement, catalog)
    const isThere = bound.kind === 'create-table' && bound.whenThere === 'keep' && catalog.table(bound.definition.path) !== undefined
    if (!isThere || statement.kind !== 'create-table' || statement.query === undefined) return bound
    // As in Flink, CREATE TABLE IF NOT EXISTS … AS fills the table that is there.
    const { name: target, query, position } = statement
    return bindStatement({ kind: 'insert', overwrite: false, target, hints: [], partition: [], columns: [], query, position }, catalog)
  } catch (error) {
    throw tooDeepOr(error, statement.position)
  }
}

/**
 * Plans are walked by recursion. The parser bounds how deep one text nests, but names of a WITH clause and views may stand on one another
 * without a bound. Nothing has run by then, so that an overflow leaves nothing half done.
 */
function tooDeepOr(error: unknown, position: BoundStatement['position']): unknown {
  const overflows = error instanceof RangeError && error.message.startsWith('Maximum call stack size')
  return overflows ? queryErrors.QUERY_PLAN_TOO_DEEP({}, { position, cause: error }) : error
}

function infoOf(statement: Statement, text: string): StatementInfo {
  const { position } = statement
  return { kind: statementKind(statement), text: text.slice(position.start, position.end), position }
}

/** Whether a run of the statement writes to tables. */
function isWriting(bound: BoundStatement): boolean {
  return bound.kind === 'insert' || bound.kind === 'statement-set' || (bound.kind === 'create-table' && bound.as !== null)
}

function planIn(bound: BoundStatement): Plan | null {
  switch (bound.kind) {
    case 'query':
    case 'insert':
    case 'statement-set':
      return bound.plan
    case 'create-table':
      return bound.as
    case 'explain':
      return planIn(bound.statement)
    default:
      return null
  }
}

/** How the rows of a relation are ordered: by a sort at its top, as far as its columns are still there. */
function orderOf(relation: Relation): ResultOrder[] {
  let base = relation
  while (base.kind === 'project') base = base.input
  if (base.kind !== 'sort') return []
  if (relation.kind === 'project') {
    const names = new Map(
      relation.columns.flatMap(({ name, value }, column) => (value.kind === 'column' ? [[value.name, { name, column }] as const] : [])),
    )
    const below = schemaOf(relation.input)
    const order = orderOf(relation.input).map((key) => ({ ...key, column: names.get(below[key.column]?.name ?? '')?.column ?? -1 }))
    const lost = order.findIndex((key) => key.column < 0)
    return lost < 0 ? order : order.slice(0, lost)
  }
  if (relation.kind !== 'sort') return []
  const schema = schemaOf(relation)
  return relation.orderBy.map(({ column, descending, nullsFirst }) => ({
    column: schema.findIndex((each) => each.name === column),
    descending,
    nullsFirst,
  }))
}

function throwAll(errors: readonly MillraceError[]): void {
  const [first, second] = errors
  if (first === undefined) return
  throw second === undefined ? first : new AggregateError(errors, 'the script has errors')
}

function errorsIn(error: unknown): MillraceError[] {
  if (error instanceof MillraceError) return [error]
  if (error instanceof AggregateError) return error.errors.flatMap(errorsIn)
  throw error
}

/** An error of ours with a place, which is this one where it has none. */
function located(error: unknown, position: BoundStatement['position']): unknown {
  return error instanceof MillraceError && error.position === undefined ? error.with({ position, cause: error }) : error
}
