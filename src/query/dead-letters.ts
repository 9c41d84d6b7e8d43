/**
 * The dead letters of a script: what they are, and how they get another chance. They are read with statements of a session that knows the
 * tables of the script.
 */
import { type Batch, rowsOf, type Schema } from '#data'
import type { RunReport, TableWays } from '#engines'
import { printText, type TableDefinition, type TablePath, writtenName } from '#plan'
import { queryErrors } from './errors.ts'
import type { QuerySession } from './session.ts'
import { deadLetterTableSetting, pathOfSetting } from './side-tables.ts'

/** Which letters are meant; empty: whatever they have. */
export interface LetterFilter {
  readonly table: string
  readonly code: string
}

/** Letters with the same table and code. Times in epoch milliseconds. */
export interface LetterGroup {
  readonly table: string
  readonly code: string
  readonly count: number
  readonly firstAt: number
  readonly lastAt: number
}

export interface Letter {
  readonly table: string
  readonly code: string
  readonly message: string
  readonly position: string
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly failedAt: number
}

/** After so long without another letter a replay has sent all there are. */
const quietMs = 5000

export class DeadLetters {
  readonly #session: QuerySession
  readonly #waysOf: (table: TableDefinition) => Promise<TableWays>
  readonly #letters: TableDefinition

  constructor(session: QuerySession, waysOf: (table: TableDefinition) => Promise<TableWays>) {
    this.#session = session
    this.#waysOf = waysOf
    const name = session.settings.get(deadLetterTableSetting)
    if (name === '') {
      throw queryErrors.QUERY_DEAD_LETTERS_NOT_KEPT({}, { hint: `Name the table that takes them: SET '${deadLetterTableSetting}' = '…'.` })
    }
    const table = session.catalog.table(pathOfSetting(name, session.catalog.current))
    if (table === undefined) throw queryErrors.QUERY_SIDE_TABLE_NOT_FOUND({ name, rows: 'dead letters' })
    this.#letters = table
  }

  async groups(filter: LetterFilter, signal: AbortSignal): Promise<readonly LetterGroup[]> {
    const from = `${await this.#source('untilNow')}${whereOf(filter)}`
    const sql = `SELECT table_name, error_code, COUNT(*), MIN(failed_at), MAX(failed_at) FROM ${from} GROUP BY table_name, error_code`
    const rows = await this.#rows(sql, signal)
    const groups = rows.map(([table, code, count, firstAt, lastAt]) => ({
      table: String(table),
      code: String(code),
      count: Number(count),
      firstAt: Number(firstAt),
      lastAt: Number(lastAt),
    }))
    return groups.sort((a, b) => (a.table + a.code < b.table + b.code ? -1 : 1))
  }

  /** The first letters, at most so many. */
  async letters(filter: LetterFilter, most: number, signal: AbortSignal): Promise<readonly Letter[]> {
    const columns = 'table_name, error_code, error_message, source_position, message_key, message_value, failed_at'
    const rows = await this.#rows(`SELECT ${columns} FROM ${await this.#source('untilNow')}${whereOf(filter)} LIMIT ${most}`, signal)
    return rows.map(([table, code, message, position, key, value, failedAt]) => ({
      table: String(table),
      code: String(code),
      message: String(message),
      position: String(position),
      key: key as Uint8Array | null,
      value: value as Uint8Array | null,
      failedAt: Number(failedAt),
    }))
  }

  /**
   * Sends the messages of a table's letters back to where they came from, so that whoever reads the table gets them as new ones. What was
   * sent is kept at `place`, as the checkpoints of a durable run: a later replay with the same place sends only letters that came since.
   * Returns how many were sent.
   */
  async replay(filter: LetterFilter, place: string, signal: AbortSignal): Promise<number> {
    const target = this.#session.catalog.table(this.#pathOf(filter.table))
    if (target === undefined) throw queryErrors.QUERY_REPLAY_TABLE_NOT_FOUND({ table: filter.table })
    const { sendBack } = await this.#waysOf(target)
    if (sendBack === null) {
      const connector = target.options['connector'] ?? ''
      throw queryErrors.QUERY_REPLAY_UNSUPPORTED({ table: filter.table, connector })
    }
    const back: TablePath = [target.path[0], target.path[1], `${target.path[2]} again`]
    const from = `${await this.#source('onwards')}${whereOf(filter)}`
    const { settings } = this.#session
    settings.set('execution.checkpointing.dir', place)
    settings.set('execution.checkpointing.interval', '1 s')
    settings.set(deadLetterTableSetting, '')
    const columns = '(message_key BYTES, message_value BYTES)'
    await this.#session.run(`CREATE TEMPORARY TABLE ${written(back)} ${columns} WITH (${assignments(sendBack)})`, {}, signal)
    return this.#insertUntilQuiet(`INSERT INTO ${written(back)} SELECT message_key, message_value FROM ${from}`, signal)
  }

  /** Runs a statement until no rows have come for a while, and gives how many it wrote. */
  async #insertUntilQuiet(sql: string, signal: AbortSignal): Promise<number> {
    const quiet = new AbortController()
    let rows = -1
    let sinceMs = 0
    let sent = 0
    const listener = {
      progress: ({ readyMs, rowsIn, durationMs }: RunReport) => {
        if (readyMs !== null && rowsIn === rows && durationMs - sinceMs > quietMs) quiet.abort()
        if (readyMs === null || rowsIn === rows) return
        rows = rowsIn
        sinceMs = durationMs
      },
      ended: ({ rowsOut }: RunReport) => {
        sent = rowsOut
      },
    }
    await this.#session.run(sql, listener, AbortSignal.any([signal, quiet.signal]))
    return sent
  }

  #pathOf(name: string): TablePath {
    return pathOfSetting(name, this.#session.catalog.current)
  }

  /** The table of letters as it is read in a way. */
  async #source(way: 'untilNow' | 'onwards'): Promise<string> {
    const options = (await this.#waysOf(this.#letters))[way]
    const { path } = this.#letters
    if (options === null)
      throw queryErrors.QUERY_DEAD_LETTERS_UNREADABLE({ table: path[2], connector: this.#letters.options['connector'] ?? '' })
    const hints = assignments(options)
    return `${written(path)}${hints === '' ? '' : ` /*+ OPTIONS(${hints}) */`}`
  }

  async #rows(sql: string, signal: AbortSignal): Promise<unknown[][]> {
    let schema: Schema = []
    const rows: unknown[][] = []
    this.#session.settings.set('execution.runtime-mode', 'batch')
    await this.#session.run(
      sql,
      {
        opened: (opened) => {
          schema = opened.schema
        },
        changes: (batch: Batch) => void rows.push(...rowsOf(batch, schema)),
      },
      signal,
    )
    return rows
  }
}

function whereOf({ table, code }: LetterFilter): string {
  const conditions = [
    ...(table === '' ? [] : [`table_name = ${printText(table)}`]),
    ...(code === '' ? [] : [`error_code = ${printText(code)}`]),
  ]
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

function assignments(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([key, value]) => `${printText(key)} = ${printText(value)}`)
    .join(', ')
}

function written(path: TablePath): string {
  return path.map(writtenName).join('.')
}
