/** The answers of Millrace and of DuckDB to the same query over the same rows, as lines of text that can be compared. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type DuckDBConnection, DuckDBInstance, DuckDBTypeId, type DuckDBValue } from '@duckdb/node-api'
import { MillraceError, systemClock } from '#base'
import { openBlobs } from '#blobs'
import { MemoryCatalog } from '#catalog'
import { jsonText, type Schema } from '#data'
import { EmbeddedEngine, localHost, type WorkerHost } from '#engines'
import { FinalTable, QuerySession, type StatementListener, type StatementRunner } from '#query'
import { Dice, type Kind, type OracleQuery, type OracleTable } from './random-query.ts'

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

export interface AskedHow {
  /** In how many files the rows lie: a file is read as a batch of its own. */
  readonly files: number
  /** Whether the plan runs as the optimiser makes it, or as it was written. */
  readonly optimized: boolean
  /** How many workers share the plan; their turns follow from the seed. */
  readonly workers?: { readonly count: number; readonly seed: number }
  readonly settings?: Readonly<Record<string, string>>
  /** Runs the statements in the place of the embedded engine. */
  readonly elsewhere?: StatementRunner
  /** How far the watermark is behind the latest row; by default so far that no row is late. */
  readonly watermarkDelay?: string
}

/** What the optimiser does only where it is asked to. */
export const askedOptimizer: Readonly<Record<string, string>> = {
  'table.optimizer.join-reorder-enabled': 'true',
  'table.optimizer.distinct-agg.split.enabled': 'true',
  'table.optimizer.distinct-agg.split.bucket-num': '3',
}

/** Runs a query over tables whose rows lie in files of a folder. */
export async function askMillrace(
  { tables, sql }: Pick<OracleQuery, 'tables' | 'sql'>,
  folder: string,
  { files, watermarkDelay = "INTERVAL '30' DAY", ...how }: AskedHow,
): Promise<string[]> {
  const definitions = tables.map((table) => writeTable(table, folder, { files, watermarkDelay }))
  return runMillrace([...definitions, sql].join(';\n'), how)
}

/** Runs statements; returns the final rows of the last query. */
export async function runMillrace(
  statements: string,
  { elsewhere, ...how }: Omit<AskedHow, 'files' | 'watermarkDelay'>,
): Promise<string[]> {
  const session = elsewhere ?? openSession(how)
  let schema: Schema = []
  let final: FinalTable | undefined
  const listener: StatementListener = {
    opened: (query) => {
      schema = query.schema
      final = new FinalTable(query.schema, query.order)
    },
    changes: (batch) => final?.apply(batch),
  }
  await session.run(statements, listener, new AbortController().signal)
  return (final?.rows() ?? []).map((row) => row.map((value, index) => cellOf(value, schema, index)).join(' | '))
}

function openSession({ optimized, workers, settings }: Pick<AskedHow, 'optimized' | 'workers' | 'settings'>): QuerySession {
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({
      clock: systemClock,
      ...(workers === undefined ? {} : { workers: workersOf(workers.seed) }),
      userFunction: ({ name }) => {
        throw new MillraceError('ORACLE_NO_FUNCTIONS', { blame: 'internal', message: `no function ${name}` }, {})
      },
    }),
    settings: { ...settings, ...(workers === undefined ? {} : { 'parallelism.default': String(workers.count) }) },
    clock: systemClock,
    loadFunction: (definition) => Promise.reject(new TypeError(`no function ${definition.name}`)),
    ...(optimized ? {} : { optimize: (plan) => plan }),
  })
}

/** Workers that take turns by a seed, and are held back by little. */
function workersOf(seed: number): WorkerHost {
  const dice = new Dice(seed)
  return localHost({ clock: systemClock, openBlobs, random: () => dice.below(1 << 20) / (1 << 20), waitingBytesMax: 256 })
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

function writeTable(
  { name, columns, rows }: OracleTable,
  folder: string,
  { files, watermarkDelay }: { readonly files: number; readonly watermarkDelay: string },
): string {
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
  const watermark = columns.some((column) => column.name === 'ts') ? [`WATERMARK FOR ts AS ts - ${watermarkDelay}`] : []
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
    return (await this.query(sql)).rows
  }

  /** Runs a statement; returns its rows, and which of its columns are floating-point numbers. */
  async query(sql: string): Promise<{ readonly rows: string[]; readonly isInexact: readonly boolean[] }> {
    const result = await this.#connection.runAndReadAll(sql)
    const types = result.columnTypes().map(({ typeId }) => typeId)
    const rows = result.getRows().map((row) => row.map((value, index) => duckCell(value, types[index])).join(' | '))
    return { rows, isInexact: types.map((type) => type === DuckDBTypeId.DOUBLE) }
  }
}

function duckLiteral(value: number | string | boolean | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value)
}

/** Times come as objects that print themselves, texts as strings. */
function duckCell(value: DuckDBValue, type: DuckDBTypeId | undefined): string {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return JSON.stringify(value)
  const text = String(value)
  return plainNumber(type === DuckDBTypeId.TIMESTAMP && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00:00` : text)
}
