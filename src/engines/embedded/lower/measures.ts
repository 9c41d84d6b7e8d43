/** What feeds an aggregation, and what its functions compute on it. */

import type { DataType } from '#data'
import type { AggregateKind, MeasureShape } from '#dataflow'
import {
  type AggregateName,
  determinismOf,
  type Expression,
  expressionKey,
  type Measure,
  type NamedExpression,
  printExpression,
  type Relation,
} from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { Session } from '../functions/evaluation.ts'
import { literalValue } from '../generate/expression.ts'
import { isJsonAggregate, jsonArrayFinish, jsonModeLength, jsonObjectFinish } from './json-aggregates.ts'
import type { LateColumn } from './late-table.ts'
import { userAggregateOf } from './user-aggregates.ts'

/** The columns that feed an aggregation: keys first, then each argument and filter once. */
export class Layout {
  readonly #columns: NamedExpression[]
  readonly #session: Session
  /** Where pure expressions stand. */
  readonly #places = new Map<string, number>()

  constructor(keys: readonly NamedExpression[], session: Session) {
    this.#columns = [...keys]
    this.#session = session
  }

  measure(measure: Measure, retracts: boolean): MeasureShape {
    const args = argumentsOf(measure)
    return {
      aggregate: aggregateOf(measure, retracts, this.#session),
      arguments: args.map((argument) => this.#place(argument)),
      filter: measure.filter === null ? null : this.#place(measure.filter),
    }
  }

  /** Pure expressions that are alike have one column. */
  #place(value: Expression): number {
    const key = determinismOf(value) === 'pure' ? expressionKey(value) : null
    const known = key === null ? undefined : this.#places.get(key)
    if (known !== undefined) return known
    const place = this.#columns.push({ name: `\u0000${this.#columns.length}`, value }) - 1
    if (key !== null) this.#places.set(key, place)
    return place
  }

  /** The columns as people know them; `keys` are the types of those that groups have, and `time` names the one of the windows. */
  shown(keys: readonly DataType[], time?: string): readonly LateColumn[] {
    return this.#columns.map(({ name, value }, index) => {
      const own = value.kind === 'column' ? value.name : printExpression(value)
      const shown = time !== undefined && own.startsWith('\u0000') ? time : own
      return { name: name.startsWith('\u0000') ? shown : name, type: keys[index] ?? value.type }
    })
  }

  project(input: Relation): Relation {
    return { kind: 'project', input, columns: this.#columns }
  }
}

/** What an aggregate function computes on the columns of its arguments. */
export function aggregateOf(measure: Measure, retracts: boolean, session: Session): MeasureShape['aggregate'] {
  const kind = kindOf(measure.function)
  const types = argumentsOf(measure).map((argument) => argument.type)
  const shape = { kind, arguments: types, result: measure.type, distinct: measure.distinct, retracts }
  // A user's function decides for itself what NULL means.
  if (kind === 'user') return { ...shape, user: userAggregateOf(measure, retracts, session), keepsNulls: true }
  return { ...shape, ...listOptions(measure, kind) }
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
  COLLECT: 'collect',
  ARRAY_AGG: 'list',
  JSON_OBJECTAGG: 'list',
  JSON_ARRAYAGG: 'list',
  PERCENTILE: 'percentile',
  BITMAP_BUILD_AGG: 'bitmap',
  BITMAP_BUILD_CARDINALITY_AGG: 'bitmap',
  BITMAP_AND_AGG: 'bitmap',
  BITMAP_AND_CARDINALITY_AGG: 'bitmap',
  BITMAP_OR_AGG: 'bitmap',
  BITMAP_OR_CARDINALITY_AGG: 'bitmap',
  BITMAP_XOR_AGG: 'bitmap',
  BITMAP_XOR_CARDINALITY_AGG: 'bitmap',
  USER_AGGREGATE: 'user',
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
  if (kind === 'bitmap') return { bitmapRule: bitmapRuleOf(measure.function) }
  // The first row of a group says which percentiles are wanted, even with a NULL.
  if (kind === 'percentile') return { keepsNulls: true }
  return kind === 'list' ? { finish: finishOf(measure), keepsNulls: measure.function !== 'SINGLE_VALUE' } : {}
}

function bitmapRuleOf(name: AggregateName): 'all' | 'some' | 'odd' {
  if (name.startsWith('BITMAP_AND')) return 'all'
  return name.startsWith('BITMAP_XOR') ? 'odd' : 'some'
}

type Tuples = readonly (readonly unknown[])[]

function finishOf(measure: Measure): (tuples: Tuples) => unknown {
  switch (measure.function) {
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

function singleValue(tuples: Tuples): unknown {
  if (tuples.length > 1) throw embeddedErrors.ENGINE_SUBQUERY_ROWS({ count: tuples.length })
  return tuples[0]?.[0] ?? null
}
