/** Files that several readers share: together they read what one reader does, each part from the start of a record. */
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type DataType, integerType, rowsOf, stringType } from '#data'
import type { ConnectorTable } from '../connector.ts'
import { filesystemSource } from './source.ts'
import { openWriter, readWhole, requestOf, schemaOf, tableAt, temporaryDirectory, writeRows } from './table.fixture.ts'

const types: Record<string, DataType> = { a: integerType, b: stringType }
const count = 100_000

/** Values with all that may hide the end of a record; `~` is where they become longer. */
const written = ['plain~', '"two\nlines~"', '"a ""quote"", and more~"', '5" pipe~', '"\r\n,\n~"', '~', '"x~" ', 'ü~']

function tableOf(name: string, bytes: string | Uint8Array, options: Record<string, string> = {}): ConnectorTable {
  const file = path.join(temporaryDirectory(), name)
  writeFileSync(file, bytes)
  return tableAt(file, types, { options })
}

const csvOf = (values: readonly string[]): string =>
  Array.from({ length: count }, (_, row) => `${row},${values[(row * 7) % values.length]?.replace('~', ''.padEnd(row % 97, 'x'))}\n`).join(
    '',
  )
const csv = csvOf(written)
const plain = csvOf(['plain~', '~', 'ü~'])
const json = Array.from({ length: count }, (_, row) => `${JSON.stringify({ a: row, b: `{"}\n{${''.padEnd(row % 59, 'x')}` })}\n`).join('')

function sorted(rows: unknown[][]): unknown[][] {
  return rows.toSorted((x, y) => Number(x[0]) - Number(y[0]))
}

/** Reads what readers of these positions have, each up to so many batches. Returns the rows by reader, and where they stood then. */
async function readAll(table: ConnectorTable, positions: readonly unknown[], batchesMax = Number.POSITIVE_INFINITY) {
  const byReader: unknown[][][] = []
  const stood: unknown[] = []
  for (const position of positions) {
    if (position === null) {
      byReader.push([])
      stood.push(null)
      continue
    }
    const request = requestOf(table, undefined, { position: JSON.parse(JSON.stringify(position)) })
    const reader = await filesystemSource(table).open(request)
    const rows: unknown[][] = []
    try {
      for (let batches = 0; batches < batchesMax; batches++) {
        const next = await reader.read()
        if (next === null) break
        rows.push(...rowsOf(next.batch, schemaOf(request)))
      }
      stood.push(JSON.parse(JSON.stringify(reader.position())))
    } finally {
      await reader.close()
    }
    byReader.push(rows)
  }
  return { byReader, stood }
}

async function divided(table: ConnectorTable, readers: number, before: readonly unknown[] | null = null, ordered = false) {
  return (await filesystemSource(table).divide?.(readers, before, ordered)) ?? []
}

const tables: readonly (readonly [string, () => ConnectorTable])[] = [
  ['CSV with quotes and line ends in values', () => tableOf('a.csv', csv)],
  ['CSV with a header and a byte order mark', () => tableOf('a.csv', `\ufeff"a","the\nsecond"\n${csv}`, { 'csv.header': 'true' })],
  ['CSV without quotes', () => tableOf('a.csv', plain)],
  ['JSON', () => tableOf('a.json', json, { format: 'json' })],
]

describe.each(tables)('%s', (_name, make) => {
  test.each([2, 3, 5])('is shared by %i readers', async (readers) => {
    const table = make()
    const whole = sorted((await readWhole(table)).rows)
    expect(whole).toHaveLength(count)
    const { byReader } = await readAll(table, await divided(table, readers))
    expect(byReader.filter((rows) => rows.length > 0)).toHaveLength(readers)
    expect(sorted(byReader.flat())).toEqual(whole)
  })

  test('goes on with other numbers of readers', async () => {
    const table = make()
    const whole = sorted((await readWhole(table)).rows)
    const first = await readAll(table, await divided(table, 2), 5)
    const second = await readAll(table, await divided(table, 3, first.stood), 4)
    const third = await readAll(table, await divided(table, 1, second.stood), 8)
    const last = await readAll(table, await divided(table, 2, third.stood))
    const all = [first, second, third, last].flatMap(({ byReader }) => byReader.flat())
    expect(sorted(all)).toEqual(whole)
    for (const { byReader } of [first, second, third]) expect(byReader.flat()).not.toEqual([])
  })
})

test('a file whose rows have to keep their order is not cut', async () => {
  const table = tableOf('a.csv', csv)
  const { byReader } = await readAll(table, await divided(table, 2, null, true))
  expect(byReader.map((rows) => rows.length).toSorted((a, b) => b - a)).toEqual([count, 0])
})

test('a file that is compressed, or may hold comments, is not cut', async () => {
  for (const table of [tableOf('a.csv.gz', gzipSync(plain)), tableOf('a.csv', plain, { 'csv.allow-comments': 'true' })]) {
    const { byReader } = await readAll(table, await divided(table, 2))
    expect(byReader.map((rows) => rows.length).toSorted((a, b) => b - a)).toEqual([count, 0])
  }
})

test('behind a value whose quotes do not fit, nothing is cut', async () => {
  const broken = `1,"a"b\n2,"\n${csv}`
  const table = tableOf('a.csv', broken, { 'csv.ignore-parse-errors': 'true' })
  const whole = sorted((await readWhole(table)).rows)
  const { byReader } = await readAll(table, await divided(table, 2))
  expect(sorted(byReader.flat())).toEqual(whole)
})

test('an error in a later part says where its records are counted from', async () => {
  const file = path.join(temporaryDirectory(), 'a.json')
  writeFileSync(file, json)
  appendFileSync(file, 'nonsense\n')
  const table = tableAt(file, types, { options: { format: 'json' } })
  await expect(readAll(table, await divided(table, 2))).rejects.toThrow(/could not read record \d+ of ".*a\.json, from byte \d+ on"/)
})

test('Parquet is cut between row groups', async () => {
  const table = tableAt(temporaryDirectory(), types, { options: { format: 'parquet', 'parquet.block.size': '65536' } })
  const text = (row: number): string =>
    `${Math.sin(row)} ${Math.cos(row)} ${Math.tan(row)} ${Math.log(row + 2)} ${Math.sqrt(row)} ${Math.exp(Math.sin(row))}`
  const writer = await openWriter(table)
  for (let from = 0; from < count; from += 5000) {
    const stretch = Array.from({ length: 5000 }, (_, index) => [from + index, text(from + index)])
    await writeRows(writer, table, stretch)
  }
  await writer.commit(JSON.parse(JSON.stringify(await writer.prepare())))
  await writer.close()
  const whole = sorted((await readWhole(table)).rows)
  const first = await readAll(table, await divided(table, 3), 4)
  const last = await readAll(table, await divided(table, 2, first.stood))
  expect(first.byReader.every((rows) => rows.length > 0)).toBe(true)
  expect(sorted([first, last].flatMap(({ byReader }) => byReader.flat()))).toEqual(whole)
})
