import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { changeDelete, changeInsert, changeUpdateAfter, timestampLtzType } from '#data'
import { openTopics } from '#topics'
import type { ConnectorTable, SinkWriter } from '../connector.ts'
import { topicSink } from './sink.ts'
import { topicSource } from './source.ts'
import { openWriter, readWhole, recordsIn, tableAt, temporaryFolder, writeRows, writeWhole } from './table.fixture.ts'

/** A writer of a table of which only some columns are in the records. */
function topicWriterOf(table: ConnectorTable, physical: ConnectorTable['schema']): Promise<SinkWriter> {
  return openWriter({ ...table, schema: physical }, undefined, table.schema)
}

const idsOf = (rows: readonly (readonly unknown[])[]): number[] => rows.map(([id]) => Number(id)).toSorted((a, b) => a - b)

describe('in transactions', () => {
  test('rows are visible at their commit, which may be asked for again', async () => {
    const folder = temporaryFolder()
    const table = tableAt(folder, { partitions: '3' })
    const writer = await openWriter(table)
    await writeRows(writer, table, [
      [1, 'a'],
      [2, 'b'],
    ])
    expect((await readWhole(table)).rows).toEqual([])
    const record = JSON.parse(JSON.stringify(await writer.prepare())) as unknown
    expect((await readWhole(table)).rows).toEqual([])
    await writer.commit(record)
    await writer.commit(record)
    expect(idsOf((await readWhole(table)).rows)).toEqual([1, 2])
    expect(await writer.prepare()).toBeNull()
    await writer.commit(null)
    await writeRows(writer, table, [[3, 'dropped']])
    await writer.prepare()
    await writeRows(writer, table, [[4, 'dropped']])
    await writer.close()
    expect(idsOf((await readWhole(table)).rows)).toEqual([1, 2])
    expect(readdirSync(path.join(folder, '.transactions')).every((name) => name.endsWith('.done'))).toBe(true)
  })

  test('the next life of durable work commits what was prepared, and gives up the rest', async () => {
    const table = tableAt(temporaryFolder())
    const first = await openWriter(table, { name: 'work', id: 'work', record: null })
    await writeRows(first, table, [[1, 'a']])
    const record = await first.prepare()
    await writeRows(first, table, [[2, 'b']])
    await first.prepare()
    const second = await openWriter(table, { name: 'work', id: 'work', record })
    expect(idsOf((await readWhole(table)).rows)).toEqual([1])
    await second.close()
    const other = await openWriter(table, { name: 'work', id: 'work', record, writer: { index: 0, count: 1 } })
    await writeRows(other, table, [[3, 'c']])
    await other.commit(await other.prepare())
    await other.close()
    expect(idsOf((await readWhole(table)).rows)).toEqual([1, 3])
  })

  test('writers that are no more are committed and given up by the first one', async () => {
    const folder = temporaryFolder()
    const table = tableAt(folder)
    const before = await Promise.all(
      [0, 1].map(async (index) => {
        const writer = await openWriter(table, { name: 'work', id: 'work', record: null, writer: { index, count: 2 } })
        await writeRows(writer, table, [[index, 'kept']])
        const record = await writer.prepare()
        await writeRows(writer, table, [[10 + index, 'lost']])
        await writer.prepare()
        return record
      }),
    )
    const [record, ...left] = before
    const writer = await openWriter(table, { name: 'work', id: 'work', record, left, writer: { index: 0, count: 1 } })
    await writer.close()
    expect(idsOf((await readWhole(table)).rows)).toEqual([0, 1])
    expect(readdirSync(path.join(folder, '.transactions')).filter((name) => !name.endsWith('.done'))).toEqual([])
  })
})

test.each(['at-least-once', 'none'])('with %s rows are visible before their commit', async (guarantee) => {
  const table = tableAt(temporaryFolder(), { 'sink.delivery-guarantee': guarantee })
  expect(topicSink(table).repeats).toContain(guarantee)
  const writer = await openWriter(table)
  for (let i = 0; i < 50; i++) await writeRows(writer, table, [[i, 'a']])
  expect(await writer.prepare()).toBeNull()
  expect(idsOf((await readWhole(table)).rows)).toEqual(Array.from({ length: 50 }, (_, i) => i))
  await writer.close()
})

