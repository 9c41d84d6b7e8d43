/** How many rows a table of files is taken to have before any is read. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { batchOf, integerType, stringType } from '#data'
import { unwatchedWrite } from '../requests.fixture.ts'
import { filesystemSink } from './sink.ts'
import { filesystemSource } from './source.ts'
import { tableAt, temporaryDirectory } from './table.fixture.ts'

const types = { id: integerType, name: stringType }

test('Parquet files say how many rows they have', async () => {
  const place = path.join(temporaryDirectory(), 'orders')
  const table = tableAt(place, types, { options: { format: 'parquet' } })
  for (const rows of [3, 5]) {
    const writer = await filesystemSink(table).open({
      schema: table.schema,
      overwrite: false,
      ...unwatchedWrite,
      signal: new AbortController().signal,
    })
    await writer.write(
      batchOf(
        table.schema,
        Array.from({ length: rows }, (_, id) => [id, `row ${id}`]),
      ),
    )
    await writer.commit(await writer.prepare())
    await writer.close()
  }
  expect(await filesystemSource(table).countRows?.()).toBe(8)
})

test('files of records have about as many rows as their bytes have room for', async () => {
  const place = temporaryDirectory()
  writeFileSync(path.join(place, 'a.csv'), '12345678,abcdefghij\n'.repeat(50))
  mkdirSync(path.join(place, 'b'))
  writeFileSync(path.join(place, 'b', 'c.csv'), '12345678,abcdefghij\n'.repeat(30))
  expect(await filesystemSource(tableAt(place, types)).countRows?.()).toBe(80)
})

test('nobody knows it of files that are damaged or not there', async () => {
  const place = temporaryDirectory()
  expect(await filesystemSource(tableAt(path.join(place, 'none'), types)).countRows?.()).toBeNull()
  writeFileSync(path.join(place, 'a.parquet'), 'no Parquet')
  expect(await filesystemSource(tableAt(place, types, { options: { format: 'parquet' } })).countRows?.()).toBeNull()
})
