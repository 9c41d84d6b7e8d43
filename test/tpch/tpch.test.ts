/**
 * The queries of TPC-H as statements over streams: what they add up to at the end of the input is what DuckDB answers over the same files.
 * TPCH_SCALE=0.05 reads more rows.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AskedHow, DuckOracle, runMillrace } from '../oracle/answers.ts'
import { tpchRows } from './rows.fixture.ts'
import { tpchTables } from './schema.fixture.ts'

const scale = Number(process.env['TPCH_SCALE'] ?? 0.01)
const queries = queriesOf('queries')

function queriesOf(folderName: string): readonly { readonly name: string; readonly sql: string }[] {
  const place = path.join(import.meta.dirname, folderName)
  const files = readdirSync(place).toSorted()
  return files.map((file) => ({ name: path.basename(file, '.sql'), sql: readFileSync(path.join(place, file), 'utf8') }))
}

let folder: string
let oracle: DuckOracle
let definitions: string

/** What DuckDB answers, by query. */
const answers = new Map<string, { readonly rows: readonly string[]; readonly isInexact: readonly boolean[] }>()

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-tpch-'))
  oracle = await DuckOracle.open()
  writeFiles()
  definitions = tpchTables
    .map(({ name, columns }) => {
      const list = columns.map(([column, type]) => `${column} ${type}`).join(', ')
      const options = `'connector' = 'filesystem', 'path' = '${path.join(folder, name)}', 'format' = 'csv', 'csv.field-delimiter' = '|'`
      return `CREATE TABLE ${name} (${list}) WITH (${options});\n`
    })
    .join('')
  for (const { name, columns } of tpchTables) {
    const types = columns.map(([column, type]) => `'${column}': '${type}'`).join(', ')
    const files = path.join(folder, name, '*.csv')
    await oracle.query(`CREATE TABLE ${name} AS FROM read_csv('${files}', delim = '|', header = false, columns = {${types}})`)
  }
  for (const { name, sql } of queries) answers.set(name, await oracle.query(sql))
})

afterAll(() => {
  oracle.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Each table in several files, so that rows of the tables come by turns. */
function writeFiles(): void {
  for (const [name, rows] of Object.entries(tpchRows(scale, 22))) {
    mkdirSync(path.join(folder, name))
    const size = Math.max(Math.ceil(rows.length / 4), 100)
    for (let from = 0; from < rows.length; from += size) {
      const lines = rows.slice(from, from + size).map((row) => `${row.join('|')}\n`)
      writeFileSync(path.join(folder, name, `${String(from).padStart(8, '0')}.csv`), lines.join(''))
    }
  }
}

test('there are 22 queries, and each has an answer with something in it', () => {
  expect(queries).toHaveLength(22)
  for (const { name } of queries) {
    const rows = answers.get(name)?.rows ?? []
    expect(
      rows.filter((row) => row !== 'NULL'),
      `query ${name}`,
    ).not.toEqual([])
  }
})

describe('the answer of a stream is the answer of DuckDB', () => {
  for (const { name, sql } of queries) test(`query ${name}`, () => compare(name, sql, { optimized: true }))
})

describe('so it is where tables stand side by side in FROM, and WHERE joins them', () => {
  for (const { name, sql } of queriesOf('queries-by-where')) test(`query ${name}`, () => compare(name, sql, { optimized: true }))
})

describe('without the optimiser as well', () => {
  // The condition of query 19 stands in OR: nobody but the optimiser sees that its inputs meet by a key.
  const asWritten = queries.filter(({ name }) => name !== '19')
  for (const { name, sql } of asWritten) test(`query ${name}`, () => compare(name, sql, { optimized: false }))
})

describe('so it is where joins are ordered by the sizes of tables', () => {
  const settings = { 'table.optimizer.join-reorder-enabled': 'true' }
  const several = queries.filter(({ sql }) => sql.split(/\bJOIN\b/).length > 2)
  for (const { name, sql } of [...several, ...queriesOf('queries-by-where')])
    test(`query ${name}`, () => compare(name, sql, { optimized: true, settings }))
})

describe('three workers give it as well', () => {
  const shared = new Set(['02', '05', '13', '15', '17', '18', '20', '21', '22'])
  for (const { name, sql } of queries.filter((query) => shared.has(query.name))) {
    test(`query ${name}`, () => compare(name, sql, { optimized: true, workers: { count: 3, seed: Number(name) } }))
  }
})

async function compare(name: string, sql: string, how: Pick<AskedHow, 'optimized' | 'workers' | 'settings'>): Promise<void> {
  const { rows, isInexact } = answers.get(name) ?? { rows: [], isInexact: [] }
  const given = await runMillrace(`${definitions}${sql}`, how)
  const rounded = (lines: readonly string[]): string[] => lines.map((line) => roundedLine(line, isInexact))
  expect(rounded(given)).toEqual(rounded(rows))
}

/** DuckDB divides decimals as floating-point numbers, and Flink as decimals: both agree to four places. */
function roundedLine(line: string, isInexact: readonly boolean[]): string {
  return line
    .split(' | ')
    .map((cell, index) => (isInexact[index] === true && cell !== 'NULL' ? Number(cell).toFixed(4) : cell))
    .join(' | ')
}
