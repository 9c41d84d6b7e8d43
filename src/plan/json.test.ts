import { expect, test } from 'vitest'
import { planFromJson, planToJson } from './json.ts'
import { project, scan } from './plan.fixture.ts'
import type { Literal, Plan } from './plan.ts'

const orders = scan('orders', 'id')
const values: readonly Literal['value'][] = [
  9007199254740993n,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  'text',
  null,
  true,
  [1n, 'a'],
]

function planOf(value: Literal['value'], options: Readonly<Record<string, string>> = {}): Plan {
  const input = { ...orders, options }
  const literal: Literal = { kind: 'literal', value, type: { kind: 'double', nullable: true } }
  return { outputs: [{ kind: 'collect', input: project(input, 'id', { name: 'v', value: literal }) }] }
}

test.each(values)('%s survives', (value) => {
  const plan = planOf(value)
  expect(planFromJson(planToJson(plan))).toEqual(plan)
})

test('a text that looks like a number of ours stays a text', () => {
  const plan = planOf(1, { $bigint: '5' })
  expect(planFromJson(planToJson(plan))).toEqual(plan)
  expect(planFromJson(planToJson(planOf(1, { $entry: 'x' })))).toEqual(planOf(1, { $entry: 'x' }))
})

test('a relation that is read twice is stored once', () => {
  const shared = project(orders, 'id')
  const plan: Plan = { outputs: [{ kind: 'collect', input: { kind: 'union', inputs: [shared, shared] } }] }
  const copy = planFromJson(planToJson(plan))
  const union = copy.outputs[0]?.input
  expect(union?.kind === 'union' && union.inputs[0] === union.inputs[1]).toBe(true)
})
