/** Brings the tables of a database to the newest step, one transaction a step. */
import type { Clock } from '#base'
import { storeErrors } from './errors.ts'
import type { Migration } from './migrations.ts'
import type { Ask } from './record-queries.ts'

export interface MigratedDatabase {
  readonly dialect: 'sqlite' | 'postgresql'
  readonly place: string
  readonly ask: Ask
  /** Runs work as one transaction that excludes others who do the same. */
  transact<T>(work: () => Promise<T>): Promise<T>
}

/** Fails with STORE_NEWER, and changes nothing, where a newer program was at work. */
export async function migrate(database: MigratedDatabase, migrations: readonly Migration[], clock: Clock): Promise<void> {
  let applied = await readApplied(database, migrations)
  while (applied < migrations.length) {
    applied = await database.transact(async () => {
      // Another server may have been faster.
      const now = await readApplied(database, migrations)
      const next = migrations[now]
      if (next === undefined) return now
      await apply(database, next, clock)
      return now + 1
    })
  }
}

/** PostgreSQL is not asked by to_regclass, which may not yet know of a table that another server made while this one waited. */
const findTable = {
  sqlite: "SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = 'millrace_migrations'",
  postgresql: `SELECT 1 AS found FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = 'millrace_migrations' AND n.nspname = ANY (current_schemas(false))`,
} as const

/** The number of the last step. */
async function readApplied({ dialect, place, ask }: MigratedDatabase, migrations: readonly Migration[]): Promise<number> {
  if ((await ask(findTable[dialect], [])).length === 0) return 0
  const [row] = await ask('SELECT max(number) AS last FROM millrace_migrations', [])
  const found = Number(row?.['last'] ?? 0)
  if (found > migrations.length) throw storeErrors.STORE_NEWER({ place, found, known: migrations.length })
  return found
}

async function apply({ dialect, ask }: MigratedDatabase, { number, name, ...statements }: Migration, clock: Clock): Promise<void> {
  const [integer, text] = dialect === 'sqlite' ? ['INTEGER', 'TEXT'] : ['bigint', 'text']
  const columns = `number ${integer} PRIMARY KEY, name ${text} NOT NULL, applied_at ${integer} NOT NULL`
  await ask(`CREATE TABLE IF NOT EXISTS millrace_migrations (${columns})`, [])
  for (const statement of statements[dialect]) await ask(statement, [])
  await ask('INSERT INTO millrace_migrations VALUES ($1, $2, $3)', [number, name, Math.floor(clock.nowMs())])
}
