import { expect, test } from 'vitest'
import { joinTimeOf } from './join-time.ts'
import { column, compare, join, scan, shift, timed } from './plan.fixture.ts'
import type { Expression } from './plan.ts'
import { schemaOf } from './schema.ts'

const left = timed(scan('l', 'a', 'ts'), 'ts')
const right = timed(scan('r', 'b', 'ts_r'), 'ts_r')
const l = column(left, 'ts')
const r = column(right, 'ts_r')

function bounds(...conditions: readonly Expression[]) {
  const type = { kind: 'boolean', nullable: true } as const
  const condition: Expression = { kind: 'call', function: 'AND', arguments: conditions, type }
  const time = joinTimeOf(join(left, right, { condition }), schemaOf(left), schemaOf(right))
  return time?.kind === 'interval' ? [time.fromMs, time.toMs, time.rest === null ? 0 : 1] : time
}

test('two comparisons make an interval of left minus right, both ends included', () => {
  expect(bounds(compare('>=', l, shift(r, -10)), compare('<=', l, shift(r, 20)))).toEqual([-10, 20, 0])
  expect(bounds(compare('>', l, shift(r, -10)), compare('<', l, r))).toEqual([-9, -1, 0])
})

test('it makes no difference which side stands first, or where the interval stands', () => {
  expect(bounds(compare('<=', shift(r, -10), l), compare('>=', shift(r, 20), l))).toEqual([-10, 20, 0])
  expect(bounds(compare('>=', shift(l, 10), r), compare('<=', shift(l, -20), r))).toEqual([-10, 20, 0])
})

test('equal times are an interval of nothing', () => {
  expect(bounds(compare('=', l, r))).toEqual([0, 0, 0])
  const equal = [{ left: 'ts', right: 'ts_r', nullsEqual: false }]
  expect(joinTimeOf(join(left, right, { equal }), schemaOf(left), schemaOf(right))).toMatchObject({ kind: 'interval', fromMs: 0, toMs: 0 })
})

test('other conditions are left over', () => {
  expect(bounds(compare('>=', l, r), compare('=', column(left, 'a'), column(right, 'b')), compare('<=', l, shift(r, 5)))).toEqual([0, 5, 1])
})

test('one end alone, or plain timestamps, bound nothing', () => {
  expect(bounds(compare('>=', l, r))).toBeNull()
  const plain = scan('p', 'c', 'ts_p')
  const conditions = [compare('>=', l, column(plain, 'ts_p')), compare('<=', l, column(plain, 'ts_p'))] as const
  const condition: Expression = { kind: 'call', function: 'AND', arguments: conditions, type: conditions[0].type }
  expect(joinTimeOf(join(left, plain, { condition }), schemaOf(left), schemaOf(plain))).toBeNull()
})
