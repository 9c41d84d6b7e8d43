import { expect, test } from 'vitest'
import { bigintType, withNullable } from '#data'
import { column, count, join, project, scan } from './plan.fixture.ts'
import type { Join, Relation } from './plan.ts'
import { deriveUpsertKeys } from './upsert-key.ts'

function keysOf(relation: Relation) {
  return deriveUpsertKeys([relation], () => null).get(relation)
}

/** The keys of counts per customer and per payer, joined. */
function joinedCounts(type: Join['type']) {
  const orders = count(scan('orders', 'text_customer'), 'text_customer')
  const payments = count(scan('payments', 'text_payer'), 'text_payer')
  const renamed = project(payments, 'text_payer', { name: 'm', value: column(payments, 'n') })
  return keysOf(join(orders, renamed, { type, equal: [{ left: 'text_customer', right: 'text_payer', nullsEqual: false }] }))
}

test('joined rows have the keys of both inputs together, and one of them where the other has at most one partner', () => {
  const both = ['text_customer', 'text_payer']
  expect(joinedCounts('inner')).toEqual([['text_customer'], ['text_payer'], both])
  expect(joinedCounts('left')).toEqual([['text_customer'], both])
  expect(joinedCounts('right')).toEqual([['text_payer'], both])
})

test('a full join has no key where a group of NULL on either side may be without partner: both are padded to NULL, NULL', () => {
  expect(joinedCounts('full')).toEqual([])
})

test('a full join has a key where one side is known by what is never NULL', () => {
  const sure = { ...scan('orders', 'id'), columns: [{ name: 'id', type: withNullable(bigintType, false) }] }
  const orders = count(sure, 'id')
  const payments = project(count(scan('payments', 'order_id'), 'order_id'), 'order_id')
  const equal = [{ left: 'id', right: 'order_id', nullsEqual: false }]
  expect(keysOf(join(orders, payments, { type: 'full', equal }))).toEqual([['id', 'order_id']])
})
