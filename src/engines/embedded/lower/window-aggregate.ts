/** Aggregations of windows. */
import { assert } from '#base'
import { bigintType, withNullable } from '#data'
import { type MeasureShape, type Output, ProcessingTime, SessionAggregate, WindowAggregate, type WindowClock } from '#dataflow'
import { type Aggregate, columnOf, columnsIn, type Expression, type Relation, referTo, type Window } from '#plan'
import { embeddedErrors } from '../errors.ts'
import { type Fused, fuse, relationsBetween } from './fuse.ts'
import { groupingKeysOf } from './grouping-keys.ts'
import type { Lowering } from './lowering.ts'
import { Layout } from './measures.ts'
import { Counted, InputPort, Reorder } from './ports.ts'
import { groupInputs, groupPort } from './two-stages.ts'
import { mergesUsers } from './user-aggregates.ts'

/** A window below the aggregate is absorbed when only its bounds are used; otherwise rows carry the bounds of their window. */
export function lowerWindowAggregate(
  aggregate: Aggregate,
  bounds: NonNullable<Aggregate['window']>,
  output: Output,
  lowering: Lowering,
): void {
  const fused = fusedInput(aggregate, lowering)
  const { base } = fused
  if (base.kind === 'window' && absorbs(aggregate, fused, base, lowering)) lowerAbsorbed(aggregate, fused, base, output, lowering)
  else lowerAttached(aggregate, bounds, output, lowering)
}

/** What lies below an aggregate, its filters and projections folded as far as nobody else reads them. */
function fusedInput({ input }: Aggregate, lowering: Lowering): Fused {
  return lowering.isShared(input) ? fuse(input, () => true) : fuse(input, lowering.isShared)
}

/** The operator puts three bounds between its keys and its results. */
const boundsCount = 3

interface Results {
  readonly measures: readonly MeasureShape[]
  /** Takes the columns at some places of the operator's rows to an output. */
  readonly port: (places: readonly number[], output: Output) => Output
}

/** What a window measures. Where rows can go again they are counted as well: a group that all have left is not given out. */
function resultsOf(aggregate: Aggregate, layout: Layout, keys: number, retracts: boolean): Results {
  const measures = aggregate.measures.map((measure) => layout.measure(measure, retracts))
  if (!retracts) return { measures, port: (places, output) => new Reorder(places, output) }
  const count = { kind: 'count', arguments: [], result: withNullable(bigintType, false), distinct: false, retracts } as const
  return {
    measures: [...measures, { aggregate: count, arguments: [], filter: null }],
    port: (places, output) => new Counted(keys + boundsCount + measures.length, new Reorder(places, output)),
  }
}

function lowerAttached(aggregate: Aggregate, bounds: NonNullable<Aggregate['window']>, output: Output, lowering: Lowering): void {
  const { input } = aggregate
  const retracts = !lowering.isAppendOnly(input)
  const keys = groupingKeysOf(aggregate, aggregate.keys, input)
  const layout = new Layout(keys.columns, lowering.session)
  const { measures, port } = resultsOf(aggregate, layout, keys.types.length, retracts)
  const results = aggregate.measures.map((_, index) => keys.types.length + boundsCount + index)
  const windows = { time: aggregate.keys.indexOf(bounds.end), slices: { kind: 'attached' }, clock: lowering.windowClockOf(input) } as const
  const late = lowering.takesLate(aggregate, layout.shown(keys.types), windows.time)
  const receiver = port([...aggregate.keys.keys(), ...results, ...keys.setPlaces], output)
  const operator = lowering.sharded(
    groupInputs(keys),
    receiver,
    (to) => new WindowAggregate({ keys: keys.types, ...windows, measures, ...late }, to),
  )
  lowering.countLate(operator)
  const held = groupPort(lowering.keep(aggregate, operator), keys, measures, windows, output, lowering)
  lowering.attach(layout.project(input), keys.repeated(held))
}

function expressionOf(fused: Fused, name: string): Expression {
  const column = fused.columns.find((each) => each.name === name)
  assert(column !== undefined, `column ${name} is below the aggregate`)
  return column.value
}

