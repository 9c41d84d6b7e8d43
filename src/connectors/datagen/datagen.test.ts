import { describe, expect, test } from 'vitest'
import type { Clock } from '#base'
import {
  bigintType,
  booleanType,
  type DataType,
  dateType,
  decimalType,
  doubleType,
  floatType,
  integerType,
  rowsOf,
  type Schema,
  smallintType,
  stringType,
  timestampLtzType,
  timestampType,
  timeType,
  tinyintType,
} from '#data'
import type { ConnectorTable, Source } from '../connector.ts'
import { unwatchedRead } from '../requests.fixture.ts'
import { datagenConnector } from './connector.ts'

/** 2001-01-31 12:30:00 UTC. */
const nowMs = 980_944_200_000
const still: Clock = { nowMs: () => nowMs, monotonicMs: () => 0 }

function tableOf(columns: Record<string, DataType>, options: Record<string, string>, clock = still): ConnectorTable {
  const schema: Schema = Object.entries(columns).map(([name, type]) => ({ name, type }))
  const all = { connector: 'datagen', 'rows-per-second': '0', ...options }
  return { name: 'made', schema, options: all, primaryKey: [], partitionedBy: [], metadataColumns: [], timeZone: 'Europe/Berlin', clock }
}

function sourceOf(table: ConnectorTable): Source {
  const source = datagenConnector.source?.(table)
  if (source === undefined) throw new TypeError('the connector can be read')
  return source
}

interface Reading {
  readonly names?: readonly string[]
  readonly position?: unknown
  readonly batches?: number
}

async function read(table: ConnectorTable, { names, position, batches = Number.POSITIVE_INFINITY }: Reading = {}) {
  const schema = names === undefined ? table.schema : table.schema.filter(({ name }) => names.includes(name))
  const columns = schema.map(({ name, type }) => ({ kind: 'physical', key: name, type }) as const)
  const request = { columns, conditions: [], ...unwatchedRead, signal: new AbortController().signal, position }
  const reader = await sourceOf(table).open(request)
  const rows: unknown[][] = []
  for (let batch = 0; batch < batches; batch++) {
    const next = await reader.read()
    if (next === null) break
    for (const row of rowsOf(next.batch, schema)) rows.push(row)
  }
  return { rows, position: JSON.parse(JSON.stringify(reader.position())) as unknown }
}

async function valuesOf(type: DataType, options: Record<string, string> = {}, rows = 2000): Promise<unknown[]> {
  const fields = Object.fromEntries(Object.entries(options).map(([key, value]) => [`fields.f.${key}`, value]))
  return (await read(tableOf({ f: type }, { 'number-of-rows': String(rows), ...fields }))).rows.flat()
}

function range(values: readonly unknown[]): [number, number] {
  const numbers = values.map(Number)
  return [Math.min(...numbers), Math.max(...numbers)]
}

