/** Lowers a whole plan for one run: its operators, what feeds them and where rows go. */
import { TemporaryFile } from '#blobs'
import type { Sink } from '#connectors'
import type { Schema } from '#data'
import { type Exchanges, type Limit, StateBudget } from '#dataflow'
import {
  allChanges,
  appendOnly,
  type ChangelogFacts,
  changelogMode,
  inferChangelog,
  type Plan,
  type PlanChangelog,
  type Output as PlanOutput,
  type Relation,
  rootsOf,
  type Scan,
  schemaOf,
  type TablePath,
  type UpsertMaterialize,
  walkRelations,
} from '#plan'
import type { WritersNote } from '../../engine.ts'
import { embeddedErrors } from '../errors.ts'
import type { Session } from '../functions/evaluation.ts'
import type { CollectListener, Instance, SinkTask } from '../program.ts'
import type { AsyncLimits } from './async-task.ts'
import { DeadLetterTable } from './dead-letter-table.ts'
import { LateTable } from './late-table.ts'
import { type LookupLimits, Lowering } from './lowering.ts'
import { orderFreeRelations } from './order-free.ts'
import { placesOf } from './places.ts'
import { repeatingRelations, type Use } from './repeats.ts'
import { BackPressure, CollectOutput, SinkOutput } from './sink.ts'
import type { TableAccess } from './table-access.ts'
import { TaskFinder } from './tasks.ts'
import { attachWriter, finalRows, writersOf } from './writers.ts'

/** `execution.runtime-mode`. Batch: inputs end, only final rows go out, and no row is late. */
export type RuntimeMode = 'streaming' | 'batch' | 'automatic'

export interface RunShape {
  readonly mode: RuntimeMode
  /** How long idle state is kept where the plan does not say; 0: for good. A batch keeps what it needs. */
  readonly stateTtlMs: number
  /** After so long a source that gives nothing is idle, where its table does not say; 0: never. */
  readonly sourceIdleMs: number
  readonly upsertMaterialize: UpsertMaterialize
  readonly lookups: LookupLimits
  readonly asyncCalls: AsyncLimits
  /** Bytes for the state of all workers, and the folder for what has no room there. */
  readonly memory: { readonly stateBytes: number; readonly folder: string }
}

type OpenSinks = ReadonlyMap<PlanOutput, { readonly name: string; readonly sink: Sink }>

