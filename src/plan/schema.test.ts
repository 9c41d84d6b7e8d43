import { expect, test } from 'vitest'
import { printType } from '#data'
import { column, compare, count, interval, join, project, roles, scan, shift, timed, tumble } from './plan.fixture.ts'
import { schemaOf } from './schema.ts'

const orders = timed(scan('orders', 'id', 'ts'), 'ts')
const payments = timed(scan('payments', 'order_id', 'ts_paid'), 'ts_paid')

test('a watermark makes event time, and a bare reference keeps it', () => {
  const renamed = project(orders, { name: 'at', value: column(orders, 'ts') }, { name: 'later', value: shift(column(orders, 'ts'), 5) })
  expect(roles(schemaOf(renamed))).toEqual(['at event-time', 'later'])
})

test('PROCTIME() is processing time', () => {
  const type = { kind: 'timestamp-ltz', precision: 3, nullable: false } as const
  const clocked = project(orders, { name: 'now', value: { kind: 'call', function: 'PROCTIME', arguments: [], type } })
  expect(roles(schemaOf(clocked))).toEqual(['now processing-time'])
  expect(roles(schemaOf(tumble(clocked, 'now', 1000))).at(-1)).toBe('window_time processing-time')
})

test('a window adds its bounds and its time', () => {
  const windowed = tumble(orders, 'ts', 1000)
  expect(roles(schemaOf(windowed)).slice(2)).toEqual(['window_start window-start', 'window_end window-end', 'window_time window-time'])
  const grouped = { ...count(windowed, 'window_start', 'window_end', 'window_time'), window: { start: 'window_start', end: 'window_end' } }
  expect(roles(schemaOf(grouped))).toEqual(['window_start window-start', 'window_end window-end', 'window_time window-time', 'n'])
})

test('a group aggregation and DISTINCT turn time into plain timestamps', () => {
  expect(roles(schemaOf(count(orders, 'ts')))).toEqual(['ts', 'n'])
  expect(roles(schemaOf({ kind: 'distinct', input: orders }))).toEqual(['id', 'ts'])
})

test('a join keeps time only when it bounds time', () => {
  const equal = [{ left: 'id', right: 'order_id', nullsEqual: false }]
  expect(roles(schemaOf(join(orders, payments, { equal })))).toEqual(['id', 'ts', 'order_id', 'ts_paid'])
  const both = { left: column(orders, 'ts'), right: column(payments, 'ts_paid') }
  const within = compare('>=', both.right, both.left)
  const until = compare('<', both.right, shift(both.left, 5000))
  const condition = { kind: 'call', function: 'AND', arguments: [within, until], type: within.type } as const
  expect(roles(schemaOf(join(orders, payments, { equal, condition })))).toEqual(['id', 'ts event-time', 'order_id', 'ts_paid event-time'])
  expect(roles(schemaOf(join(orders, payments, { equal, condition: within })))).toEqual(['id', 'ts', 'order_id', 'ts_paid'])
  expect(roles(schemaOf(join(orders, payments, { type: 'semi', equal })))).toEqual(['id', 'ts'])
})

test('the padded side of an outer join can be NULL', () => {
  const key = project(payments, { name: 'k', value: { kind: 'literal', value: 1, type: { kind: 'integer', nullable: false } } })
  const types = schemaOf(join(orders, key, { type: 'left' })).map(({ type }) => printType(type))
  expect(types).toEqual(['BIGINT', 'TIMESTAMP(3)', 'INT'])
})

test('keys outside some grouping set can be NULL', () => {
  const notNull = project(orders, { name: 'k', value: { kind: 'literal', value: 1, type: { kind: 'integer', nullable: false } } }, 'id')
  const grouped = { ...count(notNull, 'k', 'id'), groupingSets: { sets: [['k', 'id'], ['id']], groupingId: 'g' } }
  expect(schemaOf(grouped).map(({ name, type }) => `${name} ${printType(type)}`)).toEqual([
    'k INT',
    'id BIGINT',
    'n BIGINT NOT NULL',
    'g BIGINT NOT NULL',
  ])
})

test('a union is as nullable as any of its inputs', () => {
  const one = project(orders, { name: 'a', value: interval(1) })
  const other = project(orders, { name: 'b', value: { kind: 'literal', value: null, type: { kind: 'interval-day-time', nullable: true } } })
  expect(schemaOf({ kind: 'union', inputs: [one, other] })).toEqual([{ name: 'a', type: { kind: 'interval-day-time', nullable: true } }])
})
