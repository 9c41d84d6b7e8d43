import { expect, test } from 'vitest'
import { batchOf, bigintType, watermarkEnd } from '#data'
import type { Output } from '../operator.ts'
import { MeteredOutput } from './metered-output.ts'
import { OperatorMeter, Stopwatch } from './operator-meter.ts'

/** An operator that takes so long for a batch, and sends it on. */
function working(ms: number, clock: { ms: number }, output: Output | null): Output {
  const take = (send: (output: Output) => void): void => {
    clock.ms += ms
    if (output !== null) send(output)
  }
  return {
    push: (batch) => take((to) => to.push(batch)),
    advance: (watermarkMs) => take((to) => to.advance(watermarkMs)),
    finish: () => take((to) => to.finish()),
  }
}

const batch = batchOf([{ name: 'n', type: bigintType }], [[1], [2], [3]])

test('time is that of whoever works, not of who hands over', () => {
  const clock = { ms: 0, nowMs: () => 0, monotonicMs: () => clock.ms }
  const stopwatch = new Stopwatch(clock)
  const [source, first, second] = [1, 2, 3].map(() => new OperatorMeter(stopwatch)) as [OperatorMeter, OperatorMeter, OperatorMeter]
  const last = new MeteredOutput(first, second, working(7, clock, null))
  const output = new MeteredOutput(source, first, working(5, clock, last))
  clock.ms += 100
  const before = source.begin()
  clock.ms += 2
  output.push(batch)
  output.push(batch)
  clock.ms += 2
  before.begin()
  clock.ms += 100
  stopwatch.settle()
  expect([source.busyMs, first.busyMs, second.busyMs, stopwatch.outside.busyMs]).toEqual([4, 10, 14, 200])
  expect([source.rowsOut, first.rowsIn, first.rowsOut, second.rowsIn]).toEqual([6, 6, 6, 6])
  output.advance(1000)
  output.finish()
  stopwatch.settle()
  expect([source.busyMs, first.busyMs, second.busyMs]).toEqual([4, 20, 28])
})

test('an input watermark is the least of all inputs, and stays when they end', () => {
  const stopwatch = new Stopwatch({ nowMs: () => 0, monotonicMs: () => 0 })
  const [left, right, join] = [1, 2, 3].map(() => new OperatorMeter(stopwatch)) as [OperatorMeter, OperatorMeter, OperatorMeter]
  const nothing = working(0, { ms: 0 }, null)
  const [fromLeft, fromRight] = [new MeteredOutput(left, join, nothing), new MeteredOutput(right, join, nothing)]
  fromLeft.advance(500)
  expect(join.inputWatermark).toBe(Number.NEGATIVE_INFINITY)
  fromRight.advance(300)
  expect(join.inputWatermark).toBe(300)
  fromRight.advance(watermarkEnd)
  expect([join.inputWatermark, right.outputWatermark]).toEqual([500, 300])
  fromLeft.advance(watermarkEnd)
  expect(join.inputWatermark).toBe(500)
})
