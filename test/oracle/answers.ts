/** The answers of Millrace and of DuckDB to the same query over the same rows, as lines of text that can be compared. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { MillraceError, systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { jsonText, type Schema } from '#data'
import { EmbeddedEngine } from '#engines'
import { FinalTable, QuerySession, type StatementListener } from '#query'
import type { Kind, OracleTable } from './random-query.ts'

const types: Readonly<Record<Kind, string>> = {
  int: 'INT',
  bigint: 'BIGINT',
  text: 'VARCHAR',
  decimal: 'DECIMAL(10, 2)',
  timestamp: 'TIMESTAMP(3)',
  boolean: 'BOOLEAN',
}

const millraceTypes: Readonly<Record<Kind, string>> = { ...types, text: 'STRING' }
const duckTypes: Readonly<Record<Kind, string>> = { ...types, timestamp: 'TIMESTAMP' }

/** Runs a query over tables whose rows lie in files, cut as asked: a file is read as a batch of its own. */
export async function askMillrace(tables: readonly OracleTable[], sql: string, folder: string, files: number): Promise<string[]> {
  const session = new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock: systemClock,
      userFunction: ({ name }) => {
        throw new MillraceError('ORACLE_NO_FUNCTIONS', { blame: 'internal', message: `no function ${name}` }, {})
      },
    }),
    settings: {},
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
  })
  let schema: Schema = []
  let final: FinalTable | undefined
  const listener: StatementListener = {
    opened: (query) => {
      schema = query.schema
      final = new FinalTable(query.schema, query.order)
    },
    changes: (batch) => final?.apply(batch),
  }
  const definitions = tables.map((table) => writeTable(table, folder, files))
  await session.run([...definitions, sql].join(';\n'), listener, new AbortController().signal)
  return (final?.rows() ?? []).map((row) => row.map((value, index) => cellOf(value, schema, index)).join(' | '))
}

function cellOf(value: unknown, schema: Schema, index: number): string {
  const type = schema[index]?.type
  if (value === null || type === undefined) return 'NULL'
  const text = jsonText(value, type, 'UTC')
  return type.kind === 'varchar' || type.kind === 'char' ? text : plainNumber(text.replaceAll('"', ''))
}

function plainNumber(text: string): string {
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text.replace(/\.0+$/, '')
}

function writeTable({ name, columns, rows }: OracleTable, folder: string, files: number): string {
  const place = path.join(folder, name)
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const size = Math.max(Math.ceil(rows.length / files), 1)
  for (let file = 0; file < files; file++) {
    const lines = rows.slice(file * size, (file + 1) * size).map((row) => {
      const members = columns.map((column, index) => `"${column.name}":${JSON.stringify(row[index])}`)
      return `{${members.join(',')}}\n`
    })
    writeFileSync(path.join(place, `${String(file).padStart(3, '0')}.json`), lines.join(''))
  }
  const watermark = columns.some((column) => column.name === 'ts') ? ["WATERMARK FOR ts AS ts - INTERVAL '30' DAY"] : []
  const list = [...columns.map((column) => `${column.name} ${millraceTypes[column.kind]}`), ...watermark].join(', ')
  return `CREATE TABLE ${name} (${list}) WITH ('connector' = 'filesystem', 'path' = '${place}', 'format' = 'json')`
}

/** One DuckDB for many queries. */
export class DuckOracle {
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  static async open(): Promise<DuckOracle> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    return new DuckOracle(await instance.connect())
  }

  close(): void {
    this.#connection.closeSync()
  }

  async ask(tables: readonly OracleTable[], sql: string): Promise<string[]> {
    for (const { name, columns, rows } of tables) {
      await this.#connection.run(
        `CREATE OR REPLACE TABLE ${name} (${columns.map((column) => `${column.name} ${duckTypes[column.kind]}`).join(', ')})`,
      )
      if (rows.length === 0) continue
      const values = rows.map((row) => `(${row.map(duckLiteral).join(', ')})`)
      await this.#connection.run(`INSERT INTO ${name} VALUES ${values.join(', ')}`)
    }
    const result = await this.#connection.runAndReadAll(sql)
    return result.getRows().map((row) => row.map(duckCell).join(' | '))
  }
}

function duckLiteral(value: number | string | boolean | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}

/** Times come as objects that print themselves, texts as strings. */
function duckCell(value: DuckDBValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return JSON.stringify(value)
  const text = String(value)
  return plainNumber(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00:00` : text)
}
