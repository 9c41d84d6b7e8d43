/**
 * Joins as of processing time. A table that ends and is read once is read first, as in any join with such a table; else rows are looked up:
 * in a copy of the whole table that is read again now and then, or by key at the connector, with a cache before it.
 */
import { ConnectorMeter, type Lookup, type Source, type WantedColumn } from '#connectors'
import { type Batch, type DataType, integerType, numbersIn, type Vector, withNullable } from '#data'
import { type KnownRows, type LookupAnswer, LookupCache, LookupJoin, type Output, WholeTable } from '#dataflow'
import {
  columnOf,
  conjunctionOf,
  conjunctsOf,
  type Expression,
  type Join,
  type JoinKey,
  mapRelations,
  type Relation,
  referTo,
  type Scan,
  schemaOf,
} from '#plan'
import { embeddedErrors } from '../errors.ts'
import { balancedPort } from './balance.ts'
import { isReadFirst, lowerBounded } from './bounded-join.ts'
import { conditionsOf } from './conditions.ts'
import { type Fused, fuse } from './fuse.ts'
import { conditionOf, typesOf } from './join-shape.ts'
import { LookupTask } from './lookup-task.ts'
import type { Lowering } from './lowering.ts'
import { placesOf } from './places.ts'
import { InputPort } from './ports.ts'
import { WholeTableLoader } from './whole-table-loader.ts'

/** The table that is looked up, below nothing but filters and projections. */
interface LookedUp {
  readonly scan: Scan
  readonly source: Source
  /** The columns of the right side, over those of the scan. */
  readonly fused: Fused
}

export function lowerLookupJoin(join: Join, output: Output, lowering: Lowering): void {
  const right = withoutWatermarks(join.right)
  const found = lookedUpIn(right, lowering)
  const lookup = found?.source.lookup
  const ends = (scan: Scan): boolean => lowering.tasks.source(scan).bounded
  const isRead = lookup === undefined || (lookup.cache.kind === 'full' && lookup.cache.reloadEveryMs === null)
  if (isRead && isReadFirst(right, join.left, lowering, ends)) {
    lowerBounded({ ...join, right, type: join.type === 'left' ? 'left' : 'inner', stateTtlMs: { right: 0 } }, output, lowering)
    return
  }
  if (found === null || lookup === undefined) throw refusalOf(join, found)
  if (lookup.cache.kind === 'full') lowerWholeTable({ ...join, right }, found, lookup.cache, output, lowering)
  else lowerByKey({ ...join, right }, found, lookup, output, lowering)
}

/** What a table holds now has no order of time. */
function withoutWatermarks(relation: Relation): Relation {
  return mapRelations([relation], (each) => (each.kind === 'watermark' ? each.input : each))[0] ?? relation
}

function lookedUpIn(right: Relation, lowering: Lowering): LookedUp | null {
  const fused = fuse(right, () => false)
  const { base } = fused
  return base.kind === 'scan' ? { scan: base, source: lowering.tasks.source(base), fused } : null
}

function refusalOf(join: Join, found: LookedUp | null): Error {
  const position = positionOf(join)
  if (found !== null) return embeddedErrors.ENGINE_LOOKUP_NOT_FOUND({ table: found.scan.table[2] }, { position })
  const hint = 'Join a table, or a view that chooses rows and columns of one.'
  return embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'a lookup in the results of a query' }, { position, hint })
}

function positionOf({
  origin,
}: Join): { readonly start: number; readonly end: number; readonly line: number; readonly column: number } | undefined {
  return origin === undefined ? undefined : { start: 0, end: 0, ...origin }
}

function lowerWholeTable(
  join: Join,
  { scan, source, fused }: LookedUp,
  policy: Lookup['cache'] & { readonly kind: 'full' },
  output: Output,
  lowering: Lowering,
): void {
  const { clock } = lowering.session
  const [keys, others] = dividedKeys(join, (key) => !key.nullsEqual)
  if (keys.length === 0) throw embeddedErrors.ENGINE_LOOKUP_KEY_MISSING({ table: scan.table[2] }, { position: positionOf(join) })
  const keyTypes = keys.map((key) => withNullable(columnOf(join.left, key.left).type, true))
  const places = placesOf(
    schemaOf(join.right),
    keys.map((key) => key.right),
  )
  const table = new WholeTable(keyTypes, typesOf(schemaOf(join.right)), places)
  const calc = lowering.calc(
    scan.columns,
    fused.condition,
    fused.columns.map((column) => column.value),
  )
  const watch = { meter: new ConnectorMeter(clock), hasDeadLetters: false, work: null }
  const request = { columns: wantedColumns(scan), conditions: conditionsOf(scan), ...watch }
  const loader = new WholeTableLoader({
    table,
    policy,
    clock,
    open: (signal) => source.open({ ...request, signal }),
    read: (batch) => calc.run(batch),
  })
  const task = new LookupTask({
    ...taskLimits(join, scan, lowering),
    retry: { failuresMax: 0, misses: null },
    types: [],
    open: null,
    loader,
  })
  attachLookup(join, task, { keys, others, known: table, read: (answer) => answer }, output, lowering)
}

