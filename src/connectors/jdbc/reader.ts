/**
 * Reads the rows of a table, part after part. While a batch is worked on the next rows are fetched, and no more than those.
 *
 * A reader that may have to go on later asks for the rows in the order of the table's primary key and notes the last key it has read. Of a
 * table without one it notes how many rows it has read: that is exact as long as the database gives them in the same order again.
 */
import { assert } from '#base'
import { batchRows, plainFormOf, printType, type TimeZone, timeZone } from '#data'
import type { ReadRequest, SourceBatch, SourceReader } from '../connector.ts'
import type { DeadLetter } from '../dead-letter.ts'
import { persistently } from '../failure.ts'
import { ColumnBuilder, cellDecoder } from './cell-decoder.ts'
import { findColumn, targetColumns } from './column-fit.ts'
import { conditionSql, whereClause } from './conditions.ts'
import type { Database } from './database.ts'
import { cellText, quotedTarget, type TargetColumn, type TargetTable } from './dialect.ts'
import { jdbcError, jdbcErrors, jdbcFailureKind } from './errors.ts'
import { describeFailure } from './failure-words.ts'
import { type Parameter, type Row, type RowStream, rowBytes, type Session } from './session.ts'
import { allSplits, type JdbcPosition, type Partitions, type Split, splitName } from './splits.ts'

export interface ScanShape {
  readonly database: Database
  readonly partitions: Partitions | null
  /** 0: as many rows as memory allows. */
  readonly fetchSize: number
  readonly inTransaction: boolean
}

/** About how many bytes of rows are fetched at a time. */
const fetchBytesMax = 4_194_304

export class JdbcReader implements SourceReader {
  readonly #shape: ScanShape
  readonly #request: ReadRequest
  readonly #builders: ColumnBuilder[] = []
  #columns: readonly TargetColumn[] = []
  /** What rows are ordered by, so that reading can go on behind one of them; empty where that is not wanted or there is no key. */
  #key: readonly TargetColumn[] = []
  #target: TargetTable | null = null
  readonly #zone: TimeZone
  #splits: Split[]
  #session: Session | null = null
  #stream: RowStream | null = null
  #ahead: Promise<readonly Row[] | null> | null = null
  #rows: readonly Row[] = []
  #at = 0
  #closed: Promise<void> | null = null
  readonly #end = () => void this.close()
  skippedRows = 0

  constructor(shape: ScanShape, request: ReadRequest) {
    this.#shape = shape
    this.#request = request
    const { position } = request
    this.#zone = timeZone(shape.database.settings.table.timeZone)
    this.#splits = [...(position === undefined || position === null ? allSplits(shape.partitions) : (position as JdbcPosition).splits)]
  }

