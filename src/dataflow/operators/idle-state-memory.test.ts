import { expect, test } from 'vitest'
import { batchOf, type Schema, stringType } from '#data'
import { FakeClock } from '../check/clocked-run.fixture.ts'
import type { Operator } from '../operator.ts'
import type { Retention } from '../state/expiry.ts'
import { createDeduplicate } from './deduplicate.ts'
import { Distinct } from './distinct.ts'
import { GroupAggregate } from './group-aggregate.ts'
import { Join } from './join.ts'
import { Materialise } from './materialise.ts'
import { Top } from './top.ts'

const schema: Schema = [{ name: 'key', type: stringType }]
const types = [stringType]
const ignored = { push: () => undefined, advance: () => undefined, finish: () => undefined }
const top = { types, partitionBy: [0], from: 1, to: 2, placed: false, retracts: true, emitsUpdateBefore: true }
const keys = { types, columns: [[0], [0]], nullsEqual: [false] } as const

type Sized = Operator & { readonly stateBytes: number }

const operators: Readonly<Record<string, (retention: Retention) => Sized>> = {
  'a group aggregate': (retention) =>
    new GroupAggregate({ keys: types, measures: [], resultTypes: [], emitsUpdateBefore: true, retention }, ignored),
  DISTINCT: (retention) => new Distinct({ types, retention }, ignored),
  'a deduplication by arrival': (retention) => sized(deduplicate('first', retention)),
  'a deduplication by update': (retention) => sized(deduplicate('last', retention)),
  'a Top-N': (retention) => new Top({ ...top, orderBy: [{ column: 0, descending: false, nullsFirst: true }], retention }, ignored),
  'a LIMIT': (retention) => new Top({ ...top, orderBy: [], retention }, ignored),
  'a materialiser': (retention) => new Materialise({ types, key: [0], retention }, ignored),
  'a join': (retention) => {
    const side = { types, retracts: true, retention }
    return new Join({ type: 'full', keys, left: side, right: side, condition: null }, ignored)
  },
}

function deduplicate(keep: 'first' | 'last', retention: Retention): Operator {
  return createDeduplicate({ types, key: [0], keep, time: null, emitsUpdateBefore: false, retention }, ignored)
}

function sized(operator: Operator): Sized {
  return operator as Sized
}

/** The most bytes that an operator holds early and late, where all rows have new keys and two batches of them have not expired. */
function bytesHeld(operator: Sized, clock: FakeClock): readonly [early: number, late: number] {
  let [early, late] = [0, 0]
  for (let step = 0; step < 240; step++) {
    clock.set(step * 50)
    const rows = Array.from({ length: 500 }, (_, row) => [`key ${step} ${row}`])
    operator.push(0, batchOf(schema, rows))
    if (step < 80) early = Math.max(early, operator.stateBytes)
    else late = Math.max(late, operator.stateBytes)
  }
  return [early, late]
}

test.for(Object.entries(operators))('the memory of what expired in %s is used again', ([, create]) => {
  const clock = new FakeClock()
  const [early, late] = bytesHeld(create({ ttlMs: 100, clock }), clock)
  expect(late).toBeLessThan(early * 1.2)
  const kept = new FakeClock()
  const [first, last] = bytesHeld(create({ ttlMs: 1e9, clock: kept }), kept)
  expect(last).toBeGreaterThan(first * 2)
})
