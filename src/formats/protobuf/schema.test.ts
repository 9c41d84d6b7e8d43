import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import protobuf from 'protobufjs'
import 'protobufjs/ext/descriptor.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bigintType, type DataType, integerType, type Schema, stringType } from '#data'
import { decodeMessages, messagesOf } from '../binary-messages.fixture.ts'
import { failure } from '../decoding.fixture.ts'
import { readOptions } from '../options.ts'
import { protobufFormat } from './format.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-protobuf-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const id: Schema = [{ name: 'id', type: integerType }]

function decoderOf(clause: Record<string, string>, schema: Schema = id) {
  const prefixed = Object.fromEntries(Object.entries(clause).map(([key, value]) => [`protobuf.${key}`, value]))
  const table = { name: 't', schema, timeZone: 'UTC', options: readOptions('t', protobufFormat.options, prefixed) }
  return protobufFormat.messages.decoder(
    table,
    schema.map(({ name, type }) => ({ kind: 'physical', key: name, type })),
  )
}

const refusal = (text: string, name = 'A') => failure(() => decoderOf({ 'schema-text': text, 'message-class-name': name }))

describe('a schema', () => {
  test('comes from files that import one another, in circles too, and from descriptor sets', async () => {
    await writeFile(
      path.join(folder, 'a.proto'),
      'syntax = "proto3"; package shop; import "b.proto"; import "google/protobuf/timestamp.proto"; message Order { int32 id = 1; Line line = 2; google.protobuf.Timestamp at = 3; Order parent = 4; }',
    )
    await writeFile(
      path.join(folder, 'b.proto'),
      'syntax = "proto3"; package shop; import "a.proto"; message Line { int64 price = 1; Order order = 2; }',
    )
    const at: DataType = {
      kind: 'row',
      nullable: true,
      fields: [
        { name: 'seconds', type: bigintType },
        { name: 'nanos', type: integerType },
      ],
    }
    const columns: Schema = [
      ...id,
      { name: 'line', type: { kind: 'row', nullable: true, fields: [{ name: 'price', type: bigintType }] } },
      { name: 'at', type: at },
    ]
    const message = Uint8Array.from(Buffer.from('0807120208091a0408051006', 'hex'))
    for (const name of ['shop.Order', 'com.example.shop.Order', 'Order', 'com.example.Shop$Order']) {
      const decoder = decoderOf({ schema: path.join(folder, 'a.proto'), 'message-class-name': name }, columns)
      expect((await decodeMessages(decoder, columns, messagesOf([message]))).rows).toEqual([[7, [9], [5, 6]]])
    }
    const { root } = protobuf.parse(
      'syntax = "proto3"; package shop; message Order { int32 id = 1; optional string some_note = 2; }',
      new protobuf.Root(),
      { keepCase: true },
    )
    root.resolveAll()
    const set = root.toDescriptor('proto3')
    const bytes = set.$type.encode(set).finish()
    await writeFile(path.join(folder, 'set.desc'), bytes)
    const flat: Schema = [...id, { name: 'some_note', type: stringType }]
    const decoder = decoderOf({ schema: path.join(folder, 'set.desc'), 'message-class-name': 'shop.Order' }, flat)
    expect((await decodeMessages(decoder, flat, messagesOf([Uint8Array.from(Buffer.from('0807120178', 'hex'))]))).rows).toEqual([[7, 'x']])
  })

  test('that cannot be read says why', async () => {
    expect(refusal('message A {')).toMatchObject({ code: 'FORMATS_PROTOBUF_SCHEMA_UNREADABLE' })
    expect(refusal('import "nowhere.proto"; message A { }').detail).toBe('It imports "nowhere.proto", which does not exist.')
    expect(refusal('message A { optional Nothing id = 1; }').detail).toMatch(/no such Type or Enum 'Nothing'/)
    expect(refusal('message A { optional int32 id = 1; }', 'B')).toMatchObject({
      code: 'FORMATS_PROTOBUF_MESSAGE_NOT_FOUND',
      detail: 'Its messages are A.',
    })
    expect(refusal('message A { optional int32 ids = 1; }')).toMatchObject({
      code: 'FORMATS_PROTOBUF_FIELD_NOT_FOUND',
      hint: 'Rename the column to "ids".',
    })
    expect(refusal('message A { optional string id = 1; }')).toMatchObject({
      code: 'FORMATS_PROTOBUF_FIELD_MISMATCH',
      detail: 'Expected STRING or CHAR, got INT.',
    })
    expect(failure(() => decoderOf({ 'message-class-name': 'A' })).code).toBe('FORMATS_OPTION_MISSING')
    expect(failure(() => decoderOf({ schema: path.join(folder, 'none.proto'), 'message-class-name': 'A' })).detail).toMatch(
      /There is no file/,
    )
    expect(failure(() => decoderOf({ schema: folder, 'message-class-name': 'A' })).detail).toMatch(/is no file/)
  })

  test.each<[string, (n: number) => string]>([
    ['many fields', (n) => `message A { ${Array.from({ length: n }, (_, index) => `optional int32 f${index} = ${index + 1};`).join('')} }`],
    [
      'many fields of a oneof',
      (n) => `message A { oneof x { ${Array.from({ length: n }, (_, index) => `int32 f${index} = ${index + 1};`).join('')} } }`,
    ],
    [
      'many extensions',
      (n) =>
        `message A { extensions 1 to max; } ${Array.from({ length: n }, (_, index) => `extend A { optional int32 f${index} = ${index + 1}; }`).join('')}`,
    ],
    [
      'many ranges',
      (n) =>
        `message A { reserved ${Array.from({ length: n }, (_, index) => index * 2 + 1).join(',')}; ${Array.from({ length: n }, (_, index) => `optional int32 f${index} = ${index * 2 + 2};`).join('')} }`,
    ],
    ['many messages', (n) => Array.from({ length: n }, (_, index) => `message M${index} { optional int32 a = 1; }`).join('')],
    ['messages in messages', (n) => `${'message A { '.repeat(n)}${'}'.repeat(n)}`],
    ['options in options', (n) => `option (a) = ${'{ a: '.repeat(n)}1${' }'.repeat(n)};`],
    ['lists in lists', (n) => `option (a) = { a: ${'['.repeat(n)}1${']'.repeat(n)} };`],
    ['long numbers', (n) => `message A { optional int32 f = ${'9'.repeat(n)}; }`],
    ['comments that do not end', (n) => '/*'.repeat(n)],
    ['strings that do not end', (n) => `option a = "${'\\"'.repeat(n)}`],
    ['strings of escapes', (n) => `option a = "${'\\\\n'.repeat(n)}";`],
    ['many strings', (n) => `option a = ${'"a"'.repeat(n)};`],
    ['long names', (n) => `message A { optional ${'a.'.repeat(n)}b f = 1; }`],
  ])('made of %s ends soon, whatever its size', (_, text) => {
    for (const size of [2400, 15_000, 60_000]) {
      const schema = text(size)
      const before = process.cpuUsage()
      const { code } = refusal(schema, 'None')
      const { user, system } = process.cpuUsage(before)
      expect(code).toMatch(/^FORMATS_PROTOBUF_/)
      // Without bounds the larger ones take minutes and more.
      expect((user + system) / 1e6).toBeLessThan(10)
    }
  })
})