function lowerByKey(join: Join, { scan, fused }: LookedUp, lookup: Lookup, output: Output, lowering: Lowering): void {
  const { cache, open, retriesMax } = lookup
  const columns = new Map(fused.columns.map(({ name, value }) => [name, storedColumn(value, scan)]))
  const asked = new Set<string>()
  const [keys, others] = dividedKeys(join, ({ right, nullsEqual }) => {
    const column = nullsEqual ? null : (columns.get(right) ?? null)
    if (column === null || asked.has(column)) return false
    asked.add(column)
    return true
  })
  const position = positionOf(join)
  if (open === null || keys.length === 0) throw embeddedErrors.ENGINE_LOOKUP_KEY_MISSING({ table: scan.table[2] }, { position })
  const wanted = keys.map(({ left, right }): WantedColumn => {
    return { kind: 'physical', key: columns.get(right) ?? '', type: columnOf(join.left, left).type }
  })
  const request = { keys: wanted, columns: wantedColumns(scan), conditions: conditionsOf(scan) }
  const known =
    cache.kind === 'partial'
      ? new LookupCache({
          ...cache,
          keys: wanted.map(({ type }) => type),
          types: typesOf(schemaOf(join.right)),
          clock: lowering.session.clock,
        })
      : null
  const misses = join.lookup?.retry ?? null
  const task = new LookupTask({
    ...taskLimits(join, scan, lowering),
    retry: { failuresMax: retriesMax, misses },
    types: scan.columns.map(({ type }) => type),
    open: (signal) => open({ ...request, signal }),
    loader: null,
  })
  attachLookup(join, task, { keys, others, known, read: answerReader(scan, fused, lowering) }, output, lowering)
}

function taskLimits(join: Join, scan: Scan, lowering: Lowering) {
  const { timeoutMs } = lowering.lookupLimits
  return { table: scan.table[2], clock: lowering.session.clock, timeoutMs: join.lookup?.timeoutMs ?? timeoutMs }
}

/** The keys that rows are found by, and the others, which are conditions on what was found. */
function dividedKeys({ equal }: Join, isSought: (key: JoinKey) => boolean): readonly [readonly JoinKey[], readonly JoinKey[]] {
  const sought = equal.filter(isSought)
  return [sought, equal.filter((key) => !sought.includes(key))]
}

function wantedColumns({ columns, sources }: Scan): WantedColumn[] {
  return columns.map(({ name, type }) => ({ ...(sources[name] ?? { kind: 'physical', key: name }), type }))
}

/** The physical column that an expression is, or null. */
function storedColumn(value: Expression, { sources }: Scan): string | null {
  if (value.kind !== 'column') return null
  const source = sources[value.name]
  return source?.kind === 'physical' ? source.key : null
}

/** Chooses among found rows, and computes the columns of the right side; the place of each row's key goes with it. */
function answerReader(
  { columns }: Scan,
  { condition, columns: values }: Fused,
  lowering: Lowering,
): (answer: LookupAnswer) => LookupAnswer {
  const place = { name: '$place', type: { ...integerType, nullable: false } }
  const calc = lowering.calc([...columns, place], condition, [...values.map((column) => column.value), referTo(place)])
  return ({ rows, places }) => {
    const placed: Batch = { ...rows, columns: [...rows.columns, { form: 'integers', data: places, nulls: null }] }
    const chosen = rows.length === 0 ? null : calc.run(placed)
    if (chosen === null) return { rows: { length: 0, columns: [], kinds: null, watermarks: null }, places: new Int32Array(0) }
    return { rows: { ...chosen, columns: chosen.columns.slice(0, -1) }, places: integersIn(chosen.columns.at(-1)) }
  }
}

function integersIn(vector: Vector | undefined): Int32Array {
  if (vector?.form === 'integers') return vector.data
  return vector === undefined ? new Int32Array(0) : Int32Array.from(numbersIn(vector))
}

interface LookupParts {
  readonly keys: readonly JoinKey[]
  readonly others: readonly JoinKey[]
  readonly known: KnownRows | null
  readonly read: (answer: LookupAnswer) => LookupAnswer
}

function attachLookup(join: Join, task: LookupTask, { keys, others, known, read }: LookupParts, output: Output, lowering: Lowering): void {
  const left = schemaOf(join.left)
  const keyTypes: DataType[] = keys.map((key) => columnOf(join.left, key.left).type)
  const names = keys.map((key) => key.left)
  const operator = new LookupJoin(
    {
      type: join.type === 'left' ? 'left' : 'inner',
      keys: { types: keyTypes, places: placesOf(left, names) },
      types: [typesOf(left), typesOf(schemaOf(join.right))],
      condition: conditionOf({ ...join, condition: withKeys(join, others) }, lowering),
      known,
      capacity: join.lookup?.capacity ?? lowering.lookupLimits.capacity,
      oneByOne: join.lookup?.async === false,
      lookup: task.lookup,
      read,
      answered: () => task.wake(),
    },
    output,
  )
  task.serve(operator)
  lowering.measureState(operator)
  const port = new InputPort(operator)
  if (known instanceof WholeTable) {
    lowering.waitFor(task)
    lowering.attach(join.left, port)
  } else lowering.attach(join.left, balancedPort(join, join.left, port, [task], lowering))
}

/** The condition of a join, and some of its keys as further ones. */
function withKeys(join: Join, keys: readonly JoinKey[]): Expression | null {
  const equalities = keys.map(({ left, right, nullsEqual }): Expression => {
    const sides = [referTo(columnOf(join.left, left)), referTo(columnOf(join.right, right))]
    const nullable = !nullsEqual && sides.some((side) => side.type.nullable)
    const type = { kind: 'boolean', nullable } as const
    return { kind: 'call', function: nullsEqual ? 'IS NOT DISTINCT FROM' : '=', arguments: sides, type }
  })
  return conjunctionOf([...equalities, ...conjunctsOf(join.condition)])
}
