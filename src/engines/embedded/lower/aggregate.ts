/** Aggregations: which operator runs them, and how their keys, arguments and results are laid out in batches. */
import { assert } from '#base'
import { bigintType, withNullable } from '#data'
import type { Output } from '#dataflow'
import {
  type AggregateKind,
  Expand,
  GroupAggregate,
  type MeasureShape,
  ProcessingTime,
  SessionAggregate,
  type SliceShape,
  WindowAggregate,
  type WindowClock,
} from '#dataflow'
import {
  type Aggregate,
  type AggregateName,
  columnOf,
  columnsIn,
  type Expression,
  type Measure,
  type NamedExpression,
  type Relation,
  referTo,
  type Window,
} from '#plan'
import { embeddedErrors } from '../errors.ts'
import { literalValue } from '../generate/expression.ts'
import { type Fused, fuse } from './fuse.ts'
import { isJsonAggregate, jsonArrayFinish, jsonModeLength, jsonObjectFinish } from './json-aggregates.ts'
import type { Lowering } from './lowering.ts'
import { InputPort, Reorder } from './ports.ts'

export function lowerAggregate(aggregate: Aggregate, output: Output, lowering: Lowering): void {
  if (aggregate.groupingSets !== null) lowerSets(aggregate, aggregate.groupingSets, output, lowering)
  else if (aggregate.window === null) lowerGroups(aggregate, output, lowering)
  else lowerWindows(aggregate, fusedInput(aggregate, lowering), output, lowering)
}

/** What lies below an aggregate, its filters and projections folded as far as nobody else reads them. */
function fusedInput({ input }: Aggregate, lowering: Lowering): Fused {
  return lowering.isShared(input) ? fuse(input, () => true) : fuse(input, lowering.isShared)
}

function lowerGroups(aggregate: Aggregate, output: Output, lowering: Lowering): void {
  const retracts = !lowering.isAppendOnly(aggregate.input)
  const layout = new Layout(aggregate.keys.map((key) => ({ name: key, value: referTo(columnOf(aggregate.input, key)) })))
  const measures = aggregate.measures.map((measure) => layout.measure(measure, retracts))
  const operator = new GroupAggregate(
    {
      keys: aggregate.keys.map((key) => columnOf(aggregate.input, key).type),
      measures,
      resultTypes: aggregate.measures.map((measure) => measure.type),
      emitsUpdateBefore: lowering.changelogOf(aggregate).before,
    },
    output,
  )
  lowering.attach(layout.project(aggregate.input), new InputPort(operator))
}

/** GROUPING SETS: rows are repeated for each set before they are grouped by all keys and the id of the set. */
function lowerSets(aggregate: Aggregate, { sets }: NonNullable<Aggregate['groupingSets']>, output: Output, lowering: Lowering): void {
  if (aggregate.window !== null) throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'GROUPING SETS of windows' })
  const { keys, input } = aggregate
  const keyTypes = keys.map((key) => withNullable(columnOf(input, key).type, true))
  const idType = withNullable(bigintType, false)
  const layout = new Layout([
    ...keys.map((key) => ({ name: key, value: referTo(columnOf(input, key)) })),
    { name: '\u0000set', value: { kind: 'literal', value: 0, type: idType } },
  ])
  const measures = aggregate.measures.map((measure) => layout.measure(measure, !lowering.isAppendOnly(input)))
  const places = [...keys.keys(), ...aggregate.measures.map((_, index) => keys.length + 1 + index), keys.length]
  const operator = new GroupAggregate(
    {
      keys: [...keyTypes, idType],
      measures,
      resultTypes: aggregate.measures.map((measure) => measure.type),
      emitsUpdateBefore: lowering.changelogOf(aggregate).before,
    },
    new Reorder(places, output),
  )
  const expand = new Expand(
    { keys: keyTypes, sets: sets.map((set) => ({ id: setId(keys, set), kept: keys.map((key) => set.includes(key)) })) },
    new InputPort(operator),
  )
  lowering.attach(layout.project(input), new InputPort(expand))
}

/** A bit per key, the first key highest: 1 where the set does not group by it. */
function setId(keys: readonly string[], set: readonly string[]): number {
  return keys.reduce((id, key) => id * 2 + (set.includes(key) ? 0 : 1), 0)
}

