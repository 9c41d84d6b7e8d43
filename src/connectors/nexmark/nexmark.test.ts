import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Clock } from '#base'
import { type DataType, integerType, type RowField, rowsOf, type Schema, stringType } from '#data'
import type { ColumnCondition, ConnectorTable, WantedColumn } from '../connector.ts'
import { unwatchedRead } from '../requests.fixture.ts'
import { nexmarkConnector } from './connector.ts'
import { eventColumns, kindColumns } from './fields.ts'

const schema: Schema = Object.entries(eventColumns).map(([name, type]) => ({ name, type }))
/** The rate of the golden text: seeds and base time are the defaults. */
const golden = { 'first-event.rate': '10000000' }

function tableOf(
  options: Record<string, string>,
  columns = schema,
  clock: Clock = { nowMs: () => 0, monotonicMs: () => 0 },
): ConnectorTable {
  const all = { connector: 'nexmark', ...options }
  return { name: 'events', schema: columns, options: all, primaryKey: [], partitionedBy: [], metadataColumns: [], timeZone: 'UTC', clock }
}

function sourceOf(table: ConnectorTable) {
  const source = nexmarkConnector.source?.(table)
  if (source === undefined) throw new TypeError('the connector can be read')
  return source
}

function fieldsOf(type: DataType): readonly RowField[] {
  return type.kind === 'row' ? type.fields : []
}

/** Columns by key, with paths into rows. */
function wanted(...keys: string[]): WantedColumn[] {
  return keys.map((key) => {
    const [column = '', field] = key.split('.')
    const type = eventColumns[column] ?? integerType
    return { kind: 'physical', key, type: fieldsOf(type).find(({ name }) => name === field)?.type ?? type }
  })
}

interface Reading {
  readonly options?: Record<string, string>
  readonly keys: readonly string[]
  readonly conditions?: readonly ColumnCondition[]
  readonly position?: unknown
  readonly batches?: number
}

async function read({ options = {}, keys, conditions = [], position, batches = Number.POSITIVE_INFINITY }: Reading) {
  const columns = wanted(...keys)
  const request = { columns, conditions, ...unwatchedRead, signal: new AbortController().signal, position }
  const reader = await sourceOf(tableOf({ ...golden, ...options })).open(request)
  const rows: unknown[][] = []
  for (let batch = 0; batch < batches; batch++) {
    const next = await reader.read()
    if (next === null) break
    rows.push(
      ...rowsOf(
        next.batch,
        columns.map(({ key, type }) => ({ name: key, type })),
      ),
    )
  }
  return { rows, position: JSON.parse(JSON.stringify(reader.position())) as unknown }
}

const allFields = kindColumns.flatMap((column) => fieldsOf(eventColumns[column] ?? integerType).map(({ name }) => `${column}.${name}`))

const unquoted = new Set(['channel', 'url'])

function printField({ name, type }: RowField, value: unknown): string {
  if (type.kind === 'timestamp') return `${name}=${new Date(Number(value)).toISOString().replace('.000Z', 'Z')}`
  return type.kind === 'varchar' && !unquoted.has(name) ? `${name}='${String(value)}'` : `${name}=${String(value)}`
}

/** A row of `event_type` and all fields, as the Java generator prints an event. */
function printEvent(row: readonly unknown[]): string {
  const kind = Number(row[0])
  const column = kindColumns[kind] ?? ''
  const fields = fieldsOf(eventColumns[column] ?? integerType)
  const first = 1 + allFields.indexOf(`${column}.${fields[0]?.name}`)
  return `${['Person', 'Auction', 'Bid'][kind]}{${fields.map((field, index) => printField(field, row[first + index])).join(', ')}}\n`
}

/** What the Java generator prints of its first events. A million are compared when THOROUGH is set. */
const javaHashes: Readonly<Record<number, string>> = {
  2000: '04dc0f3924bedbd1ab890145e864f5ff',
  100000: '9ea017bd5012d3b563ba4fa78a39bf7c',
  1000000: '4a460d84a68d57c820aa893d86875f41',
}

test('events are those of the Java generator', async () => {
  const events = process.env['THOROUGH'] ? 1_000_000 : 100_000
  const columns = wanted('event_type', ...allFields)
  const request = { columns, conditions: [], ...unwatchedRead, signal: new AbortController().signal }
  const reader = await sourceOf(tableOf({ ...golden, 'events.num': String(events) })).open(request)
  const hash = createHash('md5')
  let count = 0
  const hashes: Record<number, string> = {}
  for (let next = await reader.read(); next !== null; next = await reader.read()) {
    for (const row of rowsOf(
      next.batch,
      columns.map(({ key, type }) => ({ name: key, type })),
    )) {
      hash.update(printEvent(row))
      if (++count in javaHashes) hashes[count] = hash.copy().digest('hex')
    }
  }
  expect(count).toBe(events)
  expect(hashes).toEqual(Object.fromEntries(Object.entries(javaHashes).filter(([first]) => Number(first) <= events)))
}, 60_000)

