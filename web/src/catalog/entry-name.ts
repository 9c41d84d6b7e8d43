/** Names of things in the catalog, and the statements that read and drop them. */
import { printText, writtenName } from '#plan'
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
  connection: 'link',
  job: 'jobs',
}

/** As it stands in SQL. */
function sqlName(path: readonly string[]): string {
  return path.map(writtenName).join('.')
}

export function rowsStatement(path: readonly string[], rows?: number): string {
  return `SELECT * FROM ${sqlName(path)}${rows === undefined ? '' : ` LIMIT ${rows}`}`
}

/** A connection to begin with, and a table that uses it. */
export const connectionExample = `CREATE CONNECTION kafka COMMENT 'Orders and payments' WITH (
  'connector' = 'kafka',
  'properties.bootstrap.servers' = 'broker-1:9092',
  'properties.security.protocol' = 'SASL_SSL',
  'properties.sasl.mechanism' = 'SCRAM-SHA-512',
  'properties.sasl.jaas.config' = '\${secret:kafka}'
);

CREATE TABLE orders (
  id BIGINT,
  amount DECIMAL(10, 2)
)
USING CONNECTION kafka
WITH (
  'topic' = 'orders',
  'format' = 'json'
);
`

/** The options of a connection as they are, to be changed. */
export function alterStatement({ path, options }: Pick<Entry, 'path' | 'options'>): string {
  const lines = options.filter(({ key }) => key !== 'connector').map(({ key, value }) => `  ${printText(key)} = ${printText(value)}`)
  return `ALTER CONNECTION ${sqlName(path)} SET (\n${lines.join(',\n')}\n)`
}

export function dropStatement(kind: EntryKind, path: readonly string[]): string {
  return `DROP ${kind.toUpperCase()} ${sqlName(path)}`
}
