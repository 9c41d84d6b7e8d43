import { describe, expect, test } from 'vitest'
import { bigintType, bytesType, doubleType, integerType, type Schema, stringType, withNullable } from '#data'
import { bytesOf, decodeMessages, messagesOf } from '../binary-messages.fixture.ts'
import { failure } from '../decoding.fixture.ts'
import { readOptions } from '../options.ts'
import { ConfluentDecoder } from './confluent-decoder.ts'
import { confluentFormat } from './confluent-format.ts'
import { confluentOptions, registryAddress } from './confluent-options.ts'
import { PretendRegistry } from './pretend-registry.fixture.ts'
import { avscOf } from './random-avro.fixture.ts'
import { Registry } from './registry.ts'
import { parseAvroSchema } from './schema.ts'

const record = (...fields: unknown[]) => ({ type: 'record', name: 'Order', fields })
const id = { name: 'id', type: 'long' }

function message(schemaId: number, schema: unknown, value: unknown): Uint8Array {
  return Buffer.concat([Buffer.of(0, 0, 0, 0, schemaId), avscOf(schema).toBuffer(value)])
}

function decoderOf(columns: Schema, registry: PretendRegistry, explicit: unknown = null): ConfluentDecoder {
  const wanted = columns.map((column) => ({ kind: 'physical' as const, key: column.name, type: column.type }))
  return new ConfluentDecoder(wanted, explicit === null ? null : parseAvroSchema(JSON.stringify(explicit)), new Registry(registry))
}

