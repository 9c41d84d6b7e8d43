import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { streams } from 'avsc'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchOf, bigintType, rowsOf, type Schema, stringType } from '#data'
import type { FileReader, ReadableFile } from '../format.ts'
import { readOptions } from '../options.ts'
import { fileCodecs, packBlock, unpackBlock } from './file-codec.ts'
import { avroFormat } from './format.ts'
import { avscOf, randomRecords } from './random-avro.fixture.ts'

const tableOf = (schema: Schema, codec: string) => ({
  name: 't',
  schema,
  timeZone: 'UTC',
  options: readOptions('t', avroFormat.options, { 'avro.codec': codec }),
})

function fileOf(bytes: Uint8Array): ReadableFile {
  return { name: 'a.avro', size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) }
}

function openReader(bytes: Uint8Array, columns: Schema, position: unknown = null): Promise<FileReader> {
  return avroFormat.openReader(tableOf(columns, 'null'), fileOf(bytes), {
    columns,
    conditions: [],
    position,
    signal: new AbortController().signal,
  })
}

async function readAll(bytes: Uint8Array, columns: Schema, position: unknown = null): Promise<unknown[][]> {
  const reader = await openReader(bytes, columns, position)
  const rows: unknown[][] = []
  for (let batch = await reader.read(); batch !== null; batch = await reader.read()) rows.push(...rowsOf(batch, columns))
  return rows
}

async function write(schema: Schema, rows: unknown[][], codec: string): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const file = { name: 'a.avro', append: (bytes: Uint8Array) => void parts.push(bytes.slice()) }
  const writer = avroFormat.openWriter?.(tableOf(schema, codec), file)
  for (let first = 0; first < rows.length; first += 1000) await writer?.write(batchOf(schema, rows.slice(first, first + 1000)))
  await writer?.finish()
  return Buffer.concat(parts)
}

type Codec = (bytes: Buffer, done: (error: Error | null, bytes: Buffer) => void) => void
const packers: Record<string, Codec> = {
  snappy: (bytes, done) => done(null, Buffer.from(packBlock('snappy', bytes))),
  zstandard: (bytes, done) => done(null, zstdCompressSync(bytes)),
  ...streams.BlockEncoder.defaultCodecs(),
}
const unpackers: Record<string, Codec> = {
  snappy: (bytes, done) => done(null, Buffer.from(unpackBlock('snappy', bytes) ?? [])),
  zstandard: (bytes, done) => done(null, zstdDecompressSync(bytes)),
  ...streams.BlockDecoder.defaultCodecs(),
}

describe.each([...fileCodecs])('files with codec %s', (codec) => {
  const columns: Schema = [
    { name: 'id', type: bigintType },
    { name: 'note', type: stringType },
  ]
  const rows = Array.from({ length: 9000 }, (_, index) => [index, index % 7 === 0 ? null : `note number ${index}`])

  test('that the independent implementation wrote are read', async () => {
    await fc.assert(
      fc.asyncProperty(randomRecords, async ({ record, fields, values }) => {
        const wanted = fields.map((field, index) => ({ name: `f${index}`, type: field.type }))
        fc.pre(values.length > 0)
        const encoder = new streams.BlockEncoder(avscOf(record.schema), {
          codec,
          codecs: packers,
          blockSize: 20,
        })
        // Else the head would be without logical types.
        Object.assign(encoder, { _schema: record.schema })
        const bytes = await buffer(Readable.from(values.map((value) => value.avro)).pipe(encoder))
        expect(await readAll(bytes, wanted)).toEqual(values.map((value) => value.boxed))
      }),
      { numRuns: 40 },
    )
  })

  test('are what the independent implementation reads', async () => {
    const bytes = await write(columns, rows, codec)
    const decoder = new streams.BlockDecoder({ codecs: unpackers })
    const read: unknown[] = []
    decoder.on('data', (value: unknown) => read.push(value))
    decoder.end(bytes)
    await new Promise((resolve, reject) => decoder.on('end', resolve).on('error', reject))
    expect(read.map((value) => Object.values(value as object))).toEqual(rows)
  })

  test('go on at any position, and end with an error where they are cut off', async () => {
    const bytes = await write(columns, rows, codec)
    const reader = await openReader(bytes, columns)
    const before: unknown[][] = []
    for (let batch = await reader.read(); batch !== null; batch = await reader.read()) {
      before.push(...rowsOf(batch, columns))
      const rest = await readAll(bytes, columns, JSON.parse(JSON.stringify(reader.position())))
      expect(before.length + rest.length).toBe(rows.length)
      expect(rest[0]).toEqual(rows[before.length])
    }
    expect(before).toEqual(rows)
    for (const end of [0, 3, 50, 200, bytes.length - 1]) {
      await expect(readAll(bytes.subarray(0, end), columns)).rejects.toMatchObject({ code: 'FORMATS_AVRO_FILE_UNREADABLE' })
    }
    const damaged = Buffer.from(bytes)
    damaged[bytes.length - 3] = (damaged[bytes.length - 3] as number) ^ 1
    await expect(readAll(damaged, columns)).rejects.toMatchObject({ detail: expect.stringContaining('does not end as it should') })
  })

  test('go on within a block', async () => {
    const ids = columns.slice(0, 1)
    const bytes = await write(
      ids,
      Array.from({ length: 10_000 }, (_, index) => [index]),
      codec,
    )
    const reader = await openReader(bytes, ids)
    const first = await reader.read()
    const rest = await readAll(bytes, ids, reader.position())
    expect(first?.length).toBeLessThan(10_000)
    expect(rest[0]).toEqual([first?.length])
    expect(rest.at(-1)).toEqual([9999])
  })

  test('may have no rows', async () => {
    expect(await readAll(await write(columns, [], codec), columns)).toEqual([])
  })
})
