import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DataType, Schema } from '#data'
import { decodeMessages, messagesOf } from '../binary-messages.fixture.ts'
import { avscOf, randomRecords } from './random-avro.fixture.ts'
import { readerOf } from './record-decoder.fixture.ts'

describe('records', () => {
  test('are what the independent implementation wrote, whatever columns are wanted', async () => {
    await fc.assert(
      fc.asyncProperty(randomRecords, fc.infiniteStream(fc.boolean()), async ({ record, fields, values }, coin) => {
        const wanted = fields.map((field, index) => ({ name: `f${index}`, type: field.type, index })).filter(() => coin.next().value)
        const avsc = avscOf(record.schema)
        const messages = messagesOf(values.map((value) => avsc.toBuffer(value.avro)))
        const { rows, faults, places } = await decodeMessages(readerOf(record.schema, wanted), wanted, messages)
        expect(faults).toEqual([])
        expect(places).toEqual(values.map((_, place) => place))
        expect(rows).toEqual(values.map((value) => wanted.map((column) => (value.boxed as unknown[])[column.index])))
      }),
      { numRuns: 300 },
    )
  })

  test('that are cut off are faults, at every byte', async () => {
    await fc.assert(
      fc.asyncProperty(randomRecords, async ({ record, fields, values }) => {
        const columns = fields.map((field, index) => ({ name: `f${index}`, type: field.type }))
        const avsc = avscOf(record.schema)
        const whole = values.slice(0, 2).map((value) => avsc.toBuffer(value.avro))
        const cuts = whole.flatMap((bytes) => Array.from(bytes, (_, end) => bytes.subarray(0, end)))
        const { rows, faults } = await decodeMessages(readerOf(record.schema, columns), columns, messagesOf(cuts))
        expect(rows).toEqual([])
        expect(faults.map(({ place }) => place)).toEqual(cuts.map((_, place) => place))
      }),
      { numRuns: 100 },
    )
  })

  test('that are damaged give rows or faults', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomRecords,
        fc.infiniteStream(fc.nat(255)),
        fc.infiniteStream(fc.boolean()),
        async ({ record, fields, values }, bytes, coin) => {
          const columns = fields.map((field, index) => ({ name: `f${index}`, type: field.type })).filter(() => coin.next().value)
          const avsc = avscOf(record.schema)
          const damaged = values.slice(0, 1).flatMap((value) => {
            const whole = avsc.toBuffer(value.avro)
            return Array.from(whole, (_, at) => {
              const copy = Buffer.from(whole)
              copy[at] = bytes.next().value as number
              return copy
            })
          })
          const { rows, faults } = await decodeMessages(readerOf(record.schema, columns), columns, messagesOf(damaged))
          expect(rows.length + faults.length).toBe(damaged.length)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('have integers of at most 64 bits', async () => {
    const schema = { type: 'record', name: 'R', fields: [{ name: 'a', type: 'long' }] }
    const columns: Schema = [{ name: 'a', type: { kind: 'bigint', nullable: true } }]
    const bytes = (last: number) => Uint8Array.of(...Array.from({ length: 9 }, () => 255), last)
    const { rows, faults } = await decodeMessages(readerOf(schema, columns), columns, messagesOf([bytes(1), bytes(2), bytes(129)]))
    expect(rows).toEqual([[-(2n ** 63n)]])
    expect(faults.map(({ detail }) => detail)).toEqual(
      Array.from({ length: 2 }, () => 'Expected an integer of at most 10 bytes, got a longer one.'),
    )
    const unwanted = await decodeMessages(readerOf(schema, []), [], messagesOf([bytes(1), bytes(2)]))
    expect(unwanted.places).toEqual([0])
  })

  test('may claim to have more than they can: that takes no time and no memory', async () => {
    const items = { type: 'array', items: 'null' }
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'a', type: items },
        { name: 'b', type: { type: 'array', items } },
      ],
    }
    const nulls: DataType = { kind: 'array', element: { kind: 'null', nullable: true }, nullable: true }
    const both: Schema = [
      { name: 'a', type: nulls },
      { name: 'b', type: { kind: 'array', element: nulls, nullable: true } },
    ]
    const huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f]
    const messages = messagesOf([
      Uint8Array.of(...huge, 0, 0),
      Uint8Array.of(4, 0, 0),
      Uint8Array.of(0, ...huge, 0),
      // Each of these lists is allowed, and all of them together are not.
      Uint8Array.of(0, 40, ...Array.from({ length: 20 }, () => [0xc0, 0x9a, 0x0c, 0]).flat(), 0),
    ])
    const wanted = await decodeMessages(readerOf(schema, both), both, messages)
    expect(wanted.rows).toEqual([[[null, null], []]])
    expect(wanted.faults.map(({ place }) => place)).toEqual([0, 2, 3])
    const unwanted = await decodeMessages(readerOf(schema, []), [], messages)
    expect(unwanted.places).toEqual([0, 1, 3])
  })

  test('of many fields are read in parts', async () => {
    const fields = Array.from({ length: 200 }, (_, index) => ({ name: `f${index}`, type: 'long' }))
    const schema = { type: 'record', name: 'R', fields }
    const columns: Schema = [3, 23, 24, 199].map((index) => ({ name: `f${index}`, type: { kind: 'bigint', nullable: true } }))
    const value = Object.fromEntries(fields.map(({ name }, index) => [name, BigInt(index) ** 5n]))
    const { rows } = await decodeMessages(readerOf(schema, columns), columns, messagesOf([avscOf(schema).toBuffer(value)]))
    expect(rows).toEqual([[243, 6436343, 7962624, 312079600999]])
  })
})
