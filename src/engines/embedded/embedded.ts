/** The embedded engine: runs plans in this process. */
import { assert, type Clock } from '#base'
import { type ConnectorTable, connectorNamed, type Sink, type Source } from '#connectors'
import type { Schema } from '#data'
import type { Limit } from '#dataflow'
import {
  allChanges,
  appendOnly,
  changelogMode,
  inferChangelog,
  type Output,
  type Plan,
  printRelationLine,
  type Relation,
  rootsOf,
  type Scan,
  schemaOf,
  type TableDefinition,
  type TablePath,
  type Tables,
  type UserFunction,
  walkRelations,
} from '#plan'
import type { Engine, Observation, ResultListener, RunSettings } from '../engine.ts'
import { embeddedCapabilities } from './capabilities.ts'
import { embeddedErrors } from './errors.ts'
import type { ScalarFunction, Session } from './functions/evaluation.ts'
import { Lowering } from './lower/lowering.ts'
import { BackPressure, CollectOutput, SinkOutput } from './lower/sink.ts'
import { TaskFinder } from './lower/tasks.ts'
import type { CollectListener, EmbeddedProgram, Instance, SinkTask } from './program.ts'
import { Run } from './run.ts'

export interface EmbeddedOptions {
  readonly clock: Clock
  /** The loaded function that a user's function stands for. */
  userFunction(user: UserFunction): ScalarFunction
}

export class EmbeddedEngine implements Engine<EmbeddedProgram> {
  readonly name = 'embedded'
  readonly capabilities = embeddedCapabilities
  readonly #options: EmbeddedOptions
  readonly #runs = new Map<string, { readonly run: Run; readonly ended: Promise<void> }>()

  constructor(options: EmbeddedOptions) {
    this.#options = options
  }

  readsFields(scan: Scan, tables: Tables): boolean {
    return new TableAccess(tables, this.#session({})).source(scan).readsFields === true
  }

  #session(settings: RunSettings): Session {
    const { clock } = this.#options
    return {
      timeZone: settings['table.local-time-zone'] ?? 'UTC',
      clock,
      // In streaming mode functions of the clock read it for each row, as in Flink.
      startedAtMs: Number.NaN,
      userFunction: (user) => this.#options.userFunction(user),
    }
  }

  /** Checks that the plan can run here and that its tables can be read and written; opens nothing. */
  compile(plan: Plan, tables: Tables, settings: RunSettings): EmbeddedProgram {
    const session = this.#session(settings)
    const environment = new TableAccess(tables, session)
    const instantiate = (collect: CollectListener): Instance => lowerPlan(plan, session, environment, collect)
    const sample = instantiate(() => undefined)
    return {
      engine: 'embedded',
      outputs: sample.outputs,
      settings,
      instantiate,
      cost: () => costOf(plan),
      explain: () => sample.calcs.flatMap((calc) => calc.sources).join('\n'),
    }
  }

