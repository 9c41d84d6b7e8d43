/** Binds functions with OVER. */
import { suggestion } from '#base'
import type { DataType } from '#data'
import {
  type AggregateName,
  aggregateNamed,
  type Expression,
  type FunctionDefinition,
  type Origin,
  type OverFrame,
  type OverName,
  overFunctionNamed,
  overSignatures,
  type UserFunction,
} from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { aggregateArguments, userPart } from './aggregate-call.ts'
import { boundArguments } from './arguments.ts'
import { originOf, resolve, typeText } from './call.ts'
import { castTo } from './coerce.ts'
import { checkOrder, directionOf } from './order.ts'
import type { PendingOrder, PendingOver, Place } from './place.ts'

/** `name` is how the function is spoken of; `user` the function of a user that it is. */
export function bindOver(call: tree.Call, name: string, user: FunctionDefinition | null, place: Place): Expression {
  const { position } = call
  if (place.inside !== null) throw sqlErrors.SQL_OVER_PLACE({ function: name, clause: `the arguments of ${place.inside}` }, { position })
  const over = user === null ? overFunctionNamed(name) : undefined
  const aggregate = user === null ? aggregateNamed(name) : 'USER_AGGREGATE'
  if (over === undefined && aggregate === undefined) throw sqlErrors.SQL_NOT_AN_AGGREGATE({ function: name, clause: 'OVER' }, { position })
  const window = windowOf(call, place)
  const inner = place.beneathOver(name)
  const partitionBy = inner.bindAll(window.partitionBy)
  const orderBy = window.orderBy.map((item) => orderOf(item, inner))
  const called = over === undefined ? bindAggregateOver(call, aggregate ?? 'COUNT', user, inner) : bindRank(call, over, inner, orderBy)
  const pending: PendingOver = {
    ...called,
    origin: originOf(position),
    distinct: call.quantifier === 'distinct',
    partitionBy,
    orderBy,
    frame: over === undefined ? frameOf(window, orderBy, name, place) : wholeFrame,
  }
  const bound = place.collector?.over(pending, [position, ...namedWindows(call, place)])
  if (bound !== null && bound !== undefined) return bound
  const hint = 'Compute it in a subquery, and use its result outside.'
  throw sqlErrors.SQL_OVER_PLACE({ function: name, clause: place.clause }, { position, hint })
}

const wholeFrame: OverFrame = { unit: 'rows', preceding: null }

interface Called {
  readonly function: AggregateName | OverName
  readonly arguments: readonly Expression[]
  readonly type: DataType
  readonly user?: UserFunction
  readonly origin?: Origin
}

function bindAggregateOver(call: tree.Call, name: AggregateName, user: FunctionDefinition | null, inner: Place): Called {
  if (call.filter !== undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'FILTER with OVER' }, { position: call.filter.position })
  return { function: name, ...aggregateArguments(call, name, user, inner), ...userPart(call, user) }
}

function bindRank(call: tree.Call, name: OverName, inner: Place, orderBy: readonly PendingOrder[]): Called {
  const { position } = call
  if (call.quantifier !== undefined)
    throw sqlErrors.SQL_NOT_AN_AGGREGATE({ function: name, clause: call.quantifier.toUpperCase() }, { position })
  if (orderBy.length === 0) {
    throw sqlErrors.SQL_OVER_ORDER_MISSING({ function: name }, { position, hint: `Write ${name}() OVER (PARTITION BY … ORDER BY …).` })
  }
  const args = boundArguments(call, inner)
  const { types, result } = resolve(overSignatures[name], args, position, { name })
  return { function: name, arguments: args.map((arg, index) => castTo(arg, types[index] ?? arg.type)), type: result }
}

