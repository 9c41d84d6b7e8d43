/** The relations that need little more than their operator. */
import { type Batch, batchOf, type Column, type Schema } from '#data'
import {
  createDeduplicate,
  Distinct,
  Limit,
  Normalise,
  type Operator,
  type OperatorFactory,
  type Output,
  TimeSort,
  Top,
  Union,
  Unnest,
  WindowAssign,
  WindowTop,
} from '#dataflow'
import {
  columnOf,
  type Distinct as DistinctRelation,
  type Normalise as NormaliseRelation,
  type Relation,
  type SortKey,
  type Sort as SortRelation,
  schemaOf,
  type Top as TopRelation,
  type Union as UnionRelation,
  type Unnest as UnnestRelation,
  type Values,
  type Window,
  walkRelations,
} from '#plan'
import { embeddedCapabilities } from '../capabilities.ts'
import { embeddedErrors } from '../errors.ts'
import { compileScalar } from '../generate/scalar.ts'
import { balancedPort, hasUserCall } from './balance.ts'
import { elementsFunction } from './elements.ts'
import type { Kept, Lowering } from './lowering.ts'
import { keyedInput, orderOf, placesOf, timePlace } from './places.ts'
import { InputPort } from './ports.ts'
import { lowerSessionRows } from './session-rows.ts'
import { ValuesTask } from './tasks.ts'
import { OneRowAKey } from './versions.ts'
import { clockOf, timedPort } from './window-aggregate.ts'

/** Refuses a relation that the engine does not run, with the reason that its capability table gives. */
export function refuse(relation: Relation): never {
  const capability = embeddedCapabilities[relation.kind]
  const detail = typeof capability === 'string' ? undefined : 'no' in capability ? `${capability.no}.` : `It runs ${capability.only}.`
  throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: names[relation.kind] ?? relation.kind }, { detail })
}

const names: Partial<Record<Relation['kind'], string>> = { over: 'an OVER aggregate' }

function typesOf(schema: Schema): Schema[number]['type'][] {
  return schema.map((column) => column.type)
}

export function lowerValues(values: Values, output: Output, lowering: Lowering): ValuesTask {
  const { session } = lowering
  const batch = (): Batch | null => {
    const rows = values.rows.map((row) => row.map((expression) => compileScalar(expression, [], session)()))
    return rows.length === 0 ? null : batchOf(values.columns, rows)
  }
  return new ValuesTask(batch, output)
}

export function lowerUnion({ inputs }: UnionRelation, output: Output, lowering: Lowering): void {
  const operator = new Union({ inputs: inputs.length }, output)
  inputs.forEach((input, index) => {
    lowering.attach(input, new InputPort(operator, index))
  })
}

export function lowerDistinct(distinct: DistinctRelation, output: Output, lowering: Lowering): void {
  const { input, stateTtlMs } = distinct
  const { updates, before } = lowering.changelogOf(distinct)
  const kept = lowering.keptFor(stateTtlMs)
  const types = typesOf(schemaOf(input))
  const shape = { types, ...kept, ...(updates ? { repeats: { emitsUpdateBefore: before } } : {}) }
  const operator = lowering.sharded([{ types, places: [...types.keys()] }], output, (to) => new Distinct(shape, to))
  const port = new InputPort(lowering.keep(distinct, lowering.letExpire(operator, kept)))
  lowering.attach(input, lowering.byKeys(types, [...types.keys()], port, output))
}

/** Makes full changes of upserts; who reads every change is sent every change. */
export function lowerNormalise(normalise: NormaliseRelation, output: Output, lowering: Lowering): void {
  const { input, key } = normalise
  const schema = schemaOf(input)
  const types = typesOf(schema)
  const places = placesOf(schema, key)
  const kept = lowering.keptFor()
  const shape = { types, key: places, emitsUpdateBefore: lowering.changelogOf(normalise).before, ...kept }
  const operator = lowering.sharded([keyedInput(schema, key)], output, (to) => new Normalise(shape, to))
  const port = new InputPort(lowering.keep(normalise, lowering.letExpire(operator, kept)))
  const receiver = lowering.versioned.has(normalise) ? new OneRowAKey(types, places, port) : port
  lowering.attach(input, lowering.byKeys(types, places, receiver, output))
}