/** A window below the aggregate is absorbed when only its bounds are used; otherwise rows carry the bounds of their window. */
function lowerWindows(aggregate: Aggregate, fused: Fused, output: Output, lowering: Lowering): void {
  const bounds = aggregate.window
  assert(bounds !== null, 'the aggregate has a window')
  const { base } = fused
  const keys = new Map(aggregate.keys.map((key) => [key, expressionOf(fused, key)]))
  if (base.kind === 'window' && absorbs(aggregate, fused, base)) {
    lowerAbsorbed(aggregate, fused, base, output, lowering)
    return
  }
  const retracts = !lowering.isAppendOnly(aggregate.input)
  const layout = new Layout([...keys.keys()].map((key) => ({ name: key, value: referTo(columnOf(aggregate.input, key)) })))
  const measures = aggregate.measures.map((measure) => layout.measure(measure, retracts))
  const operator = new WindowAggregate(
    {
      keys: aggregate.keys.map((key) => columnOf(aggregate.input, key).type),
      time: aggregate.keys.indexOf(bounds.end),
      slices: { kind: 'attached' },
      measures,
      clock: lowering.windowClockOf(aggregate.input),
    },
    new Reorder(resultPlaces(aggregate.keys.length, aggregate.measures.length), output),
  )
  lowering.countLate(operator)
  lowering.attach(layout.project(aggregate.input), new InputPort(operator))
}

/** Keys, then results: passes over the three bounds that the operator puts between them. */
function resultPlaces(keys: number, measures: number): number[] {
  return [...Array.from({ length: keys }, (_, place) => place), ...Array.from({ length: measures }, (_, place) => keys + 3 + place)]
}

function expressionOf(fused: Fused, name: string): Expression {
  const column = fused.columns.find((each) => each.name === name)
  assert(column !== undefined, `column ${name} is below the aggregate`)
  return column.value
}

/** Whether the window's columns serve only as the bounds of the groups. */
function absorbs(aggregate: Aggregate, fused: Fused, window: Window): boolean {
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
  if (window.shape.kind !== 'session') return true
  const plain = keys.flatMap((key) => (key.kind === 'column' && !boundNames.has(key.name) ? [key.name] : key.kind === 'column' ? [] : ['']))
  const { partitionBy } = window.shape
  return plain.length === partitionBy.length && plain.every((name) => partitionBy.includes(name))
}

function lowerAbsorbed(aggregate: Aggregate, fused: Fused, window: Window, output: Output, lowering: Lowering): void {
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
  const layout = new Layout([
    ...plainKeys.map((key): NamedExpression => ({ name: key, value: referTo(columnOf(source, key)) })),
    { name: timeColumn, value: referTo(columnOf(source, timeColumn)) },
  ])
  const measures = aggregate.measures.map((measure) => layout.measure(measure, retracts))
  const places = [
    ...aggregate.keys.map((key) => (bound(key) < 0 ? plainKeys.indexOf(key) : plainKeys.length + bound(key))),
    ...aggregate.measures.map((_, index) => plainKeys.length + 3 + index),
  ]
  const ordered = new Reorder(places, output)
  const keys = plainKeys.map((key) => columnOf(source, key).type)
  const time = plainKeys.length
  if (shape.kind === 'hop' && shape.sizeMs % shape.slideMs !== 0)
    throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'an aggregate over HOP windows whose size is no multiple of their slide' })
  const operator =
    shape.kind === 'session'
      ? new SessionAggregate({ keys, time, gapMs: shape.gapMs, measures, clock: clockOf(window, lowering) }, ordered)
      : new WindowAggregate({ keys, time, slices: slicesOf(shape), measures, clock: clockOf(window, lowering) }, ordered)
  lowering.countLate(operator)
  lowering.attach(layout.project(source), timedPort(window, time, new InputPort(operator), lowering))
}

/** Windows of processing time follow the clock instead of the watermark. `time` is the place of the time column. */
export function timedPort(window: Window, time: number, port: Output, lowering: Lowering): Output {
  if (columnOf(window.input, window.time).role !== 'processing-time') return port
  const operator = new ProcessingTime(time, port)
  lowering.clocked.push(operator)
  return new InputPort(operator)
}

/** A name that no statement can give to a column of its own. */
const timeColumn = '\u0000time'

function isBound(name: string, window: Window): boolean {
  return name === window.start || name === window.end || name === window.timeName
}

