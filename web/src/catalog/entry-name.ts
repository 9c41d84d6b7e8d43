/** Names of things in the catalog, and the statements that read and drop them. */
import { writtenName } from '#plan'
import type { Answer } from '../api/call.ts'
import type { IconName } from '../parts/icon.tsx'

export type EntryLine = Answer<'GET /workspaces/:workspace/catalog'>['items'][number]
export type Entry = Answer<'GET /workspaces/:workspace/catalog/:entry'>
export type EntryKind = EntryLine['kind']

export const iconOf: Readonly<Record<EntryKind | 'job', IconName>> = {
  catalog: 'catalog',
  database: 'folder',
  table: 'table',
  view: 'view',
  function: 'function',
  job: 'jobs',
}

/** As it stands in SQL. */
function sqlName(path: readonly string[]): string {
  return path.map(writtenName).join('.')
}

export function rowsStatement(path: readonly string[], rows?: number): string {
  return `SELECT * FROM ${sqlName(path)}${rows === undefined ? '' : ` LIMIT ${rows}`}`
}

export function dropStatement(kind: EntryKind, path: readonly string[]): string {
  return `DROP ${kind.toUpperCase()} ${sqlName(path)}`
}
