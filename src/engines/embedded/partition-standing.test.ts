import { expect, test } from 'vitest'
import type { SplitStanding } from '#connectors'
import { watermarkNone } from '#data'
import { partitionStanding } from './partition-standing.ts'

const split = (name: string, known: Partial<SplitStanding> = {}): SplitStanding => ({
  split: name,
  name: `orders-${name}`,
  position: 3,
  end: 8,
  pendingRows: 5,
  hasEnded: false,
  ...known,
})
const time = (watermark: number, isIdle = false) => ({ watermark, isIdle, highest: watermark, rows: 0, arrivals: 1 })
const task = (times: Readonly<Record<string, ReturnType<typeof time>>>, isIdle = false) => ({
  isTimed: true,
  isIdle,
  splits: () => new Map(Object.entries(times)),
})
const wholeName = 'orders-1'
const nobody = (): boolean => false

test('joins what a reader knows with the watermarks of its splits', () => {
  const reader = { standing: () => [split('0'), split('1', { position: '17-1', end: null, pendingRows: null }), split('2')] }
  const found = partitionStanding(
    { task: task({ 0: time(9000), 1: time(watermarkNone, true) }), reader, hasEnded: false, wholeName },
    (each) => each === '0',
  )
  const place = { currentOffset: 3, endOffset: 8, pendingRecords: 5 }
  expect(found?.partitions).toEqual([
    { partition: 'orders-2', state: 'active', ...place, currentWatermark: null },
    { partition: 'orders-0', state: 'paused', ...place, currentWatermark: 9000 },
    { partition: 'orders-1', state: 'idle', currentOffset: '17-1', endOffset: null, pendingRecords: null, currentWatermark: null },
  ])
})

test('one that is read to its end has ended, unless it is still looked at', () => {
  const reader = { standing: () => [split('0', { hasEnded: true }), split('1', { hasEnded: true })] }
  const found = partitionStanding({ task: task({ 0: time(5) }), reader, hasEnded: false, wholeName }, nobody)
  expect(found?.partitions.map(({ partition, state }) => [partition, state])).toEqual([
    ['orders-0', 'active'],
    ['orders-1', 'ended'],
  ])
  expect(partitionStanding({ task: task({ 0: time(5) }), reader, hasEnded: true, wholeName }, nobody)?.counts).toMatchObject({ ended: 2 })
})

test('of a reader that tells nothing only times are told: of all as one, or of splits that their rows name', () => {
  const standing = (of: ReturnType<typeof task>) => partitionStanding({ task: of, reader: {}, hasEnded: false, wholeName }, nobody)
  const place = { currentOffset: null, endOffset: null, pendingRecords: null }
  expect(standing(task({ files: time(5) }, true))?.partitions).toEqual([
    { partition: 'orders-1', state: 'idle', ...place, currentWatermark: 5 },
  ])
  expect(standing(task({}))?.partitions).toEqual([{ partition: 'orders-1', state: 'active', ...place, currentWatermark: null }])
  expect(standing(task({ x: time(5), y: time(4) }))?.partitions.map(({ partition }) => partition)).toEqual(['y', 'x'])
  expect(standing({ ...task({}), isTimed: false })).toBeNull()
})

test('names from outside are cut', () => {
  const reader = { standing: () => [split('0', { name: 'x'.repeat(5000), position: 'y'.repeat(5000) })] }
  const [first] = partitionStanding({ task: task({}), reader, hasEnded: false, wholeName }, nobody)?.partitions ?? []
  expect([first?.partition.length, String(first?.currentOffset).length]).toEqual([200, 200])
})