  async open(): Promise<void> {
    const { database } = this.#shape
    const { signal, columns } = this.#request
    signal.addEventListener('abort', this.#end)
    try {
      const session = await this.#connect(database.retryMsMax)
      const target = await database.describe(session)
      const schema = columns.map(({ key, type }) => ({ name: key, type }))
      this.#target = target
      this.#columns = targetColumns(schema, target, database.place.table)
      for (const [index, { type }] of columns.entries()) {
        const { family, elementFamily } = this.#columns[index] as TargetColumn
        const decode = cellDecoder(type, family, elementFamily, this.#zone)
        this.#builders.push(new ColumnBuilder(type, plainFormOf(type), decode))
      }
      if (this.#request.work !== null) this.#key = target.primaryKey.flatMap((name) => findColumn(target, name) ?? [])
      // Asked for at once, so that a right that is missing is known before the run begins.
      if (this.#splits.length > 0) this.#begin(session)
      await this.#ahead
    } catch (error) {
      await this.close()
      throw jdbcError(error, database.place)
    }
  }

  async #connect(retryMsMax: number): Promise<Session> {
    const { database, inTransaction } = this.#shape
    const session = await database.openSession(this.#request, retryMsMax)
    this.#session = session
    if (inTransaction) for (const sql of database.dialect.beginReading) await session.query(sql)
    return session
  }

  /** Asks for the rows of the first part that is left. */
  #begin(session: Session): void {
    const { fetchSize } = this.#shape
    const values: Parameter[] = []
    const sql = this.#selectSql(this.#splits[0] as Split, values)
    const rowsMax = fetchSize > 0 ? Math.min(fetchSize, batchRows) : batchRows
    this.#stream = session.stream(sql, values, { rowsMax, bytesMax: fetchBytesMax })
    this.#fetch()
  }

  #fetch(): void {
    this.#ahead = this.#stream?.next() ?? null
    // Whoever reads next sees a failure.
    this.#ahead?.catch(() => undefined)
  }

  #selectSql(split: Split, values: Parameter[]): string {
    const { database, partitions } = this.#shape
    const { dialect, settings } = database
    const target = this.#target
    assert(target !== null, 'the table is known before it is read')
    const read = [...this.#columns, ...this.#key].map((column) => dialect.read(column))
    const wanted = conditionSql(this.#request.conditions, settings.table, target, dialect, this.#zone, values)
    const range = partitions === null ? null : this.#rangeSql(split, partitions, target, values)
    const after = split.key === undefined ? null : this.#afterSql(split.key, values)
    const order = this.#key.length === 0 ? '' : ` ORDER BY ${this.#key.map(({ name }) => dialect.quote(name)).join(', ')}`
    const skip = split.key === undefined && (split.rows ?? 0) > 0 ? ` LIMIT 9223372036854775807 OFFSET ${Math.trunc(split.rows ?? 0)}` : ''
    const where = whereClause([wanted, range, after])
    return `SELECT ${read.length === 0 ? '1' : read.join(', ')} FROM ${quotedTarget(dialect, target)}${where}${order}${skip}`
  }

  #rangeSql({ from, to }: Split, { column }: Partitions, target: TargetTable, values: Parameter[]): string {
    const { dialect, place } = this.#shape.database
    const found = findColumn(target, column)
    if (found === null) {
      throw jdbcErrors.CONNECTORS_JDBC_COLUMN_NOT_FOUND({ column, table: place.table, target: target.name })
    }
    // The bounds may lie beyond what the type of the column holds.
    values.push(from, to)
    return `${dialect.quote(found.name)} BETWEEN ${dialect.integer(values.length - 1)} AND ${dialect.integer(values.length)}`
  }

  #afterSql(key: readonly string[], values: Parameter[]): string {
    const { dialect } = this.#shape.database
    const names = this.#key.map(({ name }) => dialect.quote(name)).join(', ')
    const holders = this.#key.map((column, index) => {
      values.push(dialect.parameter(column, key[index] ?? ''))
      return dialect.placeholder(column, values.length)
    })
    return `(${names}) > (${holders.join(', ')})`
  }

  async read(): Promise<SourceBatch | null> {
    for (;;) {
      const [split] = this.#splits
      if (split === undefined || this.#request.signal.aborted) return null
      if (this.#at < this.#rows.length) return this.#nextBatch(split)
      const rows = await this.#nextRows()
      if (this.#request.signal.aborted) return null
      if (rows === null) {
        this.#splits.shift()
        this.#stream = null
        this.#ahead = null
        continue
      }
      this.#rows = rows
      this.#at = 0
      for (const row of rows) this.#request.meter.bytes += rowBytes(row)
      this.#fetch()
    }
  }

  /** The rows that were fetched ahead. A connection that was lost is made again, and reading goes on where it stood. */
  async #nextRows(): Promise<readonly Row[] | null> {
    const { database } = this.#shape
    const { signal, meter } = this.#request
    try {
      return await persistently(
        async () => {
          if (this.#session === null || !this.#session.isOpen) {
            await this.#session?.abandon()
            this.#stream = null
            this.#begin(await this.#connect(100))
          }
          if (this.#stream === null) this.#begin(this.#session as Session)
          try {
            return await this.#ahead
          } catch (error) {
            if (jdbcFailureKind(error) !== 'refused') {
              const session = this.#session
              this.#session = null
              this.#stream = null
              await session?.abandon()
            }
            throw error
          }
        },
        {
          kindOf: (error) => (this.#mayGoOn() ? jdbcFailureKind(error) : 'unknown'),
          describe: (error) => `${database.place.address}: ${describeFailure(error)}`,
          retryMsMax: Number.POSITIVE_INFINITY,
          meter,
          clock: database.clock,
          signal,
        },
      )
    } catch (error) {
      if (signal.aborted) return null
      throw jdbcError(error, database.place)
    }
  }

  /** Whether what comes after the rows that were read can be asked for: behind a key, or where none was read. */
  #mayGoOn(): boolean {
    const [split] = this.#splits
    return !this.#shape.inTransaction && (this.#key.length > 0 || (split?.rows ?? 0) === 0)
  }

  #nextBatch(split: Split): SourceBatch {
    const rows = this.#rows
    const to = Math.min(rows.length, this.#at + batchRows)
    const deadLetters: DeadLetter[] = []
    for (const builder of this.#builders) builder.begin(to - this.#at)
    let length = 0
    for (let at = this.#at; at < to; at++) {
      const letter = this.#setRow(rows[at] as Row, length)
      if (letter === null) length++
      else deadLetters.push(letter)
    }
    const last = rows[to - 1] as Row
    const key = this.#key.length === 0 ? {} : { key: last.slice(this.#columns.length).map(keyText) }
    this.#splits[0] = { from: split.from, to: split.to, ...key, rows: (split.rows ?? 0) + to - this.#at }
    this.#at = to
    const columns = this.#builders.map((builder) => builder.vector(length))
    return {
      batch: { length, columns, kinds: null, watermarks: null },
      split: splitName(split),
      splits: this.#splits.map(splitName),
      ...(deadLetters.length === 0 ? {} : { deadLetters }),
    }
  }

  /** A dead letter where a value cannot be read. */
  #setRow(row: Row, place: number): DeadLetter | null {
    for (let index = 0; index < this.#builders.length; index++) {
      const builder = this.#builders[index] as ColumnBuilder
      if (builder.set(place, row[index] ?? null)) continue
      const error = this.#unreadable(index, builder)
      this.#request.meter.errors++
      if (!this.#request.hasDeadLetters) throw error
      const values = Object.fromEntries(this.#columns.map(({ name }, at) => [name, row[at] === null ? null : keyText(row[at] ?? null)]))
      const position = { table: this.#target?.name, rows: (this.#splits[0]?.rows ?? 0) + 1 }
      return {
        code: error.code,
        message: error.message,
        position: JSON.stringify(position),
        key: null,
        value: Buffer.from(JSON.stringify(values)),
      }
    }
    return null
  }

  #unreadable(index: number, { type }: ColumnBuilder) {
    const column = this.#request.columns[index]?.key ?? ''
    const detail = `In the database the column is ${this.#columns[index]?.type}.`
    const hint = 'Declare the column wider, such as with more digits, or as STRING.'
    return jdbcErrors.CONNECTORS_JDBC_VALUE_UNREADABLE(
      { column, table: this.#shape.database.place.table, type: printType(type) },
      { detail, hint },
    )
  }

  position(): JdbcPosition {
    return { splits: [...this.#splits] }
  }

  close(): Promise<void> {
    this.#request.signal.removeEventListener('abort', this.#end)
    this.#closed ??= (async () => {
      const session = this.#session
      this.#session = null
      // Whoever has read all rows says goodbye; else the database may be in the middle of its query.
      if (session !== null) await (session.isOpen && this.#splits.length === 0 ? session.close() : session.abandon())
    })()
    return this.#closed
  }
}

/** Bytes of a key go back as they are written in hexadecimal digits. */
function keyText(cell: Row[number]): string {
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : cellText(cell)
}