describe('what is asked for changes nothing of what comes', () => {
  const options = { 'events.num': '20000' }

  test('columns', async () => {
    const { rows: all } = await read({ options, keys: ['event_type', ...allFields] })
    for (const key of allFields) {
      const at = 1 + allFields.indexOf(key)
      const { rows } = await read({ options, keys: [key] })
      expect({ key, values: rows.flat() }).toEqual({ key, values: all.map((row) => row[at]) })
    }
  })

  test('whole rows', async () => {
    const { rows: all } = await read({ options, keys: ['event_type', ...allFields] })
    const { rows } = await read({ options, keys: ['bid', 'person', 'auction'] })
    const boxed = (row: readonly unknown[], column: string) => {
      const at = allFields.flatMap((key, index) => (key.startsWith(`${column}.`) ? [row[1 + index]] : []))
      return column === kindColumns[Number(row[0])] ? at : null
    }
    expect(rows).toEqual(all.map((row) => [boxed(row, 'bid'), boxed(row, 'person'), boxed(row, 'auction')]))
  })

  test('conditions on the kind', async () => {
    const keys = ['event_type', 'bid.price', 'auction.id', 'person.id', 'person.emailAddress']
    const { rows: all } = await read({ options, keys })
    const cases: [ColumnCondition['operator'], unknown[], number[]][] = [
      ['=', [2], [2]],
      ['=', [null], []],
      ['<>', [2], [0, 1]],
      ['in', [0, 2], [0, 2]],
      ['<', [1], [0]],
      ['<=', [1], [0, 1]],
      ['>', [1], [2]],
      ['>=', [1], [1, 2]],
    ]
    for (const [operator, values, kinds] of cases) {
      const { rows } = await read({ options, keys, conditions: [{ column: 'event_type', operator, values }] })
      expect({ operator, rows }).toEqual({ operator, rows: all.filter(([kind]) => kinds.includes(Number(kind))) })
    }
    const { rows } = await read({ options, keys, conditions: [{ column: 'auction.id', operator: '>', values: [5] }] })
    expect(rows).toEqual(all.filter(([kind]) => kind === 1))
  })
})

test.each([1, 2, 7])('reading goes on exactly where it stood after %d batches', async (batches) => {
  const options = { 'events.num': '40000' }
  for (const conditions of [[], [{ column: 'event_type', operator: '=', values: [2] } as const]]) {
    const keys = ['event_type', 'bid.price', 'bid.extra', 'auction.description', 'bid.url', 'bid.dateTime']
    const { rows: all } = await read({ options, keys, conditions })
    const { rows: first, position } = await read({ options, keys, conditions, batches })
    const { rows: rest } = await read({ options, keys, conditions, position })
    expect(first.length).toBe(4096 * batches)
    expect([...first, ...rest]).toEqual(all)
  }
})

test('proportions, sizes, ratios and seeds change the events', async () => {
  const keys = ['event_type', 'bid.extra']
  const { rows } = await read({
    options: { 'events.num': '3000', 'person.proportion': '0', 'auction.proportion': '1', 'bid.proportion': '2', 'bid.avg-size': '40b' },
    keys,
  })
  expect(rows.filter(([kind]) => kind === 1).length).toBe(1000)
  expect(rows.every(([kind, extra]) => kind === 1 || (String(extra).length >= 6 && String(extra).length < 10))).toBe(true)
  const base = await read({ options: { 'events.num': '100' }, keys: ['bid.price', 'bid.url', 'bid.extra'] })
  for (const [seed, at] of [
    ['seed.events', 0],
    ['seed.channels', 1],
    ['seed.extra', 2],
  ] as const) {
    const other = await read({ options: { 'events.num': '100', [seed]: '99' }, keys: ['bid.price', 'bid.url', 'bid.extra'] })
    expect(other.rows.map((row) => row[at])).not.toEqual(base.rows.map((row) => row[at]))
  }
})

