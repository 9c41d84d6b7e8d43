/** Questions to the tables of a store, in SQL that SQLite and PostgreSQL read alike. */
import { checkEntries, checkedMoment, checkList, checkRead, checkThin, checkVersions } from './check-question.ts'
import { storeErrors } from './errors.ts'
import type { EntryOptions, ListOptions, LogEntry, LogKind, RecordKey, RecordKind, Stored, ThinOptions } from './store.ts'

/** A column is text, or a number that may come as text. */
export type SqlRow = Readonly<Record<string, unknown>>
export type SqlValue = string | number | null

/** Answers a statement whose placeholders are $1, $2 and so on. */
export type Ask = (sql: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>

const recordColumns = 'workspace, id, version, value, written_at, written_by'
/** Few, so that neither other work nor other servers wait for long. */
const droppedAtOnce = 1000

const dayMs = 86_400_000
const entryColumns = 'sequence, workspace, subject, value, written_at, written_by'

export class RecordQueries {
  readonly #ask: Ask
  readonly #place: string

  constructor(ask: Ask, place: string) {
    this.#ask = ask
    this.#place = place
  }

  async read<Value>(kind: RecordKind<Value>, key: RecordKey): Promise<Stored<Value> | null> {
    checkRead(kind, key)
    const sql = `SELECT ${recordColumns} FROM millrace_records WHERE kind = $1 AND workspace = $2 AND id = $3 AND value IS NOT NULL`
    const [row] = await this.#ask(sql, [kind.name, key.workspace, key.id])
    return row === undefined ? null : this.#stored(row)
  }

  async list<Value>(kind: RecordKind<Value>, options: ListOptions): Promise<readonly Stored<Value>[]> {
    checkList(kind, options)
    const { workspace, after, limit } = options
    const where = new Conditions('kind = ?', kind.name)
    if (workspace !== null) where.add('workspace = ?', workspace)
    if (after !== undefined) where.add('(workspace, id) > (?, ?)', after.workspace, after.id)
    const sql = `SELECT ${recordColumns} FROM millrace_records WHERE ${where.sql} AND value IS NOT NULL ORDER BY workspace, id LIMIT ${limit}`
    return (await this.#ask(sql, where.values)).map((row) => this.#stored<Value>(row))
  }

  async versions<Value>(
    kind: RecordKind<Value>,
    key: RecordKey,
    options: { readonly before?: number; readonly limit: number },
  ): Promise<readonly Stored<Value>[]> {
    checkVersions(kind, key, options)
    const { before, limit } = options
    const where = new Conditions('kind = ? AND workspace = ? AND id = ?', kind.name, key.workspace, key.id)
    if (before !== undefined) where.add('version < ?', before)
    const sql = `SELECT ${recordColumns} FROM millrace_versions WHERE ${where.sql} ORDER BY version DESC LIMIT ${limit}`
    return (await this.#ask(sql, where.values)).map((row) => this.#stored<Value>(row))
  }

  async thinVersions(kind: RecordKind<unknown>, key: RecordKey, options: ThinOptions): Promise<number> {
    checkThin(kind, key, options)
    const { newest, dailySince } = options
    const of = ['kind = ? AND workspace = ? AND id = ?', kind.name, key.workspace, key.id] as const
    const all = new Conditions(...of)
    const offset = `SELECT version FROM millrace_versions WHERE ${all.sql} ORDER BY version DESC LIMIT 1 OFFSET ${newest}`
    const [first] = await this.#ask(offset, all.values)
    if (first === undefined) return 0
    const older = Number(first['version'])
    const days = new Conditions(...of)
    days.add('version <= ?', older)
    days.add('written_at >= ?', dailySince)
    const kept = `SELECT MAX(version) AS version FROM millrace_versions WHERE ${days.sql} GROUP BY written_at / ${dayMs}`
    const stay = (await this.#ask(kept, days.values)).map((row) => Number(row['version']))
    const going = new Conditions(...of)
    going.add('version <= ?', older)
    const rest = stay.length === 0 ? '' : ` AND version NOT IN (${stay.join(', ')})`
    return (await this.#ask(`DELETE FROM millrace_versions WHERE ${going.sql}${rest} RETURNING version`, going.values)).length
  }

  async entries<Value>(log: LogKind<Value>, options: EntryOptions): Promise<readonly LogEntry<Value>[]> {
    checkEntries(log, options)
    const { workspace, subject, before, after, limit } = options
    const where = new Conditions('log = ?', log.name)
    if (workspace !== null) where.add('workspace = ?', workspace)
    if (subject !== undefined) where.add('subject = ?', subject)
    if (before !== undefined) where.add('sequence < ?', before)
    if (after !== undefined) where.add('sequence > ?', after)
    const sql = `SELECT ${entryColumns} FROM millrace_entries WHERE ${where.sql} ORDER BY sequence DESC LIMIT ${limit}`
    return (await this.#ask(sql, where.values)).map((row) => this.#entry<Value>(row))
  }

  /** Drops some entries that were written before a moment; gives how many: none when there are no more. */
  async dropSome(log: LogKind<unknown>, before: number): Promise<number> {
    const old = `SELECT sequence FROM millrace_entries WHERE log = $1 AND written_at < $2 LIMIT ${droppedAtOnce}`
    const sql = `DELETE FROM millrace_entries WHERE sequence IN (${old}) RETURNING sequence`
    return (await this.#ask(sql, [log.name, checkedMoment(log, before)])).length
  }

  #stored<Value>(row: SqlRow): Stored<Value> {
    const { workspace, id, version } = row
    return { workspace: String(workspace), id: String(id), version: Number(version), ...this.#written<Value>(row) }
  }

  #entry<Value>(row: SqlRow): LogEntry<Value> {
    const { sequence, workspace, subject } = row
    return { sequence: Number(sequence), workspace: String(workspace), subject: String(subject), ...this.#written<Value>(row) }
  }

  #written<Value>(row: SqlRow): { readonly value: Value; readonly writtenAt: number; readonly writtenBy: string } {
    return { value: this.#parsed<Value>(row['value']), writtenAt: Number(row['written_at']), writtenBy: String(row['written_by']) }
  }

  #parsed<Value>(text: unknown): Value {
    try {
      return JSON.parse(String(text)) as Value
    } catch {
      throw storeErrors.STORE_DAMAGED({ place: this.#place }, { detail: 'What a record holds is no JSON.' })
    }
  }
}

/** Conditions with the values of their placeholders, which get their numbers here. */
class Conditions {
  sql = ''
  readonly values: SqlValue[] = []

  constructor(condition: string, ...values: readonly SqlValue[]) {
    this.add(condition, ...values)
  }

  add(condition: string, ...values: readonly SqlValue[]): void {
    let number = this.values.length
    const numbered = condition.replaceAll('?', () => `$${++number}`)
    this.sql += this.sql === '' ? numbered : ` AND ${numbered}`
    this.values.push(...values)
  }
}