describe('messages with ids', () => {
  const first = record(id, { name: 'note', type: 'string' })
  const second = record(
    { name: 'price', type: 'float' },
    { name: 'extra', type: { type: 'map', values: 'bytes' } },
    { name: 'id', type: 'int' },
  )
  const third = record(
    { name: 'note', type: { type: 'enum', name: 'Note', symbols: ['LOW', 'HIGH'] } },
    { name: 'id', type: ['null', 'int', 'long'] },
  )
  const columns: Schema = [
    { name: 'id', type: bigintType },
    { name: 'note', type: stringType },
    { name: 'price', type: doubleType },
  ]

  test('of several schemas in one list become rows of the same columns, and each schema is asked for once', async () => {
    const registry = new PretendRegistry()
    registry.add(1, first)
    registry.add(2, second)
    registry.add(3, third)
    const messages = messagesOf([
      message(1, first, { id: 1n, note: 'a' }),
      message(2, second, { price: 0.5, extra: { k: Buffer.of(1) }, id: 2 }),
      null,
      message(3, third, { note: 'HIGH', id: { long: 3n } }),
      message(1, first, { id: 4n, note: 'b' }),
      message(3, third, { note: 'LOW', id: null }),
      message(2, second, { price: 1.5, extra: {}, id: 6 }),
    ])
    const decoded = await decodeMessages(decoderOf(columns, registry), columns, messages)
    expect(decoded).toEqual({
      rows: [
        [1, 'a', null],
        [2, null, 0.5],
        [3, 'HIGH', null],
        [4, 'b', null],
        [null, 'LOW', null],
        [6, null, 1.5],
      ],
      places: [0, 1, 3, 4, 5, 6],
      faults: [],
    })
    expect(registry.asked).toEqual(['GET /schemas/ids/1', 'GET /schemas/ids/2', 'GET /schemas/ids/3'])
  })

  test('are read by a schema of the table, with its aliases, defaults and symbols', async () => {
    const registry = new PretendRegistry()
    registry.add(3, third)
    const explicit = record(
      { name: 'number', aliases: ['id'], type: ['null', 'long'] },
      { name: 'note', type: { type: 'enum', name: 'N', symbols: ['OTHER', 'HIGH'], default: 'OTHER' } },
      { name: 'price', type: 'double', default: 9.5 },
      { name: 'place', type: 'string', default: 'none' },
      { name: 'raw', type: 'bytes', default: '\u00ff\u0001' },
    )
    const wanted: Schema = [
      { name: 'number', type: bigintType },
      { name: 'note', type: stringType },
      { name: 'price', type: doubleType },
      { name: 'place', type: withNullable(stringType, false) },
      { name: 'raw', type: bytesType },
    ]
    const messages = messagesOf([message(3, third, { note: 'LOW', id: { int: 3 } }), message(3, third, { note: 'HIGH', id: null })])
    const { rows, faults } = await decodeMessages(decoderOf(wanted, registry, explicit), wanted, messages)
    expect(faults).toEqual([])
    expect(rows).toEqual([
      [3, 'OTHER', 9.5, 'none', Uint8Array.of(255, 1)],
      [null, 'HIGH', 9.5, 'none', Uint8Array.of(255, 1)],
    ])
  })

  test('that cannot be read are faults that say why', async () => {
    const registry = new PretendRegistry()
    registry.add(1, first)
    registry.add(2, '{"type":"nonsense"}')
    registry.add(3, 'syntax = "proto3";', { schemaType: 'PROTOBUF' })
    registry.add(4, record({ name: 'id', type: 'string' }))
    registry.add(5, record(id))
    const strict: Schema = [
      { name: 'id', type: integerType },
      { name: 'note', type: withNullable(stringType, false) },
    ]
    const long: Schema = [{ name: 'id', type: bigintType }, strict[1] as Schema[number]]
    const messages = messagesOf([
      Buffer.of(1, 0, 0, 0, 1),
      Buffer.of(0, 0, 0),
      Buffer.of(0, 0, 0, 0, 7, 1),
      message(2, first, { id: 1n, note: '' }),
      Buffer.of(0, 0, 0, 0, 3, 1),
      message(4, record({ name: 'id', type: 'string' }), { id: 'x' }),
      message(5, record(id), { id: 1n }),
      message(1, first, { id: 1n, note: 'cut' }).subarray(0, -1),
      message(1, first, { id: 2n, note: 'whole' }),
    ])
    const { rows, faults } = await decodeMessages(decoderOf(long, registry), long, messages)
    expect(rows).toEqual([[2, 'whole']])
    expect(faults).toEqual([
      { place: 0, detail: 'Expected a byte 0 and the id of a schema, got a message that begins with byte 1.' },
      { place: 1, detail: 'Expected a byte 0 and the id of a schema, got 3 bytes.' },
      { place: 2, detail: 'Schema 7 does not exist in the registry.' },
      { place: 3, detail: 'Schema 2 of the registry cannot be read: type "nonsense" is not defined.' },
      { place: 4, detail: 'Schema 3 of the registry cannot be read: its type is PROTOBUF, not AVRO.' },
      { place: 5, detail: `Column "note" is NOT NULL, but the writer's schema has no such field.` },
      { place: 6, detail: `Column "note" is NOT NULL, but the writer's schema has no such field.` },
      { place: 7, detail: 'Expected all bytes of field "note", got the end of the message.' },
    ])
    const narrow = await decodeMessages(decoderOf(strict, registry), strict, messagesOf([message(1, first, { id: 2n, note: 'x' })]))
    expect(narrow.faults).toEqual([{ place: 0, detail: 'Expected INT in column "id", got Avro type long.' }])
  })

  test('of an id that does not exist are asked for again after a while', async () => {
    const registry = new PretendRegistry()
    const decoder = decoderOf(columns, registry)
    const messages = messagesOf(Array.from({ length: 50 }, () => message(1, first, { id: 1n, note: 'a' })))
    expect((await decodeMessages(decoder, columns, messages)).faults).toHaveLength(50)
    expect((await decodeMessages(decoder, columns, messages)).faults).toHaveLength(50)
    expect(registry.asked).toHaveLength(1)
    registry.add(1, first)
    registry.nowMs += 10_001
    expect((await decodeMessages(decoder, columns, messages)).rows).toHaveLength(50)
    expect(registry.asked).toHaveLength(2)
  })

  test('wait for a registry that is down, and fail in the end without losing one', async () => {
    const registry = new PretendRegistry()
    registry.add(1, first)
    registry.downUntilMs = 30_000
    const decoder = decoderOf(columns, registry)
    const messages = messagesOf([message(1, first, { id: 1n, note: 'a' })])
    expect((await decodeMessages(decoder, columns, messages)).rows).toHaveLength(1)
    registry.downUntilMs = Number.POSITIVE_INFINITY
    registry.add(2, second)
    const later = messagesOf([message(1, first, { id: 2n, note: 'b' }), message(2, second, { price: 1, extra: {}, id: 3 })])
    // What was read before is given first; the message behind it is not passed over.
    expect(await decoder.decode(later, 0)).toBe(1)
    expect(decoder.batch.length).toBe(1)
    await expect(decoder.decode(later, 1)).rejects.toMatchObject({
      code: 'FORMATS_REGISTRY_UNREACHABLE',
      blame: 'external',
      detail: expect.stringMatching(/^Tried \d+ times in \d+ s; the last failure was: a refused connection\.$/),
    })
    registry.downUntilMs = 0
    expect(await decoder.decode(later, 1)).toBe(2)
    expect(decoder.batch.length).toBe(1)
  })

  test('may have schemas that refer to others, and to themselves', async () => {
    const registry = new PretendRegistry()
    const node = {
      type: 'record',
      name: 'a.Node',
      fields: [
        { name: 'next', type: ['null', 'Node'] },
        { name: 'size', type: 'int' },
      ],
    }
    const outer = {
      type: 'record',
      name: 'Outer',
      fields: [
        { name: 'node', type: 'a.Node' },
        { name: 'x', type: 'int' },
      ],
    }
    registry.add(1, outer, { references: [{ name: 'a.Node', subject: 'node', version: 3 }] })
    registry.answers = (_, path) =>
      path === '/subjects/node/versions/3' ? { status: 200, text: JSON.stringify({ schema: JSON.stringify(node) }) } : null
    const whole = {
      type: 'record',
      name: 'Outer',
      fields: [
        { name: 'node', type: node },
        { name: 'x', type: 'int' },
      ],
    }
    const wanted: Schema = [
      { name: 'x', type: integerType },
      { name: 'node', type: { kind: 'row', fields: [{ name: 'size', type: integerType }], nullable: true } },
    ]
    const value = { node: { next: { 'a.Node': { next: null, size: 1 } }, size: 2 }, x: 3 }
    const { rows, faults } = await decodeMessages(decoderOf(wanted, registry), wanted, messagesOf([message(1, whole, value)]))
    expect(faults).toEqual([])
    expect(rows).toEqual([[3, [2]]])
    // A message that goes down and down is a fault, not an end of the stack.
    const deep = Buffer.concat([Buffer.of(0, 0, 0, 0, 1), Buffer.alloc(100_000, 2)])
    expect((await decodeMessages(decoderOf(wanted, registry), wanted, messagesOf([deep]))).faults[0]?.detail).toMatch(
      /nested at most 256 deep/,
    )
  })
})