export function lowerPlan(
  plan: Plan,
  session: Session,
  tables: TableAccess,
  shape: RunShape,
  collect: CollectListener,
  exchanges: Exchanges | null = null,
): Instance {
  const { mode } = shape
  const sinks = openSinks(plan, tables)
  const batch = mode === 'batch' || (mode === 'automatic' && isBounded(plan, tables))
  if (batch && !isBounded(plan, tables)) throw embeddedErrors.ENGINE_BATCH_UNBOUNDED({ table: unboundedTable(plan, tables) ?? '' })
  const sinkFacts = (path: TablePath) => ({ takes: batch ? 'all' : takesOf(path, plan, sinks), key: tables.definition(path).primaryKey })
  const repeating = batch ? new Set() : repeatingRelations(plan, shape.stateTtlMs, (output) => useBy(output, sinkFacts))
  const changelog = inferChangelog(plan, {
    scan: (scan) => scanFacts(scan, tables),
    sink: sinkFacts,
    upsertMaterialize: shape.upsertMaterialize,
    isBatch: batch,
    repeats: (relation) => repeating.has(relation),
  })
  const spillFile = new TemporaryFile(shape.memory.folder)
  const stateBytes = Math.floor(shape.memory.stateBytes / (exchanges?.place.count ?? 1))
  const budget = new StateBudget(stateBytes, spillFile, session.clock, () => void lowering.clocked.push(budget))
  const outputOf = (takes: string) => plan.outputs.find((output) => output.kind === 'insert' && output.takes === takes)
  const lateOutput = outputOf('late rows')
  const deadOutput = outputOf('dead letters')
  const dead = deadOutput === undefined ? null : new DeadLetterTable(schemaOf(deadOutput.input), session.clock)
  const late = lateOutput === undefined ? null : new LateTable(schemaOf(lateOutput.input))
  const lowering = new Lowering(
    plan,
    session,
    new TaskFinder(
      (scan) => tables.source(scan),
      (scan) => ({ idleTimeoutMs: shape.sourceIdleMs, ...tables.time(scan) }),
    ),
    changelog,
    {
      stream: batch ? null : shape,
      lookups: shape.lookups,
      asyncCalls: shape.asyncCalls,
      exchanges,
      orderFree: exchanges === null ? new Set() : orderFreeRelations(plan, batch, (output) => takesAnyOrder(output, tables, sinks)),
      budget,
      late,
    },
  )
  const backPressure = new BackPressure(lowering.meters.waits)
  backPressure.sendsHeld(() => {
    late?.flush()
    dead?.flush()
  })
  const sinkTasks: SinkTask[] = []
  const collects: CollectOutput[] = []
  const materialised = new Map<PlanOutput, readonly string[]>()
  const writers = new Map<PlanOutput, WritersNote>()
  /** How often each table was written so far: other tables do not change the name of an output. */
  const inserts = new Map<string, number>()
  // Rows leave by the first worker, unless each can write its own.
  const isFirst = exchanges === null || exchanges.place.index === 0
  plan.outputs.forEach((output, index) => {
    const schema = schemaOf(output.input)
    const isFinal = batch && isUpdating(changelog, index)
    const known = sinks.get(output)
    if (output.kind === 'collect' || known === undefined) {
      const receiver = new CollectOutput((rows) => collect(index, schema, rows), backPressure)
      if (isFirst) collects.push(receiver)
      lowering.measureOutput(output, receiver)
      const port = isFinal ? finalRows(output.input, schema, [], receiver, lowering) : receiver
      lowering.attach(output.input, lowering.byKeys([], [], port, receiver))
      return
    }
    const needs = changelog.outputs[index]
    const { primaryKey } = tables.definition(output.table)
    const table = {
      name: known.name,
      schema: sinkSchema(tables, output.table, schema),
      takes: known.sink.takes,
      key: placesOf(schema, primaryKey),
    }
    const receiver = new SinkOutput(table, backPressure)
    lowering.measureOutput(output, receiver)
    const written = { output, sink: known.sink, primaryKey, needs, isFinal }
    const by = writersOf(written)
    writers.set(output, by)
    const place = 1 + (inserts.get(known.name) ?? 0)
    inserts.set(known.name, place)
    const id = `${known.name}-${place}`
    if (isFirst || by.kind !== 'first') {
      const deadLetters = dead === null || output === deadOutput ? null : dead.of(known.name)
      const { name, sink } = known
      const isShared = by.kind !== 'first'
      sinkTasks.push({ id, name, sink, schema, overwrite: output.overwrite, output: receiver, isShared, deadLetters })
    }
    if (late !== null && output === lateOutput) {
      late.attach(by.kind === 'first' ? lowering.toFirst(receiver) : receiver)
      return
    }
    if (dead !== null && output === deadOutput) {
      // What a sink refuses while it prepares is prepared together with it: it cannot go to another worker.
      if (exchanges !== null && by.kind === 'first') throw embeddedErrors.ENGINE_DEAD_LETTERS_ONE_WRITER({ table: known.name })
      dead.attach(receiver)
      receiver.sendHeld = () => dead.flush()
      return
    }
    if (needs?.materialize === true) materialised.set(output, primaryKey)
    attachWriter(written, by, receiver, lowering)
  })
  if (dead !== null) for (const task of lowering.tasks.tasks) task.deadLetters = dead.of(task.table[2])
  return {
    scans: lowering.tasks.tasks,
    values: lowering.values,
    sinks: sinkTasks,
    collects,
    outputs: plan.outputs.map((output, index) => ({ schema: schemaOf(output.input), updating: !batch && isUpdating(changelog, index) })),
    backPressure,
    exchanges,
    budget,
    closeState: () => spillFile.close(),
    endAbsent: () => lowering.endAbsent(),
    endLate: () => late?.end(),
    clocked: lowering.clocked,
    lookups: lowering.lookups,
    meters: lowering.meters,
    savedState: () => lowering.savedState(),
    explained: {
      changelog,
      materialised,
      writers,
      isBatch: batch,
      ends: (scan) => tables.source(scan).bounded,
      code: () => lowering.calcs.flatMap((calc) => calc.example() ?? []),
      routes: lowering.routes,
    },
    needsNoMore: () =>
      isFirst &&
      plan.outputs.every(
        (output) => output === lateOutput || output === deadOutput || limitOf(output.input, lowering)?.isSatisfied === true,
      ),
    lateRows: () => lowering.lateCounters.reduce((rows, operator) => rows + (operator.lateRows ?? 0), 0),
  }
}