export function slicesOf(shape: Exclude<Window['shape'], { kind: 'session' }>): SliceShape {
  return shape
}

export function clockOf(window: Window, lowering: Lowering): WindowClock | null {
  return columnOf(window.input, window.time).type.kind === 'timestamp-ltz' ? lowering.localClock() : null
}

/** The columns that feed an aggregation: keys first, then each argument and filter once. */
class Layout {
  readonly #columns: NamedExpression[]

  constructor(keys: readonly NamedExpression[]) {
    this.#columns = [...keys]
  }

  measure(measure: Measure, retracts: boolean): MeasureShape {
    const args = argumentsOf(measure)
    return {
      aggregate: aggregateOf(measure, retracts),
      arguments: args.map((argument) => this.#place(argument)),
      filter: measure.filter === null ? null : this.#place(measure.filter),
    }
  }

  #place(value: Expression): number {
    return this.#columns.push({ name: `\u0000${this.#columns.length}`, value }) - 1
  }

  project(input: Relation): Relation {
    return { kind: 'project', input, columns: this.#columns }
  }
}

/** What an aggregate function computes on the columns of its arguments. */
export function aggregateOf(measure: Measure, retracts: boolean): MeasureShape['aggregate'] {
  const kind = kindOf(measure.function)
  const types = argumentsOf(measure).map((argument) => argument.type)
  return { kind, arguments: types, result: measure.type, distinct: measure.distinct, retracts, ...listOptions(measure, kind) }
}

/** The arguments that rows are asked for. */
export function argumentsOf(measure: Measure): readonly Expression[] {
  const kind = kindOf(measure.function)
  if (isJsonAggregate(measure)) return measure.arguments.slice(jsonModeLength)
  return measure.arguments.filter((argument, index) => !(kind === 'text-list' && index === 1) && !isConstantCount(measure, argument))
}

/** COUNT of a constant counts rows. */
function isConstantCount(measure: Measure, argument: Expression): boolean {
  return measure.function === 'COUNT' && !measure.distinct && argument.kind === 'literal' && argument.value !== null
}

const kinds: Partial<Record<AggregateName, AggregateKind>> = {
  COUNT: 'count',
  SUM: 'sum',
  AVG: 'average',
  MIN: 'min',
  MAX: 'max',
  FIRST_VALUE: 'first',
  LAST_VALUE: 'last',
  SINGLE_VALUE: 'list',
  LISTAGG: 'text-list',
  STDDEV_POP: 'deviation-population',
  STDDEV_SAMP: 'deviation-sample',
  VAR_POP: 'variance-population',
  VAR_SAMP: 'variance-sample',
  COLLECT: 'list',
  ARRAY_AGG: 'list',
  JSON_OBJECTAGG: 'list',
  JSON_ARRAYAGG: 'list',
}

function kindOf(name: AggregateName): AggregateKind {
  const kind = kinds[name]
  if (kind === undefined) throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: `the aggregate function ${name}` })
  return kind
}

function listOptions(measure: Measure, kind: AggregateKind): Partial<MeasureShape['aggregate']> {
  if (kind === 'text-list') {
    const [, separator] = measure.arguments
    return { separator: separator?.kind === 'literal' ? String(literalValue(separator)) : ',' }
  }
  return kind === 'list'
    ? { finish: finishOf(measure), keepsNulls: measure.function !== 'COLLECT' && measure.function !== 'SINGLE_VALUE' }
    : {}
}

type Tuples = readonly (readonly unknown[])[]

function finishOf(measure: Measure): (tuples: Tuples) => unknown {
  switch (measure.function) {
    case 'COLLECT':
      return (tuples) => countedValues(tuples)
    case 'ARRAY_AGG':
      return (tuples) => (tuples.length === 0 ? null : tuples.map((tuple) => tuple[0]))
    case 'JSON_OBJECTAGG':
      return jsonObjectFinish(measure)
    case 'JSON_ARRAYAGG':
      return jsonArrayFinish(measure)
    default:
      return (tuples) => singleValue(tuples)
  }
}

function countedValues(tuples: Tuples): Map<unknown, number> {
  const counts = new Map<unknown, number>()
  for (const [value] of tuples) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function singleValue(tuples: Tuples): unknown {
  if (tuples.length > 1) throw embeddedErrors.ENGINE_SUBQUERY_ROWS({ count: tuples.length })
  return tuples[0]?.[0] ?? null
}
