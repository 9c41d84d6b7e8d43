/** Functions with OVER: where their arguments stand, and what is refused by name. */
import { type Output, OverAggregate, type OverMeasureShape } from '#dataflow'
import {
  type AggregateName,
  columnOf,
  type Measure,
  type Over,
  type OverMeasure,
  type OverName,
  overFunctionNamed,
  referTo,
  schemaOf,
} from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { Lowering } from './lowering.ts'
import { aggregateOf, argumentsOf } from './measures.ts'
import { neighbourOf, OverLayout } from './over-layout.ts'
import { lowerPartitionOver, needsWholePartition } from './partition-over.ts'
import { keyedInput, placesOf } from './places.ts'
import { InputPort } from './ports.ts'
import { refuse } from './relations.ts'

export function lowerOver(over: Over, output: Output, lowering: Lowering): void {
  const layout = new OverLayout(over)
  if (lowering.isBatch && (needsWholePartition(over) || !lowering.isAppendOnly(over.input))) {
    lowerPartitionOver(over, layout, output, lowering)
    return
  }
  refuseWholeFrames(over)
  const schema = schemaOf(over.input)
  const time = timeOf(over)
  const measures = over.measures.map((measure) => measureOf(measure, over, time.name, layout, lowering))
  const kept = lowering.keptFor()
  const shape = {
    types: layout.types,
    columns: schema.length,
    partitionBy: placesOf(schema, over.partitionBy),
    time: placesOf(schema, [time.name])[0] ?? 0,
    timeKind: time.kind,
    frame: over.frame,
    measures,
    ...kept,
    ...lowering.takesLate(over, schema, placesOf(schema, [time.name])[0] ?? 0),
  }
  const operator = lowering.sharded([keyedInput(schema, over.partitionBy)], output, (to) => new OverAggregate(shape, to))
  lowering.countLate(operator)
  lowering.keep(over, lowering.letExpire(operator, kept))
  lowering.attach(layout.input(), lowering.byKeys(layout.types, placesOf(schema, over.partitionBy), new InputPort(operator), output))
}

/** Streams never have all rows of a partition. */
function refuseWholeFrames({ orderBy, frame, measures }: Over): void {
  const position = positionOf(measures[0]?.origin)
  if (orderBy.length === 0) {
    const hint = `Add ORDER BY with a time column, or aggregate with GROUP BY and join the result. ${wholeHint}`
    throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'an OVER aggregate without ORDER BY over a stream' }, { position, hint })
  }
  if (frame.following === undefined) return
  const hint = `End the frame with CURRENT ROW. ${wholeHint}`
  throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'a frame that goes beyond the current row over a stream' }, { position, hint })
}

function positionOf(origin: OverMeasure['origin']) {
  return origin && { start: 0, end: 0, ...origin }
}

/** The time column that rows are ordered by. */
function timeOf(over: Over): { readonly name: string; readonly kind: 'event-time' | 'processing-time' } {
  const [key, ...others] = over.orderBy
  if (key === undefined || others.length > 0 || key.descending) return refuse(over)
  const { role } = columnOf(over.input, key.column)
  if (role === 'processing-time') return { name: key.column, kind: role }
  return role === 'event-time' || role === 'window-time' ? { name: key.column, kind: 'event-time' } : refuse(over)
}

function measureOf(measure: OverMeasure, over: Over, time: string, layout: OverLayout, { session }: Lowering): OverMeasureShape {
  const name = overFunctionNamed(measure.function)
  if (name !== undefined) return ofRowsBefore(name, measure, over, time, layout)
  const aggregate: Measure = { ...measure, function: measure.function as AggregateName, filter: null }
  return {
    function: { kind: 'aggregate', aggregate: aggregateOf(aggregate, over.frame.preceding !== null, session) },
    arguments: argumentsOf(aggregate).map((argument) => layout.place(argument)),
    result: measure.type,
  }
}

function ofRowsBefore(name: OverName, measure: OverMeasure, over: Over, time: string, layout: OverLayout): OverMeasureShape {
  const { type } = measure
  const order = () => [layout.place(referTo(columnOf(over.input, time)))]
  switch (name) {
    case 'ROW_NUMBER':
      return {
        function: { kind: 'aggregate', aggregate: { kind: 'count', arguments: [], result: type, distinct: false, retracts: false } },
        arguments: [],
        result: type,
      }
    case 'RANK':
      return { function: { kind: 'rank' }, arguments: order(), result: type }
    case 'DENSE_RANK':
      return { function: { kind: 'dense-rank' }, arguments: order(), result: type }
    case 'LAG':
      return lagOf(measure, layout)
    default:
      throw embeddedErrors.ENGINE_NOT_SUPPORTED(
        { what: `${name} with OVER over a stream` },
        { position: positionOf(measure.origin), hint: wholeHint },
      )
  }
}

const wholeHint = "Where all inputs end, SET 'execution.runtime-mode' = 'batch'."

function lagOf(measure: OverMeasure, layout: OverLayout): OverMeasureShape {
  const { rows, values } = neighbourOf(measure)
  const [value, otherwise] = values
  return {
    function: { kind: 'lag', offset: rows, type: value.type, otherwiseType: otherwise?.type ?? null },
    arguments: values.map((argument) => layout.place(argument)),
    result: measure.type,
  }
}
