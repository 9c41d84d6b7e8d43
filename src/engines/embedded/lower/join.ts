/** Joins: by windows, by intervals of time, of a table that ends, which is read first and then only looked up; else both inputs are kept. */
import { type Batch, type DataType, flagsIn, type Schema } from '#data'
import {
  BoundedJoin,
  IntervalJoin,
  type JoinCondition,
  type JoinKeysShape,
  Join as JoinOperator,
  type Operator,
  type Output,
  WindowJoin,
} from '#dataflow'
import { columnOf, type Join, type JoinTime, joinTimeOf, type Relation, schemaOf, walkRelations } from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { Lowering } from './lowering.ts'
import { placesOf } from './places.ts'
import { InputPort, Reorder } from './ports.ts'

export function lowerJoin(join: Join, output: Output, lowering: Lowering): void {
  if (join.asOf !== null) throw embeddedErrors.ENGINE_NOT_SUPPORTED({ what: 'a join with FOR SYSTEM_TIME AS OF' })
  const time = joinTimeOf(join, schemaOf(join.left), schemaOf(join.right))
  if (time !== null) {
    if (time.kind === 'window') lowerWindowJoin(join, time, output, lowering)
    else lowerIntervalJoin(join, time, output, lowering)
    return
  }
  if (isLookedUp(join.right, join.left, lowering) && isBoundedType(join.type)) {
    lowerBounded({ ...join, type: join.type }, output, lowering)
  } else if (join.type === 'inner' && isLookedUp(join.left, join.right, lowering)) {
    const { left, right } = join
    const leftCount = schemaOf(left).length
    const rightCount = schemaOf(right).length
    const back = [...range(rightCount, leftCount), ...range(0, rightCount)]
    const equal = join.equal.map((key) => ({ ...key, left: key.right, right: key.left }))
    lowerBounded({ ...join, type: 'inner', left: right, right: left, equal }, new Reorder(back, output), lowering)
  } else lowerRegular(join, output, lowering)
}

function lowerWindowJoin(join: Join, time: JoinTime & { readonly kind: 'window' }, output: Output, lowering: Lowering): void {
  const [left, right] = [schemaOf(join.left), schemaOf(join.right)]
  const operator = new WindowJoin(
    {
      type: join.type,
      keys: keysOf(join),
      types: [typesOf(left), typesOf(right)],
      windowEnds: [placeOf(left, time.left.end), placeOf(right, time.right.end)],
      clock: lowering.windowClockOf(join.left),
      condition: conditionOf(join, lowering),
    },
    output,
  )
  lowering.countLate(operator)
  attachBoth(join, operator, lowering)
}

function lowerIntervalJoin(join: Join, time: JoinTime & { readonly kind: 'interval' }, output: Output, lowering: Lowering): void {
  const [left, right] = [schemaOf(join.left), schemaOf(join.right)]
  const { fromMs, toMs, role, rest } = time
  const operator = new IntervalJoin(
    {
      type: join.type,
      keys: keysOf(join),
      types: [typesOf(left), typesOf(right)],
      times: [placeOf(left, time.left), placeOf(right, time.right)],
      time: role,
      fromMs,
      toMs,
      condition: conditionOf({ ...join, condition: rest }, lowering),
    },
    output,
  )
  attachBoth(join, operator, lowering)
}

function attachBoth({ left, right }: Join, operator: Operator, lowering: Lowering): void {
  lowering.attach(left, new InputPort(operator, 0))
  lowering.attach(right, new InputPort(operator, 1))
}

function typesOf(schema: Schema): DataType[] {
  return schema.map((column) => column.type)
}

function placeOf(schema: Schema, name: string): number {
  return placesOf(schema, [name])[0] ?? 0
}

type BoundedType = 'inner' | 'left' | 'semi' | 'anti'

function isBoundedType(type: Join['type']): type is BoundedType {
  return type === 'inner' || type === 'left' || type === 'semi' || type === 'anti'
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index)
}

/** Whether a relation is a plain table that ends, read by nobody else on the other side, so that it can be read first. */
function isLookedUp(relation: Relation, other: Relation, lowering: Lowering): boolean {
  if (!lowering.isAppendOnly(relation)) return false
  const own = new Set<string>()
  let plain = true
  walkRelations([relation], (each) => {
    if (each.kind === 'scan') {
      own.add(each.table.join('\u0000'))
      plain &&= lowering.isBounded(each)
    } else if (each.kind !== 'values' && each.kind !== 'project' && each.kind !== 'filter' && each.kind !== 'unnest') plain = false
    if (lowering.isShared(each)) plain = false
  })
  walkRelations([other], (each) => {
    if (each.kind === 'scan' && own.has(each.table.join('\u0000'))) plain = false
  })
  return plain
}

function lowerBounded(join: Join & { readonly type: BoundedType }, output: Output, lowering: Lowering): void {
  const operator = new BoundedJoin(
    {
      type: join.type,
      keys: keysOf(join),
      right: { types: typesOf(schemaOf(join.right)), retracts: false },
      condition: conditionOf(join, lowering),
    },
    output,
  )
  lowering.attachFirst(join.right, new InputPort(operator, 1))
  lowering.attach(join.left, new InputPort(operator, 0))
}

function lowerRegular(join: Join, output: Output, lowering: Lowering): void {
  const operator = new JoinOperator(
    {
      type: join.type,
      keys: keysOf(join),
      left: inputOf(join.left, lowering),
      right: inputOf(join.right, lowering),
      condition: conditionOf(join, lowering),
    },
    output,
  )
  attachBoth(join, operator, lowering)
}

function inputOf(relation: Relation, lowering: Lowering): { types: DataType[]; retracts: boolean } {
  return { types: typesOf(schemaOf(relation)), retracts: !lowering.isAppendOnly(relation) }
}

function keysOf({ left, right, equal }: Join): JoinKeysShape {
  return {
    types: equal.map((key) => columnOf(left, key.left).type),
    columns: [
      placesOf(
        schemaOf(left),
        equal.map((key) => key.left),
      ),
      placesOf(
        schemaOf(right),
        equal.map((key) => key.right),
      ),
    ],
    nullsEqual: equal.map((key) => key.nullsEqual),
  }
}

/** The condition besides equal keys, computed for many pairs at once. */
function conditionOf({ left, right, condition }: Join, lowering: Lowering): JoinCondition | null {
  if (condition === null) return null
  const calc = lowering.calc([...schemaOf(left), ...schemaOf(right)], null, [condition])
  return (pairs: Batch) => {
    const vector = calc.run(pairs)?.columns[0]
    if (vector === undefined) return new Uint8Array(pairs.length)
    const flags = flagsIn(vector)
    const { nulls } = vector
    return nulls === null ? flags : Uint8Array.from({ length: pairs.length }, (_, row) => (nulls[row] === 1 ? 0 : (flags[row] ?? 0)))
  }
}
