import { expect, test } from 'vitest'
import { transactionIds } from './transaction-ids.ts'

const work = (place: string, index = 0, count = 1) => ({ name: `${place}#orders-1`, id: 'x', record: null, writer: { index, count } })

test('a durable writer has the same ids in every life, wherever its checkpoints are', () => {
  const { own } = transactionIds('shop', work('/a/statement-1', 2, 4))
  expect(own).toEqual([
    'shop-statement-1-orders-1-2-0',
    'shop-statement-1-orders-1-2-1',
    'shop-statement-1-orders-1-2-2',
    'shop-statement-1-orders-1-2-3',
  ])
  expect(transactionIds('shop', work('s3://bucket/b/statement-1/', 2, 3)).own).toEqual(own)
})

test('writers, statements and tables do not share ids', () => {
  const all = [
    work('/a/statement-1'),
    work('/a/statement-1', 1),
    work('/a/statement-2'),
    { name: '/a/statement-1#orders-2', id: '/a/statement-1#orders-2', record: null },
  ]
  expect(new Set(all.flatMap((each) => transactionIds('shop', each).own)).size).toBe(16)
})

test('the ids of other writers of the same work are known, and no others', () => {
  const ids = transactionIds('shop', work('/a/statement-1'))
  expect(ids.of(3).map((id) => ids.writerOf(id))).toEqual([3, 3, 3, 3])
  const foreign = [
    ...transactionIds('shop', work('/a/statement-2')).own,
    ...transactionIds('shop-statement-1', work('/a/statement-1')).own,
    'shop',
    'shop-statement-1-orders-1',
    'shop-statement-1-orders-1-0',
    'shop-statement-1-orders-1-0-0-0',
  ]
  expect(foreign.map((id) => ids.writerOf(id))).toEqual(foreign.map(() => null))
})

test('work that is not durable has ids that were never used', () => {
  const [one, two] = [transactionIds('shop', undefined), transactionIds('shop', undefined)]
  expect(one.own).toHaveLength(2)
  expect(new Set([...one.own, ...two.own]).size).toBe(4)
})
