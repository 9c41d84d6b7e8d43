/** Names of indexes and ids of documents. */
import { beforeAll, describe, expect, test } from 'vitest'
import { batchOf, bigintType, dateType, doubleType, type Schema, stringType, timestampLtzType, timestampType } from '#data'
import type { ConnectorTable } from '../connector.ts'
import { idPrinter } from './document-id.ts'
import { indexPattern } from './index-pattern.ts'
import { openSearchTable } from './options.ts'
import { sinkOf, tableOf } from './server.fixture.ts'

const schema: Schema = [
  { name: 'a', type: stringType },
  { name: 'b', type: stringType },
  { name: 'n', type: bigintType },
  { name: 'ts', type: timestampType },
  { name: 'tz', type: timestampLtzType },
  { name: 'd', type: dateType },
  { name: 'x', type: doubleType },
]
beforeAll(() => sinkOf(tableOf({})))

const settingsOf = (options: Readonly<Record<string, string>>, more: Partial<ConnectorTable>) =>
  openSearchTable(tableOf(options, { schema, ...more }))
const rowsWith = (...rows: readonly Readonly<Record<string, unknown>>[]) =>
  batchOf(
    schema,
    rows.map((row) => schema.map(({ name }) => row[name] ?? null)),
  )

describe('an index', () => {
  const nameOf = (index: string, row: Readonly<Record<string, unknown>>, more: Partial<ConnectorTable> = {}) =>
    indexPattern(settingsOf({ index }, { primaryKey: [], ...more }), schema).of(rowsWith(row), 0)
  const moment = Date.UTC(2024, 0, 2, 23, 30, 5)

  test.each([
    ['clicks', {}, 'clicks'],
    ['clicks-{a}', { a: 'home' }, 'clicks-home'],
    ['{a}-{n}', { a: 'x', n: 7 }, 'x-7'],
    ['c-{ts|yyyy-MM-dd}', { ts: moment }, 'c-2024-01-02'],
    ['c-{ts|yyyy-MM-dd}-{a}', { ts: moment, a: 'q' }, 'c-2024-01-02-q'],
    ['c-{tz|yyyy-MM-dd}', { tz: moment }, 'c-2024-01-03'],
    ['c-{ts|}', { ts: moment }, 'c-2024_01_02_23_30_05'],
    ['c-{d|yyyy_MM}', { d: 19_724 }, 'c-2024_01'],
    ['c-{d|}', { d: 19_724 }, 'c-2024_01_02'],
    ['.hidden-{a}', { a: 'x' }, '.hidden-x'],
  ])('%s of %o is %s', (index, row, name) => {
    expect(nameOf(index, row, { timeZone: 'Europe/Berlin' })).toEqual({ index: name })
  })

  test('can hold the time of writing, in the zone of the session', () => {
    const clock = { nowMs: () => moment, monotonicMs: () => 0 }
    expect(nameOf('c-{now()|yyyy-MM-dd}', {}, { clock, timeZone: 'Europe/Berlin' })).toEqual({ index: 'c-2024-01-03' })
    expect(nameOf('c-{now()|yyyy-MM-dd}', {}, { clock })).toEqual({ index: 'c-2024-01-02' })
  })

  test.each([
    ['clicks-{a}', { a: null }],
    ['clicks-{a}', { a: 'Home' }],
    ['clicks-{a}', { a: 'a,b' }],
    ['clicks-{a}', { a: 'a*' }],
    ['clicks-{a}', { a: 'x'.repeat(260) }],
    ['{a}', { a: '<x-{now/d}>' }],
    ['{a}', { a: '.security' }],
    ['{a}', { a: '-x' }],
    ['{a}', { a: '' }],
    ['{a}', { a: '..' }],
  ])('%s takes no row with %o', (index, row) => {
    expect(nameOf(index, row)).toHaveProperty('refusal')
  })

  test.each([
    ['clicks-{aa}', 'Column "aa" does not exist', 'Use {a}.'],
    ['clicks-{a', 'brace', 'Write {column}'],
    ['clicks-a}', 'brace', 'Write {column}'],
    ['Clicks', 'no capitals', ''],
    ['clicks-{a|yyyy}', 'no date or time', 'Write {a}.'],
    ['clicks-{ts|jjj}', 'jjj', ''],
    ['..', 'letters or digits', ''],
  ])('%s is refused when the table is planned', async (index, detail, hint) => {
    const error = await sinkOf(tableOf({ index }, { schema, primaryKey: [] })).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONNECTORS_OPENSEARCH_OPTION_MISMATCH', detail: expect.stringContaining(detail) as unknown })
    expect(String((error as { hint?: string }).hint ?? '')).toContain(hint)
  })

  test.each([
    ['clicks-{b}', 'Column "b" is not part of the primary key'],
    ['clicks-{now()|yyyy}', 'Changes of one row could land in different indexes'],
  ])('%s is refused with a primary key of other columns', async (index, detail) => {
    await expect(sinkOf(tableOf({ index }, { schema, primaryKey: ['a'] }))).rejects.toMatchObject({
      detail: expect.stringContaining(detail) as unknown,
    })
    await expect(sinkOf(tableOf({ index: 'clicks-{a}' }, { schema, primaryKey: ['a'] }))).resolves.toMatchObject({ takes: 'upsert' })
  })
})

