/** The expressions of DEFINE and MEASURES, and the functions that mean something there. */
import { listed } from '#base'
import { type Column, withNullable } from '#data'
import { type AggregateName, aggregateNamed, type Expression, type FunctionDefinition, internalFunctions, referTo } from '#plan'
import { sqlErrors } from '../errors.ts'
import { isExpression } from '../syntax/tree/call.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { unparseExpression } from '../syntax/unparse/expression.ts'
import { aggregateArguments, overEmptyGroup, userPart } from './aggregate-call.ts'
import { asCondition, callOf, typeText } from './call.ts'
import type { BindContext } from './context.ts'
import type { MatchedColumn, MatchLookups } from './match-lookups.ts'
import { type Collector, Place } from './place.ts'
import type { Scope } from './scope.ts'
import { findUserFunction } from './user-function.ts'

interface MatchClauseShape {
  readonly context: BindContext
  readonly lookups: MatchLookups
  /** The variable that is defined; null in MEASURES. */
  readonly own: string | null
  /** All variables that can be spoken of. */
  readonly variables: readonly string[]
  /** The first column of ORDER BY. */
  readonly time: Column
}

export class MatchClause {
  readonly #shape: MatchClauseShape
  readonly #place: Place
  /** Names for the columns of rows that FIRST and LAST may not find. */
  readonly #anyRow: Scope
  /** Names for the columns of rows that an aggregate is over. */
  readonly #eachRow: Scope

  constructor(shape: MatchClauseShape) {
    const { context, lookups, own, variables } = shape
    this.#shape = shape
    this.#anyRow = lookups.scope(variables, () => true)
    this.#eachRow = lookups.scope(variables, () => false)
    const scope = own === null ? this.#anyRow : lookups.scope(variables, (variable) => variable !== null && variable !== own)
    const collector: Collector = {
      measure: () => null,
      over: () => null,
      scalar: () => null,
      grouping: () => null,
      windowAuxiliary: () => null,
      matched: (call, place) => this.#call(call, place),
    }
    this.#place = new Place(context, scope, { clause: own === null ? 'MEASURES' : 'DEFINE', collector })
  }

  bindMeasure(node: tree.Expression): Expression {
    return this.#resolved(this.#place.bind(node), 'last', 0)
  }

  bindCondition(node: tree.Expression): Expression {
    return this.#resolved(asCondition(this.#place.bind(node), 'DEFINE', node.position), 'last', 0)
  }

