import { expect, test } from 'vitest'
import { type OperatorRow, operatorNames, pointsOf, sampleNear, samplesOf } from './metric-history.ts'

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

const answer = {
  stepMs: 10,
  times: [10, 20, 30],
  series: [
    { operatorId: 'a', operatorName: 'Source', subtask: null, metric: 'numRecordsOutPerSecond', values: [5, null, 7] },
    { operatorId: 'a', operatorName: 'Source', subtask: null, metric: 'busyTimeMsPerSecond', values: [250, null, 1200] },
    { operatorId: 'a', operatorName: 'Source', subtask: null, metric: 'currentInputWatermark', values: [3, null, null] },
    { operatorId: '', operatorName: '', subtask: null, metric: 'lastCheckpointDuration', values: [null, 40, null] },
  ],
}

test('what the server kept becomes samples, and a time in which nothing was measured is a gap', () => {
  const samples = samplesOf(answer)
  expect(samples.map(({ at, operators }) => [at, operators.get('a')?.recordsOutPerSecond, operators.get('a')?.busy])).toEqual([
    [10, 5, 0.25],
    [20, undefined, undefined],
    [30, 7, 1],
  ])
  expect(samples.map(({ job }) => job.checkpointMs)).toEqual([null, 40, null])
  expect(samples[0]?.operators.get('a')).toMatchObject({ watermark: 3, lag: null })
  expect([...operatorNames(answer)]).toEqual([['a', 'Source']])
})

test('the sample nearest to a moment is one in which something was measured', () => {
  const samples = samplesOf(answer)
  expect([sampleNear(samples, 21)?.at, sampleNear(samples, 19)?.at, sampleNear(samples, 99)?.at]).toEqual([30, 10, 30])
  expect(sampleNear([], 1)).toBeUndefined()
})
