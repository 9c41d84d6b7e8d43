/** Tables of messages: keys, values and metadata become rows and the other way round, whatever is missing or cannot be read. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import {
  type Batch,
  batchOf,
  bigintType,
  changeDelete,
  changeInsert,
  changeUpdateAfter,
  type DataType,
  integerType,
  rowsOf,
  type Schema,
  stringType,
  timestampLtzType,
} from '#data'
import type { ConnectorTable, ReadRequest, WantedColumn } from './connector.ts'
import { ConnectorMeter } from './connector-meter.ts'
import type { DeadLetter } from './dead-letter.ts'
import { loadMessageFormats, messageOptions } from './message-options.ts'
import { MessageReader } from './message-reader.ts'
import { numberColumn } from './message-rows.ts'
import { MessageTable } from './message-table.ts'
import { type EncodedMessages, MessageWriter } from './message-writer.ts'
import { tableOptions } from './options.ts'

const connectorMetadata: Schema = [{ name: 'offset', type: bigintType }]
const own = { connector: 'test' }

beforeAll(async () => {
  await loadMessageFormats({ format: 'json', 'key.format': 'raw', 'value.format': 'debezium-json' })
  await loadMessageFormats({ format: 'avro-confluent' })
})

interface Given {
  readonly columns?: Schema
  readonly options?: Readonly<Record<string, string>>
  readonly primaryKey?: readonly string[]
  readonly mode?: 'append' | 'upsert'
  readonly metadataColumns?: ConnectorTable['metadataColumns']
}

const userColumns: Schema = [
  { name: 'id', type: integerType },
  { name: 'name', type: stringType },
]

function tableOf({
  columns = userColumns,
  options = { format: 'json' },
  primaryKey = [],
  mode = 'append',
  metadataColumns = [],
}: Given): MessageTable {
  const table: ConnectorTable = {
    name: 'users',
    schema: columns,
    metadataColumns,
    options: { ...own, ...options },
    primaryKey,
    partitionedBy: [],
    timeZone: 'UTC',
    clock: systemClock,
  }
  return new MessageTable(table, tableOptions(table, messageOptions(table.options)), { mode, metadata: connectorMetadata })
}

interface Message {
  readonly key: string | null
  readonly value: string | null
}

interface Read {
  readonly rows: readonly (readonly unknown[])[]
  readonly letters: readonly DeadLetter[]
  readonly skipped: number
  readonly meter: ConnectorMeter
}

/** Reads messages in groups of such a size. */
async function read(
  table: MessageTable,
  messages: readonly Message[],
  wanted: Schema,
  size = 1000,
  hasDeadLetters = false,
  conditions: ReadRequest['conditions'] = [],
): Promise<Read> {
  const columns = wanted.map(({ name, type }): WantedColumn => ({ kind: isMetadata(name) ? 'metadata' : 'physical', key: name, type }))
  const meter = new ConnectorMeter(systemClock)
  const request = { columns, conditions, signal: new AbortController().signal, meter, hasDeadLetters, work: null }
  const reader = new MessageReader(table, request)
  const rows: unknown[][] = []
  const letters: DeadLetter[] = []
  for (let first = 0; first < messages.length; first += size) {
    const group = messages.slice(first, first + size)
    for (const { key, value } of group) {
      const bytes = Buffer.from(`${key ?? ''}|${value ?? ''}`)
      const at = Buffer.byteLength(key ?? '')
      reader.add(new Uint8Array(bytes), 0, key === null ? -1 : at, at + 1, value === null ? -1 : bytes.length)
    }
    const offsets = group.map((_, index) => first + index)
    const origin = {
      column: (key: string, type: DataType, places: Int32Array, length: number) => {
        expect(key).toBe('offset')
        return numberColumn(type, offsets, places, length)
      },
      position: (place: number) => JSON.stringify({ offset: first + place }),
    }
    let taken = 0
    for (let next = await reader.next(origin); next !== null; next = await reader.next(origin)) {
      expect(next.taken).toBeGreaterThan(taken)
      taken = next.taken
      rows.push(...rowsOf(next.batch, wanted).map((row, index) => [next?.batch.kinds?.[index] ?? changeInsert, ...row]))
      letters.push(...next.deadLetters)
    }
    expect(taken).toBe(group.length)
    expect(reader.length).toBe(0)
  }
  return { rows, letters, skipped: reader.skippedRows, meter }
}