export function lowerUnnest(unnest: UnnestRelation, output: Output, lowering: Lowering): void {
  const operator = new Unnest({ elementsOf: elementsFunction(unnest, lowering), keepsEmpty: unnest.join === 'left' }, output)
  const port = new InputPort(operator)
  const { input, collection } = unnest
  lowering.attach(input, hasUserCall(collection) ? balancedPort(unnest, input, port, [], lowering) : port)
}

/** A window whose rows are not aggregated at once: rows are copied into their windows, or wait for their session. */
export function lowerWindow(window: Window, output: Output, lowering: Lowering): void {
  if (window.shape.kind === 'session') {
    lowerSessionRows(window, window.shape, output, lowering)
    return
  }
  const time = placesOf(schemaOf(window.input), [window.time])[0] ?? 0
  const operator = new WindowAssign({ time, slices: window.shape, clock: clockOf(window, lowering) }, output)
  lowering.attach(window.input, timedPort(window, time, new InputPort(operator), lowering))
}

export function lowerTop(top: TopRelation, output: Output, lowering: Lowering): void {
  if (top.function !== 'ROW_NUMBER') throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: `a Top-N by ${top.function}` })
  const schema = schemaOf(top.input)
  const windowEnd = top.partitionBy.find((name) => columnOf(top.input, name).role === 'window-end')
  const ofWindow = windowEnd !== undefined && top.partitionBy.some((name) => columnOf(top.input, name).role === 'window-start')
  if (ofWindow) {
    lowerWindowTop(top, windowEnd, output, lowering)
    return
  }
  const { before } = lowering.changelogOf(top)
  const keys = placesOf(schema, top.partitionBy)
  const kept = lowering.keptFor()
  const shape = { top, schema, before, kept }
  const create = deduplication(shape, lowering) ?? topFactory(shape, lowering)
  const operator = lowering.sharded([keyedInput(schema, top.partitionBy)], output, create)
  const port = new InputPort(lowering.keep(top, lowering.letExpire(operator, kept)))
  const everyChange = lowering.versioned.has(top)
  const receiver = everyChange ? new OneRowAKey(typesOf(schema), keys, port) : port
  lowering.attach(top.input, lowering.byKeys(typesOf(schema), keys, receiver, output))
}

/** A Top-N, what it sends, and for how long it keeps idle state. */
interface LoweredTop {
  readonly top: TopRelation
  readonly schema: Schema
  readonly before: boolean
  readonly kept: Kept
}

function lowerWindowTop(top: TopRelation, windowEnd: string, output: Output, lowering: Lowering): void {
  const { from, to, rank } = top
  const schema = schemaOf(top.input)
  const shape = {
    types: typesOf(schema),
    partitionBy: placesOf(schema, top.partitionBy),
    windowEnd: placesOf(schema, [windowEnd])[0] ?? 0,
    clock: lowering.windowClockOf(top.input),
    orderBy: orderOf(schema, top.orderBy),
    from,
    to,
    ties: keepsLast(top) ? ('last' as const) : ('first' as const),
    placed: rank !== null,
    ...lowering.takesLate(top, schema, timePlace(schema, placesOf(schema, [windowEnd])[0] ?? 0)),
  }
  const operator = lowering.sharded([keyedInput(schema, top.partitionBy)], output, (receiver) => new WindowTop(shape, receiver))
  lowering.countLate(operator)
  const port = new InputPort(lowering.keep(top, operator))
  lowering.attach(top.input, lowering.byKeys(typesOf(schema), placesOf(schema, top.partitionBy), port, output))
}

/** The only order of a Top that keeps one row a partition and does not give its rank. */
function orderOfOne({ from, to, rank, orderBy, input }: TopRelation): { readonly key: SortKey; readonly role: Column['role'] } | undefined {
  const [key, ...others] = orderBy
  if (from !== 1 || to !== 1 || rank !== null || key === undefined || others.length > 0) return undefined
  return { key, role: columnOf(input, key.column).role }
}

