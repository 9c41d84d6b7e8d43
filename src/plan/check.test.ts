import { expect, test } from 'vitest'
import { bigintType } from '#data'
import { assertPlan, problemsOf } from './check.ts'
import { column, compare, count, filter, join, number, project, scan, timed, tumble } from './plan.fixture.ts'
import type { Relation } from './plan.ts'

const orders = timed(scan('orders', 'id', 'ts'), 'ts')

function problems(relation: Relation): string[] {
  return problemsOf({ outputs: [{ kind: 'collect', input: relation }] }).map((problem) => problem.replace(/ in .*/s, ''))
}

test('a sound plan has no problems', () => {
  expect(problems(count(filter(orders, compare('>', column(orders, 'id'), number(1))), 'id'))).toEqual([])
})

const broken: Record<string, readonly [Relation, string]> = {
  'a column that is not there': [
    filter(orders, compare('=', { kind: 'column', name: 'x', type: bigintType }, number(1))),
    'no column "x" for x = 1',
  ],
  'a column of another type': [
    filter(orders, compare('=', { kind: 'column', name: 'ts', type: bigintType }, number(1))),
    '"ts" is TIMESTAMP(3), read as BIGINT',
  ],
  'two columns of a name': [project(orders, 'id', { name: 'id', value: number(1) }), 'two columns "id"'],
  'a condition that is none': [filter(orders, number(1)), 'a condition that is not BOOLEAN'],
  'a key that is not there': [count(orders, 'x'), 'an invariant does not hold: a watermark has no column "x"'],
  'a window on a plain column': [tumble(orders, 'id', 1000), 'a window on "id", which is no time column'],
  'a window of no length': [tumble(orders, 'ts', 0), 'a window of 0 ms'],
  'names on both sides of a join': [join(orders, orders), 'two columns "id"'],
  'keys of different types': [
    join(orders, scan('p', 'text_key'), { equal: [{ left: 'id', right: 'text_key', nullsEqual: false }] }),
    'keys of types BIGINT and STRING',
  ],
  'a union of different widths': [{ kind: 'union', inputs: [orders, scan('p', 'a')] }, 'inputs of 2 and 1 columns'],
  'places that are none': [
    { kind: 'top', input: orders, function: 'ROW_NUMBER', partitionBy: [], orderBy: [], from: 3, to: 2, rank: null },
    'places from 3 to 2',
  ],
}

test.each(Object.entries(broken))('%s', (_, [relation, problem]) => {
  expect(() => assertPlan({ outputs: [{ kind: 'collect', input: relation }] })).toThrow(problem)
})