describe('random values', () => {
  test('integers of a range, both ends included', async () => {
    expect(range(await valuesOf(integerType, { min: '-3', max: '4' }))).toEqual([-3, 4])
    expect(range(await valuesOf(tinyintType))).toEqual([-128, 127])
    const [least, most] = range(await valuesOf(smallintType))
    expect(least).toBeLessThan(-32_000)
    expect(most).toBeGreaterThan(32_000)
    expect(await valuesOf(bigintType, { min: '9223372036854775807' }, 1)).toEqual([9223372036854775807n])
    const longs = await valuesOf(bigintType)
    expect(longs.some((value) => typeof value === 'bigint' && value > 2n ** 62n)).toBe(true)
    expect(longs.some((value) => typeof value === 'bigint' && value < -(2n ** 62n))).toBe(true)
  })

  test('other numbers', async () => {
    const [least, most] = range(await valuesOf(doubleType, { min: '-1.5', max: '2.5' }))
    expect([least >= -1.5 && least < -1.4, most <= 2.5 && most > 2.4]).toEqual([true, true])
    expect((await valuesOf(floatType)).every((value) => Math.fround(Number(value)) === value && Number.isFinite(value))).toBe(true)
    expect(range(await valuesOf(decimalType(5, 2), { min: '-0.03', max: '0.03' }))).toEqual([-3, 3])
    expect((await valuesOf(decimalType(38, 10))).every((value) => value !== null && BigInt(value as bigint) < 10n ** 38n)).toBe(true)
    expect(new Set(await valuesOf(booleanType))).toEqual(new Set([true, false]))
    expect(range(await valuesOf({ kind: 'interval-year-month', nullable: true }, { min: '1', max: '5' }))).toEqual([1, 5])
  })

  test('texts and bytes have their length', async () => {
    const lengths = async (type: DataType, options = {}) => [
      ...new Set((await valuesOf(type, options)).map((value) => (value as { length: number }).length)),
    ]
    const bytes = (kind: 'binary' | 'varbinary', length: number): DataType => ({ kind, length, nullable: true })
    expect(await lengths(stringType)).toEqual([100])
    expect(await lengths(stringType, { length: '7' })).toEqual([7])
    expect((await lengths(stringType, { length: '7', 'var-len': 'true' })).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await lengths({ kind: 'char', length: 5, nullable: true })).toEqual([5])
    expect(await lengths({ kind: 'varchar', length: 5, nullable: true })).toEqual([5])
    expect(await lengths(bytes('binary', 4))).toEqual([4])
    expect(await lengths(bytes('varbinary', 9), { length: '3' })).toEqual([3])
    expect((await valuesOf(stringType, { length: '3' }, 1))[0]).toMatch(/^[0-9a-f]{3}$/)
  })

  test('dates and times follow the clock and the zone of the session', async () => {
    const berlin = nowMs + 3_600_000
    expect(await valuesOf(dateType, {}, 1)).toEqual([Math.floor(berlin / 86_400_000)])
    expect(await valuesOf(timeType, {}, 1)).toEqual([berlin % 86_400_000])
    expect(await valuesOf(timestampType, {}, 1)).toEqual([berlin])
    expect(await valuesOf({ kind: 'timestamp', precision: 6, nullable: true }, {}, 1)).toEqual([berlin * 1000])
    expect(await valuesOf(timestampLtzType, {}, 1)).toEqual([nowMs])
    const [least, most] = range(await valuesOf(timestampLtzType, { 'max-past': '10 s' }))
    expect([least >= nowMs - 10_000 && least < nowMs - 9_500, most <= nowMs && most > nowMs - 500]).toEqual([true, true])
  })

  test('some are NULL', async () => {
    const values = await valuesOf(integerType, { 'null-rate': '0.25' })
    const nulls = values.filter((value) => value === null).length
    expect(nulls > 400 && nulls < 600).toBe(true)
    expect(new Set(await valuesOf(integerType, { 'null-rate': '1' }))).toEqual(new Set([null]))
  })

  test('rows, arrays, maps and multisets are made of their parts', async () => {
    const user: DataType = {
      kind: 'row',
      fields: [
        { name: 'id', type: integerType },
        { name: 'tags', type: { kind: 'array', element: stringType, nullable: true } },
      ],
      nullable: true,
    }
    const options = {
      'fields.user.id.min': '1',
      'fields.user.id.max': '1',
      'fields.user.tags.length': '2',
      'fields.user.tags.element.length': '4',
    }
    const { rows } = await read(tableOf({ user }, { 'number-of-rows': '1', ...options }))
    expect(rows).toEqual([[[1, [expect.stringMatching(/^.{4}$/), expect.stringMatching(/^.{4}$/)]]]])
    const map: DataType = { kind: 'map', key: stringType, value: integerType, nullable: true }
    const multiset: DataType = { kind: 'multiset', element: integerType, nullable: true }
    expect((await valuesOf(map, { 'key.length': '2' }, 1))[0]).toBeInstanceOf(Map)
    expect(await valuesOf(multiset, { 'element.min': '1', 'element.max': '1', length: '5' }, 1)).toEqual([new Map([[1, 5]])])
  })
})

describe('sequences', () => {
  test('the first to end ends the rows', async () => {
    const table = tableOf(
      { id: integerType, name: stringType, price: decimalType(5, 2) },
      {
        'fields.id.kind': 'sequence',
        'fields.id.start': '-1',
        'fields.id.end': '1',
        'fields.name.kind': 'sequence',
        'fields.name.start': '7',
        'fields.name.end': '1000',
        'fields.price.kind': 'sequence',
        'fields.price.start': '1',
        'fields.price.end': '9',
      },
    )
    expect(sourceOf(table).bounded).toBe(true)
    expect((await read(table)).rows).toEqual([
      [-1, '7', 100],
      [0, '8', 200],
      [1, '9', 300],
    ])
  })
})

test('a sequence within a row ends the rows, too', async () => {
  const fields = [{ name: 'n', type: integerType }]
  const types: DataType[] = [
    { kind: 'row', fields, nullable: true },
    { kind: 'array', element: integerType, nullable: true },
  ]
  const sequence = (path: string) => ({ [`fields.${path}.kind`]: 'sequence', [`fields.${path}.start`]: '1', [`fields.${path}.end`]: '2' })
  const [row, array] = types as [DataType, DataType]
  expect((await read(tableOf({ r: row }, sequence('r.n')))).rows).toEqual([[[1]], [[2]]])
  const options = { ...sequence('a.element'), 'fields.a.length': '2' }
  expect((await read(tableOf({ a: array }, options))).rows).toEqual([[[1, 1]], [[2, 2]]])
})