function isMetadata(name: string): boolean {
  return name === 'offset' || name.startsWith('value.')
}

const named = (...names: readonly string[]): Schema => names.map((name) => ({ name, type: typeOf(name) }))

function typeOf(name: string): DataType {
  if (name === 'offset') return bigintType
  return name === 'id' ? integerType : stringType
}

describe('of values', () => {
  test('columns are in the order that is wanted, with metadata', async () => {
    const messages = [
      { key: 'x', value: '{"id":1,"name":"ada"}' },
      { key: null, value: '{"name":"bób","id":2}' },
    ]
    const { rows } = await read(tableOf({}), messages, named('name', 'offset', 'id'))
    expect(rows).toEqual([
      [changeInsert, 'ada', 0, 1],
      [changeInsert, 'bób', 1, 2],
    ])
  })

  test('a message without a value gives no row, one with several gives them all', async () => {
    const messages = [
      { key: 'x', value: null },
      { key: null, value: '[{"id":1},{"id":2}]' },
      { key: null, value: '{"id":3}' },
    ]
    const { rows, skipped } = await read(tableOf({}), messages, named('offset', 'id'))
    expect(rows).toEqual([
      [changeInsert, 1, 1],
      [changeInsert, 1, 2],
      [changeInsert, 2, 3],
    ])
    expect(skipped).toBe(0)
  })

  test('more messages than a batch holds come in several', async () => {
    const messages = Array.from({ length: 3000 }, (_, id) => ({ key: null, value: JSON.stringify({ id, name: 'x'.repeat(id % 50) }) }))
    const { rows } = await read(tableOf({}), messages, named('id', 'name'), 3000)
    expect(rows).toEqual(messages.map((_, id) => [changeInsert, id, 'x'.repeat(id % 50)]))
  })
})

describe('rows that are not wanted', () => {
  const messages = [
    { key: '{"id":1}', value: '{"id":1,"name":"ada"}' },
    { key: '{"id":2}', value: '{"id":2,"name":"bob"}' },
  ]
  const isBob: ReadRequest['conditions'] = [{ column: 'name', operator: '=', values: ['bob'] }]

  test('are left out', async () => {
    const { rows } = await read(tableOf({}), messages, named('id', 'name', 'offset'), 1000, false, isBob)
    expect(rows).toEqual([[changeInsert, 2, 'bob', 1]])
  })

  test('come where they replace others of their key', async () => {
    const options = { 'value.format': 'json', 'key.format': 'json' }
    const table = tableOf({ options, primaryKey: ['id'], mode: 'upsert' })
    const { rows } = await read(table, messages, named('id', 'name'), 1000, false, isBob)
    expect(rows).toHaveLength(2)
  })
})

describe('what cannot be read', () => {
  const messages = [
    { key: 'a', value: '{"id":1}' },
    { key: 'b', value: '{"id":"x"}' },
    { key: null, value: '{"id"' },
    { key: 'd', value: '{"id":4}' },
  ]

  test('ends the work with its position', async () => {
    await expect(read(tableOf({}), messages, named('id'))).rejects.toThrow(
      'could not read the message at {"offset":1} of table "users" as json',
    )
  })

  test('is left out where the table says so', async () => {
    const table = tableOf({ options: { format: 'json', 'json.ignore-parse-errors': 'true' } })
    const { rows, skipped, meter } = await read(table, messages, named('id'))
    expect(rows).toEqual([
      [changeInsert, 1],
      [changeInsert, null],
      [changeInsert, 4],
    ])
    expect([skipped, meter.errors]).toEqual([1, 1])
  })

  test('goes to the dead letters as it came', async () => {
    const { rows, letters, meter } = await read(tableOf({}), messages, named('id'), 1000, true)
    expect(rows).toEqual([
      [changeInsert, 1],
      [changeInsert, 4],
    ])
    expect(letters).toEqual([
      {
        code: 'CONNECTORS_MESSAGE_UNREADABLE',
        message: 'Expected INT in column "id", got "x".',
        position: '{"offset":1}',
        key: new Uint8Array(Buffer.from('b')),
        value: new Uint8Array(Buffer.from('{"id":"x"}')),
      },
      expect.objectContaining({ position: '{"offset":2}', key: null, value: new Uint8Array(Buffer.from('{"id"')) }),
    ])
    expect(meter.errors).toBe(2)
  })
})