test('rows of one key go to one partition, others by turns', async () => {
  const folder = temporaryFolder()
  const keyed = tableAt(folder, { partitions: '4' })
  await writeWhole(
    keyed,
    Array.from({ length: 100 }, (_, i) => [i, `key ${i % 10}`]),
  )
  const { rows, splits } = await readWhole(keyed)
  const partitions = new Map<unknown, Set<string>>()
  for (const [i, [, name]] of rows.entries()) partitions.set(name, (partitions.get(name) ?? new Set()).add(splits[i] ?? ''))
  expect([...partitions.values()].every((each) => each.size === 1)).toBe(true)
  expect(new Set(splits).size).toBeGreaterThan(1)
  const turns = tableAt(folder, {
    topic: 'turns',
    partitions: '4',
    'sink.partitioner': 'round-robin',
    'key.format': undefined,
    'key.fields': undefined,
  })
  await writeWhole(
    turns,
    Array.from({ length: 8 }, (_, i) => [i, 'a']),
  )
  expect((await readWhole(turns)).splits.toSorted()).toEqual(['0', '0', '1', '1', '2', '2', '3', '3'])
  const fixed = tableAt(folder, { topic: 'fixed', partitions: '4', 'sink.partitioner': 'fixed' })
  await writeWhole(fixed, [
    [1, 'a'],
    [2, 'b'],
  ])
  expect((await readWhole(fixed)).splits).toEqual(['0', '0'])
})

test('changes by key are values, and records without one', async () => {
  const folder = temporaryFolder()
  const options = { changelog: 'upsert', format: undefined, 'value.format': 'json', 'key.fields': undefined }
  const table = tableAt(folder, options, { primaryKey: ['name'] })
  expect(topicSink(table).takes).toBe('upsert')
  const kinds = [changeInsert, changeUpdateAfter, changeDelete]
  await writeWhole(
    table,
    [
      [1, 'a'],
      [2, 'a'],
      [2, 'a'],
    ],
    kinds,
  )
  expect(await recordsIn(folder)).toEqual([
    ['a', '{"id":1,"name":"a"}'],
    ['a', '{"id":2,"name":"a"}'],
    ['a', null],
  ])
  const read = await readWhole(table)
  expect(read.kinds).toEqual([changeUpdateAfter, changeUpdateAfter, changeDelete])
  expect(read.rows).toEqual([
    [1, 'a'],
    [2, 'a'],
    [null, 'a'],
  ])
})

test('time and headers are written and read, other metadata is only read', async () => {
  const folder = temporaryFolder()
  const plain = tableAt(folder)
  const headers = topicSource(plain).metadata.find(({ name }) => name === 'headers')?.type ?? timestampLtzType
  const schema = [...plain.schema, { name: 'at', type: timestampLtzType }, { name: 'about', type: headers }]
  const metadataColumns = [
    { name: 'at', key: 'timestamp', isVirtual: false },
    { name: 'about', key: 'headers', isVirtual: false },
  ]
  const written = { ...plain, schema, metadataColumns }
  const writer = await topicWriterOf(written, plain.schema)
  await writeRows(writer, written, [
    [1, 'a', 1234, new Map([['x', new Uint8Array([7])]])],
    [2, 'a', 1235, null],
  ])
  await writer.commit(await writer.prepare())
  await writer.close()
  const { rows } = await readWhole(plain, ['timestamp', 'headers', 'offset', 'partition', 'topic'])
  expect(rows).toEqual([
    [1, 'a', 1234, new Map([['x', new Uint8Array([7])]]), 0, 0, 'orders'],
    [2, 'a', 1235, new Map(), 1, 0, 'orders'],
  ])
  const readOnly = { ...written, metadataColumns: [{ name: 'at', key: 'offset', isVirtual: false }] }
  await expect(topicWriterOf(readOnly, plain.schema)).rejects.toMatchObject({ code: 'CONNECTORS_TOPIC_METADATA_READ_ONLY' })
})

test('settings of the clause are those of the topic, which may get more partitions', async () => {
  const folder = temporaryFolder()
  await writeWhole(tableAt(folder, { partitions: '2', 'retention.time': '1 h', 'segment.size': '1 mb' }), [[1, 'a']])
  const table = tableAt(folder, { partitions: '3', 'retention.size': '10 mb' })
  await writeWhole(table, [[2, 'b']])
  const topics = await openTopics(folder)
  expect((await topics.topic('orders')).settings).toEqual({
    partitions: 3,
    segmentBytes: 1_048_576,
    retentionMs: 3_600_000,
    retentionBytes: 10_485_760,
  })
  topics.close()
})
