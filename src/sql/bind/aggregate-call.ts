/** Binds aggregate functions: with OVER they are in over-call.ts. */
import { type DataType, withNullable } from '#data'
import { type AggregateName, aggregateSignatures, type Expression, type FunctionDefinition, type Origin, type UserFunction } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { boundArguments } from './arguments.ts'
import { allOf, asCondition, callOf, originOf, resolve } from './call.ts'
import { castTo } from './coerce.ts'
import { constructorArguments } from './json-call.ts'
import type { Place } from './place.ts'
import { convertedArguments, userOf } from './user-function.ts'

export function bindAggregate(call: tree.Call, name: AggregateName, user: FunctionDefinition | null, place: Place): Expression {
  const spoken = user?.name ?? nameText(call.name).toUpperCase()
  const { position } = call
  if (place.inside !== null) {
    const hint = 'Aggregate in a subquery first, and aggregate its result.'
    throw sqlErrors.SQL_AGGREGATE_NESTED({ function: spoken, outer: place.inside }, { position, hint })
  }
  const inner = place.insideOf(spoken)
  const { arguments: args, type } = aggregateArguments(call, name, user, inner)
  const filter = call.filter
  const measure = {
    function: name,
    arguments: args,
    distinct: call.quantifier === 'distinct',
    filter: allOfOrNone([
      ...(filter === undefined ? [] : [asCondition(inner.bind(filter), 'FILTER', filter.position)]),
      ...(name === 'ARRAY_AGG' && call.nulls === 'ignore' ? args.map((arg) => callOf('IS NOT NULL', [arg], position)) : []),
    ]),
    type,
    ...userPart(call, user),
  }
  const bound = place.collector?.measure(measure, position)
  if (bound !== null && bound !== undefined) return bound
  const hint = place.clause === 'WHERE' ? 'Conditions on aggregates stand in HAVING, after GROUP BY.' : undefined
  throw sqlErrors.SQL_AGGREGATE_PLACE({ function: spoken, clause: place.clause }, { position, hint })
}

function allOfOrNone(conditions: readonly Expression[]): Expression | null {
  return conditions.length === 0 ? null : allOf(conditions)
}

/** What a plan says of a user's function beside what it says of any aggregate. */
export function userPart(call: tree.Call, user: FunctionDefinition | null): { user?: UserFunction; origin?: Origin } {
  return user === null ? {} : { user: userOf(user), origin: originOf(call.position) }
}

/** The converted arguments and the type of the result, for groups that are never empty; `inner` is the place of the arguments. */
export function aggregateArguments(
  call: tree.Call,
  name: AggregateName,
  user: FunctionDefinition | null,
  inner: Place,
): { readonly arguments: readonly Expression[]; readonly type: DataType } {
  const spoken = user?.name ?? nameText(call.name).toUpperCase()
  refuseUnsupported(call, name, spoken)
  if (user !== null) {
    return { arguments: convertedArguments(user, boundArguments(call, inner), call.position), type: user.signature.result }
  }
  const isJson = name === 'JSON_OBJECTAGG' || name === 'JSON_ARRAYAGG'
  const args = isJson ? constructorArguments(call, name, inner) : isStar(call, name) ? [] : boundArguments(call, inner)
  if (name === 'COUNT' && args.length === 0 && !isStar(call, name)) {
    throw sqlErrors.SQL_ARGUMENT_COUNT(
      { function: 'COUNT', expected: '1 argument', got: 0 },
      { position: call.position, hint: 'Write COUNT(*) to count rows.' },
    )
  }
  const { types, result } = resolve(aggregateSignatures[name], args, call.position, { name: spoken })
  return { arguments: args.map((arg, index) => castTo(arg, types[index] ?? arg.type)), type: result }
}

function isStar(call: tree.Call, name: AggregateName): boolean {
  const [first] = call.arguments
  return name === 'COUNT' && call.arguments.length === 1 && first?.kind === 'star' && first.qualifier === undefined
}

function refuseUnsupported(call: tree.Call, name: AggregateName, spoken: string): void {
  const { position } = call
  if (call.withinGroup !== undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: `${spoken} with WITHIN GROUP` }, { position })
  if (call.semantics !== undefined)
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: `${call.semantics.toUpperCase()} outside MATCH_RECOGNIZE` }, { position })
  const skipsNulls = name === 'FIRST_VALUE' || name === 'LAST_VALUE'
  const isKnown = (skipsNulls && call.nulls === 'ignore') || (name === 'ARRAY_AGG' && (call.nulls === 'respect' || call.over === undefined))
  if (call.nulls !== undefined && !isKnown) {
    throw sqlErrors.SQL_NOT_SUPPORTED({ what: `${call.nulls.toUpperCase()} NULLS with ${spoken}` }, { position })
  }
}

/** What an aggregate over a group that may be empty gives: NULL, where it is not a count. */
export function overEmptyGroup(name: AggregateName, type: DataType): DataType {
  return aggregateSignatures[name].nulls === 'strict' || name === 'USER_AGGREGATE' ? withNullable(type, true) : type
}
