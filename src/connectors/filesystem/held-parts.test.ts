import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { integerType, stringType } from '#data'
import { failureOf, filesIn, openWriter, readWhole, TestClock, tableAt, temporaryDirectory, writeRows } from './table.fixture.ts'

const types = { id: integerType, name: stringType, p: integerType }
const merging = { 'auto-compaction': 'true' }

function mergingTable(options: Record<string, string> = {}) {
  const directory = temporaryDirectory()
  const clock = new TestClock()
  const table = tableAt(directory, types, { partitionedBy: ['p'], clock, options: { ...merging, ...options } })
  const visible = () => filesIn(directory).filter((file) => !path.basename(file).startsWith('.'))
  return { directory, clock, table, visible }
}

const sorted = (rows: unknown[][]) => rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))

test.each(['csv', 'json', 'parquet'])('small files of %s are shown as one, with all rows, once the rows have ended', async (format) => {
  const { directory, table, visible } = mergingTable({ format, ...(format === 'csv' ? { 'csv.header': 'true' } : {}) })
  const writer = await openWriter(table)
  const rows: unknown[][] = []
  for (let id = 0; id < 20; id++) {
    const row = [id, `name ${id}`, id % 2]
    rows.push(row)
    await writeRows(writer, table, [row])
    await writer.commit(JSON.parse(JSON.stringify(await writer.prepare())))
  }
  expect(visible()).toEqual([])
  writer.advance?.(Number.POSITIVE_INFINITY)
  const record = JSON.parse(JSON.stringify(await writer.prepare()))
  expect(visible()).toEqual([])
  await writer.commit(record)
  await writer.commit(record)
  await writer.close()
  expect(visible()).toHaveLength(2)
  expect(filesIn(directory)).toHaveLength(2)
  expect(sorted((await readWhole(table)).rows)).toEqual(rows)
  const first = readFileSync(path.join(directory, visible()[0] ?? ''), 'utf8')
  expect(first).toMatch({ csv: /^id,name\n0,name 0\n2,/, json: /^{"id":0,/, parquet: /^PAR1/ }[format] ?? /^$/)
})

test('files of the wanted size are shown, and those that are old', async () => {
  const { clock, table, visible } = mergingTable({ 'compaction.file-size': '100 b', 'sink.rolling-policy.rollover-interval': '1 h' })
  const writer = await openWriter(table)
  const commit = async (...rows: unknown[][]) => {
    await writeRows(writer, table, rows)
    await writer.commit(await writer.prepare())
  }
  await commit([1, 'x'.repeat(60), 0])
  expect(visible()).toEqual([])
  await commit([2, 'x'.repeat(60), 0], [3, 'y', 1])
  expect(visible().map((file) => path.dirname(file))).toEqual(['p=0'])
  clock.ms += 3_600_000
  await commit([4, 'z', 2])
  expect(visible().map((file) => path.dirname(file))).toEqual(['p=0', 'p=1'])
  await writer.close()
  expect(sorted((await readWhole(table)).rows).map(([id]) => id)).toEqual([1, 2, 3, 4])
})

test('files of a partition are shown with its mark', async () => {
  const options = { 'sink.partition-commit.policy.kind': 'success-file', 'sink.partition-commit.delay': '1 h' }
  const { clock, table, visible } = mergingTable(options)
  const writer = await openWriter(table)
  for (const id of [1, 2, 3]) {
    await writeRows(writer, table, [[id, 'x', 0]])
    await writer.commit(await writer.prepare())
  }
  expect(visible()).toEqual([])
  clock.ms += 3_600_000
  await writer.commit(await writer.prepare())
  expect(visible().map((file) => path.basename(file).replace(/part-.*/, 'part'))).toEqual(['_SUCCESS', 'part'])
  await writer.close()
})

test('a life after a crash goes on with what was held, and another one with what both held', async () => {
  const { directory, table, visible } = mergingTable()
  let record: unknown = null
  const writers = []
  for (const id of [1, 2, 3]) {
    const writer = await openWriter(table, { durable: { name: 'work', id: 'work', record } })
    await writeRows(writer, table, [[id, 'kept', 0]])
    record = JSON.parse(JSON.stringify(await writer.prepare()))
    await writeRows(writer, table, [[id * 10, 'lost', 0]])
    await writer.prepare()
    writers.push(writer)
  }
  const last = await openWriter(table, { durable: { name: 'work', id: 'work', record } })
  expect(visible()).toEqual([])
  last.advance?.(Number.POSITIVE_INFINITY)
  await last.commit(await last.prepare())
  await last.close()
  expect(sorted((await readWhole(table)).rows)).toEqual([
    [1, 'kept', 0],
    [2, 'kept', 0],
    [3, 'kept', 0],
  ])
  expect(filesIn(directory)).toEqual(visible())
  expect(visible()).toHaveLength(1)
})

test('what another work held stays, and a part that is gone ends the work', async () => {
  const { directory, table } = mergingTable()
  const first = await openWriter(table, { durable: { name: 'work', id: 'work', record: null } })
  for (const id of [1, 2]) {
    await writeRows(first, table, [[id, 'x', 0]])
    await first.commit(await first.prepare())
  }
  const record = await first.prepare()
  await first.close()
  const other = await openWriter(table, { durable: { name: 'other work', id: 'other work', record: null } })
  await other.close()
  const parts = filesIn(directory).filter((file) => file.endsWith('.pending'))
  expect(parts).toHaveLength(2)
  rmSync(path.join(directory, parts[0] ?? ''))
  const second = await openWriter(table, { durable: { name: 'work', id: 'work', record } })
  second.advance?.(Number.POSITIVE_INFINITY)
  expect((await failureOf(() => second.prepare())).code).toBe('CONNECTORS_FILESYSTEM_FILE_GONE')
  await second.close()
})

test('work that is not durable shows at its end what it had committed', async () => {
  const { directory, table, visible } = mergingTable()
  const writer = await openWriter(table)
  await writeRows(writer, table, [[1, 'x', 0]])
  await writer.commit(await writer.prepare())
  await writeRows(writer, table, [[2, 'never committed', 0]])
  await writer.close()
  expect(filesIn(directory)).toEqual(visible())
  expect((await readWhole(table)).rows).toEqual([[1, 'x', 0]])
})