/** Deduplication that keeps the last row by time: of rows of the same time, the one that came last. */
function keepsLast(top: TopRelation): boolean {
  const { key, role } = orderOfOne(top) ?? {}
  return key?.descending === true && (role === 'event-time' || role === 'window-time' || role === 'processing-time')
}

/** One row a key by time, over rows that only come: needs no order to be kept. */
function deduplication({ top, schema, before, kept }: LoweredTop, lowering: Lowering): OperatorFactory | undefined {
  const { key, role } = orderOfOne(top) ?? {}
  if (key === undefined || (role !== 'event-time' && role !== 'processing-time') || !lowering.isAppendOnly(top.input)) return undefined
  const shape = {
    types: typesOf(schema),
    key: placesOf(schema, top.partitionBy),
    keep: key.descending ? ('last' as const) : ('first' as const),
    time: role === 'event-time' ? (placesOf(schema, [key.column])[0] ?? 0) : null,
    emitsUpdateBefore: before,
    ...kept,
  }
  return (output) => createDeduplicate(shape, output)
}

function topFactory({ top, schema, before, kept }: LoweredTop, lowering: Lowering): OperatorFactory {
  const retracts = !lowering.isAppendOnly(top.input)
  const [key] = top.orderBy
  const isByArrival = key !== undefined && !key.descending && columnOf(top.input, key.column).role === 'processing-time'
  const shape = {
    types: typesOf(schema),
    partitionBy: placesOf(schema, top.partitionBy),
    orderBy: orderOf(schema, top.orderBy),
    from: top.from,
    to: top.to,
    placed: top.rank !== null,
    retracts,
    emitsUpdateBefore: before,
    ...(isByArrival && !retracts ? { byArrival: true } : {}),
    ...kept,
  }
  return (output) => new Top(shape, output)
}

export function lowerSort(sort: SortRelation, output: Output, lowering: Lowering): void {
  const port = new InputPort(lowering.keep(sort, sortOperator(sort, output, lowering)))
  const receiver = lowering.versioned.has(sort) ? new OneRowAKey([], [], port) : port
  lowering.attach(sort.input, lowering.byKeys([], [], receiver, output))
}

function sortOperator(sort: SortRelation, output: Output, lowering: Lowering): Operator {
  const schema = schemaOf(sort.input)
  const { limit, offset } = sort
  const retracts = !lowering.isAppendOnly(sort.input)
  const shape = { types: typesOf(schema), orderBy: orderOf(schema, sort.orderBy) }
  if (sort.orderBy.length === 0 && limit !== null && !retracts) {
    const operator = new Limit({ offset, limit }, output)
    lowering.countLimit(sort, operator)
    return operator
  }
  const isCut = limit !== null && lowering.versioned.has(sort)
  if (!isCut && isBounded(sort.input, lowering)) return lowering.sorted({ ...shape, offset, limit, retracts }, output)
  if (limit !== null) {
    const { before } = lowering.changelogOf(sort)
    const kept = lowering.keptFor()
    const operator = new Top(
      { ...shape, partitionBy: [], from: offset + 1, to: offset + limit, placed: false, retracts, emitsUpdateBefore: before, ...kept },
      output,
    )
    return lowering.letExpire(operator, kept)
  }
  const [first] = sort.orderBy
  const role = first === undefined ? undefined : columnOf(sort.input, first.column).role
  if (first === undefined || first.descending || (role !== 'event-time' && role !== 'window-time')) {
    throw embeddedErrors.ENGINE_SORT_UNBOUNDED()
  }
  const time = placesOf(schema, [first.column])[0] ?? 0
  const operator = new TimeSort({ ...shape, time, ...lowering.takesLate(sort, schema, time) }, output)
  lowering.countLate(operator)
  return operator
}

function isBounded(relation: Relation, lowering: Lowering): boolean {
  let bounded = true
  walkRelations([relation], (each) => {
    if (each.kind === 'scan') bounded &&= lowering.isBounded(each)
  })
  return bounded
}
