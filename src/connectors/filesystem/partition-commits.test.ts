import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { integerType, stringType } from '#data'
import { failureOf, openWriter, TestClock, tableAt, temporaryDirectory, writeRows } from './table.fixture.ts'

const types = { id: integerType, dt: stringType, hm: stringType }
const timed = {
  'sink.partition-commit.trigger': 'partition-time',
  'sink.partition-commit.delay': '5 min',
  'sink.partition-commit.policy.kind': 'success-file',
  'partition.time-extractor.timestamp-pattern': '$dt $hm:00',
}

function timedTable(options: Record<string, string> = {}) {
  const directory = temporaryDirectory()
  const table = tableAt(directory, types, { partitionedBy: ['dt', 'hm'], clock: new TestClock(), options: { ...timed, ...options } })
  const isMarked = (name: string): boolean => existsSync(path.join(directory, ...name.split('/'), '_SUCCESS'))
  return { table, isMarked }
}

const noon = 'dt=2024-03-01/hm=12%3A00'
const later = 'dt=2024-03-01/hm=12%3A05'

test.each([
  ['UTC', '2024-03-01T12:05:00Z'],
  ['Europe/Berlin', '2024-03-01T11:05:00Z'],
])('a partition is marked once the watermark is beyond its time and the delay, with times of %s', async (zone, instant) => {
  const { table, isMarked } = timedTable({ 'sink.partition-commit.watermark-time-zone': zone })
  const writer = await openWriter(table)
  await writeRows(writer, table, [
    [1, '2024-03-01', '12:00'],
    [2, '2024-03-01', '12:05'],
  ])
  writer.advance?.(Date.parse(instant))
  await writer.commit(await writer.prepare())
  expect([isMarked(noon), isMarked(later)]).toEqual([false, false])
  writer.advance?.(Date.parse(instant) + 1)
  const record = await writer.prepare()
  expect(isMarked(noon)).toBe(false)
  await writer.commit(record)
  expect([isMarked(noon), isMarked(later)]).toEqual([true, false])
  writer.advance?.(Number.POSITIVE_INFINITY)
  await writer.commit(await writer.prepare())
  expect(isMarked(later)).toBe(true)
  await writer.close()
})

test('a partition that waits is known to the next life, which is killed before it gets a row of it', async () => {
  const { table, isMarked } = timedTable()
  const first = await openWriter(table, { durable: { name: 'work', id: 'work', record: null } })
  await writeRows(first, table, [[1, '2024-03-01', '12:00']])
  const record = JSON.parse(JSON.stringify(await first.prepare()))
  const second = await openWriter(table, { durable: { name: 'work', id: 'work', record } })
  const next = JSON.parse(JSON.stringify(await second.prepare()))
  const third = await openWriter(table, { durable: { name: 'work', id: 'work', record: next } })
  expect(isMarked(noon)).toBe(false)
  third.advance?.(Date.parse('2024-03-01T12:05:00.001Z'))
  await third.commit(await third.prepare())
  expect(isMarked(noon)).toBe(true)
  for (const writer of [third, second, first]) await writer.close()
})

test('work that is stopped marks nothing that is not whole', async () => {
  const { table, isMarked } = timedTable()
  const writer = await openWriter(table)
  await writeRows(writer, table, [[1, '2024-03-01', '12:00']])
  await writer.commit(await writer.prepare())
  await writer.close()
  expect(isMarked(noon)).toBe(false)
})

test.each([
  [{ 'partition.time-extractor.timestamp-pattern': '$dt' }, 'dt=2024-03-01/hm=12%3A00', '2024-03-01T00:05:00Z'],
  [
    { 'partition.time-extractor.timestamp-pattern': '$dt$hm', 'partition.time-extractor.timestamp-formatter': 'yyyy-MM-ddHH:mm' },
    'dt=2024-03-01/hm=12%3A00',
    '2024-03-01T12:05:00Z',
  ],
])('times are told as %o says', async (options, directory, instant) => {
  const { table, isMarked } = timedTable(options)
  const writer = await openWriter(table)
  await writeRows(writer, table, [[1, '2024-03-01', '12:00']])
  writer.advance?.(Date.parse(instant))
  await writer.commit(await writer.prepare())
  expect(isMarked(directory)).toBe(false)
  writer.advance?.(Date.parse(instant) + 1)
  await writer.commit(await writer.prepare())
  expect(isMarked(directory)).toBe(true)
  await writer.close()
})

test('a partition that names no time is refused', async () => {
  const { table } = timedTable()
  const writer = await openWriter(table)
  expect(await failureOf(() => writeRows(writer, table, [[1, 'today', '12:00']]))).toMatchObject({
    code: 'CONNECTORS_FILESYSTEM_PARTITION_TIME',
    detail: 'Expected a time such as "yyyy-MM-dd HH:mm:ss", got "today 12:00:00".',
  })
  await writer.close()
})
