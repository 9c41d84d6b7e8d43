import { expect, test } from 'vitest'
import { PartitionFeed } from './reader-partition.ts'

const start = { topic: 'orders', id: '', partition: 3, offset: 10, end: Number.POSITIVE_INFINITY }
const fetched = (latest: number) => ({ topic: 'orders', partition: 3, trouble: null, latest, aborted: null, bytes: new Uint8Array() })

test('tells where a partition stands, as far as brokers have said', () => {
  const feed = new PartitionFeed(start, 1000, true)
  const known = { split: 'orders-3', name: 'orders-3', position: 10, hasEnded: false }
  expect(feed.standing).toEqual({ ...known, end: null, pendingRows: null })
  feed.take(fetched(25))
  expect(feed.standing).toEqual({ ...known, end: 25, pendingRows: 15 })
  feed.position = 25
  expect(feed.standing).toMatchObject({ position: 25, end: 25, pendingRows: 0 })
})

test('one with a bound ends there, also before brokers have said anything', () => {
  const feed = new PartitionFeed({ ...start, end: 12 }, 1000, true)
  expect(feed.standing).toMatchObject({ end: 12, pendingRows: null, hasEnded: false })
  feed.take(fetched(25))
  expect(feed.standing).toMatchObject({ end: 12, pendingRows: 2 })
  feed.position = 12
  expect(feed.standing).toMatchObject({ pendingRows: 0, hasEnded: true })
})
