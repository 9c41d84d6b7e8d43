import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assert } from '#base'
import { batchOf, bigintType, type DataType, integerType, rowsOf, type Schema, stringType, withNullable } from '#data'
import { bytesOf, decodeMessages, messagesOf } from '../binary-messages.fixture.ts'
import { failure } from '../decoding.fixture.ts'
import type { MessageEncoder } from '../format.ts'
import { readOptions } from '../options.ts'
import { protobufFormat } from './format.ts'
import { protobufjsOf, randomMessages } from './random-messages.fixture.ts'

const { messages: codec } = protobufFormat
const physical = (schema: Schema) => schema.map(({ name, type }) => ({ kind: 'physical' as const, key: name, type }))

function tableOf(text: string, schema: Schema, clause: Record<string, string> = {}) {
  const options = { 'protobuf.message-class-name': 'Root', 'protobuf.schema-text': text, ...clause }
  return { name: 't', schema, timeZone: 'UTC', options: readOptions('t', protobufFormat.options, options) }
}

function encoderOf(table: ReturnType<typeof tableOf>): MessageEncoder {
  const encoder = codec.encoder?.(table)
  assert(encoder !== undefined, 'Protobuf is written, too')
  return encoder
}

function decode(text: string, columns: Schema, messages: readonly (Uint8Array | null)[], clause: Record<string, string> = {}) {
  return decodeMessages(codec.decoder(tableOf(text, columns, clause), physical(columns)), columns, messagesOf(messages))
}

const row = (...fields: [string, DataType][]): DataType => ({
  kind: 'row',
  fields: fields.map(([name, type]) => ({ name, type })),
  nullable: true,
})
const array = (element: DataType): DataType => ({ kind: 'array', element, nullable: true })
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('messages', () => {
  test('are what the independent implementation wrote, whatever columns are wanted', async () => {
    await fc.assert(
      fc.asyncProperty(randomMessages, fc.infiniteStream(fc.boolean()), async ({ text, columns, values }, coin) => {
        const type = protobufjsOf(text)
        const places = columns.map((_, index) => index).filter(() => coin.next().value)
        const wanted = places.map((place) => columns[place] as Schema[number])
        const { rows, faults } = await decode(
          text,
          wanted,
          values.map(({ proto }) => type.encode(proto as object).finish()),
        )
        expect(faults).toEqual([])
        expect(rows).toEqual(values.map(({ boxed }) => places.map((place) => (boxed as unknown[])[place])))
      }),
      { numRuns: 300 },
    )
  })

  test('are what the independent implementation reads', async () => {
    await fc.assert(
      fc.asyncProperty(randomMessages, async ({ text, columns, values }) => {
        const type = protobufjsOf(text)
        const batch = batchOf(
          columns,
          values.map(({ boxed }) => boxed as unknown[]),
        )
        const written = bytesOf(await encoderOf(tableOf(text, columns)).encode(batch))
        const readable = (bytes: Uint8Array | null) =>
          type.toObject(type.decode(bytes ?? new Uint8Array(0)), { longs: String, bytes: String, defaults: true })
        expect(written.map(readable)).toEqual(values.map(({ proto }) => readable(type.encode(proto as object).finish())))
        const { rows, faults } = await decode(text, columns, written)
        expect(faults).toEqual([])
        expect(rows).toEqual(rowsOf(batch, columns))
      }),
      { numRuns: 200 },
    )
  })

  test('that are cut or damaged give rows or faults, as the independent implementation finds them', async () => {
    await fc.assert(
      fc.asyncProperty(randomMessages, fc.infiniteStream(fc.nat(255)), async ({ text, columns, values }, bytes) => {
        const type = protobufjsOf(text)
        const whole = values.slice(0, 1).map(({ proto }) => type.encode(proto as object).finish())
        const broken = whole.flatMap((message) => [
          ...Array.from(message, (_, end) => message.subarray(0, end)),
          ...Array.from(message, (_, at) => message.with(at, bytes.next().value as number)),
        ])
        const { rows, faults, places } = await decode(text, columns, broken)
        expect(rows.length + faults.length).toBe(broken.length)
        for (const place of places) expect(() => type.decode(broken[place] as Uint8Array)).not.toThrow()
      }),
      { numRuns: 100 },
    )
  })
})

