import { expect, test } from 'vitest'
import { allChanges, appendOnly, type Changelog, changelogMode, inferChangelog, type UpsertMaterialize } from './changelog.ts'
import { column, compare, count, filter, join, number, project, scan, timed, tumble } from './plan.fixture.ts'
import type { Output, Relation } from './plan.ts'
import { printExpression } from './print-expression.ts'

interface World {
  readonly source?: Changelog
  readonly takes?: 'append' | 'upsert' | 'newest' | 'all'
  readonly key?: readonly string[]
  readonly upsertMaterialize?: UpsertMaterialize
}

function infer(relation: Relation, { source = appendOnly, takes = 'all', key = [], ...facts }: World = {}) {
  const output: Output = { kind: 'insert', table: ['c', 'd', 'out'], input: relation, overwrite: false, options: {} }
  return inferChangelog({ outputs: [output] }, { scan: () => ({ changelog: source, key: null }), sink: () => ({ takes, key }), ...facts })
}

function modeOf(relation: Relation, world: World = {}): string {
  return changelogMode(infer(relation, world).changelogOf(relation))
}

const orders = timed(scan('orders', 'id', 'text_customer', 'ts'), 'ts')
const perCustomer = count(orders, 'text_customer')
const few = (relation: Relation) => filter(relation, compare('<', column(relation, 'n'), number(10)))

test('a filter over appends appends', () => {
  const relation = filter(orders, compare('=', column(orders, 'id'), number(1)))
  expect(printExpression(relation.condition)).toBe('id = 1')
  expect(modeOf(relation)).toBe('append')
})

test('a group aggregate changes rows; a window aggregate appends', () => {
  expect(modeOf(perCustomer)).toBe('retract')
  const windowed = tumble(orders, 'ts', 1000)
  expect(modeOf({ ...count(windowed, 'window_start', 'window_end'), window: { start: 'window_start', end: 'window_end' } })).toBe('append')
})

test('groups go away only when their rows do', () => {
  expect(infer(perCustomer).changelogOf(perCustomer).deletes).toBe(false)
  expect(infer(perCustomer, { source: allChanges }).changelogOf(perCustomer).deletes).toBe(true)
  const all = count(orders)
  expect(infer(all, { source: allChanges }).changelogOf(all).deletes).toBe(false)
})

test('a sink with the key of the aggregate needs no old rows', () => {
  const world: World = { takes: 'upsert', key: ['text_customer'] }
  expect(modeOf(perCustomer, world)).toBe('upsert')
  expect(infer(perCustomer, world).outputs[0]?.materialize).toBe(false)
})

test('a sink that keeps no rows needs no old ones, whatever their key', () => {
  const needs = infer(project(perCustomer, 'n'), { takes: 'newest' })
  expect(needs.outputs[0]).toMatchObject({ materialize: false, changelog: { updates: true, before: false } })
  expect(infer(few(perCustomer), { takes: 'newest' }).changelogOf(perCustomer).before).toBe(true)
})

test('a filter needs them, for a row may leave what it lets through', () => {
  const world: World = { takes: 'upsert', key: ['text_customer'] }
  const relation = few(perCustomer)
  expect(infer(relation, world).changelogOf(perCustomer).before).toBe(true)
})

test('rows are kept before a sink with another key, unless nothing is to be kept, but none before one that takes all changes', () => {
  const relation = project(perCustomer, 'n')
  const world: World = { takes: 'upsert', key: ['n'] }
  expect(infer(relation, world).outputs[0]).toMatchObject({ materialize: true, sinkKey: 'other', changelog: { before: true } })
  const none = infer(relation, { ...world, upsertMaterialize: 'none' })
  expect(none.outputs[0]).toMatchObject({ materialize: false, sinkKey: 'other', changelog: { before: true } })
  const all = infer(relation, { ...world, takes: 'all', upsertMaterialize: 'force' })
  expect(all.outputs[0]).toMatchObject({ materialize: false, changelog: { before: true } })
})

