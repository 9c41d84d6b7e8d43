/**
 * How the tables of a store came to be, step by step. A step that was released is never changed: what comes later is another one. Tables
 * of PostgreSQL compare texts by their bytes, as SQLite does.
 */

export interface Migration {
  /** From 1, without gaps. */
  readonly number: number
  readonly name: string
  readonly sqlite: readonly string[]
  readonly postgresql: readonly string[]
}

/** How a database calls its types. */
interface TypeNames {
  readonly text: string
  readonly integer: string
}

const sqliteTypes: TypeNames = { text: 'TEXT', integer: 'INTEGER' }
const postgresTypes: TypeNames = { text: 'text COLLATE "C"', integer: 'bigint' }

/** A step that differs in the names of types alone, but for what a database has besides. */
function migration(
  number: number,
  name: string,
  sql: (types: TypeNames) => readonly string[],
  onlyPostgres: readonly string[] = [],
): Migration {
  return { number, name, sqlite: sql(sqliteTypes), postgresql: [...sql(postgresTypes), ...onlyPostgres] }
}

export const migrations: readonly Migration[] = [
  migration(
    1,
    'records and logs',
    ({ text, integer }) => [
      `CREATE TABLE millrace_records (kind ${text} NOT NULL, workspace ${text} NOT NULL, id ${text} NOT NULL, version ${integer} NOT NULL,
        value ${text}, written_at ${integer} NOT NULL, written_by ${text} NOT NULL, PRIMARY KEY (kind, workspace, id))`,
      `CREATE TABLE millrace_versions (kind ${text} NOT NULL, workspace ${text} NOT NULL, id ${text} NOT NULL, version ${integer} NOT NULL,
        value ${text} NOT NULL, written_at ${integer} NOT NULL, written_by ${text} NOT NULL, PRIMARY KEY (kind, workspace, id, version))`,
      `CREATE TABLE millrace_entries (sequence ${integer} PRIMARY KEY, log ${text} NOT NULL, workspace ${text} NOT NULL,
        subject ${text} NOT NULL, value ${text} NOT NULL, written_at ${integer} NOT NULL, written_by ${text} NOT NULL)`,
      'CREATE INDEX millrace_entries_of_log ON millrace_entries (log, sequence)',
      'CREATE INDEX millrace_entries_of_subject ON millrace_entries (log, workspace, subject, sequence)',
      'CREATE INDEX millrace_entries_by_workspace ON millrace_entries (log, workspace, sequence)',
      'CREATE INDEX millrace_entries_by_age ON millrace_entries (log, written_at)',
      `CREATE TABLE millrace_sequence (last ${integer} NOT NULL)`,
      'INSERT INTO millrace_sequence VALUES (0)',
    ],
    // Commits whose answer may have been lost. A process that has its file open alone gets its answers.
    [
      'CREATE TABLE millrace_commits (id uuid PRIMARY KEY, written_at timestamptz NOT NULL DEFAULT now())',
      'CREATE INDEX millrace_commits_by_age ON millrace_commits (written_at)',
    ],
  ),
]