describe('a field', () => {
  const text = `syntax = "proto3"; message Root {
    int32 a = 1; string s = 2; repeated int32 list = 3;
    message Inner { int32 x = 1; int32 y = 2; repeated int32 z = 3; } Inner inner = 4;
    oneof choice { int32 one = 5; string two = 6; Inner three = 7; }
    int64 wide = 8; }`
  const inner = row(['x', integerType], ['y', integerType], ['z', array(integerType)])

  test('that comes twice is the last one, a message that comes in parts is one, and lists grow', async () => {
    const columns: Schema = [
      { name: 'a', type: integerType },
      { name: 's', type: stringType },
      { name: 'list', type: array(integerType) },
      { name: 'inner', type: inner },
      { name: 'wide', type: bigintType },
    ]
    const message = hex(
      '08 01 12 01 61 0a00'.replace('0a00', '') +
        '18 05 1a 02 06 07 22 04 08 01 18 01 22 04 10 02 18 02 08 02 12 02 62 63 18 08 40 ffffffffffffffff7f 40 03',
    )
    expect(await decode(text, columns, [message])).toMatchObject({ faults: [], rows: [[2, 'bc', [5, 6, 7, 8], [1, 2, [1, 2]], 3]] })
  })

  test('of a oneof gives way to the one that comes last, wanted or not', async () => {
    const columns: Schema = [
      { name: 'one', type: integerType },
      { name: 'two', type: stringType },
    ]
    const { rows } = await decode(text, columns, [hex('28 07 32 01 61'), hex('32 01 61 28 00'), hex('28 07 3a 00'), hex('')])
    expect(rows).toEqual([
      [null, 'a'],
      [0, null],
      [null, null],
      [null, null],
    ])
  })

  test('of a oneof within a message gives way, too', async () => {
    const nested =
      'syntax = "proto3"; message Root { message Inner { oneof choice { int32 one = 1; string two = 2; int32 other = 3; } } Inner inner = 1; }'
    const columns: Schema = [{ name: 'inner', type: row(['one', integerType], ['two', stringType]) }]
    const { rows } = await decode(nested, columns, [hex('0a 05 08 07 12 01 61'), hex('0a 02 08 07 0a 02 18 01'), hex('0a 00')])
    expect(rows).toEqual([[[null, 'a']], [[null, null]], [[null, null]]])
  })

  test('that nobody wants is passed over, groups included, and what is wrong is a fault', async () => {
    const columns: Schema = [{ name: 'a', type: integerType }]
    const good = ['08 01', '93 06 08 05 94 06 08 02', '82 10 03 010203 08 03', 'a5 06 01020304 08 04', 'a1 06 0102030405060708 08 05']
    expect((await decode(text, columns, good.map(hex))).rows).toEqual([[1], [2], [3], [4], [5]])
    const bad = {
      '0a 01 00': 'Field 1 of column "a" has wire type 2, which is not that of its type.',
      '08 ffffffffffffffffff02': 'Expected an integer of at most 10 bytes, got a longer one.',
      '08 ff': 'Expected more bytes, got the end of the message.',
      '00': 'Expected the number of a field, got tag 0.',
      '93 06 08 05': 'Expected more bytes, got the end of the message.',
      '94 06': 'Expected a field, got wire type 4 in field 98.',
      '12 ff01 61': 'Expected more bytes, got the end of the message.',
      '82 10 ffffffff0f': 'Expected more bytes, got the end of the message.',
    }
    const { rows, faults } = await decode(text, columns, Object.keys(bad).map(hex))
    expect(rows).toEqual([])
    expect(faults.map(({ detail }) => detail)).toEqual(Object.values(bad).map((detail) => detail.replace('field 98', 'field 98')))
    const fixed = 'syntax = "proto3"; message Root { double d = 1; float f = 2; sfixed64 s = 3; }'
    const last: Schema = [{ name: 'd', type: { kind: 'double', nullable: true } }]
    // Nothing lies behind the last message but one byte.
    expect((await decode(fixed, last, [hex('09 00')])).faults).toHaveLength(1)
    const deep = await decode(text, columns, [Buffer.alloc(100_000, hex('93 06'))])
    expect(deep.faults[0]?.detail).toMatch(/nested at most 100 deep/)
  })

  test('that is NULL is a fault where the column is NOT NULL', async () => {
    const columns: Schema = [{ name: 'one', type: withNullable(integerType, false) }]
    const { rows, faults } = await decode(text, columns, [hex(''), hex('28 01')])
    expect(rows).toEqual([[1]])
    expect(faults).toEqual([{ place: 0, detail: 'Column "one" is NOT NULL, but the message does not have the field.' }])
  })

  test('of proto2 has its default where the table says so', async () => {
    const old = `message Root { optional string s = 1 [default = "none"]; optional int32 n = 2 [default = -7]; enum E { A = 3; B = 4; }
      optional E e = 3 [default = B]; optional E f = 4; optional double d = 5 [default = -inf]; repeated E g = 6; }`
    const columns: Schema = [
      { name: 's', type: stringType },
      { name: 'n', type: integerType },
      { name: 'e', type: stringType },
      { name: 'f', type: integerType },
      { name: 'd', type: { kind: 'double', nullable: true } },
      { name: 'g', type: array(stringType) },
    ]
    const messages = [hex(''), hex('0a 01 78 18 03 20 04'), hex('18 09 30 03 30 09')]
    const clause = { 'protobuf.read-default-values': 'true' }
    expect((await decode(old, columns, messages, clause)).rows).toEqual([
      ['none', -7, 'B', 3, Number.NEGATIVE_INFINITY, []],
      ['x', -7, 'A', 4, Number.NEGATIVE_INFINITY, []],
      ['none', -7, 'B', 3, Number.NEGATIVE_INFINITY, ['A']],
    ])
    expect((await decode(old, columns, messages)).rows[0]).toEqual([null, null, null, null, null, null])
  })

  test('of an enum has the name that Java gives to numbers it does not know', async () => {
    const open = 'syntax = "proto3"; message Root { enum E { A = 0; B = 7; } E e = 1; repeated E g = 2; }'
    const columns: Schema = [
      { name: 'e', type: stringType },
      { name: 'g', type: array(stringType) },
    ]
    expect((await decode(open, columns, [hex('08 07 12 02 07 05'), hex('08 03'), hex('')])).rows).toEqual([
      ['B', ['B', 'UNRECOGNIZED']],
      ['UNRECOGNIZED', null],
      ['A', null],
    ])
  })

  test('that is unsigned never becomes negative', async () => {
    const unsigned = 'syntax = "proto3"; message Root { uint32 u = 1; uint64 v = 2; fixed32 w = 3; }'
    const columns: Schema = [
      { name: 'u', type: integerType },
      { name: 'v', type: bigintType },
      { name: 'w', type: integerType },
    ]
    const { rows, faults } = await decode(unsigned, columns, [
      hex('08 ffffffff0f'),
      hex('10 ffffffffffffffffff01'),
      hex('1d ffffffff'),
      hex('08 05 1d 01000000'),
    ])
    expect(rows).toEqual([[5, 0, 1]])
    expect(faults.map(({ detail }) => detail)).toEqual([
      'Column "u" cannot hold 4294967295, which is unsigned; declare it as BIGINT.',
      'Column "v" cannot hold 18446744073709551615, which is unsigned; declare it as DECIMAL(20, 0).',
      'Column "w" cannot hold 4294967295, which is unsigned; declare it as BIGINT.',
    ])
  })
})

