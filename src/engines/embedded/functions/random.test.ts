import { expect, test } from 'vitest'
import { bigintType, doubleType, integerType } from '#data'
import type { CallShape, Session } from './evaluation.ts'
import { evaluations } from './index.ts'

const session: Session = {
  timeZone: 'UTC',
  clock: { nowMs: () => 1000, monotonicMs: () => 0 },
  startedAtMs: Number.NaN,
  userFunction: () => () => null,
}

function call(name: 'RAND' | 'RAND_INTEGER', constants: readonly unknown[], random?: () => number): (...values: unknown[]) => unknown {
  const shape: CallShape = {
    arguments: constants.map(() => bigintType),
    result: name === 'RAND' ? doubleType : integerType,
    constants,
    session: random === undefined ? session : { ...session, random },
    user: undefined,
  }
  return evaluations[name](shape) as (...values: unknown[]) => unknown
}

test('a literal seed starts the sequence of java.util.Random', () => {
  const rand = call('RAND', [42])
  expect([rand(42), rand(42), rand(42)]).toEqual([0.7275636800328681, 0.6832234717598454, 0.30871945533265976])
  const integers = call('RAND_INTEGER', [42, 10])
  expect([integers(42, 10), integers(42, 10), integers(42, 10), integers(42, 10)]).toEqual([0, 3, 8, 4])
})

test('a seed from a column starts again in each row', () => {
  const rand = call('RAND', [undefined])
  expect([rand(42), rand(42)]).toEqual([0.7275636800328681, 0.7275636800328681])
})

test('without a seed the source of the session is used', () => {
  expect(call('RAND', [], () => 0.25)()).toBe(0.25)
  expect(call('RAND_INTEGER', [undefined], () => 0.25)(10)).toBe(2)
})

test('without a source each call has a sequence of its own', () => {
  const [first, second] = [call('RAND', []), call('RAND', [])]
  const values = [first(), first(), second(), second()] as number[]
  expect(new Set(values).size).toBe(4)
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
})
