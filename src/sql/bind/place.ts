/** Where an expression stands: what it can see, and what may stand there. */
import type { TextPosition } from '#base'
import type { DataType } from '#data'
import {
  type AggregateName,
  type Expression,
  levelsMax,
  type Origin,
  type OverFrame,
  type OverName,
  type Relation,
  sizeOf,
  type UserFunction,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import type { BindContext, CommonTables } from './context.ts'
import type { Scope } from './scope.ts'

/** An aggregate function in a SELECT; its arguments are over the rows that are grouped. */
export interface PendingMeasure {
  readonly function: AggregateName
  readonly arguments: readonly Expression[]
  readonly distinct: boolean
  readonly filter: Expression | null
  readonly type: DataType
  readonly user?: UserFunction
  readonly origin?: Origin
}

export interface PendingOrder {
  readonly value: Expression
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** A function with OVER. */
export interface PendingOver {
  readonly function: AggregateName | OverName
  readonly arguments: readonly Expression[]
  readonly distinct: boolean
  readonly type: DataType
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly PendingOrder[]
  readonly frame: OverFrame
  readonly user?: UserFunction
  readonly origin?: Origin
}

/** A subquery of one column and at most one row for each row around it. */
export interface PendingScalar {
  readonly relation: Relation
  /** The column with the value. */
  readonly name: string
  readonly type: DataType
  /** What relates it to the row around it; without conditions there is exactly one row. */
  readonly conditions: readonly Expression[]
  readonly position: TextPosition
}

/**
 * Gathers what an expression needs computed before it. Each answer is a reference to a column that will hold the result by the time
 * the expression is evaluated; null when such a thing cannot stand here.
 */
export interface Collector {
  measure(measure: PendingMeasure, position: TextPosition): Expression | null
  /** It stands at the first of the places; its window may stand at another. */
  over(over: PendingOver, positions: readonly TextPosition[]): Expression | null
  /** The single value of a subquery. */
  scalar(subquery: PendingScalar): Expression | null
  /** GROUPING and GROUPING_ID of grouped expressions. */
  grouping(values: readonly Expression[], position: tree.Expression['position']): Expression | null
  /** TUMBLE_START and its siblings; `name` in upper case. */
  windowAuxiliary(name: string, call: tree.Call): Expression | null
  /** Calls that mean something else in MATCH_RECOGNIZE; null for those that do not. */
  matched?(call: tree.Call, place: Place): Expression | null
}

/** The collector where functions with OVER cannot stand. */
export function withoutOver(collector: Collector): Collector {
  return {
    measure: (measure, position) => collector.measure(measure, position),
    over: () => null,
    scalar: (scalar) => collector.scalar(scalar),
    grouping: (values, position) => collector.grouping(values, position),
    windowAuxiliary: (name, call) => collector.windowAuxiliary(name, call),
  }
}

/** The collector of a place that has only subqueries: WHERE. */
export function scalarsOnly(scalar: (scalar: PendingScalar) => Expression): Collector {
  return { measure: () => null, over: () => null, scalar, grouping: () => null, windowAuxiliary: () => null }
}

export interface PlaceOptions {
  /** As one says it: `WHERE`, `the SELECT list`. */
  readonly clause: string
  readonly collector?: Collector | null
  readonly windows?: readonly tree.NamedWindow[]
  readonly commonTables?: CommonTables | null
  /** Whether columns of the query around may be read. */
  readonly isCorrelated?: boolean
}

export class Place {
  readonly context: BindContext
  readonly scope: Scope
  readonly clause: string
  readonly collector: Collector | null
  /** The name of the aggregate function whose arguments these are. */
  readonly inside: string | null
  readonly windows: readonly tree.NamedWindow[]
  readonly commonTables: CommonTables | null
  readonly isCorrelated: boolean

  constructor(context: BindContext, scope: Scope, options: PlaceOptions, inside: string | null = null) {
    this.context = context
    this.scope = scope
    this.clause = options.clause
    this.collector = options.collector ?? null
    this.windows = options.windows ?? []
    this.commonTables = options.commonTables ?? null
    this.isCorrelated = options.isCorrelated ?? false
    this.inside = inside
  }

  bind(node: tree.Expression): Expression {
    const bound = this.context.steps.expression(node, this)
    if (sizeOf(bound).levels > levelsMax) throw sqlErrors.SQL_NESTING_TOO_DEEP({ limit: levelsMax }, { position: node.position })
    return this.context.remember(bound, node)
  }

  bindAll(nodes: readonly tree.Expression[]): Expression[] {
    return this.context.all(nodes.map((node) => () => this.bind(node)))
  }

  bindPair(left: tree.Expression, right: tree.Expression): readonly [Expression, Expression] {
    return this.context.both(
      () => this.bind(left),
      () => this.bind(right),
    )
  }

  /** The place of the arguments of an aggregate function. */
  insideOf(name: string): Place {
    return new Place(this.context, this.scope, this, name)
  }

  /** The place of what a function with OVER is computed from: aggregates may stand there, but no other function with OVER. */
  beneathOver(name: string): Place {
    const { windows, commonTables, isCorrelated } = this
    const collector = this.collector === null ? null : withoutOver(this.collector)
    const clause = `the arguments of ${name}`
    return new Place(this.context, this.scope, { clause, collector, windows, commonTables, isCorrelated })
  }
}
