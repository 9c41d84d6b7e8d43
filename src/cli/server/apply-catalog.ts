/**
 * Tables, views and connections of files, brought about on a server. Each is made as a temporary one first, which is gone with its session: that checks
 * it, and its text as the server would keep it tells whether it is there already as it is.
 */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { AnswerOf, Contract } from '#api'
import { listed, printable } from '#base'
import { parseScript, type Statement } from '#sql'
import type { CliEnvironment } from '../environment.ts'
import { usageErrors } from '../errors.ts'
import { type ErrorSource, noteErrors } from '../render-error.ts'
import { readScript } from '../script.ts'
import { connectionChanges } from './connection-changes.ts'
import { type SqlSession, withSession } from './run-sql.ts'
import type { ServerLink } from './server-link.ts'

interface CatalogStep {
  readonly sign: '+' | '~' | '='
  readonly kind: 'table' | 'view' | 'connection'
  /** With all its parts, quoted. */
  readonly name: string
  /** What is there now, and has to go first; null: nothing. */
  readonly before: { readonly kind: string; readonly text: string } | null
  readonly text: string
  readonly source: ErrorSource
}

export interface CatalogOutcome {
  /** Whether a dry run left something undone. */
  readonly isBehind: boolean
  /** Exit statuses of what went wrong. */
  readonly statuses: readonly number[]
}

export async function applyCatalog(link: ServerLink, folder: string, isDry: boolean, environment: CliEnvironment): Promise<CatalogOutcome> {
  const statuses: number[] = []
  const steps = await withSession(link, (session) => planCatalog(link, session, { folder, isDry, statuses }, environment))
  for (const { sign, kind, name } of steps) await environment.screen.write(`${sign} ${kind} ${printable(name)}\n`)
  const open = steps.filter(({ sign }) => sign !== '=')
  if (!isDry) {
    for (const step of open) {
      const status = await applyStep(link, step, environment)
      if (status !== null) statuses.push(status)
    }
  }
  return { isBehind: isDry && open.length > 0, statuses }
}

/** Null where it was done. What was there comes back where the new one could not be made. */
async function applyStep(
  link: ServerLink,
  { before, kind, name, text, source }: CatalogStep,
  environment: CliEnvironment,
): Promise<number | null> {
  try {
    await withSession(link, async (session) => {
      const changes = before === null || kind !== 'connection' ? null : connectionChanges(name, before.text, text)
      if (changes !== null) {
        for (const change of changes) await session.run(change)
        return
      }
      if (before !== null) await session.run(`DROP ${before.kind.toUpperCase()} ${name}`)
      try {
        await session.run(text)
      } catch (error) {
        if (before !== null) await session.run(before.text)
        throw error
      }
    })
    return null
  } catch (error) {
    environment.screen.note(`${kind} ${printable(name)}:\n`)
    return noteErrors(error, source, environment)
  }
}

interface PlanOptions {
  readonly folder: string
  readonly isDry: boolean
  readonly statuses: number[]
}

async function planCatalog(
  link: ServerLink,
  session: SqlSession,
  options: PlanOptions,
  environment: CliEnvironment,
): Promise<CatalogStep[]> {
  const steps: CatalogStep[] = []
  for (const file of await catalogFiles(options.folder)) {
    const source = await readScript(file, environment)
    const { statements, diagnostics } = parseScript(source.text)
    if (diagnostics.length > 0) options.statuses.push(noteErrors(new AggregateError(diagnostics), source, environment))
    for (const statement of diagnostics.length > 0 ? [] : statements) {
      try {
        const step = await planStatement(link, session, statement, source, options.isDry)
        if (step !== null) steps.push(step)
      } catch (error) {
        const { line } = statement.position
        environment.screen.note(`in the statement at ${printable(file)}:${line}:\n`)
        options.statuses.push(noteErrors(error, undefined, environment))
      }
    }
  }
  return steps
}

const kindOf = { 'create-table': 'table', 'create-view': 'view', 'create-connection': 'connection' } as const

async function planStatement(
  link: ServerLink,
  session: SqlSession,
  statement: Statement,
  source: ErrorSource,
  isDry: boolean,
): Promise<CatalogStep | null> {
  const { start, end } = statement.position
  const text = source.text.slice(start, end)
  if (statement.kind === 'use' || statement.kind === 'set') {
    await session.run(text)
    return null
  }
  if (statement.kind === 'create-database' || statement.kind === 'create-catalog') {
    if (!isDry) await session.run(text)
    return null
  }
  const isTable = statement.kind === 'create-table' && statement.query === undefined && !statement.orReplace
  const isOther = statement.kind === 'create-view' || statement.kind === 'create-connection'
  if ((!isTable && !isOther) || statement.temporary)
    throw usageErrors.CLI_APPLY_STATEMENT({ kind: statement.kind.replaceAll('-', ' ').toUpperCase() })
  const kind = kindOf[statement.kind]
  const { start: nameStart, end: nameEnd } = statement.name.position
  const name = source.text.slice(nameStart, nameEnd)
  const temporary = text.replace(/^CREATE\s+(TABLE|VIEW|CONNECTION)(?:\s+IF\s+NOT\s+EXISTS)?/i, 'CREATE TEMPORARY $1')
  const [row] = await session.run(`${temporary}; SHOW CREATE ${kind.toUpperCase()} ${name}`)
  const shown = row?.[0]
  const made = (typeof shown === 'string' ? shown : '').replace('CREATE TEMPORARY', 'CREATE').trimEnd()
  const full = /^CREATE \w+ ((?:`(?:[^`]|``)*`\.?)+)/.exec(made)?.[1] ?? name
  const before = await keptObject(link, full, kind)
  if (before !== null && kind === 'connection') assertChangeable(full, before, made)
  return { sign: before === null ? '+' : before.text === made ? '=' : '~', kind, name: full, before, text: made, source }
}

/** It would have to be dropped and made anew. */
function assertChangeable(name: string, { text, tables }: KeptObject, wanted: string): void {
  if (tables.length === 0 || connectionChanges(name, text, wanted) !== null) return
  const users = tables.map(({ path: names }) => names.at(-1) ?? '')
  throw usageErrors.CLI_APPLY_CONNECTOR(
    { name: printable(name) },
    { detail: `It is used by ${printable(listed(users, 'and', namedMax))}.` },
  )
}

/** So many tables are named. */
const namedMax = 5

type KeptObject = Pick<AnswerOf<Contract['GET /workspaces/:workspace/catalog/:entry']>, 'kind' | 'text' | 'tables'>

/** Tables and views share their names. */
async function keptObject({ client, workspace }: ServerLink, name: string, wanted: CatalogStep['kind']): Promise<KeptObject | null> {
  const parts = [...name.matchAll(/`((?:[^`]|``)*)`/g)].map(([, part = '']) => part.replaceAll('``', '`'))
  const { items } = await client.call('GET /workspaces/:workspace/catalog', {
    params: { workspace },
    query: { search: parts.at(-1) ?? '' },
  })
  const found = items.find(
    ({ kind, path: known }) =>
      (wanted === 'connection' ? kind === wanted : kind === 'table' || kind === 'view') && JSON.stringify(known) === JSON.stringify(parts),
  )
  if (found === undefined) return null
  return client.call('GET /workspaces/:workspace/catalog/:entry', { params: { workspace, entry: found.id } })
}

/** In the order of their names. */
async function catalogFiles(folder: string): Promise<string[]> {
  const entries = await readdir(path.join(folder, 'catalog'), { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.sql')).map(({ name }) => name)
  return names.sort().map((name) => path.join(folder, 'catalog', name))
}