  /** Reads the columns of variables in the row at a place; the tested row is the last one of its own variable. */
  #resolved(expression: Expression, from: 'first' | 'last', offset: number): Expression {
    const { lookups, own } = this.#shape
    return lookups.resolve(expression, (matched) => {
      const isTested = own !== null && (matched.variable === null || matched.variable === own) && from === 'last' && offset === 0
      return isTested ? referTo(matched.column) : lookups.row(matched, from, offset)
    })
  }

  #call(call: tree.Call, place: Place): Expression | null {
    if (call.semantics !== undefined) return this.#plainCall(call, place)
    const user = findUserFunction(call, place.context)
    if (user !== null) return user.signature.kind === 'aggregate' ? this.#aggregate(call, 'USER_AGGREGATE', user, place) : null
    const name = nameText(call.name).toUpperCase()
    switch (name) {
      case 'FIRST':
      case 'LAST':
        return this.#navigate(call, name === 'FIRST' ? 'first' : 'last', place)
      case 'PREV':
      case 'NEXT':
        throw notSupported(name, call, 'LAST(A.x, 1) is the row before the last one of those that were matched to A.')
      case 'CLASSIFIER':
      case 'MATCH_NUMBER':
        throw notSupported(name, call)
      case 'MATCH_ROWTIME':
        return this.#rowtime(call, place)
      case 'MATCH_PROCTIME':
        refuseArguments(call, name)
        return callOf('PROCTIME', [], call.position, { name })
      default: {
        const aggregate = internalFunctions.has(name) || call.over !== undefined ? undefined : aggregateNamed(name)
        return aggregate === undefined ? null : this.#aggregate(call, aggregate, null, place)
      }
    }
  }

  /** FINAL changes nothing where there is one row a match. */
  #plainCall(call: tree.Call, place: Place): Expression {
    const { semantics, ...plain } = call
    if (this.#shape.own !== null) {
      throw sqlErrors.SQL_MATCH_FUNCTION_PLACE({ function: semantics?.toUpperCase() ?? '', place: 'MEASURES' }, { position: call.position })
    }
    if (semantics === 'running') throw notSupported('RUNNING', call, 'With one row a match, all measures are FINAL.')
    return place.bind(plain)
  }

  #navigate(call: tree.Call, from: 'first' | 'last', place: Place): Expression {
    const name = from.toUpperCase()
    refuseInside(name, call, place)
    refuseExtras(call, name)
    const [value, offsetNode, more] = call.arguments
    if (value === undefined || more !== undefined) {
      throw sqlErrors.SQL_ARGUMENT_COUNT(
        { function: name, expected: '1 or 2 arguments', got: call.arguments.length },
        { position: call.position, hint: `Write ${name}(variable.column [, offset]).` },
      )
    }
    if (!isExpression(value)) throw sqlErrors.SQL_STAR_ARGUMENT({ function: name }, { position: value.position })
    const offset = offsetNode === undefined ? 0 : offsetOf(offsetNode, name, place)
    const inner = new Place(place.context, this.#anyRow, this.#place, name)
    const bound = inner.bind(value)
    this.#onlyVariable([bound], name, call)
    return this.#resolved(bound, from, offset)
  }

  #aggregate(call: tree.Call, name: AggregateName, user: FunctionDefinition | null, place: Place): Expression {
    const spoken = user?.name ?? nameText(call.name).toUpperCase()
    refuseInside(spoken, call, place)
    const clause = call.quantifier === 'distinct' ? 'DISTINCT' : call.filter === undefined ? null : 'FILTER'
    if (clause !== null) throw sqlErrors.SQL_MATCH_AGGREGATE({ clause }, { position: call.position })
    const rows = new Place(place.context, this.#eachRow, this.#place)
    const { arguments: args, type } = aggregateArguments(call, name, user, rows.insideOf(spoken))
    const variable = args.length === 0 ? null : this.#onlyVariable(args, spoken, call)
    return this.#shape.lookups.aggregate(unparseExpression(call), {
      variable,
      function: name,
      arguments: args.map((arg) => this.#shape.lookups.resolve(arg, ({ column }: MatchedColumn) => referTo(column))),
      type: overEmptyGroup(name, type),
      ...userPart(call, user),
    })
  }

  /** The variable whose columns are read; those of any row are none of a variable's. */
  #onlyVariable(values: readonly Expression[], name: string, { position }: tree.Call): string | null {
    const variables = new Set(values.flatMap((value) => [...this.#shape.lookups.variablesIn(value)]))
    const [only = null] = variables
    if (variables.size === 1) return only
    const hint = name === 'COUNT' && variables.size === 0 ? 'Write COUNT(*) to count rows.' : undefined
    const got = variables.size === 0 ? 'none' : listed([...variables].map((variable) => variable ?? 'any row').sort())
    throw sqlErrors.SQL_MATCH_COLUMNS({ function: name, got }, { position, hint })
  }

  #rowtime(call: tree.Call, place: Place): Expression {
    refuseInside('MATCH_ROWTIME', call, place)
    refuseExtras(call, 'MATCH_ROWTIME')
    const { time, own, lookups } = this.#shape
    const { position } = call
    if (time.role === 'processing-time') {
      throw sqlErrors.SQL_MATCH_ROWTIME({ expected: 'ORDER BY an event time', got: 'a processing time' }, { position })
    }
    const [argument, more] = call.arguments
    if (more !== undefined) throw argumentCount('MATCH_ROWTIME', '0 or 1 arguments', call)
    if (argument === undefined && time.type.kind === 'timestamp-ltz') {
      const hint = 'Name the time column: MATCH_ROWTIME(ts).'
      throw sqlErrors.SQL_MATCH_ROWTIME({ expected: 'the time column where that is TIMESTAMP_LTZ', got: 'no argument' }, { position, hint })
    }
    if (argument !== undefined) this.#checkRowtime(argument, place)
    return own === null ? lookups.time(withNullable(time.type, false)) : referTo(time)
  }

  #checkRowtime(argument: tree.Argument, place: Place): void {
    const value = argument.kind === 'column-reference' ? place.bind(argument) : undefined
    const role = value?.kind === 'column' ? this.#shape.lookups.columnOf(value.name)?.column.role : undefined
    if (role === 'event-time' || role === 'window-time') return
    const got = value === undefined ? 'an expression' : `a column of type ${typeText(value)}`
    throw sqlErrors.SQL_MATCH_ROWTIME({ expected: 'an event-time column', got }, { position: argument.position })
  }
}

function notSupported(what: string, { position }: tree.Call, hint?: string): Error {
  return sqlErrors.SQL_NOT_SUPPORTED({ what: `${what} in MATCH_RECOGNIZE` }, { position, hint })
}

function refuseInside(name: string, { position }: tree.Call, place: Place): void {
  if (place.inside !== null) throw sqlErrors.SQL_MATCH_NESTED({ function: name, outer: place.inside }, { position })
}

function refuseExtras(call: tree.Call, name: string): void {
  const clause = call.quantifier?.toUpperCase() ?? (call.filter === undefined ? (call.over === undefined ? null : 'OVER') : 'FILTER')
  if (clause !== null) throw sqlErrors.SQL_NOT_AN_AGGREGATE({ function: name, clause }, { position: call.position })
}

function refuseArguments(call: tree.Call, name: string): void {
  refuseExtras(call, name)
  if (call.arguments.length > 0) throw argumentCount(name, 'no arguments', call)
}

function argumentCount(name: string, expected: string, call: tree.Call): Error {
  return sqlErrors.SQL_ARGUMENT_COUNT({ function: name, expected, got: call.arguments.length }, { position: call.position })
}

function offsetOf(node: tree.Argument, name: string, place: Place): number {
  const value = isExpression(node) ? place.bind(node) : undefined
  const isCount = value?.kind === 'literal' && value.type.kind === 'integer' && typeof value.value === 'number'
  if (isCount && Number(value.value) >= 0) return Number(value.value)
  const got = isCount ? String(value.value) : value?.kind === 'literal' ? typeText(value) : 'an expression'
  throw sqlErrors.SQL_MATCH_OFFSET({ function: name, got }, { position: node.position })
}