describe('of keys', () => {
  const columns: Schema = [{ name: 'k_id', type: stringType }, ...userColumns]
  const options = {
    'value.format': 'json',
    'key.format': 'raw',
    'key.fields': 'k_id',
    'key.fields-prefix': 'k_',
    'value.fields-include': 'EXCEPT_KEY',
  }

  test('columns of the key stand beside those of the value; without a key they are NULL', async () => {
    const messages = [
      { key: 'a', value: '{"id":1}' },
      { key: null, value: '[{"id":2},{"id":3}]' },
      { key: 'c', value: null },
      { key: 'd', value: '{"id":4}' },
    ]
    const { rows } = await read(tableOf({ columns, options }), messages, named('k_id', 'id'))
    expect(rows).toEqual([
      [changeInsert, 'a', 1],
      [changeInsert, null, 2],
      [changeInsert, null, 3],
      [changeInsert, 'd', 4],
    ])
  })

  test('keys that nobody wants are not read', async () => {
    const table = tableOf({ options: { ...options, 'key.format': 'json', 'key.fields': 'id', 'key.fields-prefix': '' } })
    expect((await read(table, [{ key: '{', value: '{"name":"x"}' }], named('name'))).rows).toEqual([[changeInsert, 'x']])
    await expect(read(table, [{ key: '{', value: '{"name":"x"}' }], named('id'))).rejects.toThrow('could not read the message')
  })
})

/** An upsert, a deletion, a message without a key, one whose value cannot be read. */
const anyUpsert = fc.record({
  id: fc.nat(9),
  kind: fc.constantFrom('upsert', 'upsert', 'upsert', 'delete', 'keyless', 'broken'),
  name: fc.constantFrom('ada', 'bob', 'cleo'),
})

describe('of upserts', () => {
  const upserts = {
    options: { 'value.format': 'json', 'key.format': 'json' },
    primaryKey: ['id'],
    mode: 'upsert' as const,
  }

  test('a message without a value deletes the row of its key; the order stays', async () => {
    const check = async (given: readonly { id: number; kind: string; name: string }[], size: number): Promise<void> => {
      const messages = given.map(({ id, kind, name }) => ({
        key: kind === 'keyless' ? null : JSON.stringify({ id }),
        value: kind === 'delete' ? null : kind === 'broken' ? '{"id":' : JSON.stringify({ id, name }),
      }))
      const { rows, letters } = await read(tableOf(upserts), messages, named('offset', 'name', 'id'), size, true)
      const expected = given.flatMap(({ id, kind, name }, offset): unknown[][] => {
        if (kind === 'delete') return [[changeDelete, offset, null, id]]
        return kind === 'upsert' ? [[changeUpdateAfter, offset, name, id]] : []
      })
      expect(rows).toEqual(expected)
      expect(letters.map(({ position }) => position)).toEqual(
        given.flatMap(({ kind }, offset) => (kind === 'keyless' || kind === 'broken' ? [JSON.stringify({ offset })] : [])),
      )
    }
    await fc.assert(fc.asyncProperty(fc.array(anyUpsert, { maxLength: 40 }), fc.integer({ min: 1, max: 40 }), check), { numRuns: 200 })
  })

  test('rows become messages by key, and deletions messages without a value', async () => {
    const table = tableOf(upserts)
    const writer = new MessageWriter(table, userColumns)
    const batch = batchOf(
      userColumns,
      [
        [1, 'ada'],
        [2, null],
      ],
      [changeUpdateAfter, changeDelete],
    )
    const { keys, values } = await encoded(writer, batch)
    const text = (messages: typeof values, place: number): string | null => {
      const [start = 0, end = -1] = [messages.starts[place], messages.ends[place]]
      return end < 0 ? null : Buffer.from(messages.bytes.subarray(start, end)).toString()
    }
    expect(keys === null ? [] : [text(keys, 0), text(keys, 1)]).toEqual(['{"id":1}', '{"id":2}'])
    expect([text(values, 0), text(values, 1)]).toEqual(['{"id":1,"name":"ada"}', null])
  })
})

