import { describe, expect, test } from 'vitest'
import {
  boundTogether,
  joinPartitions,
  type PartitionMetrics,
  partitionsMax,
  sourcePartitions,
  watermarkStanding,
} from './source-partitions.ts'

const minute = 60_000

function partition(number: number, watermark: number | null, known: Partial<PartitionMetrics> = {}): PartitionMetrics {
  return {
    partition: `clicks-${number}`,
    state: 'active',
    currentOffset: 10,
    endOffset: 10,
    pendingRecords: 0,
    currentWatermark: watermark,
    ...known,
  }
}

const names = (of: ReturnType<typeof sourcePartitions>): string[] => of.partitions.map((each) => each.partition)
const standing = (...all: readonly PartitionMetrics[]) => watermarkStanding(sourcePartitions(true, all))

describe('the order', () => {
  test('is who holds back first, then who is idle, then who has ended', () => {
    const all = [
      partition(0, 9 * minute),
      partition(1, 2 * minute, { state: 'idle' }),
      partition(2, 4 * minute, { state: 'paused' }),
      partition(3, 1 * minute, { state: 'ended' }),
      partition(4, null),
    ]
    const found = sourcePartitions(true, all)
    expect(names(found)).toEqual(['clicks-4', 'clicks-2', 'clicks-0', 'clicks-1', 'clicks-3'])
    expect(found).toMatchObject({ counts: { active: 2, idle: 1, paused: 1, ended: 1 }, newestWatermark: 9 * minute, atLeast: 1 })
  })

  test('without times is who has most to read, then by number', () => {
    const all = [10, 2, 1].map((number) => partition(number, null)).concat(partition(30, null, { pendingRecords: 5 }))
    expect(names(sourcePartitions(false, all))).toEqual(['clicks-30', 'clicks-1', 'clicks-2', 'clicks-10'])
  })

  test('decides who is told one by one; of the others it is known how many there are', () => {
    const many = Array.from({ length: 1000 }, (_, number) => partition(number, (1000 - number) * minute))
    const found = sourcePartitions(true, many)
    expect([found.partitions.length, names(found)[0], found.counts.active]).toEqual([partitionsMax, 'clicks-999', 1000])
    // The newest is not among them.
    expect([found.newestWatermark, watermarkStanding(found)]).toMatchObject([1000 * minute, { kind: 'held', behindMs: 999 * minute }])
  })
})

describe('who holds the watermark back', () => {
  test('is the one furthest behind, and how many stand with it', () => {
    const fast = partition(0, 20 * minute)
    expect(standing(fast, partition(1, 7 * minute, { pendingRecords: 3 }))).toEqual({
      kind: 'held',
      partition: 'clicks-1',
      others: 0,
      behindMs: 13 * minute,
      pendingRecords: 3,
    })
    expect(standing(fast, partition(1, null), partition(2, null), partition(3, 1))).toMatchObject({ others: 1, behindMs: null })
  })

  test('is nobody who is idle or has ended, however old it is', () => {
    const [fast, other] = [partition(0, 20 * minute), partition(1, 20 * minute - 1000)]
    for (const state of ['idle', 'ended'] as const) {
      expect(standing(fast, other, partition(2, 1, { state }))).toEqual({ kind: 'level' })
      expect(standing(fast, other, partition(2, null, { state }))).toEqual({ kind: 'level' })
    }
    // It is waited for, though not for long: it is ahead.
    expect(standing(fast, partition(2, 7 * minute, { state: 'paused' }))).toMatchObject({ kind: 'held' })
  })

  test('is nobody where there is nothing to hold back', () => {
    const idle = partition(0, 5, { state: 'idle' })
    const ended = partition(1, 6, { state: 'ended' })
    expect(standing(idle, idle)).toEqual({ kind: 'all-idle' })
    expect(standing(idle, ended)).toEqual({ kind: 'all-idle' })
    expect(standing(ended)).toEqual({ kind: 'ended' })
    expect(standing(partition(0, null), partition(1, null))).toEqual({ kind: 'no-rows' })
    expect(standing(partition(0, 5))).toEqual({ kind: 'alone' })
    expect(watermarkStanding(sourcePartitions(false, [partition(0, null)]))).toEqual({ kind: 'untimed' })
  })
})

describe('several readers', () => {
  const first = sourcePartitions(true, [partition(0, 9 * minute), partition(2, 3 * minute)])
  const second = sourcePartitions(true, [partition(1, 3 * minute), partition(3, 8 * minute), partition(5, 1, { state: 'idle' })])

  test('are one source', () => {
    const joined = joinPartitions([first, second])
    expect(names(joined)).toEqual(['clicks-1', 'clicks-2', 'clicks-3', 'clicks-0', 'clicks-5'])
    expect(watermarkStanding(joined)).toMatchObject({ kind: 'held', partition: 'clicks-1', others: 1, behindMs: 6 * minute })
    const resting = sourcePartitions(true, [partition(7, 1, { state: 'idle' })])
    expect(watermarkStanding(joinPartitions([resting, first]))).toMatchObject({ partition: 'clicks-2', others: 0 })
  })

  test('together tell no more than one does, those furthest behind', () => {
    const reader = (offset: number) =>
      sourcePartitions(
        true,
        Array.from({ length: 200 }, (_, number) => partition(2 * number + offset, number * minute)),
      )
    const [even, odd, none] = boundTogether([reader(0), reader(1), null])
    expect([even?.partitions.length, odd?.partitions.length, none]).toEqual([128, 128, null])
    expect(even?.partitions.at(-1)?.currentWatermark).toBe(127 * minute)
    expect(boundTogether([first, second])).toEqual([first, second])
  })
})