test('a sink with a wider key is told what a row was, since it may have had another key', () => {
  const world: World = { takes: 'upsert', key: ['text_customer', 'n'] }
  expect(infer(perCustomer, world).outputs[0]).toMatchObject({ materialize: false, sinkKey: 'wider', changelog: { before: true } })
})

test('rows can be kept before any sink of upserts that has a key', () => {
  const upsertMaterialize = 'force'
  const same = infer(perCustomer, { takes: 'upsert', key: ['text_customer'], upsertMaterialize })
  expect(same.outputs[0]).toMatchObject({ materialize: true, sinkKey: 'same', changelog: { before: true } })
  expect(infer(orders, { takes: 'upsert', key: ['id'], upsertMaterialize }).outputs[0]?.materialize).toBe(true)
  expect(infer(orders, { takes: 'all', key: ['id'], upsertMaterialize }).outputs[0]?.materialize).toBe(false)
  expect(infer(orders, { takes: 'upsert', upsertMaterialize }).outputs[0]?.materialize).toBe(false)
  expect(infer(orders, { takes: 'upsert', key: ['id'] }).outputs[0]?.materialize).toBe(false)
})

test('a sink that only appends refuses changes, and says where they come from', () => {
  expect(() => infer(few(perCustomer), { takes: 'append' })).toThrow(
    'table "out" takes inserts only, but the query changes rows it gave before',
  )
  expect(() => infer(perCustomer, { takes: 'upsert' })).toThrow('table "out" needs a primary key to take updates')
})

test('an inner join passes changes on, an outer join makes them', () => {
  const payments = scan('payments', 'order_id')
  const equal = [{ left: 'id', right: 'order_id', nullsEqual: false }]
  expect(modeOf(join(orders, payments, { equal }))).toBe('append')
  expect(modeOf(join(orders, payments, { equal, type: 'left' }))).toBe('retract')
  expect(modeOf(join(orders, payments, { equal, type: 'anti' }))).toBe('retract')
})

test('OVER takes inserts only', () => {
  const over: Relation = {
    kind: 'over',
    input: perCustomer,
    partitionBy: [],
    orderBy: [],
    frame: { unit: 'rows', preceding: null },
    measures: [],
  }
  expect(() => infer(over)).toThrow('an OVER aggregate takes inserts only, but its input changes rows')
})

test('upsert keys follow columns through projects and joins', () => {
  const named = project(perCustomer, { name: 'who', value: column(perCustomer, 'text_customer') }, 'n')
  const other = count(scan('payments', 'text_payer'), 'text_payer')
  const apart = project(other, 'text_payer', { name: 'm', value: column(other, 'n') })
  const joined = join(named, apart, { equal: [{ left: 'who', right: 'text_payer', nullsEqual: false }] })
  expect(infer(joined).upsertKeysOf(named)).toEqual([['who']])
  expect(infer(joined).upsertKeysOf(joined)).toEqual([['who'], ['text_payer'], ['who', 'text_payer']])
})

test('TO_CHANGELOG sends rows that stay, and asks for the old ones; FROM_CHANGELOG sends every change of rows that stay', () => {
  const told: Relation = { kind: 'to-changelog', input: perCustomer, op: 'op', codes: [{ code: 'i', change: 'INSERT' }] }
  const changelog = infer(told)
  expect(changelogMode(changelog.changelogOf(told))).toBe('append')
  expect(changelog.changelogOf(perCustomer).before).toBe(true)
  const back = (input: Relation): Relation => ({ kind: 'from-changelog', input, op: 'op', codes: [{ code: 'i', change: 'INSERT' }] })
  expect(modeOf(back(told), { takes: 'upsert', key: ['text_customer'] })).toBe('retract')
  expect(infer(back(told), { takes: 'upsert', key: ['text_customer'] }).outputs[0]?.materialize).toBe(true)
  expect(modeOf(back(told), { takes: 'newest' })).toBe('retract')
  expect(() => infer(back(perCustomer))).toThrow('FROM_CHANGELOG takes inserts only, but its input changes rows')
})
