import { once } from 'node:events'
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bigintType, dateType, doubleType, integerType, rowsOf, stringType } from '#data'
import { fileError } from './errors.ts'
import { filesystemSource } from './source.ts'
import { failureOf, readWhole, requestOf, schemaOf, TestClock, tableAt, temporaryDirectory } from './table.fixture.ts'

const types = { id: integerType, name: stringType }

function write(directory: string, name: string, text: string | Uint8Array): string {
  const file = path.join(directory, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

/** Where a link leads; null when it is gone. */
function targetOf(link: string): string | null {
  try {
    return readlinkSync(link)
  } catch {
    return null
  }
}

const ids = (rows: unknown[][]) => rows.map((row) => row[0])

describe('which files are read', () => {
  test('a file', async () => {
    const file = write(temporaryDirectory(), 'a.csv', '1,x\n2,y')
    expect((await readWhole(tableAt(file, types))).rows).toEqual([
      [1, 'x'],
      [2, 'y'],
    ])
    expect((await readWhole(tableAt(`file://${file}`, types))).rows).toHaveLength(2)
    expect((await readWhole(tableAt(`file:${file}`, types))).rows).toHaveLength(2)
  })
  test('a directory and what is below it, by name, without hidden files', async () => {
    const directory = temporaryDirectory()
    write(directory, 'b.csv', '3,x\n')
    write(directory, 'a/2.csv', '2,x\n')
    write(directory, 'a/1.csv', '1,x\n')
    for (const hidden of ['_SUCCESS', '.part-1.csv.inprogress', '_tmp/a.csv', '.x/a.csv']) write(directory, hidden, '9,x\n')
    symlinkSync(directory, path.join(directory, 'a', 'loop'))
    for (const [link, to] of [
      ['self', 'self'],
      ['one', 'other'],
      ['other', 'one'],
      ['nowhere', 'missing'],
    ] as const)
      symlinkSync(to, path.join(directory, link))
    expect(ids((await readWhole(tableAt(directory, types))).rows)).toEqual([1, 2, 3])
  })
  test('a pattern, or a regular expression over whole paths', async () => {
    const directory = temporaryDirectory()
    for (const [index, name] of ['a1.csv', 'a2.csv', 'b1.csv', 'x/a3.csv'].entries()) write(directory, name, `${index},x\n`)
    expect(ids((await readWhole(tableAt(`${directory}/a*.csv`, types))).rows)).toEqual([0, 1])
    expect(ids((await readWhole(tableAt(`${directory}/**/a*.csv`, types))).rows)).toEqual([0, 1, 3])
    expect(ids((await readWhole(tableAt(`${directory}/{b1,x}*`, types))).rows)).toEqual([2, 3])
    const table = tableAt(directory, types, { options: { 'source.path.regex-pattern': '.*/(a|b)1\\.csv' } })
    expect(ids((await readWhole(table)).rows)).toEqual([0, 2])
    expect(
      (await failureOf(async () => filesystemSource(tableAt(directory, types, { options: { 'source.path.regex-pattern': '(' } })))).code,
    ).toBe('CONNECTORS_FILESYSTEM_PATTERN_MISMATCH')
  })
  test('closed while a file is being opened, it leaves none open', async () => {
    const file = write(temporaryDirectory(), 'a.csv', '1,x\n')
    const stopping = new AbortController()
    const table = tableAt(file, types)
    const reader = await filesystemSource(table).open({ ...requestOf(table), signal: stopping.signal })
    const reading = reader.read()
    // By now the system has been asked for the file, and has not answered.
    await Promise.resolve()
    stopping.abort()
    await reader.close()
    await reading
    const open = readdirSync('/dev/fd').flatMap((name) => targetOf(`/dev/fd/${name}`) ?? [])
    expect(open).not.toContain(file)
  })

  test('an empty directory has no rows', async () => {
    expect((await readWhole(tableAt(temporaryDirectory(), types))).rows).toEqual([])
    const directory = temporaryDirectory()
    write(directory, 'a.csv', '')
    write(directory, 'b.csv.gz', '')
    expect((await readWhole(tableAt(directory, types))).rows).toEqual([])
  })
  test('a path that does not exist or cannot be read', async () => {
    const directory = temporaryDirectory()
    expect(await failureOf(() => readWhole(tableAt(path.join(directory, 'none'), types)))).toMatchObject({
      code: 'CONNECTORS_FILESYSTEM_PATH_NOT_FOUND',
      blame: 'user',
    })
    expect((await failureOf(() => readWhole(tableAt(path.join(directory, 'none*.csv'), types)))).code).toBe(
      'CONNECTORS_FILESYSTEM_PATH_NOT_FOUND',
    )
    expect((await failureOf(async () => filesystemSource(tableAt('ftp://a/b', types)))).detail).toContain('"ftp://"')
    const file = write(directory, 'a.csv', '1,x\n')
    expect(await failureOf(() => readWhole(tableAt(path.join(file, 'b.csv'), types)))).toMatchObject({
      code: 'CONNECTORS_FILESYSTEM_FILE_UNREADABLE',
      blame: 'external',
      detail: 'A part of the path is not a directory.',
    })
    symlinkSync('self', path.join(directory, 'self'))
    expect(await failureOf(() => readWhole(tableAt(path.join(directory, 'self'), types)))).toMatchObject({
      detail: 'It is a link that leads to itself.',
    })
    expect(fileError({ code: 'EACCES' }, file, 'read').detail).toBe('The permission is missing.')
  })
})

test.each(['csv', 'csv.gz', 'parquet'])('a file that is gone before it is read is an error, not an empty one: %s', async (end) => {
  const directory = temporaryDirectory()
  const table = tableAt(directory, types, { options: { format: end === 'parquet' ? 'parquet' : 'csv' } })
  const file = write(directory, `a.${end}`, '1,x\n')
  const reader = await filesystemSource(table).open(requestOf(table))
  rmSync(file)
  expect(await failureOf(async () => reader.read())).toMatchObject({ code: 'CONNECTORS_FILESYSTEM_FILE_GONE', blame: 'external' })
  await reader.close()
})

describe('what rows have besides their fields', () => {
  test('metadata of the file', async () => {
    const directory = temporaryDirectory()
    const file = write(directory, 'a.csv', '1,x\n2,y\n')
    utimesSync(file, 1_700_000_000, 1_700_000_000)
    const table = tableAt(directory, types)
    const request = requestOf(table, ['file.name', 'id', 'file.path', 'file.size', 'file.modification-time'])
    expect((await readWhole(table, request)).rows).toEqual([
      ['a.csv', 1, file, 8, 1_700_000_000_000],
      ['a.csv', 2, file, 8, 1_700_000_000_000],
    ])
    expect((await readWhole(table, requestOf(table, ['file.size']))).rows).toEqual([[8], [8]])
  })
  test('partition columns, by the names of directories', async () => {
    const directory = temporaryDirectory()
    write(directory, 'day=2001-01-31/region=a%2Fb%3D/1.csv', '1,x\n')
    write(directory, 'day=2001-02-01/region=__DEFAULT_PARTITION__/1.csv', '2,y\n')
    const table = tableAt(
      directory,
      { id: integerType, region: stringType, day: dateType, name: stringType },
      { partitionedBy: ['day', 'region'] },
    )
    expect((await readWhole(table)).rows).toEqual([
      [1, 'a/b=', 11_353, 'x'],
      [2, null, 11_354, 'y'],
    ])
    const conditions = [{ column: 'day', operator: '>' as const, values: [11_353] }]
    expect((await readWhole(table, requestOf(table, ['id'], { conditions }))).rows).toEqual([[2]])
    expect((await readWhole(table, requestOf(table, ['region']))).rows).toEqual([['a/b='], [null]])
  })
  test('a directory that names no value', async () => {
    const directory = temporaryDirectory()
    write(directory, 'day=today/1.csv', '1,x\n')
    const table = tableAt(directory, { ...types, day: dateType }, { partitionedBy: ['day'] })
    expect(await failureOf(() => readWhole(table))).toMatchObject({
      code: 'CONNECTORS_FILESYSTEM_PARTITION_UNREADABLE',
      detail: 'Expected DATE, got "today".',
    })
  })
})

describe('compressed files', () => {
  const text = Array.from({ length: 50_000 }, (_, index) => `${index},name ${index}\n`).join('')
  const packed = { 'a.csv.gz': gzipSync(text), 'a.csv.zst': zstdCompressSync(text), 'a.csv.deflate': deflateSync(text) }

  test.each(Object.entries(packed))('%s', async (name, bytes) => {
    const file = write(temporaryDirectory(), name, bytes)
    const { rows } = await readWhole(tableAt(file, types))
    expect(rows).toHaveLength(50_000)
    expect(rows[49_999]).toEqual([49_999, 'name 49999'])
  })
  test('streams that follow one another', async () => {
    const directory = temporaryDirectory()
    for (const [name, pack] of Object.entries({ 'a.csv.gz': gzipSync, 'b.csv.zst': zstdCompressSync })) {
      write(directory, name, Buffer.concat(['1,x\n2,', 'y\n3,z\n', '4,w'].map((part) => pack(part))))
    }
    expect(ids((await readWhole(tableAt(directory, types))).rows)).toEqual([1, 2, 3, 4, 1, 2, 3, 4])
  })
  test.each(Object.entries(packed))('%s, cut off', async (name, bytes) => {
    const file = write(temporaryDirectory(), name, bytes.subarray(0, bytes.length - 9))
    expect(await failureOf(() => readWhole(tableAt(file, types)))).toMatchObject({ code: 'CONNECTORS_FILESYSTEM_FILE_CUT', blame: 'user' })
  })
  test.each(Object.keys(packed))('%s, not what its name says', async (name) => {
    const file = write(temporaryDirectory(), name, text)
    expect((await failureOf(() => readWhole(tableAt(file, types)))).code).toBe('CONNECTORS_FILESYSTEM_FILE_DAMAGED')
  })
  test('with something behind the end', async () => {
    const file = write(temporaryDirectory(), 'a.csv.deflate', Buffer.concat([deflateSync('1,x\n'), Buffer.from('more')]))
    expect((await failureOf(() => readWhole(tableAt(file, types)))).code).toBe('CONNECTORS_FILESYSTEM_FILE_DAMAGED')
  })
  test('kinds that are not supported are refused by name', async () => {
    const file = write(temporaryDirectory(), 'a.csv.bz2', 'x')
    expect((await failureOf(() => readWhole(tableAt(file, types)))).message).toBe(`cannot read file "${file}": bzip2 is not supported`)
  })
})

describe('records that are wrong', () => {
  test('are named by file and number', async () => {
    const directory = temporaryDirectory()
    write(directory, 'a.csv', '1,x\n')
    const file = write(directory, 'b.csv', '1,x\n2,y\nz,z\n')
    expect(await failureOf(() => readWhole(tableAt(directory, types)))).toMatchObject({
      message: `could not read record 3 of "${file}" as csv`,
      detail: 'Expected INT in column "id", got "z".',
    })
  })
  test('or counted where the table says so', async () => {
    const directory = temporaryDirectory()
    write(directory, 'a.csv', '1,x,3\n2,y\n')
    write(directory, 'b.csv', '3,x,3\n4,y\n')
    const { rows, reader } = await readWhole(tableAt(directory, types, { options: { 'csv.ignore-parse-errors': 'true' } }))
    expect(ids(rows)).toEqual([2, 4])
    expect(reader.skippedRows).toBe(2)
  })
  test('a line of 100 MB is refused, or left out, in little memory', async () => {
    const directory = temporaryDirectory()
    const long = Buffer.alloc(104_857_600, 'x')
    const file = write(directory, 'a.csv', Buffer.concat([Buffer.from('1,a\n2,'), long, Buffer.from('\n3,b\n')]))
    expect((await failureOf(() => readWhole(tableAt(file, types)))).message).toBe(`record 2 of "${file}" is longer than 33554432 bytes`)
    const { rows, reader } = await readWhole(
      tableAt(file, types, { options: { 'csv.ignore-parse-errors': 'true', 'source.max-record-size': '4 mb' } }),
    )
    expect(rows).toEqual([
      [1, 'a'],
      [3, 'b'],
    ])
    expect(reader.skippedRows).toBe(1)
  })
  test('a long record within the limit is read', async () => {
    const text = 'x'.repeat(5_000_000)
    const file = write(temporaryDirectory(), 'a.csv', `1,a\n2,"${text}"\n3,${text}\n`)
    expect((await readWhole(tableAt(file, types))).rows.map((row) => String(row[1]).length)).toEqual([1, 5_000_000, 5_000_000])
  })
})

describe('positions', () => {
  test.each(['csv', 'json'])('reading can go on from any of them: %s', async (format) => {
    const directory = temporaryDirectory()
    const line = (id: number) => (format === 'csv' ? `${id},"name ""${id}"""\n` : `{"name":"name \\"${id}\\"","id":${id}}\n`)
    const lines = (from: number, count: number) => Array.from({ length: count }, (_, index) => line(from + index)).join('')
    write(directory, 'a', lines(0, 30_000))
    write(directory, 'b.gz', gzipSync(lines(30_000, 30_000)))
    write(directory, 'c', lines(60_000, 5))
    const table = tableAt(directory, types, { options: { format } })
    const whole = await readWhole(table)
    expect(ids(whole.rows)).toEqual(Array.from({ length: 60_005 }, (_, index) => index))
    for (const { rows, position } of whole.positions.filter((_, index) => index % 4 === 0)) {
      const rest = await readWhole(table, requestOf(table, undefined, { position }))
      expect(rest.rows).toEqual(whole.rows.slice(rows))
    }
  })
  test('the file that was begun comes first, also before files that have come since', async () => {
    const directory = temporaryDirectory()
    const file = write(directory, 'b.csv', Array.from({ length: 10_000 }, (_, id) => `${id},x\n`).join(''))
    const table = tableAt(directory, types)
    const [first] = (await readWhole(table)).positions
    expect(first?.rows).toBeLessThan(10_000)
    write(directory, 'a.csv', '-1,new\n')
    const resumed = requestOf(table, undefined, { position: first?.position })
    const reader = await filesystemSource(table).open(resumed)
    expect(reader.position()).toEqual(first?.position)
    await reader.close()
    expect(ids((await readWhole(table, resumed)).rows)).toEqual([...Array.from({ length: 10_000 }, (_, id) => id).slice(first?.rows), -1])
    rmSync(file)
    expect((await failureOf(() => readWhole(table, resumed))).code).toBe('CONNECTORS_FILESYSTEM_FILE_GONE')
  })
  test('a header is left out once', async () => {
    const file = write(temporaryDirectory(), 'a.csv', `id,name\n${'1,x\n'.repeat(10_000)}`)
    const table = tableAt(file, types, { options: { 'csv.header': 'true' } })
    const whole = await readWhole(table)
    expect(whole.rows).toHaveLength(10_000)
    const [first] = whole.positions
    expect((await readWhole(table, requestOf(table, undefined, { position: first?.position }))).rows).toHaveLength(
      10_000 - (first?.rows ?? 0),
    )
  })
})

describe('a watched directory', () => {
  test('gives new files as they come, and ends when told to', async () => {
    const directory = temporaryDirectory()
    const clock = new TestClock()
    write(directory, 'a.csv', '1,x\n')
    const table = tableAt(directory, types, { clock, options: { 'source.monitor-interval': '10 s' } })
    expect(filesystemSource(table).bounded).toBe(false)
    const stop = new AbortController()
    const request = requestOf(table, ['id'], { signal: stop.signal })
    const reader = await filesystemSource(table).open(request)
    const next = async () => {
      const found = await reader.read()
      return found === null ? null : rowsOf(found.batch, schemaOf(request))
    }
    expect(await next()).toEqual([[1]])
    write(directory, 'b.csv', '2,x\n')
    const waiting = next()
    clock.ms += 10_000
    expect(await waiting).toEqual([[2]])
    const ending = next()
    stop.abort()
    expect(await ending).toBe(null)
    await reader.close()
  })
})

test('wide numbers, many columns and batches larger than one chunk keep their order', async () => {
  const directory = temporaryDirectory()
  const count = 200_000
  const rows = Array.from({ length: count }, (_, index) => `${index},${9_007_199_254_740_000n + BigInt(index)},${index / 4}\n`)
  const file = write(directory, 'a.csv', rows.join(''))
  const table = tableAt(file, { id: integerType, big: bigintType, part: doubleType })
  let seen = 0
  const reader = await filesystemSource(table).open(requestOf(table))
  for (;;) {
    const next = await reader.read()
    if (next === null) break
    for (const row of rowsOf(next.batch, table.schema)) {
      const big = 9_007_199_254_740_000n + BigInt(seen)
      expect(row).toEqual([seen, big > 9_007_199_254_740_991n ? big : Number(big), seen / 4])
      seen++
    }
  }
  expect(seen).toBe(count)
  await reader.close()
})

describe('what is no lasting file', () => {
  test('sockets and devices are refused, not taken for empty', async () => {
    const socket = path.join(temporaryDirectory(), 'socket')
    const server = createServer().listen(socket)
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    for (const place of [socket, '/dev/zero', '/dev/null']) {
      const error = await failureOf(() => readWhole(tableAt(place, types)))
      expect(error).toMatchObject({ code: 'CONNECTORS_FILESYSTEM_PATH_MISMATCH', detail: expect.stringContaining('expected a file') })
    }
  })
  test('a file that becomes shorter while it is read is an error, not a shorter answer', async () => {
    const file = write(temporaryDirectory(), 'a.csv', `1,${'x'.repeat(998)}\n`.repeat(20_000))
    const reader = await filesystemSource(tableAt(file, types)).open(requestOf(tableAt(file, types)))
    const read = async () => {
      await reader.read()
      truncateSync(file, 1000)
      while ((await reader.read()) !== null);
    }
    expect((await failureOf(read)).code).toBe('CONNECTORS_FILESYSTEM_FILE_SHRUNK')
    await reader.close()
  })
})
