import { expect, test } from 'vitest'
import { bigintType, timestampType } from '#data'
import type { Expression } from './plan.ts'
import { printExpression } from './print-expression.ts'

const a: Expression = { kind: 'column', name: 'a', type: bigintType }
const time: Expression = { kind: 'column', name: 'order time', type: timestampType }
const literal = (value: number | string): Expression => ({ kind: 'literal', value, type: bigintType })
const call = (name: 'NEGATE' | '-' | '*' | 'FLOOR_TIME', ...parts: Expression[]): Expression => ({
  kind: 'call',
  function: name,
  arguments: parts,
  type: bigintType,
})

test.each([
  [call('-', a, call('-', a, a)), 'a - (a - a)'],
  [call('-', call('-', a, a), a), 'a - a - a'],
  [call('*', call('-', a, a), a), '(a - a) * a'],
  [call('NEGATE', a), '-a'],
  [call('NEGATE', call('NEGATE', a)), '-(-a)'],
  [call('NEGATE', literal(-1)), '-(-1)'],
  [call('NEGATE', call('*', a, a)), '-(a * a)'],
  [call('FLOOR_TIME', time, literal('HOUR')), 'FLOOR(`order time` TO HOUR)'],
] as const)('%#', (expression, text) => {
  expect(printExpression(expression)).toBe(text)
})