/** Whether the window's columns serve only as the bounds of the groups. */
function absorbs(aggregate: Aggregate, fused: Fused, window: Window, lowering: Lowering): boolean {
  // A slice counts for several windows, and sessions grow together.
  if (window.shape.kind !== 'tumble' && !mergesUsers(aggregate, lowering.session)) return false
  const boundNames = new Set([window.start, window.end, window.timeName])
  const touches = (expression: Expression): boolean => [...columnsIn(expression)].some((name) => boundNames.has(name))
  const substituted = (expression: Expression): Expression[] => [...columnsIn(expression)].map((name) => expressionOf(fused, name))
  if (fused.condition !== null && touches(fused.condition)) return false
  for (const measure of aggregate.measures) {
    const parts = [...measure.arguments, ...(measure.filter === null ? [] : [measure.filter])]
    if (parts.flatMap(substituted).some(touches)) return false
  }
  const keys = aggregate.keys.map((key) => expressionOf(fused, key))
  if (keys.some((key) => touches(key) && key.kind !== 'column')) return false
  const isBoundKey = (key: string): boolean => touches(expressionOf(fused, key))
  const sets = aggregate.groupingSets?.sets ?? []
  if (sets.some((set) => !aggregate.keys.filter(isBoundKey).every((key) => set.includes(key)))) return false
  if (window.shape.kind !== 'session') return true
  // The keys of a set are not those that sessions are partitioned by.
  if (sets.length > 0) return false
  const plain = keys.flatMap((key) => (key.kind === 'column' && !boundNames.has(key.name) ? [key.name] : key.kind === 'column' ? [] : ['']))
  const { partitionBy } = window.shape
  return plain.length === partitionBy.length && plain.every((name) => partitionBy.includes(name))
}

function lowerAbsorbed(aggregate: Aggregate, fused: Fused, window: Window, output: Output, lowering: Lowering): void {
  lowering.absorb(relationsBetween(aggregate.input, window))
  lowering.absorb([window])
  const { input, shape } = window
  const retracts = !lowering.isAppendOnly(input)
  const source: Relation = {
    kind: 'project',
    input: fused.condition === null ? input : { kind: 'filter', input, condition: fused.condition },
    columns: [
      ...fused.columns.filter((column) => ![...columnsIn(column.value)].some((name) => isBound(name, window))),
      { name: timeColumn, value: referTo(columnOf(input, window.time)) },
    ],
  }
  const bound = (key: string): number => {
    const value = expressionOf(fused, key)
    return value.kind === 'column' ? [window.start, window.end, window.timeName].indexOf(value.name) : -1
  }
  const plainKeys = aggregate.keys.filter((key) => bound(key) < 0)
  const keys = groupingKeysOf(aggregate, plainKeys, source)
  const time = keys.types.length
  const layout = new Layout([...keys.columns, { name: timeColumn, value: referTo(columnOf(source, timeColumn)) }], lowering.session)
  const { measures, port } = resultsOf(aggregate, layout, keys.types.length, retracts)
  const places = [
    ...aggregate.keys.map((key) => (bound(key) < 0 ? plainKeys.indexOf(key) : keys.types.length + bound(key))),
    ...aggregate.measures.map((_, index) => keys.types.length + boundsCount + index),
    ...keys.setPlaces,
  ]
  const ordered = port(places, output)
  if (shape.kind === 'hop' && shape.sizeMs % shape.slideMs !== 0)
    throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'an aggregate over HOP windows whose size is no multiple of their slide' })
  const late = lowering.takesLate(aggregate, layout.shown(keys.types, window.time), time)
  const operator = lowering.sharded(groupInputs(keys), ordered, (to) =>
    shape.kind === 'session'
      ? new SessionAggregate({ keys: keys.types, time, gapMs: shape.gapMs, measures, clock: clockOf(window, lowering), ...late }, to)
      : new WindowAggregate({ keys: keys.types, time, slices: shape, measures, clock: clockOf(window, lowering), ...late }, to),
  )
  lowering.countLate(operator)
  const windows = shape.kind === 'session' ? null : { time, slices: shape, clock: clockOf(window, lowering) }
  const held =
    windows === null
      ? lowering.byKeys(keys.types, [...keys.types.keys()], new InputPort(lowering.keep(aggregate, operator)), output)
      : groupPort(lowering.keep(aggregate, operator), keys, measures, windows, output, lowering)
  lowering.attach(layout.project(source), timedPort(window, time, keys.repeated(held), lowering))
}

/** Windows of processing time follow the clock instead of the watermark. `time` is the place of the time column. */
export function timedPort(window: Window, time: number, port: Output, lowering: Lowering): Output {
  if (columnOf(window.input, window.time).role !== 'processing-time') return port
  const operator = new ProcessingTime(time, port)
  lowering.follow(operator)
  return new InputPort(operator)
}

/** A name that no statement can give to a column of its own. */
const timeColumn = '\u0000time'

function isBound(name: string, window: Window): boolean {
  return name === window.start || name === window.end || name === window.timeName
}

export function clockOf(window: Window, lowering: Lowering): WindowClock | null {
  return columnOf(window.input, window.time).type.kind === 'timestamp-ltz' ? lowering.localClock() : null
}
