/** Functions with OVER: where their arguments stand, and what is refused by name. */
import { type DataType, sameType, withNullable } from '#data'
import { type Output, OverAggregate, type OverMeasureShape } from '#dataflow'
import {
  type AggregateName,
  columnOf,
  type Expression,
  type Measure,
  type NamedExpression,
  type Over,
  type OverMeasure,
  type OverName,
  overFunctionNamed,
  referTo,
  schemaOf,
} from '#plan'
import { embeddedErrors } from '../errors.ts'
import { literalValue } from '../generate/expression.ts'
import type { Lowering } from './lowering.ts'
import { aggregateOf, argumentsOf } from './measures.ts'
import { placesOf } from './places.ts'
import { InputPort } from './ports.ts'
import { refuse } from './relations.ts'

export function lowerOver(over: Over, output: Output, lowering: Lowering): void {
  const schema = schemaOf(over.input)
  const time = timeOf(over)
  const layout = new OverLayout(over)
  const measures = over.measures.map((measure) => measureOf(measure, over, time.name, layout))
  const kept = lowering.keptFor()
  const operator = new OverAggregate(
    {
      types: layout.types,
      columns: schema.length,
      partitionBy: placesOf(schema, over.partitionBy),
      time: placesOf(schema, [time.name])[0] ?? 0,
      timeKind: time.kind,
      frame: over.frame,
      measures,
      ...kept,
    },
    output,
  )
  lowering.countLate(operator)
  lowering.keep(over, lowering.letExpire(operator, kept))
  lowering.attach(layout.input(), new InputPort(operator))
}

/** The time column that rows are ordered by. */
function timeOf(over: Over): { readonly name: string; readonly kind: 'event-time' | 'processing-time' } {
  const [key, ...others] = over.orderBy
  if (key === undefined || others.length > 0 || key.descending) return refuse(over)
  const { role } = columnOf(over.input, key.column)
  if (role === 'processing-time') return { name: key.column, kind: role }
  return role === 'event-time' || role === 'window-time' ? { name: key.column, kind: 'event-time' } : refuse(over)
}

function measureOf(measure: OverMeasure, over: Over, time: string, layout: OverLayout): OverMeasureShape {
  const name = overFunctionNamed(measure.function)
  if (name !== undefined) return ofRowsBefore(name, measure, over, time, layout)
  const aggregate: Measure = { ...measure, function: measure.function as AggregateName, filter: null }
  return {
    function: { kind: 'aggregate', aggregate: aggregateOf(aggregate, over.frame.preceding !== null) },
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
      throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: `${name} with OVER` })
  }
}

function lagOf({ arguments: [value, offset, otherwise], type }: OverMeasure, layout: OverLayout): OverMeasureShape {
  const rows = offset === undefined ? 1 : offset.kind === 'literal' ? Number(literalValue(offset)) : Number.NaN
  if (value === undefined || !(rows >= 0))
    throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'LAG with an offset that is no constant of zero or more' })
  // A default is converted to the type of the values, so that both can stand in one column.
  const converted = otherwise === undefined ? [] : [convertedTo(otherwise, withNullable(type, true))]
  return {
    function: { kind: 'lag', offset: rows, type: value.type, otherwiseType: converted[0]?.type ?? null },
    arguments: [value, ...converted].map((argument) => layout.place(argument)),
    result: type,
  }
}

function convertedTo(value: Expression, type: DataType): Expression {
  return sameType(withNullable(value.type, true), type) ? value : { kind: 'cast', value, type, failing: 'error' }
}

/** The columns of the input, and behind them those that are computed for arguments. */
class OverLayout {
  readonly #over: Over
  readonly #columns: NamedExpression[]

  constructor(over: Over) {
    this.#over = over
    this.#columns = schemaOf(over.input).map((column) => ({ name: column.name, value: referTo(column) }))
  }

  get types(): DataType[] {
    return this.#columns.map((column) => column.value.type)
  }

  place(value: Expression): number {
    const known = value.kind === 'column' ? this.#columns.findIndex((column) => column.name === value.name) : -1
    return known >= 0 ? known : this.#columns.push({ name: `\u0000${this.#columns.length}`, value }) - 1
  }

  input(): Over['input'] {
    const { input } = this.#over
    return this.#columns.length === schemaOf(input).length ? input : { kind: 'project', input, columns: this.#columns }
  }
}