  /** Starts a job; a job that was started before goes on as it is. */
  async start(jobId: string, program: EmbeddedProgram, results?: ResultListener): Promise<void> {
    if (this.#runs.has(jobId)) return
    const instance = program.instantiate((output, schema, batch) => results?.changes(output, schema, batch))
    const run = new Run(instance, this.#options.clock)
    const ended = run.run()
    ended.catch(() => undefined)
    this.#runs.set(jobId, { run, ended })
  }

  observe(jobId: string): Promise<Observation> {
    const at = this.#options.clock.nowMs()
    const known = this.#runs.get(jobId)
    if (known === undefined) return Promise.resolve({ kind: 'absent', source: 'this process', at })
    const { run } = known
    return Promise.resolve({ kind: 'present', source: 'this process', at, state: run.state, error: run.error, report: run.report() })
  }

  /** Waits for the end of a job; rejects with what made it fail. */
  async ended(jobId: string): Promise<void> {
    await this.#runs.get(jobId)?.ended
  }

  forget(jobId: string): void {
    if (this.#runs.get(jobId)?.run.state !== 'running') this.#runs.delete(jobId)
  }

  async stop(jobId: string): Promise<void> {
    const known = this.#runs.get(jobId)
    known?.run.stop()
    await known?.ended.catch(() => undefined)
  }
}

/** Finds tables and opens their connectors. */
class TableAccess {
  readonly #tables: Tables
  readonly #session: Session

  constructor(tables: Tables, session: Session) {
    this.#tables = tables
    this.#session = session
  }

  definition(path: TablePath): TableDefinition {
    const definition = this.#tables.table(path)
    assert(definition !== undefined, `table ${path.join('.')} was there when the statement was bound`)
    return definition
  }

  source(scan: Scan): Source {
    const table = this.#connectorTable(scan.table, scan.options)
    const connector = connectorNamed(table.options['connector'] ?? '')
    if (connector.source === null) throw embeddedErrors.ENGINE_TABLE_NOT_READABLE({ table: table.name, connector: connector.name })
    return connector.source(table)
  }

  sink(path: TablePath, options: Readonly<Record<string, string>>): { readonly name: string; readonly sink: Sink } {
    const table = this.#connectorTable(path, options)
    const connector = connectorNamed(table.options['connector'] ?? '')
    if (connector.sink === null) throw embeddedErrors.ENGINE_TABLE_NOT_WRITABLE({ table: table.name, connector: connector.name })
    return { name: table.name, sink: connector.sink(table) }
  }

  #connectorTable(path: TablePath, hints: Readonly<Record<string, string>>): ConnectorTable {
    const definition = this.definition(path)
    return {
      name: path[2],
      schema: definition.columns.flatMap((column) => (column.kind === 'physical' ? [{ name: column.name, type: column.type }] : [])),
      options: { ...definition.options, ...hints },
      primaryKey: definition.primaryKey,
      partitionedBy: definition.partitionedBy,
      timeZone: this.#session.timeZone,
      clock: this.#session.clock,
    }
  }
}

function lowerPlan(plan: Plan, session: Session, tables: TableAccess, collect: CollectListener): Instance {
  const backPressure = new BackPressure()
  const tasks = new TaskFinder((scan) => tables.source(scan))
  const sinks = new Map<Output, { readonly name: string; readonly sink: Sink }>()
  for (const output of plan.outputs) if (output.kind === 'insert') sinks.set(output, tables.sink(output.table, output.options))
  const changelog = inferChangelog(plan, {
    scan: () => ({ changelog: appendOnly, key: null }),
    sink: (path) => ({ takes: takesOf(path, plan, sinks), key: tables.definition(path).primaryKey }),
  })
  const lowering = new Lowering(plan, session, tasks, changelog)
  const sinkTasks: SinkTask[] = []
  const collects: CollectOutput[] = []
  plan.outputs.forEach((output, index) => {
    const schema = schemaOf(output.input)
    const known = sinks.get(output)
    if (output.kind === 'collect' || known === undefined) {
      const receiver = new CollectOutput((batch) => collect(index, schema, batch), backPressure)
      collects.push(receiver)
      lowering.attach(output.input, receiver)
      return
    }
    const receiver = new SinkOutput(
      { name: known.name, schema: sinkSchema(tables, output.table, schema), takes: known.sink.takes },
      backPressure,
    )
    sinkTasks.push({ name: known.name, sink: known.sink, schema, overwrite: output.overwrite, output: receiver })
    lowering.attach(output.input, receiver)
  })
  return {
    scans: tasks.tasks,
    values: lowering.values,
    sinks: sinkTasks,
    collects,
    outputs: plan.outputs.map((output, index) => ({
      schema: schemaOf(output.input),
      updating: changelogMode(changelog.outputs[index]?.changelog ?? allChanges) !== 'append',
    })),
    backPressure,
    calcs: lowering.calcs,
    needsNoMore: () => plan.outputs.every((output) => limitOf(output.input, lowering)?.isSatisfied === true),
    lateRows: () => lowering.lateCounters.reduce((rows, counter) => rows + counter.lateRows, 0),
  }
}

/** State per operator with its bound. */
function costOf(plan: Plan): string {
  const lines: string[] = []
  walkRelations(rootsOf(plan), (relation) => {
    const bound = stateBounds[relation.kind]
    if (bound !== undefined) lines.push(`${printRelationLine(relation)}\n  state: ${bound}`)
  })
  return lines.length === 0 ? 'no state' : lines.join('\n')
}

const stateBounds: Partial<Record<Relation['kind'], string>> = {
  aggregate: 'one entry per group; groups of windows go when their window closes',
  join: 'the rows of both inputs; a table that ends is read first and the other input is not kept',
  distinct: 'one entry per different row',
  top: 'the best rows of each partition; all rows where rows can be taken back',
  sort: 'all rows, or as many as OFFSET and LIMIT ask for',
}

/** The LIMIT that ends an output, below nothing but projections. */
function limitOf(relation: Relation, lowering: Lowering): Limit | undefined {
  return relation.kind === 'project' ? limitOf(relation.input, lowering) : lowering.limits.get(relation)
}

function takesOf(path: TablePath, plan: Plan, sinks: ReadonlyMap<Output, { readonly sink: Sink }>): Sink['takes'] {
  const output = plan.outputs.find((each) => each.kind === 'insert' && each.table.join('\u0000') === path.join('\u0000'))
  return (output === undefined ? undefined : sinks.get(output)?.sink.takes) ?? 'all'
}

/** The columns as the table declares them: NOT NULL is the table's word. */
function sinkSchema(tables: TableAccess, path: TablePath, schema: Schema): Schema {
  const declared = tables.definition(path).columns
  return schema.map((column) => ({ name: column.name, type: declared.find((each) => each.name === column.name)?.type ?? column.type }))
}
