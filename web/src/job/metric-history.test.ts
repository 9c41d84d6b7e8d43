import { expect, test } from 'vitest'
import { type OperatorRow, PageHistory, pointsOf } from './metric-history.ts'

function row(operatorId: string, subtask: number, changes: Partial<OperatorRow> = {}): OperatorRow {
  return {
    operatorId,
    operatorName: operatorId,
    kind: 'operator',
    nodes: [],
    subtask,
    parallelism: 2,
    recordsIn: 0,
    recordsOut: 0,
    recordsInPerSecond: 10,
    recordsOutPerSecond: 5,
    busyMsPerSecond: 0,
    backPressuredMsPerSecond: 0,
    idleMsPerSecond: 1000,
    lateRecords: 1,
    watermark: 100,
    stateBytes: 8,
    lag: null,
    ...changes,
  }
}

test('rates and bytes are summed, the busiest subtask speaks for its operator, and the earliest watermark holds', () => {
  const points = pointsOf([
    row('a', 0, { busyMsPerSecond: 900, idleMsPerSecond: 100, watermark: 50, lag: 3 }),
    row('a', 1),
    row('b', 0, { busyMsPerSecond: 1500 }),
  ])
  expect(points.get('a')).toEqual({
    recordsInPerSecond: 20,
    recordsOutPerSecond: 10,
    busy: 0.9,
    backPressured: 0,
    idle: 0.1,
    stateBytes: 16,
    lag: 3,
    watermark: 50,
    lateRecords: 2,
  })
  expect(points.get('b')?.busy).toBe(1)
})

test('a subtask without a watermark leaves its operator without one', () => {
  expect(pointsOf([row('a', 0), row('a', 1, { watermark: null })]).get('a')?.watermark).toBeNull()
})

test('a history keeps the newest samples, and one of each time', () => {
  const history = new PageHistory(3)
  for (const at of [1, 2, 2, 3, 4, 1]) history.add(at, [row('a', 0)])
  expect(history.read().map(({ at }) => at)).toEqual([2, 3, 4])
})
