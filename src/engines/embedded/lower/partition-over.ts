/** Functions with OVER in batch mode: rows are sorted when all of them are there, in any order, and even where they changed until then. */
import { type Output, type PartitionMeasureShape, PartitionOver, Sort } from '#dataflow'
import { type AggregateName, columnOf, type Measure, type Over, type OverMeasure, overFunctionNamed, schemaOf } from '#plan'
import { embeddedErrors } from '../errors.ts'
import { literalValue } from '../generate/expression.ts'
import type { Lowering } from './lowering.ts'
import { aggregateOf, argumentsOf } from './measures.ts'
import { neighbourOf, type OverLayout } from './over-layout.ts'
import { keyedInput, orderOf, placesOf } from './places.ts'
import { InputPort } from './ports.ts'

export function lowerPartitionOver(over: Over, layout: OverLayout, output: Output, lowering: Lowering): void {
  const { input, partitionBy, orderBy, frame } = over
  const schema = schemaOf(input)
  if (frame.unit === 'range' && frame.preceding !== null && frame.preceding !== 0) {
    throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'a RANGE frame with a distance over rows that are not ordered by time alone' })
  }
  const measures = over.measures.map((measure) => measureOf(measure, over, layout, lowering))
  const partition = partitionBy.map((column) => ({ column, descending: false, nullsFirst: true }))
  const places = {
    partitionBy: placesOf(schema, partitionBy),
    orderBy: placesOf(
      schema,
      orderBy.map(({ column }) => column),
    ),
  }
  const overShape = { types: layout.types, passed: schema.length, ...places, frame: { following: 0, ...frame }, measures }
  const order = orderOf(schema, [...partition, ...orderBy])
  const { partitionBy: keys } = places
  const shape = { types: layout.types, orderBy: order, offset: 0, limit: null, retracts: !lowering.isAppendOnly(input), partitionBy: keys }
  const create = (to: Output): Sort => new Sort(shape, new InputPort(new PartitionOver(overShape, to)))
  const sort = lowering.keep(over, lowering.sharded([keyedInput(schema, partitionBy)], output, create))
  lowering.attach(layout.input(), lowering.byKeys(layout.types, keys, new InputPort(sort), output))
}

function measureOf(measure: OverMeasure, over: Over, layout: OverLayout, { session }: Lowering): PartitionMeasureShape {
  const { arguments: args, type } = measure
  const plain = (kind: 'row-number' | 'rank' | 'dense-rank' | 'percent-rank' | 'cumulative-share'): PartitionMeasureShape => {
    return { function: { kind }, arguments: [], result: type }
  }
  switch (overFunctionNamed(measure.function)) {
    case 'ROW_NUMBER':
      return plain('row-number')
    case 'RANK':
      return plain('rank')
    case 'DENSE_RANK':
      return plain('dense-rank')
    case 'PERCENT_RANK':
      return plain('percent-rank')
    case 'CUME_DIST':
      return plain('cumulative-share')
    case 'NTILE':
      return {
        function: { kind: 'tile', tiles: args[0]?.kind === 'literal' ? Number(literalValue(args[0])) : 1 },
        arguments: [],
        result: type,
      }
    case 'LAG':
    case 'LEAD': {
      const { rows, values } = neighbourOf(measure)
      const offset = measure.function === 'LAG' ? -rows : rows
      return { function: { kind: 'neighbour', offset }, arguments: values.map((value) => layout.place(value)), result: type }
    }
    default: {
      const aggregate: Measure = { ...measure, function: measure.function as AggregateName, filter: null }
      return {
        function: { kind: 'aggregate', aggregate: aggregateOf(aggregate, over.frame.preceding !== null, session) },
        arguments: argumentsOf(aggregate).map((argument) => layout.place(argument)),
        result: type,
      }
    }
  }
}

/** Whether all rows of a partition have to be there. */
export function needsWholePartition({ input, orderBy, frame, measures }: Over): boolean {
  const [key, ...others] = orderBy
  const role = key === undefined ? undefined : columnOf(input, key.column).role
  const isByTime = others.length === 0 && key?.descending === false && ['event-time', 'window-time', 'processing-time'].includes(role ?? '')
  const whole: readonly string[] = ['LEAD', 'NTILE', 'PERCENT_RANK', 'CUME_DIST']
  return !isByTime || frame.following !== undefined || measures.some(({ function: name }) => whole.includes(name))
}