/** The specification that a call names or writes; one that starts from a named window adds to it. */
function windowOf(call: tree.Call, place: Place): tree.WindowSpecification {
  const { over } = call
  if (over === undefined) throw sqlErrors.SQL_OVER_MISSING({ function: nameText(call.name) }, { position: call.position })
  if (over.kind === 'window-reference') return namedWindow(over.name, place)
  if (over.base === undefined) return over
  const base = namedWindow(over.base, place)
  return {
    ...over,
    partitionBy: over.partitionBy.length > 0 ? over.partitionBy : base.partitionBy,
    orderBy: over.orderBy.length > 0 ? over.orderBy : base.orderBy,
    ...(over.frame === undefined && base.frame !== undefined ? { frame: base.frame } : {}),
  }
}

function namedWindow(name: tree.Identifier, place: Place): tree.WindowSpecification {
  const found = place.windows.find((window) => window.name.text === name.text)
  if (found !== undefined) return found.specification
  const known = place.windows.map((window) => window.name.text)
  throw sqlErrors.SQL_WINDOW_NOT_FOUND(
    { window: name.text },
    { position: name.position, ...suggestion(name.text, known, 'windows of this query') },
  )
}

/** Where the window stands that a call names. */
function namedWindows({ over }: tree.Call, { windows }: Place): tree.NamedWindow['position'][] {
  const name = over?.kind === 'window-reference' ? over.name : over?.base
  return windows.filter((window) => window.name.text === name?.text).map(({ position }) => position)
}

function orderOf(item: tree.OrderItem, place: Place): PendingOrder {
  const value = place.bind(item.expression)
  checkOrder(value.type, item.expression.position)
  return { value, ...directionOf(item) }
}

const wholePartition: OverFrame = { unit: 'rows', preceding: null, following: null }

/** Without a frame: all rows up to the current one and its equals, or all rows of the partition where none comes before another. */
function frameOf(window: tree.WindowSpecification, orderBy: readonly PendingOrder[], name: string, place: Place): OverFrame {
  const { frame } = window
  if (frame === undefined) return orderBy.length === 0 ? wholePartition : { unit: 'range', preceding: null }
  if (orderBy.length === 0) {
    const hint = 'Add ORDER BY, or leave out the frame.'
    throw sqlErrors.SQL_OVER_ORDER_MISSING({ function: name }, { position: window.position, hint })
  }
  const { start, end, unit } = frame
  const following = followingOf(end, unit, place)
  switch (start.bound) {
    case 'unbounded-preceding':
      return { unit, preceding: null, ...following }
    case 'current-row':
      return { unit, preceding: 0, ...following }
    case 'preceding':
      return { unit, preceding: offsetOf(start, unit, place), ...following }
    default:
      throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'a frame that starts after the current row' }, { position: start.position })
  }
}

function followingOf(end: tree.FrameBound, unit: 'rows' | 'range', place: Place): Pick<OverFrame, 'following'> {
  if (end.bound === 'current-row') return {}
  if (end.bound === 'unbounded-following') return { following: null }
  if (end.bound === 'following' && unit === 'rows') return { following: offsetOf(end, unit, place) }
  const what = end.bound === 'following' ? 'a RANGE that ends so far after the current row' : 'a frame that ends before the current row'
  throw sqlErrors.SQL_NOT_SUPPORTED({ what }, { position: end.position, hint: 'End it with CURRENT ROW.' })
}

function offsetOf(bound: tree.FrameBound, unit: 'rows' | 'range', place: Place): number {
  const { offset, position } = bound
  const value = offset === undefined ? undefined : place.bind(offset)
  const expected = unit === 'rows' ? 'a whole number' : "an interval such as INTERVAL '1' HOUR"
  const kind = unit === 'rows' ? 'integer' : 'interval-day-time'
  if (value?.kind === 'literal' && value.type.kind === kind && typeof value.value === 'number' && value.value >= 0) return value.value
  const got = value === undefined ? 'nothing' : value.kind === 'literal' ? typeText(value) : 'an expression'
  throw sqlErrors.SQL_FRAME_OFFSET({ unit: unit.toUpperCase(), expected, got }, { position })
}
