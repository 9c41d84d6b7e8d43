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

test('where rows change, those of a join follow one another under keys that hold its columns, and under no others', () => {
  const totals = project(count(scan('orders', 'text_customer'), 'text_customer'), 'text_customer', 'n')
  const byNumber = project(count(scan('payments', 'm'), 'm'), 'm')
  const joined = join(totals, byNumber, { equal: [{ left: 'n', right: 'm', nullsEqual: false }] })
  const orderedKeys = (isSteady: boolean) =>
    deriveUpsertKeys(
      [joined],
      () => null,
      () => isSteady,
    ).get(joined)
  expect(orderedKeys(true)).toEqual([['text_customer'], ['text_customer', 'm']])
  expect(orderedKeys(false)).toEqual([])
  const same = join(totals, project(byNumber, { name: 'other', value: column(byNumber, 'm') }), {
    equal: [{ left: 'text_customer', right: 'other', nullsEqual: false }],
  })
  expect(
    deriveUpsertKeys(
      [same],
      () => null,
      () => false,
    ).get(same),
  ).toEqual([['text_customer'], ['other'], ['text_customer', 'other']])
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
