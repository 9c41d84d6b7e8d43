import { expect, test } from 'vitest'
import { column, compare, filter, number, project, scan } from './plan.fixture.ts'
import type { Relation } from './plan.ts'
import { columnsIn, inputsOf, mapExpression, mapRelations, walkRelations, withInputs } from './visit.ts'

const orders = scan('orders', 'id', 'amount')
const big = filter(orders, compare('>', column(orders, 'amount'), number(5)))
const both: Relation = { kind: 'union', inputs: [project(big, 'id'), project(big, 'amount')] }

test('each relation is visited once, inputs first', () => {
  const kinds: string[] = []
  walkRelations([both, big], (relation) => kinds.push(relation.kind))
  expect(kinds).toEqual(['scan', 'filter', 'project', 'project', 'union'])
})

test('what is shared stays shared', () => {
  const [mapped] = mapRelations([both], (relation) => (relation.kind === 'filter' ? relation.input : relation))
  const [left, right] = mapped === undefined ? [] : inputsOf(mapped)
  expect(left).toMatchObject({ kind: 'project', input: orders })
  expect(left !== undefined && right !== undefined && inputsOf(left)[0] === inputsOf(right)[0]).toBe(true)
})

test('nothing changed is nothing copied', () => {
  expect(mapRelations([both], (relation) => relation)[0]).toBe(both)
  expect(withInputs(big, [orders])).toBe(big)
  expect(mapExpression(big.condition, (part) => part)).toBe(big.condition)
})

test('columns of an expression', () => {
  expect([...columnsIn(big.condition)]).toEqual(['amount'])
})