describe('the registry', () => {
  const refusedWith = async (status: number, text: string) => {
    const registry = new PretendRegistry()
    registry.answers = () => ({ status, text })
    return new Registry(registry).schemaOf(1).catch((error: unknown) => error)
  }

  test('may refuse: a wrong password is no reason to wait, nor is another server', async () => {
    expect(await refusedWith(401, '{"message":"no"}')).toMatchObject({
      code: 'FORMATS_REGISTRY_REFUSED',
      detail: 'It answered with status 401: no',
      hint: expect.stringContaining('basic-auth.user-info'),
    })
    expect(await refusedWith(404, '{"error_code":404,"message":"no such path"}')).toMatchObject({ code: 'FORMATS_REGISTRY_REFUSED' })
    expect(await refusedWith(404, '<html>')).toMatchObject({ code: 'FORMATS_REGISTRY_REFUSED', hint: expect.stringContaining('url') })
    expect(await refusedWith(503, '')).toMatchObject({ code: 'FORMATS_REGISTRY_UNREACHABLE' })
  })

  test('takes a schema once, or says that it does not fit', async () => {
    const registry = new PretendRegistry()
    registry.answers = (method, path, body) => {
      if (method === 'POST' && path === '/subjects/orders%2Fx/versions') return { status: 200, text: `{"id":${body?.length}}` }
      return method === 'POST' ? { status: 409, text: '{"error_code":409,"message":"reader has\\n no default"}' } : null
    }
    expect(await new Registry(registry).register('orders/x', '"int"')).toBe('{"schema":"\\"int\\""}'.length)
    await expect(new Registry(registry).register('y', '"int"')).rejects.toMatchObject({
      code: 'FORMATS_REGISTRY_SCHEMA_INCOMPATIBLE',
      detail: 'It said: reader has no default',
    })
  })

  test('is told who asks, and no error shows that', () => {
    const address = (clause: Record<string, string>) => {
      const options = readOptions(
        't',
        confluentOptions,
        Object.fromEntries(Object.entries(clause).map(([key, value]) => [`avro-confluent.${key}`, value])),
      )
      return registryAddress(options, 't')
    }
    expect(address({ url: 'http://me:geheim%21@host:8081/apis/', 'basic-auth.credentials-source': 'URL' })).toMatchObject({
      urls: ['http://host:8081/apis'],
      authorization: `Basic ${Buffer.from('me:geheim!').toString('base64')}`,
    })
    expect(address({ 'schema-registry.url': 'http://a,https://b', 'bearer-auth.token': 'xyz' })).toMatchObject({
      urls: ['http://a', 'https://b'],
      authorization: 'Bearer xyz',
    })
    expect(failure(() => address({})).code).toBe('FORMATS_OPTION_MISSING')
    expect(JSON.stringify(failure(() => address({ url: 'me:geheim@host' })))).not.toContain('geheim')
    expect(failure(() => address({ url: 'http://h', 'bearer-auth.token': 'x', 'basic-auth.user-info': 'a:b' })).code).toBe(
      'FORMATS_OPTION_CONFLICT',
    )
  })
})

