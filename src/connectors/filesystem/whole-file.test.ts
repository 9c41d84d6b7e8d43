import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { batchOf, doubleType, integerType, stringType } from '#data'
import { failureOf, openWriter, readWhole, requestOf, tableAt, temporaryDirectory, writeWhole } from './table.fixture.ts'

const types = { id: integerType, name: stringType, price: doubleType, region: stringType }
const given = { partitionedBy: ['region'], options: { format: 'parquet' } }
const rows = Array.from({ length: 10_000 }, (_, index) => [
  index,
  index % 7 === 0 ? null : `name ${index}`,
  index / 4,
  index % 2 === 0 ? 'north' : null,
])

test('files that need random access are read and written alike, with partitions and metadata', async () => {
  const directory = temporaryDirectory()
  const table = tableAt(directory, types, given)
  await writeWhole(table, rows)
  expect(readdirSync(directory)).toEqual(['region=__DEFAULT_PARTITION__', 'region=north'])
  const found = (await readWhole(table)).rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))
  expect(found).toEqual(rows)
  const request = requestOf(table, ['region', 'price', 'file.name'], {
    conditions: [{ column: 'region', operator: '=', values: ['north'] }],
  })
  const north = (await readWhole(table, request)).rows
  expect(north).toHaveLength(5000)
  expect(north[1]).toEqual(['north', 0.5, expect.stringMatching(/^part-.*\.parquet$/)])
})

test('reading can go on from any position', async () => {
  const directory = temporaryDirectory()
  const table = tableAt(directory, types, given)
  const writer = await openWriter(table)
  for (let at = 0; at < rows.length; at += 2000) {
    await writer.write(batchOf(table.schema, rows.slice(at, at + 2000)))
    await writer.commit(await writer.prepare())
  }
  await writer.close()
  const whole = await readWhole(table)
  expect(whole.rows).toHaveLength(rows.length)
  for (const { rows: count, position } of whole.positions) {
    expect((await readWhole(table, requestOf(table, undefined, { position }))).rows).toEqual(whole.rows.slice(count))
  }
})

test('a file that is none of its kind is named', async () => {
  const directory = temporaryDirectory()
  const file = path.join(directory, 'region=a', 'x.parquet')
  const table = tableAt(directory, types, given)
  await writeWhole(table, [[1, 'x', 1, 'a']])
  writeFileSync(file, 'not what it says')
  const { message, detail } = await failureOf(() => readWhole(table))
  expect(`${message} ${detail}`).toContain(file)
})