describe('rows repeat', () => {
  const columns = { a: integerType, b: stringType, c: doubleType }
  const options = { 'number-of-rows': '9000', 'fields.b.length': '5' }

  test('for one seed, and not for another', async () => {
    const { rows } = await read(tableOf(columns, options))
    expect((await read(tableOf(columns, options))).rows).toEqual(rows)
    expect((await read(tableOf(columns, { ...options, seed: '1' }))).rows[0]).not.toEqual(rows[0])
  })

  test('whichever columns are asked for', async () => {
    const { rows } = await read(tableOf(columns, options))
    expect((await read(tableOf(columns, options), { names: ['b'] })).rows).toEqual(rows.map(([, b]) => [b]))
  })

  test('from where an earlier reader stood', async () => {
    const table = tableOf(columns, options)
    const { rows } = await read(table)
    const first = await read(table, { batches: 1 })
    const rest = await read(table, { position: first.position })
    expect(first.rows.length).toBe(4096)
    expect([...first.rows, ...rest.rows]).toEqual(rows)
  })
})

describe('pace', () => {
  test('rows come as fast as they may, and a late reader catches up on a second at most', async () => {
    let elapsedMs = 0
    const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => elapsedMs }
    const table = tableOf({ a: integerType }, { 'rows-per-second': '100' }, clock)
    expect(sourceOf(table).bounded).toBe(false)
    const columns = [{ kind: 'physical', key: 'a', type: integerType } as const]
    const reader = await sourceOf(table).open({ columns, conditions: [], ...unwatchedRead, signal: new AbortController().signal })
    const lengthAfter = async (ms: number) => {
      elapsedMs += ms
      return (await reader.read())?.batch.length
    }
    expect([await lengthAfter(0), await lengthAfter(100), await lengthAfter(250), await lengthAfter(60_000)]).toEqual([1, 10, 25, 100])
  })

  test('an abort ends the wait', async () => {
    const stop = new AbortController()
    const table = tableOf({ a: integerType }, { 'rows-per-second': '1' })
    const columns = [{ kind: 'physical', key: 'a', type: integerType } as const]
    const reader = await sourceOf(table).open({ columns, conditions: [], ...unwatchedRead, signal: stop.signal })
    await reader.read()
    const later = reader.read()
    stop.abort()
    expect(await later).toBeNull()
  })
})

describe('options that do not fit', () => {
  const cases: readonly [Record<string, string>, string, string | undefined][] = [
    [{ 'fields.b.min': '1' }, 'option "fields.b.min" of table "made" is for a field that does not exist', 'The columns are a, d.'],
    [
      { 'fields.a.length': '1' },
      'option "fields.a.length" of table "made" does not suit the type of its field',
      'A field of type INT takes kind, null-rate, min, max.',
    ],
    [
      { 'fields.a.min': 'x' },
      'option "fields.a.min" of table "made" does not have a value that fits',
      'Expected a whole number from -2147483648 to 2147483647, got "x".',
    ],
    [
      { 'fields.a.max': '9999999999' },
      'option "fields.a.max" of table "made" does not have a value that fits',
      'Expected a whole number from -2147483648 to 2147483647, got "9999999999".',
    ],
    [
      { 'fields.a.min': '5', 'fields.a.max': '4' },
      'field "a" of table "made" has a least value above its greatest',
      'The least is 5, the greatest is 4.',
    ],
    [
      { 'fields.a.null-rate': '2' },
      'option "fields.a.null-rate" of table "made" does not have a value that fits',
      'Expected a number from 0 to 1, got "2".',
    ],
    [
      { 'fields.a.kind': 'sequence', 'fields.a.start': '1' },
      'option "fields.a.end" of table "made" is missing',
      'A sequence has a start and an end.',
    ],
    [
      { 'rows-per-second': '-1' },
      'option "rows-per-second" of table "made" does not have a value that fits',
      'Expected a number from 0 on, got "-1".',
    ],
    [
      { 'fields.d.kind': 'sequence', 'fields.d.start': '0', 'fields.d.end': '1000' },
      'option "fields.d.end" of table "made" does not have a value that fits',
      'Expected at most 999, got "1000".',
    ],
    [{ 'row-per-second': '1' }, 'option "row-per-second" does not exist for table "made"', undefined],
  ]
  test.each(cases)('%o', (options, message, detail) => {
    const failure = (() => {
      try {
        return sourceOf(tableOf({ a: integerType, d: decimalType(5, 2) }, options))
      } catch (error) {
        return error
      }
    })()
    expect(failure).toMatchObject({ message, ...(detail === undefined ? {} : { detail }) })
  })

  test('types that cannot be counted', () => {
    const table = tableOf({ a: dateType }, { 'fields.a.kind': 'sequence' })
    expect(() => sourceOf(table)).toThrow('option "fields.a.kind" of table "made" does not have a value that fits')
  })
})
