/** The options of the jdbc connector: Flink's, by Flink's names, and what they say of a table. */
import type { Option, Options } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { lookupOptions } from '../lookup-options.ts'
import { option, requiredOption, secretOption, tableOptions } from '../options.ts'
import { jdbcErrors } from './errors.ts'
import { type DatabaseUrl, parseDatabaseUrl } from './url.ts'

export const jdbcOptions: readonly Option[] = [
  { ...requiredOption('url', 'text', 'The database, such as jdbc:postgresql://host:5432/database.'), isSecret: true },
  requiredOption('table-name', 'text', 'The table of the database, with its schema where it needs one: sales.orders.'),
  option('driver', 'text', null, 'A class of Java, taken for the sake of Flink; it must fit the URL.'),
  option('username', 'text', null, 'Who connects.'),
  secretOption('password', 'The password of the user.'),
  option('connection.max-retry-timeout', 'duration', '60 s', 'How long a database that does not answer is waited for before a run begins.'),
  option('ssl.ca', 'text', null, 'A file with the certificates that that of the server is checked against (PEM).'),
  option('ssl.certificate', 'text', null, 'A file with the certificate of this client (PEM).'),
  option('ssl.key', 'text', null, 'A file with the key of that certificate (PEM).'),
  option(
    'scan.partition.column',
    'text',
    null,
    'A column of numbers by whose ranges the table is read in parts, several at the same time.',
  ),
  option('scan.partition.num', 'integer', null, 'How many parts there are.'),
  option('scan.partition.lower-bound', 'integer', null, 'The least value of the first part; rows below it are not read.'),
  option('scan.partition.upper-bound', 'integer', null, 'The greatest value of the last part; rows above it are not read.'),
  option('scan.fetch-size', 'integer', '0', 'The most rows that are fetched at a time; 0: as many as memory allows.'),
  option('scan.auto-commit', 'boolean', 'true', 'With false the table is read in a transaction that only reads, as of one moment.'),
  ...lookupOptions(['NONE', 'PARTIAL']),
  option('sink.buffer-flush.max-rows', 'integer', '100', 'Rows are sent at the latest when so many wait.'),
  option('sink.buffer-flush.interval', 'duration', '1 s', 'Rows are sent at the latest after so long; 0: never because of time.'),
  option(
    'sink.max-retries',
    'integer',
    '3',
    'How often a statement is tried again whose failure nobody knows. Deadlocks and lost connections are waited out, however often they come.',
  ),
  option('sink.parallelism', 'integer', null, 'With 1 one writer writes all rows; else each worker of the run writes its own.'),
  option(
    'sink.exactly-once',
    'boolean',
    'false',
    'With true rows wait in a table of the same database, and become visible with each checkpoint, in one transaction with its id: none twice.',
  ),
  option(
    'sink.exactly-once.table',
    'text',
    'millrace_commits',
    'The table of those ids; that of waiting rows is called so with _rows behind.',
  ),
]

/** What the options of a table say. */
export interface JdbcTable {
  readonly table: ConnectorTable
  readonly options: Options
  readonly url: DatabaseUrl
  readonly user: string | null
  readonly password: string | null
  /** Schema and name; without a schema, wherever the database looks first. */
  readonly target: TargetName
  readonly tlsFiles: DatabaseUrl['files']
}
export interface TargetName {
  readonly schema: string | null
  readonly name: string
}

/** Checks the options of a table. */
export function jdbcTable(table: ConnectorTable): JdbcTable {
  const options = tableOptions(table, jdbcOptions)
  const url = parseDatabaseUrl(options.text('url') ?? '', table.name)
  checkDriver(options.text('driver'), url, table.name)
  const { files } = url
  return {
    table,
    options,
    url,
    user: options.text('username') ?? url.user,
    password: options.text('password') ?? url.password,
    target: targetName(options.text('table-name') ?? '', table.name),
    tlsFiles: {
      ca: options.text('ssl.ca') ?? files.ca,
      certificate: options.text('ssl.certificate') ?? files.certificate,
      key: options.text('ssl.key') ?? files.key,
    },
  }
}

const drivers: Readonly<Record<DatabaseUrl['dialect'], RegExp>> = {
  postgresql: /^org\.postgresql\./,
  mysql: /^(?:com\.mysql\.|org\.mariadb\.)/,
  mariadb: /^(?:com\.mysql\.|org\.mariadb\.)/,
}

function checkDriver(driver: string | undefined, { dialect }: DatabaseUrl, table: string): void {
  if (driver === undefined || drivers[dialect].test(driver)) return
  const detail = `"${driver}" is not a driver of ${dialect}.`
  throw jdbcErrors.CONNECTORS_JDBC_OPTION_MISMATCH({ key: 'driver', table }, { detail, hint: 'Leave it out: none is needed.' })
}

/** `name`, `schema.name`, each in double quotes or backticks where it holds a point itself. */
export function targetName(text: string, table: string): TargetName {
  const parts = /^(?:("(?:[^"]|"")+"|`(?:[^`]|``)+`|[^."`]+)\.)?("(?:[^"]|"")+"|`(?:[^`]|``)+`|[^."`]+)$/.exec(text)
  if (parts === null) {
    const detail = 'Expected a name, or schema.name, each in double quotes where it holds a point.'
    throw jdbcErrors.CONNECTORS_JDBC_OPTION_MISMATCH({ key: 'table-name', table }, { detail })
  }
  return { schema: parts[1] === undefined ? null : unquoted(parts[1]), name: unquoted(parts[2] ?? '') }
}

function unquoted(name: string): string {
  const quote = name[0] ?? ''
  return quote === '"' || quote === '`' ? name.slice(1, -1).replaceAll(quote + quote, quote) : name
}
