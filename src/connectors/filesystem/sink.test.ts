import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { batchOf, type DataType, dateType, integerType, stringType } from '#data'
import { fileError } from './errors.ts'
import { AppendingFile } from './part-file.ts'
import { filesystemSink } from './sink.ts'
import {
  failureOf,
  filesIn,
  openWriter,
  readWhole,
  TestClock,
  tableAt,
  temporaryDirectory,
  writeRows,
  writeWhole,
} from './table.fixture.ts'

const types = { id: integerType, name: stringType }

const visible = (directory: string) => filesIn(directory).filter((file) => !path.basename(file).startsWith('.'))
const sorted = (rows: unknown[][]) => rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))

describe('two phases', () => {
  test('nothing is visible before the commit', async () => {
    const directory = path.join(temporaryDirectory(), 'new', 'table')
    const table = tableAt(directory, types)
    const writer = await openWriter(table)
    await writeRows(writer, table, [[1, 'x']])
    expect(visible(directory)).toEqual([])
    const record = JSON.parse(JSON.stringify(await writer.prepare()))
    expect(visible(directory)).toEqual([])
    expect(filesIn(directory).some((file) => file.endsWith('.csv.pending'))).toBe(true)
    await writer.commit(record)
    expect(visible(directory)).toEqual([expect.stringMatching(/^part-[0-9a-f]{16}-0\.csv$/)])
    await writer.commit(record)
    expect((await readWhole(table)).rows).toEqual([[1, 'x']])
    await writeRows(writer, table, [[2, 'y']])
    await writer.commit(await writer.prepare())
    await writer.close()
    expect(filesIn(directory)).toHaveLength(2)
    expect(sorted((await readWhole(table)).rows)).toEqual([
      [1, 'x'],
      [2, 'y'],
    ])
  })
  test('nothing written is nothing to commit', async () => {
    const directory = temporaryDirectory()
    await writeWhole(tableAt(directory, types), [])
    expect(filesIn(directory)).toEqual([])
  })
  test('what was not prepared is dropped', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    const writer = await openWriter(table)
    await writeRows(writer, table, [[1, 'x']])
    await writer.close()
    expect(filesIn(directory)).toEqual([])
  })
  test('a record is committed by the next life of the work, and what the last one prepared later is void', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    const first = await openWriter(table, { durable: { name: 'work', id: 'work', record: null } })
    await writeRows(first, table, [[1, 'x']])
    const record = JSON.parse(JSON.stringify(await first.prepare()))
    await writeRows(first, table, [[2, 'lost']])
    await first.prepare()
    await writeRows(first, table, [[3, 'lost']])
    const second = await openWriter(table, { durable: { name: 'work', id: 'work', record } })
    await second.commit(record)
    expect((await readWhole(table)).rows).toEqual([[1, 'x']])
    expect(filesIn(directory).filter((file) => file.startsWith('.part'))).toEqual([])
    await second.close()
    await first.close()
  })
  test('a prepared part survives the close when a checkpoint may name it', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    const first = await openWriter(table, { durable: { name: 'work', id: 'work', record: null } })
    await writeRows(first, table, [[1, 'x']])
    const record = await first.prepare()
    await first.close()
    expect(visible(directory)).toEqual([])
    const other = await openWriter(table, { durable: { name: 'other work', id: 'other work', record: null } })
    await other.close()
    const second = await openWriter(table, { durable: { name: 'work', id: 'work', record } })
    await second.close()
    expect((await readWhole(table)).rows).toEqual([[1, 'x']])
    expect(filesIn(directory)).toHaveLength(1)
  })
  test('what a life prepared for a checkpoint that never was is void', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    const first = await openWriter(table, { durable: { name: 'work', id: 'work', record: null } })
    await writeRows(first, table, [[1, 'lost']])
    await first.prepare()
    const second = await openWriter(table, { durable: { name: 'work', id: 'work', record: null } })
    await second.close()
    expect(filesIn(directory)).toEqual([])
  })
  test('a prepared part that nobody can commit any more goes with its writer', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    const writer = await openWriter(table)
    await writeRows(writer, table, [[1, 'x']])
    await writer.commit(await writer.prepare())
    await writeRows(writer, table, [[2, 'y']])
    await writer.prepare()
    await writer.close()
    expect(filesIn(directory)).toEqual(visible(directory))
    expect((await readWhole(table)).rows).toEqual([[1, 'x']])
  })
  test('a part that is gone is an error', async () => {
    const directory = temporaryDirectory()
    const writer = await openWriter(tableAt(directory, types))
    const record = { uid: 'x', kin: [], parts: [{ from: '.part-x-0.csv.pending', to: 'part-x-0.csv' }], replaced: [], marks: [] }
    expect((await failureOf(() => writer.commit(record))).code).toBe('CONNECTORS_FILESYSTEM_FILE_LOST')
    await writer.close()
  })
})

