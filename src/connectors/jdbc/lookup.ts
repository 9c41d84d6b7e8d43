/** Finds rows by key: a batch of keys in one query, several queries at the same time on a few connections. */
import { systemClock } from '#base'
import { type Batch, plainFormOf, printType, timeZone, type Vector, valueAt } from '#data'
import type { Lookup, LookupReader } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { ColumnBuilder, cellDecoder } from './cell-decoder.ts'
import { cellEncoder, type EncodeCell, encodeColumn } from './cell-encoder.ts'
import { targetColumns } from './column-fit.ts'
import { conditionSql, whereClause } from './conditions.ts'
import { type Database, Link } from './database.ts'
import { quotedTarget, type TargetColumn, type TargetTable } from './dialect.ts'
import { jdbcError, jdbcErrors } from './errors.ts'
import type { Parameter, Row, Session } from './session.ts'

type LookupRequest = Parameters<NonNullable<Lookup['open']>>[0]

/** Queries at the same time; others wait their turn. */
const linksMax = 4

export async function openJdbcLookup(database: Database, request: LookupRequest): Promise<LookupReader> {
  const watch = { signal: request.signal, meter: new ConnectorMeter(systemClock) }
  const session = await database.openSession(watch)
  try {
    const target = await database.describe(session)
    const reader = new JdbcLookup(database, request, target, session)
    await reader.probe()
    return reader
  } catch (error) {
    await session.abandon()
    throw jdbcError(error, database.place)
  }
}

class JdbcLookup implements LookupReader {
  readonly #database: Database
  readonly #request: LookupRequest
  readonly #target: TargetTable
  readonly #keys: readonly TargetColumn[]
  readonly #columns: readonly TargetColumn[]
  readonly #encodeKeys: readonly EncodeCell[]
  /** Idle connections. */
  readonly #idle: Link[] = []
  readonly #links: Link[] = []
  readonly #waiting: ((link: Link) => void)[] = []

  constructor(database: Database, request: LookupRequest, target: TargetTable, session: Session) {
    const { settings, place, dialect } = database
    const named = (columns: LookupRequest['keys']) => columns.map(({ key, type }) => ({ name: key, type }))
    const zone = timeZone(settings.table.timeZone)
    this.#database = database
    this.#request = request
    this.#target = target
    this.#keys = targetColumns(named(request.keys), target, place.table)
    this.#columns = targetColumns(named(request.columns), target, place.table)
    this.#encodeKeys = request.keys.map(({ type }, index) => cellEncoder(type, this.#keys[index] as TargetColumn, dialect.name, zone))
    this.#addLink(session)
  }

  #addLink(session: Session | null): void {
    const link = new Link(this.#database, { signal: this.#request.signal, meter: new ConnectorMeter(systemClock) }, session)
    this.#links.push(link)
    this.#idle.push(link)
  }

  /** Fails where the table may not be read. */
  async probe(): Promise<void> {
    const sql = `SELECT ${this.#readSql()} FROM ${quotedTarget(this.#database.dialect, this.#target)} WHERE 1 = 0`
    await this.#links[0]?.run((session) => session.query(sql))
  }

  #readSql(): string {
    return [...this.#keys, ...this.#columns].map((column) => this.#database.dialect.read(column)).join(', ')
  }