describe('bounds', () => {
  const bounded = (options: Record<string, string>) => sourceOf(tableOf(options)).bounded

  test('events.num, stop-at and keep-alive decide', () => {
    expect(bounded({})).toBe(false)
    expect(bounded({ 'events.num': '10' })).toBe(true)
    expect(bounded({ 'stop-at': '10' })).toBe(true)
    expect(bounded({ 'events.num': '10', 'keep-alive': 'true' })).toBe(false)
  })

  test('stop-at ends earlier', async () => {
    const { rows } = await read({ options: { 'events.num': '10', 'stop-at': '3' }, keys: ['event_type'] })
    expect(rows).toEqual([[1], [1], [2]])
  })

  test('a source that nothing can satisfy hands over empty batches', async () => {
    const { rows } = await read({ keys: ['event_type'], conditions: [{ column: 'event_type', operator: '=', values: [9] }], batches: 3 })
    expect(rows).toEqual([])
  })
})

describe('pace', () => {
  test('events wait for the clock to reach their time', async () => {
    let nowMs = 5_000
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
    const table = tableOf({ 'first-event.rate': '1000', 'max-emit-speed': 'false', 'events.num': '500' }, schema, clock)
    const request = { columns: wanted('event_type'), conditions: [], ...unwatchedRead, signal: new AbortController().signal }
    const reader = await sourceOf(table).open(request)
    const later = reader.read()
    expect(later).toBeInstanceOf(Promise)
    nowMs += 100
    expect((await later)?.batch.length).toBe(100)
    nowMs += 50
    expect((await reader.read())?.batch.length).toBe(50)
    nowMs += 100_000
    expect((await reader.read())?.batch.length).toBe(350)
    expect(await reader.read()).toBeNull()
  })

  test('an abort ends the wait', async () => {
    const stop = new AbortController()
    const table = tableOf({ 'first-event.rate': '1', 'rate.limited': 'true' })
    const reader = await sourceOf(table).open({ columns: wanted('event_type'), conditions: [], ...unwatchedRead, signal: stop.signal })
    const later = reader.read()
    stop.abort()
    expect(await later).toBeNull()
  })

  test('a source that keeps alive waits after its last event', async () => {
    const stop = new AbortController()
    const table = tableOf({ 'events.num': '1', 'keep-alive': 'true' })
    const reader = await sourceOf(table).open({ columns: wanted('event_type'), conditions: [], ...unwatchedRead, signal: stop.signal })
    expect((await reader.read())?.batch.length).toBe(1)
    const later = reader.read()
    setTimeout(() => stop.abort(), 20)
    expect(await later).toBeNull()
  })
})

describe('tables that do not fit', () => {
  const mistake = (options: Record<string, string>, columns = schema) => {
    try {
      sourceOf(tableOf(options, columns))
    } catch (error) {
      return error
    }
    return null
  }

  test('options', () => {
    expect(mistake({ 'events.number': '1' })).toMatchObject({ code: 'FORMATS_OPTION_NOT_FOUND' })
    expect(mistake({ 'first-event.rate': '0' })).toMatchObject({
      code: 'CONNECTORS_NEXMARK_OPTION_OUT_OF_RANGE',
      message: 'option "first-event.rate" of table "events" is out of range',
      detail: 'Expected a number from 1 to 2147483647, got 0.',
    })
    expect(mistake({ 'person.proportion': '0', 'auction.proportion': '0', 'bid.proportion': '0' })).toMatchObject({
      code: 'CONNECTORS_NEXMARK_EVENTS_MISSING',
    })
    expect(mistake({ 'auction.avg-size': '1 gb' })).toMatchObject({ code: 'CONNECTORS_NEXMARK_OPTION_OUT_OF_RANGE' })
  })

  test('columns', () => {
    expect(mistake({}, [{ name: 'bids', type: integerType }])).toMatchObject({
      code: 'CONNECTORS_NEXMARK_COLUMN_NOT_FOUND',
      message: 'column "bids" of table "events" is none of the Nexmark generator\'s',
    })
    const bid: DataType = { kind: 'row', fields: [{ name: 'price', type: stringType }], nullable: true }
    expect(mistake({}, [{ name: 'bid', type: bid }])).toMatchObject({
      code: 'CONNECTORS_NEXMARK_COLUMN_MISMATCH',
      message: 'column "bid.price" of table "events" has a type that does not fit',
      detail: 'Expected BIGINT, got STRING.',
    })
  })

  test('a table may leave columns and fields out', async () => {
    const bid: DataType = { kind: 'row', fields: fieldsOf(eventColumns['bid'] ?? integerType).slice(2, 3), nullable: true }
    const columns = [{ name: 'bid', type: bid }]
    const source = sourceOf(tableOf({ ...golden, 'events.num': '3' }, columns))
    const request = {
      columns: [{ kind: 'physical', key: 'bid', type: bid } as const],
      conditions: [],
      ...unwatchedRead,
      signal: new AbortController().signal,
    }
    const next = await (await source.open(request)).read()
    expect(next === null ? [] : rowsOf(next.batch, columns)).toEqual([[null], [null], [[136]]])
  })
})
