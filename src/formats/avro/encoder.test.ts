import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assert } from '#base'
import { batchOf, type DataType, rowsOf, type Schema, stringType } from '#data'
import { bytesOf, decodeMessages, messagesOf } from '../binary-messages.fixture.ts'
import { failure } from '../decoding.fixture.ts'
import type { MessageDecoder, MessageEncoder } from '../format.ts'
import { CellMessageEncoder } from '../message-encoder.ts'
import { readOptions } from '../options.ts'
import { anyType, randomTable } from '../random-rows.fixture.ts'
import { recordCells } from './encoder.ts'
import { avroFormat } from './format.ts'
import { avscOf, randomRecords } from './random-avro.fixture.ts'
import { readerOf } from './record-decoder.fixture.ts'
import { parseAvroSchema, type RecordSchema } from './schema.ts'
import { schemaJson, schemaOfTable } from './table-schema.ts'
import { Misfit } from './write-value.ts'

const tableOf = (schema: Schema, clause: Record<string, string> = {}) => ({
  name: 't',
  schema,
  timeZone: 'UTC',
  options: readOptions('t', avroFormat.options, clause),
})
function decoderOf(...[table, wanted]: Parameters<NonNullable<typeof avroFormat.messages>['decoder']>): MessageDecoder {
  const decoder = avroFormat.messages?.decoder(table, wanted)
  assert(decoder !== undefined, 'Avro has messages')
  return decoder
}
function encoderOf(table: ReturnType<typeof tableOf>): MessageEncoder {
  const encoder = avroFormat.messages?.encoder?.(table)
  assert(encoder !== undefined, 'Avro is written, too')
  return encoder
}
const physical = (schema: Schema) => schema.map(({ name, type }) => ({ kind: 'physical' as const, key: name, type }))

/** Types that Avro holds. */
function isHeld(type: DataType): boolean {
  switch (type.kind) {
    case 'interval-year-month':
      return false
    case 'timestamp':
    case 'timestamp-ltz':
      return type.precision <= 6
    case 'array':
      return isHeld(type.element)
    case 'map':
      return isHeld(type.value)
    case 'row':
      return type.fields.every((field) => isHeld(field.type))
    default:
      return true
  }
}

function cellsOf(record: RecordSchema, schema: Schema): ReturnType<typeof recordCells> | null {
  try {
    return recordCells(record, schema)
  } catch (error) {
    if (error instanceof Misfit) return null
    throw error
  }
}

describe('rows', () => {
  test.each(['binary', 'json'])('come back as they were written, in the encoding %s', async (encoding) => {
    await fc.assert(
      fc.asyncProperty(randomTable(anyType.filter(isHeld)), async ({ schema, rows }) => {
        const table = tableOf(schema, { 'avro.encoding': encoding, 'avro.timestamp_mapping.legacy': 'false' })
        const messages = await encoderOf(table).encode(batchOf(schema, rows))
        const decoded = await decodeMessages(decoderOf(table, physical(schema)), schema, messagesOf(bytesOf(messages)))
        expect(decoded.faults).toEqual([])
        // A column and back is what the engine makes of boxed values.
        expect(decoded.rows).toEqual(rowsOf(batchOf(schema, rows), schema))
      }),
      { numRuns: 150 },
    )
  })

  test('are what the independent implementation reads, written by any schema', async () => {
    await fc.assert(
      fc.asyncProperty(randomRecords, async ({ record, fields, values }) => {
        const schema: Schema = fields.map((field, index) => ({ name: `f${index}`, type: field.type }))
        const parsed = parseAvroSchema(JSON.stringify(record.schema)) as RecordSchema
        const cells = cellsOf(parsed, schema)
        // Promotions go one way only.
        fc.pre(cells !== null)
        const rows = values.map((value) => value.boxed as unknown[])
        const written = bytesOf(new CellMessageEncoder(cells).encode(batchOf(schema, rows)))
        for (const bytes of written) avscOf(record.schema).fromBuffer(Buffer.from(bytes ?? []))
        expect((await decodeMessages(readerOf(record.schema, schema), schema, messagesOf(written))).rows).toEqual(
          rowsOf(batchOf(schema, rows), schema),
        )
      }),
      { numRuns: 200 },
    )
  })
})