describe('writing', () => {
  const text =
    'message Root { required int32 id = 1; enum E { A = 0; } optional E e = 2; repeated string tags = 3; optional group G = 4 { optional int32 x = 1; } }'
  const columns: Schema = [
    { name: 'id', type: integerType },
    { name: 'e', type: stringType },
    { name: 'tags', type: array(stringType) },
    { name: 'g', type: row(['x', integerType]) },
  ]
  const write = async (rows: unknown[][], clause: Record<string, string> = {}) => {
    const messages = await encoderOf(tableOf(text, columns, clause)).encode(batchOf(columns, rows))
    return bytesOf(messages).map((bytes) => Buffer.from(bytes ?? []).toString('hex'))
  }

  test('has a text for NULL in lists, zeros where presence is told, and groups', async () => {
    expect(await write([[0, 'A', ['x', null], [5]]], { 'protobuf.write-null-string-literal': '-' })).toEqual([
      '080010001a01781a012d23080524',
    ])
    expect((await decode(text, columns, [hex('080010001a01781a012d23080524')])).rows).toEqual([[0, 'A', ['x', '-'], [5]]])
  })

  test('fails for what the schema does not take', async () => {
    await expect(write([[null, null, null, null]])).rejects.toMatchObject({ code: 'FORMATS_PROTOBUF_VALUE_UNWRITABLE' })
    await expect(write([[1, 'X', null, null]])).rejects.toMatchObject({ detail: 'Its enum has no such name.' })
    expect(failure(() => codec.encoder?.(tableOf(text, columns.slice(1))))).toMatchObject({ code: 'FORMATS_PROTOBUF_VALUE_UNWRITABLE' })
  })
})