/** What reading a table sends, under which key. */
function scanFacts(scan: Scan, tables: TableAccess): ReturnType<ChangelogFacts['scan']> {
  const { changes = 'append' } = tables.source(scan)
  if (changes === 'append') return { changelog: appendOnly, key: null }
  const { primaryKey } = tables.definition(scan.table)
  const names = primaryKey.flatMap((column) => scan.columns.find(({ name }) => (scan.sources[name]?.key ?? name) === column)?.name ?? [])
  const key = primaryKey.length > 0 && names.length === primaryKey.length ? names : null
  return { changelog: changes === 'all' ? allChanges : { ...allChanges, before: false }, key }
}

function openSinks(plan: Plan, tables: TableAccess): OpenSinks {
  return new Map(
    plan.outputs.flatMap((output) => (output.kind === 'insert' ? [[output, tables.sink(output.table, output.options)] as const] : [])),
  )
}

function isUpdating(changelog: PlanChangelog, output: number): boolean {
  return changelogMode(changelog.outputs[output]?.changelog ?? allChanges) !== 'append'
}

/** Of rows with the same key a table keeps the last one, and of messages with keys the order may matter to who reads them. */
function takesAnyOrder(output: PlanOutput, tables: TableAccess, sinks: OpenSinks): boolean {
  if (output.kind === 'collect') return true
  return tables.definition(output.table).primaryKey.length === 0 && sinks.get(output)?.sink.isOrdered !== true
}

/** A sink of upserts may keep rows per key. */
function useBy(output: PlanOutput, factsOf: ChangelogFacts['sink']): Use {
  if (output.kind === 'collect') return { takesUpdates: true, keepsState: false }
  const { takes, key } = factsOf(output.table)
  const takesUpserts = takes === 'upsert' && key.length > 0
  return { takesUpdates: takes === 'all' || takes === 'newest' || takesUpserts, keepsState: takesUpserts }
}

function isBounded(plan: Plan, tables: TableAccess): boolean {
  return unboundedTable(plan, tables) === undefined
}

function unboundedTable(plan: Plan, tables: TableAccess): string | undefined {
  let found: string | undefined
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind === 'scan' && !tables.source(relation).bounded) found ??= relation.table[2]
  })
  return found
}

/** The LIMIT that ends an output, below nothing but projections. */
function limitOf(relation: Relation, lowering: Lowering): Limit | undefined {
  return relation.kind === 'project' ? limitOf(relation.input, lowering) : lowering.limits.get(relation)
}

function takesOf(path: TablePath, plan: Plan, sinks: OpenSinks): Sink['takes'] {
  const output = plan.outputs.find((each) => each.kind === 'insert' && each.table.join('\u0000') === path.join('\u0000'))
  return (output === undefined ? undefined : sinks.get(output)?.sink.takes) ?? 'all'
}

/** The columns as the table declares them: NOT NULL is the table's word. */
function sinkSchema(tables: TableAccess, path: TablePath, schema: Schema): Schema {
  const declared = tables.definition(path).columns
  return schema.map((column) => ({ name: column.name, type: declared.find((each) => each.name === column.name)?.type ?? column.type }))
}