describe('partitions', () => {
  const partitioned = { id: integerType, day: dateType, name: stringType, region: stringType }
  const rows = [
    [1, 11_353, 'x', 'a/b'],
    [2, 11_353, 'y', null],
    [3, 11_354, 'z', 'a/b'],
    [4, 11_353, 'w', 'a/b'],
  ]
  test('have directories of their own, and come back', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, partitioned, { partitionedBy: ['day', 'region'] })
    await writeWhole(table, rows)
    expect(visible(directory).map((file) => path.dirname(file))).toEqual([
      'day=2001-01-31/region=__DEFAULT_PARTITION__',
      'day=2001-01-31/region=a%2Fb',
      'day=2001-02-01/region=a%2Fb',
    ])
    expect(readFileSync(path.join(directory, visible(directory)[1] ?? ''), 'utf8')).toBe('1,x\n4,w\n')
    expect(sorted((await readWhole(table)).rows)).toEqual(rows)
  })
  test('cannot be named by every type, which is said before anything is written', () => {
    const array: DataType = { kind: 'array', element: integerType, nullable: true }
    const table = tableAt(temporaryDirectory(), { id: integerType, p: array }, { partitionedBy: ['p'] })
    expect(() => filesystemSink(table)).toThrow('column "p" of type ARRAY<INT> cannot be a partition column')
  })
  test('more than can be open at once', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, { id: integerType, p: integerType }, { partitionedBy: ['p'] })
    const many = Array.from({ length: 300 }, (_, index) => [index, index % 150])
    const writer = await openWriter(table)
    for (let at = 0; at < many.length; at += 100) await writer.write(batchOf(table.schema, many.slice(at, at + 100)))
    await writer.commit(await writer.prepare())
    await writer.close()
    expect(sorted((await readWhole(table)).rows)).toEqual(many)
  })
  test('are marked once they count as whole', async () => {
    const directory = temporaryDirectory()
    const clock = new TestClock()
    const options = { 'sink.partition-commit.policy.kind': 'success-file', 'sink.partition-commit.delay': '1 h' }
    const table = tableAt(directory, { id: integerType, p: integerType }, { partitionedBy: ['p'], clock, options })
    const marked = () => [1, 2].filter((p) => existsSync(path.join(directory, `p=${p}`, '_SUCCESS')))
    const writer = await openWriter(table)
    await writeRows(writer, table, [[1, 1]])
    await writer.commit(await writer.prepare())
    expect(marked()).toEqual([])
    clock.ms += 3_600_000
    await writeRows(writer, table, [[2, 2]])
    await writer.commit(await writer.prepare())
    expect(marked()).toEqual([1])
    await writer.close()
    expect(marked()).toEqual([1, 2])
  })
})

describe('overwriting', () => {
  test('an overwrite that is committed again leaves alone what came since', async () => {
    const table = tableAt(path.join(temporaryDirectory(), 'table'), types)
    await writeWhole(table, [[1, 'old']])
    const writer = await openWriter(table, { overwrite: true })
    await writeRows(writer, table, [[2, 'new']])
    const record = JSON.parse(JSON.stringify(await writer.prepare()))
    await writer.commit(record)
    await writeWhole(table, [[3, 'since']])
    await writer.commit(record)
    await writer.close()
    expect(sorted((await readWhole(table)).rows)).toEqual([
      [2, 'new'],
      [3, 'since'],
    ])
  })

  test('replaces the files that were there, at the commit', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    await writeWhole(table, [[1, 'old']])
    const writer = await openWriter(table, { overwrite: true })
    await writeRows(writer, table, [[2, 'new']])
    const record = await writer.prepare()
    expect((await readWhole(table)).rows).toEqual([[1, 'old']])
    await writer.commit(record)
    expect((await readWhole(table)).rows).toEqual([[2, 'new']])
    await writeRows(writer, table, [[3, 'newer']])
    await writer.commit(await writer.prepare())
    await writer.close()
    expect(sorted((await readWhole(table)).rows)).toEqual([
      [2, 'new'],
      [3, 'newer'],
    ])
    await writeWhole(table, [], true)
    expect((await readWhole(table)).rows).toEqual([])
  })
  test('keeps what an earlier life of the work committed', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    await writeWhole(table, [[1, 'old']])
    const first = await openWriter(table, { overwrite: true, durable: { name: 'work', id: 'work', record: null } })
    await writeRows(first, table, [[2, 'new']])
    const record = await first.prepare()
    await first.close()
    const second = await openWriter(table, { overwrite: true })
    await second.commit(record)
    await writeRows(second, table, [[3, 'newer']])
    await second.commit(await second.prepare())
    await second.close()
    expect(sorted((await readWhole(table)).rows)).toEqual([
      [2, 'new'],
      [3, 'newer'],
    ])
  })
  test.each([0, 1])('of several writers replaces once: the first moves the files of all, however far writer %i had come', async (ahead) => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, { id: integerType, p: integerType }, { partitionedBy: ['p'] })
    await writeWhole(table, [
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    const writers = [await openWriter(table, { overwrite: true }), await openWriter(table, { overwrite: true })]
    const records: unknown[] = []
    for (const [index, writer] of writers.entries()) {
      await writeRows(writer, table, [[10 + index, 1 + index]])
      records.push(await writer.prepare())
    }
    const joined = filesystemSink(table).joinOverwrites?.(records) ?? []
    await writers[ahead]?.commit(joined[ahead])
    await writers[0]?.commit(joined[0])
    const replaced = [
      [10, 1],
      [11, 2],
      [3, 3],
    ]
    expect(sorted((await readWhole(table)).rows)).toEqual(sorted(replaced))
    for (const [index, writer] of writers.entries()) {
      await writer.commit(joined[index])
      await writer.close()
    }
    expect(sorted((await readWhole(table)).rows)).toEqual(sorted(replaced))
    expect(filesIn(directory)).toEqual(visible(directory))
  })
  test('of several writers keeps what each of them wrote before', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types)
    await writeWhole(table, [[1, 'old']])
    const writers = [await openWriter(table, { overwrite: true }), await openWriter(table, { overwrite: true })]
    for (const round of [0, 1]) {
      const records: unknown[] = []
      for (const [index, writer] of writers.entries()) {
        await writeRows(writer, table, [[2 * round + index, 'new']])
        records.push(await writer.prepare())
      }
      const joined = filesystemSink(table).joinOverwrites?.(records) ?? []
      for (const [index, writer] of writers.entries()) await writer.commit(joined[index])
    }
    for (const writer of writers) await writer.close()
    expect(sorted((await readWhole(table)).rows)).toEqual([0, 1, 2, 3].map((id) => [id, 'new']))
  })
  test('touches the partitions that get rows, and no others', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, { id: integerType, p: integerType }, { partitionedBy: ['p'] })
    await writeWhole(table, [
      [1, 1],
      [2, 2],
    ])
    await writeWhole(table, [[3, 2]], true)
    expect(sorted((await readWhole(table)).rows)).toEqual([
      [1, 1],
      [3, 2],
    ])
  })
})

