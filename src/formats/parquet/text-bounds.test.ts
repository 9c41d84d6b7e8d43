/** Bounds of texts that come as bytes, where a dictionary is given up because hardly one comes twice. DuckDB says what the file has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { batchOf, compareText, type Schema, stringType, type Vector } from '#data'
import { readRows, tableOf } from './parquet.fixture.ts'
import { openParquetWriter } from './writer.ts'

const schema: Schema = [{ name: 'name', type: stringType }]

function bytesVector(texts: readonly string[]): Vector {
  const data = Buffer.from(`${texts.join('')}\0`)
  const ends = new Int32Array(texts.length)
  let end = 0
  for (const [row, text] of texts.entries()) {
    end += Buffer.byteLength(text)
    ends[row] = end
  }
  const starts = Int32Array.from(ends, (_end, row) => (row === 0 ? 0 : (ends[row - 1] as number)))
  return { form: 'bytes', data, starts, ends, nulls: null }
}

async function written(texts: readonly string[]): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const writer = openParquetWriter(tableOf(schema), { name: 'memory.parquet', append: (bytes) => void pieces.push(bytes.slice()) })
  for (let at = 0; at < texts.length; at += 1000) {
    const part = texts.slice(at, at + 1000)
    await writer.write({ ...batchOf(schema, []), length: part.length, columns: [bytesVector(part)] })
  }
  await writer.finish()
  return Buffer.concat(pieces)
}

async function factsOf(bytes: Uint8Array): Promise<unknown[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-bounds-'))
  const duckdb = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await duckdb.connect()
  try {
    const file = path.join(folder, 'a.parquet')
    writeFileSync(file, bytes)
    const read = await connection.runAndReadAll(`SELECT stats_min_value, stats_max_value, encodings FROM parquet_metadata('${file}')`)
    return read.getRowsJS()[0] ?? []
  } finally {
    connection.closeSync()
    duckdb.closeSync()
    rmSync(folder, { recursive: true })
  }
}

const numbered = Array.from({ length: 20_000 }, (_, n) => `m${String((n * 7919) % 100_000).padStart(5, '0')}`)

test.each([
  ['no others', numbered],
  ['the smallest and the largest far behind', [...numbered, 'a', 'z', ...numbered.map((text) => `${text}x`)]],
  ['characters of every length', [...numbered, '\u{1F600}', '\uFFFD', 'é', '']],
])('are right with %s', async (_which, texts) => {
  const sorted = texts.toSorted(compareText)
  const bytes = await written(texts)
  expect(await factsOf(bytes)).toEqual([sorted[0], sorted.at(-1), expect.not.stringContaining('DICTIONARY')])
  expect((await readRows(bytes, schema)).rows.map(([text]) => text)).toEqual(texts)
})

test('of texts that come again a dictionary is kept', async () => {
  const texts = Array.from({ length: 66_000 }, (_, n) => `m${(Math.imul(n, 2_654_435_761) >>> 8) % 15_000}`)
  expect((await factsOf(await written(texts)))[2]).toContain('DICTIONARY')
})
