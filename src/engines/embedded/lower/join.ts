/** Joins: as of a time, by windows, by intervals of time, of a table that ends, which is read first; else both inputs are kept. */
import { IntervalJoin, type JoinInput, Join as JoinOperator, type Output, WindowJoin, type WindowJoinShape } from '#dataflow'
import { asOfTimeOf, type Join, type JoinTime, joinTimeOf, type Relation, type Scan, schemaOf } from '#plan'
import { isBoundedType, isReadFirst, lowerBounded } from './bounded-join.ts'
import { attachByKeys, conditionOf, keyedInputs, keysOf, placeOf, typesOf } from './join-shape.ts'
import type { Lowering } from './lowering.ts'
import { timePlace } from './places.ts'
import { Reorder } from './ports.ts'
import { lowerAsOfJoin } from './temporal-join.ts'

export function lowerJoin(join: Join, output: Output, lowering: Lowering): void {
  const asOf = asOfTimeOf(join)
  if (asOf !== null) {
    lowerAsOfJoin(join, asOf, output, lowering)
    return
  }
  const time = joinTimeOf(join, schemaOf(join.left), schemaOf(join.right))
  if (time !== null) {
    if (time.kind === 'window') lowerWindowJoin(join, time, output, lowering)
    else lowerIntervalJoin(join, time, output, lowering)
    return
  }
  const ends = (scan: Scan): boolean => lowering.isBounded(scan)
  if (isReadFirst(join.right, join.left, lowering, ends) && isBoundedType(join.type)) {
    lowerBounded({ ...join, type: join.type }, output, lowering)
  } else if (join.type === 'inner' && isReadFirst(join.left, join.right, lowering, ends)) {
    const { left, right } = join
    const leftCount = schemaOf(left).length
    const rightCount = schemaOf(right).length
    const back = [...range(rightCount, leftCount), ...range(0, rightCount)]
    const equal = join.equal.map((key) => ({ ...key, left: key.right, right: key.left }))
    const ttl = join.stateTtlMs?.left
    const swapped = { ...join, type: join.type, left: right, right: left, equal, stateTtlMs: ttl === undefined ? {} : { right: ttl } }
    lowerBounded(swapped, new Reorder(back, output), lowering)
  } else lowerRegular(join, output, lowering)
}

function lowerWindowJoin(join: Join, time: JoinTime & { readonly kind: 'window' }, output: Output, lowering: Lowering): void {
  const [left, right] = [schemaOf(join.left), schemaOf(join.right)]
  const shape = {
    type: join.type,
    keys: keysOf(join),
    types: [typesOf(left), typesOf(right)],
    windowEnds: [placeOf(left, time.left.end), placeOf(right, time.right.end)],
    clock: lowering.windowClockOf(join.left),
    condition: conditionOf(join, lowering),
    ...lateInputs(join, time, lowering),
  } as const
  const operator = lowering.sharded(keyedInputs(join), output, (to) => new WindowJoin(shape, to))
  lowering.countLate(operator)
  lowering.keep(join, operator)
  attachByKeys(join, operator, output, lowering)
}

/** Who takes late rows of both inputs, if anyone does. */
function lateInputs(join: Join, time: JoinTime & { readonly kind: 'window' }, lowering: Lowering): Pick<WindowJoinShape, 'late'> {
  const [left, right] = [[join.left, time.left] as const, [join.right, time.right] as const].map(([input, { end }]) => {
    const schema = schemaOf(input)
    return lowering.takesLate(join, schema, timePlace(schema, placeOf(schema, end))).late
  })
  return left === undefined || right === undefined ? {} : { late: [left, right] }
}

function lowerIntervalJoin(join: Join, time: JoinTime & { readonly kind: 'interval' }, output: Output, lowering: Lowering): void {
  const [left, right] = [schemaOf(join.left), schemaOf(join.right)]
  const { fromMs, toMs, role, rest } = time
  const shape = {
    type: join.type,
    keys: keysOf(join),
    types: [typesOf(left), typesOf(right)],
    times: [placeOf(left, time.left), placeOf(right, time.right)],
    time: role,
    fromMs,
    toMs,
    condition: conditionOf({ ...join, condition: rest }, lowering),
  } as const
  const operator = lowering.sharded(keyedInputs(join), output, (to) => new IntervalJoin(shape, to))
  lowering.keep(join, operator)
  attachByKeys(join, operator, output, lowering)
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index)
}

function lowerRegular(join: Join, output: Output, lowering: Lowering): void {
  const left = inputOf(join.left, join.stateTtlMs?.left, lowering)
  const right = inputOf(join.right, join.stateTtlMs?.right, lowering)
  const shape = { type: join.type, keys: keysOf(join), left, right, condition: conditionOf(join, lowering) }
  const operator = lowering.sharded(keyedInputs(join), output, (to) => new JoinOperator(shape, to))
  lowering.keep(join, lowering.letExpire(operator, left, right))
  attachByKeys(join, operator, output, lowering)
}

function inputOf(relation: Relation, ttlMs: number | undefined, lowering: Lowering): JoinInput {
  return { types: typesOf(schemaOf(relation)), retracts: !lowering.isAppendOnly(relation), ...lowering.keptFor(ttlMs) }
}