test('changes of the format and its metadata come through', async () => {
  const columns = [...userColumns, { name: 'value.ingestion-timestamp', type: timestampLtzType }]
  const table = tableOf({ options: { format: 'debezium-json' } })
  expect(table.changes).toBe('all')
  expect(table.metadata.map(({ name }) => name)).toContain('value.ingestion-timestamp')
  const value = '{"before":{"id":1,"name":"ada"},"after":{"id":1,"name":"bob"},"op":"u","ts_ms":7}'
  const { rows } = await read(table, [{ key: null, value }], columns)
  expect(rows.map(([kind, id, name, at]) => [kind, id, name, Number(at)])).toEqual([
    [1, 1, 'ada', 7],
    [2, 1, 'bob', 7],
  ])
})

/** The messages of a batch; the writer is asked for no others. */
function encoded(writer: MessageWriter, batch: Batch): Promise<EncodedMessages> {
  return new Promise((resolve, reject) => {
    Promise.resolve(writer.encode(batch, resolve)).catch(reject)
  })
}

test('metadata that is written stands beside the messages', async () => {
  const metadataColumns = [
    { name: 'at', key: 'timestamp', isVirtual: false },
    { name: 'off', key: 'offset', isVirtual: true },
  ]
  const schema = [...userColumns, { name: 'at', type: bigintType }]
  const writer = new MessageWriter(tableOf({ metadataColumns }), schema)
  const { metadata, keys } = await encoded(writer, batchOf(schema, [[1, 'ada', 5]]))
  expect([...metadata.keys()]).toEqual(['timestamp'])
  expect(keys).toBeNull()
})

test('schemas of a registry are named after the topic, unless the table says otherwise', () => {
  const schema = userColumns
  const table = (further: Readonly<Record<string, string>>): MessageTable => {
    const options = { ...own, 'value.format': 'avro-confluent', 'value.avro-confluent.url': 'http://localhost:1', ...further }
    const given = {
      name: 'users',
      schema,
      metadataColumns: [],
      options,
      primaryKey: [],
      partitionedBy: [],
      timeZone: 'UTC',
      clock: systemClock,
    }
    return new MessageTable(given, tableOptions(given, messageOptions(options)), { mode: 'append', metadata: [], topic: 'clicks' })
  }
  const subjectOf = (part: MessageTable['value'] | null): string | undefined => part?.content.options.text('avro-confluent.subject')
  expect(subjectOf(table({}).value)).toBe('clicks-value')
  expect(subjectOf(table({ 'value.avro-confluent.subject': 'mine' }).value)).toBe('mine')
  const keyed = { 'key.format': 'avro-confluent', 'key.fields': 'id', 'key.avro-confluent.url': 'http://localhost:1' }
  expect(subjectOf(table(keyed).key)).toBe('clicks-key')
})

describe('wrong options', () => {
  const cases: readonly [given: Given, message: string][] = [
    [{ options: {} }, 'table "users" does not say which format its messages have'],
    [{ options: { format: 'json', 'value.format': 'json' } }, 'both options "format" and "value.format"'],
    [{ options: { format: 'json', 'key.format': 'raw' } }, 'does not say which columns the keys of its messages hold'],
    [{ options: { format: 'json', 'key.fields': 'id' } }, 'does not say which format the keys of its messages have'],
    [{ options: { format: 'json', 'key.format': 'json', 'key.fields': 'idd' } }, 'column "idd" of option "key.fields" does not exist'],
    [
      { options: { format: 'json', 'key.format': 'json', 'key.fields': 'id', 'key.fields-prefix': 'k_' } },
      'column "id" of the key of table "users" does not begin with "k_"',
    ],
    [{ mode: 'upsert' }, 'table "users" has no primary key'],
    [{ mode: 'upsert', primaryKey: ['id'] }, 'does not say which format the keys of its messages have'],
    [
      { mode: 'upsert', primaryKey: ['id'], options: { 'key.format': 'json', 'value.format': 'debezium-json' } },
      'format "debezium-json" of table "users" holds changes of its own',
    ],
    [{ options: { format: 'json', 'jsn.ignore-parse-errors': 'true' } }, 'option "jsn.ignore-parse-errors" does not exist'],
  ]
  test.each(cases)('%j', (given, message) => {
    expect(() => tableOf(given)).toThrow(message)
  })
})
