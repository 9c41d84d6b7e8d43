/**
 * Runs the queries of alert rules in a process of their own, over tables that are handed to it as files. The process begins with the first
 * query and ends when none came for a while, or when one took too long.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { errorOf, type Failure } from '#base'
import { type RunSql, ruleTables, type SqlTable } from '#monitor'
import type { EngineSession, SessionProcesses, SessionStatement } from '#processes'

type Answer = Awaited<ReturnType<RunSql>>

interface RuleSession {
  readonly workspace: string
  readonly session: EngineSession
  readonly folder: string
}

const idleMs = 20_000
/** People may have as many sessions as there may be: rules are asked all the same. */
const reservedSessions = 2
const chunkRows = 2000
const settings = { 'execution.runtime-mode': 'batch' }

export class RuleQueries {
  readonly #processes: SessionProcesses
  readonly #folder: string
  #current: RuleSession | null = null
  #idle: NodeJS.Timeout | undefined

  /** @param folder of its own: what is in it goes */
  constructor(processes: SessionProcesses, folder: string) {
    this.#processes = processes
    this.#folder = folder
  }

  readonly run: RunSql = async ({ workspace, text, tables, rowsMax }, signal) => {
    clearTimeout(this.#idle)
    const { session, folder } = await this.#sessionOf(workspace)
    // What does not end by itself ends with its process.
    const end = (): void => void this.#end()
    signal.addEventListener('abort', end, { once: true })
    try {
      for (const table of tables) await writeTable(folder, table)
      return await readAnswer(session.execute(text), rowsMax)
    } finally {
      signal.removeEventListener('abort', end)
      clearTimeout(this.#idle)
      this.#idle = setTimeout(end, idleMs).unref()
    }
  }

  /** What is wrong with a query, with places in its text. */
  async check(text: string): Promise<readonly Failure[]> {
    const session = await this.#processes.open(settings, undefined, reservedSessions)
    try {
      const before = `${definitionsOf(this.#folder)}\n`
      const lines = before.split('\n').length - 1
      const failures = await session.check(`${before}${text}`)
      return failures.map((failure) => moved(failure, before.length, lines))
    } finally {
      await session.close()
    }
  }

  async close(): Promise<void> {
    await this.#end()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Queries are asked one after another: one session is enough, but not for two workspaces. */
  async #sessionOf(workspace: string): Promise<RuleSession> {
    const current = this.#current
    if (current?.workspace === workspace && current.session.isOpen) return current
    await this.#end()
    const folder = path.join(this.#folder, randomUUID())
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const session = await this.#processes.open(settings, undefined, reservedSessions)
    this.#current = { workspace, session, folder }
    for (const table of ruleTables) await writeTable(folder, table)
    await readAnswer(session.execute(definitionsOf(folder)), 0)
    return this.#current
  }

  async #end(): Promise<void> {
    clearTimeout(this.#idle)
    const current = this.#current
    this.#current = null
    if (current === null) return
    await current.session.close()
    await rm(current.folder, { recursive: true, force: true })
  }
}

function definitionsOf(folder: string): string {
  const tables = ruleTables.map(({ name, columns }) => {
    const list = columns.map((column) => `\`${column.name}\` ${column.type}`).join(', ')
    const place = fileOf(folder, name).replaceAll("'", "''")
    return `CREATE TEMPORARY TABLE ${name} (${list}) WITH ('connector' = 'filesystem', 'path' = '${place}', 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601');`
  })
  return `${tables.join(' ')} ${views}`
}

/** The two halves of the samples under names of their own. */
const views = `CREATE TEMPORARY VIEW job_metrics AS SELECT sampled_at, job, job_name, metric, measured FROM metrics WHERE kind = 'job';
CREATE TEMPORARY VIEW operator_metrics AS SELECT * FROM metrics WHERE kind <> 'job';`

function fileOf(folder: string, table: string): string {
  return path.join(folder, `${table}.json`)
}

async function writeTable(folder: string, { name, columns, rows }: SqlTable): Promise<void> {
  const isInstant = columns.map(({ type }) => type.startsWith('TIMESTAMP'))
  const lineOf = (row: SqlTable['rows'][number]): string => {
    const cells = row.map((value, i) => [columns[i]?.name, isInstant[i] === true && value !== null ? new Date(Number(value)) : value])
    return `${JSON.stringify(Object.fromEntries(cells))}\n`
  }
  const file = await open(fileOf(folder, name), 'w', 0o600)
  try {
    for (let start = 0; start < rows.length; start += chunkRows)
      await file.write(
        rows
          .slice(start, start + chunkRows)
          .map(lineOf)
          .join(''),
      )
  } finally {
    await file.close()
  }
}

/** The rows of a text, at most so many; fails with what is wrong with it. */
async function readAnswer(statement: SessionStatement, rowsMax: number): Promise<Answer> {
  let columns: Answer['columns'] = []
  const rows: (readonly unknown[])[] = []
  for await (const event of statement) {
    if (event.kind === 'opened') columns = event.columns
    if (event.kind === 'changes') for (const { values } of JSON.parse(event.json) as readonly Change[]) rows.push(values)
    if (rows.length >= rowsMax && event.kind === 'changes') statement.cancel()
    const [failure] = event.kind === 'executed' ? event.failures : []
    if (failure !== undefined) throw errorOf(failure)
  }
  return { columns, rows: rows.slice(0, rowsMax) }
}

interface Change {
  readonly values: readonly unknown[]
}

/** A place in a text with others before it, as a place in the text alone. */
function moved(failure: Failure, length: number, lines: number): Failure {
  const { position } = failure
  if (position === null || position.start < length) return { ...failure, position: null }
  const { start, end, line, column } = position
  return { ...failure, position: { start: start - length, end: end - length, line: line - lines, column } }
}