  async lookup(keys: Batch): Promise<{ rows: Batch; places: Int32Array }> {
    const texts = this.#encodeKeys.map((encode, index) => {
      const column: (string | null)[] = []
      encodeColumn(keys.columns[index] as Vector, keys.length, this.#typeOfKey(index), encode, column)
      return column
    })
    const places = new Map(Array.from({ length: keys.length }, (_, place) => [keyOf(texts, place), place] as const))
    const found: Found[] = []
    const step = this.#database.dialect.keysMax(this.#keys.length)
    for (let from = 0; from < keys.length; from += step) {
      const rows = Array.from({ length: Math.min(step, keys.length - from) }, (_, index) => from + index)
      const query = this.#querySql(texts, rows)
      const answer = await this.#ask((session) => session.query(query.sql, query.values))
      this.#match(answer.rows, places, found)
    }
    return this.#answer(found)
  }

  #typeOfKey(index: number) {
    return (this.#request.keys[index] as LookupRequest['keys'][number]).type
  }

  #querySql(texts: readonly (readonly (string | null)[])[], rows: readonly number[]): { sql: string; values: readonly Parameter[] } {
    const { dialect, settings } = this.#database
    const { sql, values } = dialect.keyCondition(this.#keys, texts, rows)
    const all = [...values]
    const zone = timeZone(settings.table.timeZone)
    const wanted = conditionSql(this.#request.conditions, settings.table, this.#target, dialect, zone, all)
    return { sql: `SELECT ${this.#readSql()} FROM ${quotedTarget(dialect, this.#target)}${whereClause([sql, wanted])}`, values: all }
  }

  /** To which key a row belongs is decided here: a collation of the database may take different texts for the same. */
  #match(rows: readonly Row[], places: ReadonlyMap<string, number>, found: Found[]): void {
    if (rows.length === 0) return
    const zone = timeZone(this.#database.settings.table.timeZone)
    const texts = this.#keys.map((column, index) => {
      const type = this.#typeOfKey(index)
      const builder = new ColumnBuilder(type, plainFormOf(type), cellDecoder(type, column.family, column.elementFamily, zone))
      builder.begin(rows.length)
      const isReadable = rows.map((row, at) => builder.set(at, row[index] ?? null))
      const vector = builder.vector(rows.length)
      const encode = this.#encodeKeys[index] as EncodeCell
      return rows.map((_, at) => (isReadable[at] ? encode(valueAt(vector, at, type)) : null))
    })
    for (const [at, row] of rows.entries()) {
      const place = places.get(keyOf(texts, at)) ?? this.#paddedPlace(texts, at, places)
      if (place !== undefined) found.push({ row, place })
    }
  }

  /** Values of CHAR(n) come with blanks that do not count. */
  #paddedPlace(texts: readonly (readonly (string | null)[])[], at: number, places: ReadonlyMap<string, number>): number | undefined {
    if (!this.#keys.some(({ isPadded }) => isPadded)) return undefined
    const trimmed = texts.map((column, index) => [
      this.#keys[index]?.isPadded ? (column[at] ?? '').replace(/ +$/, '') : (column[at] ?? null),
    ])
    return places.get(keyOf(trimmed, 0))
  }

  #answer(found: readonly Found[]): { rows: Batch; places: Int32Array } {
    const zone = timeZone(this.#database.settings.table.timeZone)
    const columns = this.#request.columns.map(({ key, type }, index) => {
      const { family, elementFamily } = this.#columns[index] as TargetColumn
      const builder = new ColumnBuilder(type, plainFormOf(type), cellDecoder(type, family, elementFamily, zone))
      builder.begin(found.length)
      for (const [at, { row }] of found.entries()) {
        if (builder.set(at, row[this.#keys.length + index] ?? null)) continue
        throw jdbcErrors.CONNECTORS_JDBC_VALUE_UNREADABLE({ column: key, table: this.#database.place.table, type: printType(type) })
      }
      return builder.vector(found.length)
    })
    const rows: Batch = { length: found.length, columns, kinds: null, watermarks: null }
    return { rows, places: Int32Array.from(found, ({ place }) => place) }
  }

  /** Runs a query on a connection that is free, or will be. */
  async #ask<T>(work: (session: Session) => Promise<T>): Promise<T> {
    if (this.#idle.length === 0 && this.#links.length < linksMax) this.#addLink(null)
    const link = this.#idle.pop() ?? (await new Promise<Link>((resolve) => this.#waiting.push(resolve)))
    try {
      return await link.run(work)
    } catch (error) {
      throw jdbcError(error, this.#database.place)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#idle.push(link)
      else next(link)
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.close()))
  }
}

interface Found {
  readonly row: Row
  readonly place: number
}

/** The texts of a key as one, each with its length before it. */
function keyOf(texts: readonly (readonly (string | null)[])[], row: number): string {
  if (texts.length === 1) return texts[0]?.[row] ?? ''
  let key = ''
  for (const column of texts) {
    const text = column[row] ?? ''
    key += `${text.length}:${text}`
  }
  return key
}