describe('a table', () => {
  const columns: Schema = [{ name: 'id', type: bigintType }]
  const table = (clause: Record<string, string>) => ({
    name: 't',
    schema: columns,
    timeZone: 'UTC',
    options: readOptions(
      't',
      confluentOptions,
      Object.fromEntries(Object.entries({ url: 'http://localhost', ...clause }).map(([key, value]) => [`avro-confluent.${key}`, value])),
    ),
  })
  const { messages: codec } = confluentFormat

  test('needs a subject to be written', () => {
    expect(failure(() => codec.encoder?.(table({})))).toMatchObject({ code: 'FORMATS_OPTION_MISSING' })
    expect(failure(() => codec.encoder?.(table({ subject: 's' }))).code).toBe('none')
  })

  test('may give a schema that fits its columns', () => {
    const fitting = (schema: unknown) =>
      failure(() => codec.decoder(table({ schema: typeof schema === 'string' ? schema : JSON.stringify(schema) }), []))
    expect(fitting(record(id)).code).toBe('none')
    expect(fitting('{')).toMatchObject({ code: 'FORMATS_AVRO_SCHEMA_UNREADABLE' })
    expect(fitting(record({ name: 'other', type: 'int' }))).toMatchObject({
      code: 'FORMATS_AVRO_SCHEMA_MISMATCH',
      detail: 'It has no field "id".',
    })
    expect(fitting(record({ name: 'id', type: 'string' }))).toMatchObject({
      detail: 'Expected BIGINT in column "id", got Avro type string.',
    })
  })

  test('has nothing to do with bytes of others', () => {
    expect(bytesOf(messagesOf([Uint8Array.of(1), null, new Uint8Array(0)]))).toEqual([Uint8Array.of(1), null, new Uint8Array(0)])
  })
})
