import { expect, test } from 'vitest'
import { operatorMetrics } from './metrics.fixture.ts'
import { type PartitionMetrics, sourcePartitions } from './source-partitions.ts'
import { sourceStandings } from './source-standing.ts'

const partition = (name: string, currentWatermark: number): PartitionMetrics => {
  return { partition: name, state: 'active', currentOffset: 1, endOffset: 1, pendingRecords: 0, currentWatermark }
}
const source = (operatorId: string, subtask: number, count: number) => {
  const partitions = Array.from({ length: count }, (_, number) => partition(`p-${subtask + 2 * number}`, 5000 * (1 + subtask + 2 * number)))
  return operatorMetrics({
    operatorId,
    operatorName: `Source: ${operatorId}`,
    kind: 'source',
    subtask,
    partitions: sourcePartitions(true, partitions),
  })
}

test('the readers of a source are one, and what knows no partitions is none', () => {
  const [first, ...others] = sourceStandings([source('1', 0, 3), source('1', 1, 3), operatorMetrics({ operatorId: '2' })], 100)
  expect(others).toEqual([])
  expect(first?.partitions.map((each) => each.partition)).toEqual(['p-0', 'p-1', 'p-2', 'p-3', 'p-4', 'p-5'])
  expect(first).toMatchObject({
    operatorName: 'Source: 1',
    leftOut: 0,
    newestWatermark: 30_000,
    standing: { partition: 'p-0', behindMs: 25_000 },
  })
})

test('of many sources with many partitions each has its share', () => {
  const found = sourceStandings([source('1', 0, 30), source('2', 0, 30), source('3', 0, 2)], 30)
  expect(found.map(({ partitions, leftOut }) => [partitions.length, leftOut])).toEqual([
    [10, 20],
    [10, 20],
    [2, 0],
  ])
  // What is left out still counts.
  expect(found[0]).toMatchObject({ counts: { active: 30 }, newestWatermark: 295_000 })
  expect(sourceStandings([source('1', 0, 3), source('2', 0, 3)], 1)).toHaveLength(1)
})