describe('rolling', () => {
  test('begins another file by size', async () => {
    const directory = temporaryDirectory()
    const table = tableAt(directory, types, { options: { 'sink.rolling-policy.file-size': '1 kb', 'csv.header': 'true' } })
    const writer = await openWriter(table)
    for (let batch = 0; batch < 10; batch++)
      await writeRows(
        writer,
        table,
        Array.from({ length: 100 }, (_, row) => [batch * 100 + row, 'name']),
      )
    await writer.commit(await writer.prepare())
    await writer.close()
    expect(visible(directory).length).toBeGreaterThan(4)
    expect(readFileSync(path.join(directory, visible(directory)[0] ?? ''), 'utf8')).toMatch(/^id,name\n0,name\n/)
    expect((await readWhole(table)).rows).toHaveLength(1000)
  })
  test('begins another file by age', async () => {
    const directory = temporaryDirectory()
    const clock = new TestClock()
    const table = tableAt(directory, types, { clock })
    const writer = await openWriter(table)
    for (const id of [1, 2, 3]) {
      await writeRows(writer, table, [[id, 'x']])
      clock.ms += 1_200_000
    }
    await writer.commit(await writer.prepare())
    await writer.close()
    expect(visible(directory)).toHaveLength(2)
  })
})

describe('trouble', () => {
  test('a full disk is named, and leaves nothing to be seen', async () => {
    const file = new AppendingFile('/dev/full', () => open('/dev/full', 'w'))
    const fill = async () => {
      await file.append(new Uint8Array(3_000_000))
      await file.finish()
    }
    expect(await failureOf(fill)).toMatchObject({
      code: 'CONNECTORS_FILESYSTEM_DISK_FULL',
      blame: 'external',
      message: 'could not write "/dev/full": no space is left',
    })
    await file.abandon()
    expect(fileError({ code: 'EACCES' }, 'a', 'write').message).toBe('could not write "a"')
  })
  test('a path that is a file, or below one', async () => {
    const file = path.join(temporaryDirectory(), 'a')
    writeFileSync(file, '')
    expect((await failureOf(() => openWriter(tableAt(file, types)))).detail).toBe('It is a file; rows are written to files in a directory.')
    expect(await failureOf(() => openWriter(tableAt(path.join(file, 'b'), types)))).toMatchObject({
      code: 'CONNECTORS_FILESYSTEM_FILE_UNWRITABLE',
      blame: 'external',
    })
  })
  test.each([
    [{ 'partition.time-extractor.kind': 'custom' }, 'option "partition.time-extractor.kind" = "custom" is not supported'],
    [{ 'sink.partition-commit.policy.kind': 'custom' }, 'option "sink.partition-commit.policy.kind" = "custom" is not supported'],
    [{ 'sink.partition-commit.policy.kind': 'metastore' }, 'option "sink.partition-commit.policy.kind" = "metastore" is not supported'],
    [{ format: 'cvs' }, 'format "cvs" does not exist'],
    [{ 'csv.heder': 'true' }, 'option "csv.heder" does not exist for table "orders"'],
    [
      { 'sink.rolling-policy.file-size': 'big' },
      'option "sink.rolling-policy.file-size" of table "orders" does not have a value that fits',
    ],
  ])('%o', async (options, message) => {
    expect((await failureOf(async () => filesystemSink(tableAt('x', types, { options })))).message).toBe(message)
  })
})