describe('an id', () => {
  const idOf = (row: Readonly<Record<string, unknown>>, primaryKey: readonly string[], options: Readonly<Record<string, string>> = {}) =>
    idPrinter(settingsOf(options, { primaryKey }), schema)?.(rowsWith(row), 0)

  test('joins the columns of the key, in such a way that no two keys print alike', () => {
    expect(idOf({ a: 'x', n: 7 }, ['a', 'n'])).toEqual({ id: 'x_7' })
    expect(idOf({ a: 'x', n: 7 }, ['a', 'n'], { 'document-id.key-delimiter': '$' })).toEqual({ id: 'x$7' })
    for (const delimiter of ['_', '$', 'a_b', '__', '%-']) {
      const texts = ['', 'x', '_', '$', '%', 'a_b', '__', '%5F', '-', '%-', 'x_', '_x', 'é', 'a', 'b_', '_%', '%25']
      const ids = texts.flatMap((a) => texts.map((b) => idOf({ a, b }, ['a', 'b'], { 'document-id.key-delimiter': delimiter })?.id))
      expect(new Set(ids).size).toBe(texts.length ** 2)
    }
  })

  test('of one column is the column', () => {
    expect(idOf({ a: '100%_x' }, ['a'])).toEqual({ id: '100%_x' })
    expect(idOf({ ts: 0 }, ['ts'])).toEqual({ id: '1970-01-01 00:00:00' })
  })

  test('that the server would not take is refused before', () => {
    expect(idOf({ a: '' }, ['a'])).toHaveProperty('refusal')
    expect(idOf({ a: 'é'.repeat(257) }, ['a'])).toHaveProperty('refusal')
    expect(idOf({ a: 'é'.repeat(256) }, ['a'])).not.toHaveProperty('refusal')
    expect(idOf({}, ['a'])).toHaveProperty('refusal')
  })

  test('needs a delimiter with a mark, and columns that can be printed', async () => {
    const sink = (primaryKey: readonly string[], options: Readonly<Record<string, string>>) =>
      sinkOf(tableOf(options, { schema, primaryKey }))
    await expect(sink(['a', 'b'], { 'document-id.key-delimiter': 'x1%' })).rejects.toMatchObject({
      code: 'CONNECTORS_OPENSEARCH_OPTION_MISMATCH',
    })
    await expect(sink(['a'], { 'document-id.key-delimiter': '' })).resolves.toMatchObject({ takes: 'upsert' })
    await expect(sink(['x'], {})).rejects.toMatchObject({ code: 'CONNECTORS_OPENSEARCH_KEY_UNSUPPORTED' })
  })

  test('is none for a table without a key', () => {
    expect(idPrinter(settingsOf({}, { primaryKey: [] }), schema)).toBeNull()
  })
})