describe('the schema of a table', () => {
  test('is the one that Flink derives', () => {
    const schema: Schema = [
      { name: 'id', type: { kind: 'bigint', nullable: false } },
      { name: 'name', type: stringType },
      { name: 'price', type: { kind: 'decimal', precision: 10, scale: 2, nullable: true } },
      { name: 'at', type: { kind: 'timestamp', precision: 3, nullable: false } },
      { name: 'tags', type: { kind: 'map', key: stringType, value: { kind: 'tinyint', nullable: true }, nullable: false } },
      { name: 'where', type: { kind: 'row', nullable: true, fields: [{ name: 'day', type: { kind: 'date', nullable: false } }] } },
    ]
    expect(schemaJson(schemaOfTable(schema, { format: 'avro', isLegacy: true }))).toEqual({
      type: 'record',
      name: 'record',
      namespace: 'org.apache.flink.avro.generated',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'name', type: ['null', 'string'], default: null },
        { name: 'price', type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 }], default: null },
        { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
        { name: 'tags', type: { type: 'map', values: ['null', 'int'] } },
        {
          name: 'where',
          type: [
            'null',
            {
              type: 'record',
              name: 'record_where',
              namespace: 'org.apache.flink.avro.generated',
              fields: [{ name: 'day', type: { type: 'int', logicalType: 'date' } }],
            },
          ],
          default: null,
        },
      ],
    })
  })

  test('tells wall clocks and instants apart where the table says so', () => {
    const schema: Schema = [
      { name: 'a', type: { kind: 'timestamp', precision: 3, nullable: false } },
      { name: 'b', type: { kind: 'timestamp-ltz', precision: 6, nullable: false } },
    ]
    expect(schemaJson(schemaOfTable(schema, { format: 'avro', isLegacy: false }))).toMatchObject({
      fields: [
        { name: 'a', type: { type: 'long', logicalType: 'local-timestamp-millis' } },
        { name: 'b', type: { type: 'long', logicalType: 'timestamp-micros' } },
      ],
    })
  })

  test('does not hold every type', () => {
    const trouble = (type: DataType, clause: Record<string, string> = {}) =>
      failure(() => decoderOf(tableOf([{ name: 'a', type }], clause), []))
    expect(trouble({ kind: 'interval-year-month', nullable: true })).toMatchObject({ code: 'FORMATS_TYPE_UNSUPPORTED' })
    expect(trouble({ kind: 'timestamp-ltz', precision: 3, nullable: true })).toMatchObject({ code: 'FORMATS_TYPE_UNSUPPORTED' })
    expect(trouble({ kind: 'timestamp-ltz', precision: 3, nullable: true }, { 'avro.timestamp_mapping.legacy': 'false' }).code).toBe('none')
    expect(trouble({ kind: 'timestamp', precision: 6, nullable: true }).code).toBe('FORMATS_TYPE_UNSUPPORTED')
    expect(trouble({ kind: 'map', key: { kind: 'integer', nullable: true }, value: stringType, nullable: true })).toMatchObject({
      detail: 'The keys of maps in Avro are text.',
    })
  })
})

describe('JSON', () => {
  const schema: Schema = [
    { name: 'id', type: { kind: 'bigint', nullable: true } },
    { name: 'raw', type: { kind: 'varbinary', length: 2147483647, nullable: false } },
  ]
  const json = tableOf(schema, { 'avro.encoding': 'json' })

  test('has the names of types in unions, bytes as text and numbers without loss', async () => {
    const messages = await encoderOf(json).encode(
      batchOf(schema, [
        [9007199254740993n, Uint8Array.of(65, 255)],
        [null, new Uint8Array(0)],
      ]),
    )
    const texts = bytesOf(messages).map((bytes) => Buffer.from(bytes ?? []).toString())
    expect(texts).toEqual(['{"id":{"long":9007199254740993},"raw":"Aÿ"}', '{"id":null,"raw":""}'])
  })

  test('that is wrong is a fault', async () => {
    const texts = [
      '',
      '{',
      '[]',
      '{"id":1,"raw":""}',
      '{"id":{"long":1.5},"raw":""}',
      '{"id":null}',
      '{"id":null,"raw":"☃"}',
      `${'['.repeat(100_000)}`,
    ]
    const messages = messagesOf([...texts.map((text) => Buffer.from(text)), Buffer.of(0xff), Buffer.from('{"raw":"x","id":null}')])
    const { rows, faults } = await decodeMessages(decoderOf(json, physical(schema)), schema, messages)
    expect(rows).toEqual([[null, Uint8Array.of(120)]])
    expect(faults).toHaveLength(texts.length + 1)
    expect(faults[3]?.detail).toBe('Expected null or an object with the name of a type in field "id", got 1.')
  })
})
