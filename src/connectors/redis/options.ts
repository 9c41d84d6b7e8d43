/**
 * The options of the Redis connector. Flink has no connector of its own for Redis: names follow those of its other connectors and of the
 * ones that its users have written for Redis.
 */
import type { Schema } from '#data'
import { formatNames, type Option, type Options } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { lookupOptions } from '../lookup-options.ts'
import { messageOptions } from '../message-options.ts'
import { option, secretOption, tableOptions } from '../options.ts'
import { type TlsFiles, tlsFiles } from '../tls-files.ts'
import { redisErrors } from './errors.ts'
import { type KeyPattern, parseKeyPattern, patternOfColumns } from './key-pattern.ts'

const structures = ['hash', 'string', 'sorted-set', 'stream', 'list'] as const
type Structure = (typeof structures)[number]

const startModes = ['earliest', 'latest', 'timestamp', 'specific']

export const redisOptions: readonly Option[] = [
  option('host', 'text', null, 'The host of the server; or give url.'),
  option('port', 'integer', '6379', 'The port of the server.'),
  { ...secretOption('url', 'Host, port, user, password and database in one: redis://user:password@host:6379/0, or rediss:// for TLS.') },
  option('mode', { oneOf: ['single', 'sentinel', 'cluster'] }, 'single', 'How many servers there are: only single is supported.'),
  option('database', 'integer', '0', 'The number of the database.'),
  option('username', 'text', null, 'The user, where the server has users; left out: default.'),
  secretOption('password', 'The password of the user.'),
  option('tls', 'boolean', 'false', 'Whether the connection is encrypted.'),
  option('tls.ca', 'text', null, 'A file with the certificates that the server is trusted by; left out: those that Node trusts.'),
  option('tls.certificate', 'text', null, 'A file with the certificate that this client shows.'),
  option('tls.key', 'text', null, 'The file with the private key of this certificate.'),
  option('tls.servername', 'text', null, 'The name that the certificate of the server is for; left out: the host.'),
  option('connect.timeout', 'duration', '10 s', 'How long connecting may take.'),
  option('command.timeout', 'duration', '30 s', 'How long an answer may take before the connection is given up and made anew.'),
  option('data-structure', { oneOf: structures }, 'hash', 'What rows are kept in.'),
  option('key.pattern', 'text', null, `The key, with columns as in page:\${minute}:\${page}; left out: the primary key, with : between.`),
  option(
    'value.format',
    { oneOf: formatNames },
    null,
    'How strings, and entries of streams and lists, hold a row; left out: as plain text.',
  ),
  option(
    'value.fields-include',
    { oneOf: ['ALL', 'EXCEPT_KEY'] },
    'ALL',
    'With value.format: whether a value holds the columns of the key.',
  ),
  option('stream.value-field', 'text', 'value', 'With value.format: the field of an entry that holds the row.'),
  option('stream.max-length', 'integer', null, 'About how many entries a stream keeps: older ones are trimmed.'),
  option('sorted-set.score', 'text', null, 'The column that is the score.'),
  option(
    'sorted-set.member',
    'text',
    null,
    'The member, with columns as in key.pattern; left out: the primary key columns that are not in the key.',
  ),
  option('ttl', 'duration', null, 'How long after it was written last a key expires; left out: never.'),
  option(
    'sink.delivery-guarantee',
    { oneOf: ['exactly-once', 'at-least-once'] },
    'exactly-once',
    'Of streams and lists: exactly-once lets entries be seen with the next checkpoint, at-least-once at once.',
  ),
  option('sink.buffer-flush.max-rows', 'integer', '1000', 'How many rows are sent at once.'),
  option('sink.buffer-flush.interval', 'duration', '1 s', 'How long a row waits for others before it is sent.'),
  option('sink.parallelism', 'integer', null, 'With 1 one writer writes all rows; else each worker of the run its own.'),
  option('scan.startup.mode', { oneOf: startModes }, 'earliest', 'Where reading of a stream begins.'),
  option('scan.startup.timestamp-millis', 'integer', null, 'With timestamp: the first entries are those of this time or later.'),
  option('scan.startup.specific-id', 'text', null, 'With specific: the id of the entry after which reading begins.'),
  option(
    'scan.bounded.mode',
    { oneOf: ['unbounded', 'latest'] },
    'unbounded',
    'latest ends at the entry that is the last one when reading begins.',
  ),
  option('scan.group', 'text', null, 'A consumer group that is told how far reading is with each checkpoint; nothing is read through it.'),
  ...lookupOptions(['NONE', 'PARTIAL']),
]

export interface RedisServer {
  readonly host: string
  readonly port: number
  /** As errors show it. */
  readonly address: string
  readonly database: number
  readonly username: string | null
  readonly password: string | null
  readonly tls: (TlsFiles & { readonly servername?: string }) | null
  readonly connectMsMax: number
  readonly answerMsMax: number
}

export interface RedisTable {
  readonly table: ConnectorTable
  readonly options: Options
  readonly server: RedisServer
  readonly structure: Structure
  readonly key: KeyPattern
  readonly valueFormat: string | null
  readonly ttlMs: number | null
}

/** Checks the options of a table. */
export function redisTable(table: ConnectorTable): RedisTable {
  const formats = messageOptions(table.options).filter((row) => row.key.startsWith('value.') && !isOwn(row.key))
  const options = tableOptions(table, [...redisOptions, ...formats])
  const structure = options.text('data-structure') as Structure
  const pattern = options.text('key.pattern')
  if (pattern === undefined && table.primaryKey.length === 0) {
    throw redisErrors.CONNECTORS_REDIS_PATTERN_MISMATCH(
      { key: 'key.pattern', table: table.name },
      { detail: 'The table has no primary key.', hint: "Give 'key.pattern'." },
    )
  }
  const owner = { table: table.name, option: 'key.pattern', schema: table.schema }
  const columns = table.schema.flatMap(({ name }) => (table.primaryKey.includes(name) ? [name] : []))
  checkStructureOptions(table, options, structure)
  return {
    table,
    options,
    server: redisServer(table, options),
    structure,
    key: parseKeyPattern(pattern ?? patternOfColumns(columns), owner),
    valueFormat: options.text('value.format') ?? null,
    ttlMs: positive(table, options, 'ttl'),
  }
}

function isOwn(key: string): boolean {
  return redisOptions.some((row) => row.key === key)
}

/** Options that say nothing of a structure are refused, so that nobody waits for what they would do. */
function checkStructureOptions(table: ConnectorTable, options: Options, structure: Structure): void {
  const owners: Readonly<Record<string, readonly Structure[]>> = {
    'value.format': ['string', 'stream', 'list'],
    'stream.value-field': ['stream'],
    'stream.max-length': ['stream'],
    'sorted-set.score': ['sorted-set'],
    'sorted-set.member': ['sorted-set'],
    'sink.delivery-guarantee': ['stream', 'list'],
  }
  for (const [key, of] of Object.entries(owners)) {
    if (options.isGiven(key) && !of.includes(structure))
      throw mismatch(table, key, `It is an option of 'data-structure' = '${of.join("' or '")}', and the table's is "${structure}".`)
  }
}

/** The length of time of an option; null without one. */
function positive(table: ConnectorTable, options: Options, key: string): number | null {
  const value = options.number(key)
  if (value !== undefined && value < 1) throw mismatch(table, key, 'Expected a time of 1 ms or more.')
  return value ?? null
}

export function mismatch(table: Pick<ConnectorTable, 'name'>, key: string, detail: string, hint?: string): Error {
  return redisErrors.CONNECTORS_REDIS_OPTION_MISMATCH({ key, table: table.name }, { detail, hint })
}

/** What the table says of the server. */
function redisServer(table: ConnectorTable, options: Options): RedisServer {
  const mode = options.text('mode')
  if (mode !== 'single') throw mismatch(table, 'mode', `"${mode}" is not supported.`, 'Use a server of its own, or a proxy before several.')
  const url = options.text('url')
  const at = url === undefined ? null : parseUrl(table, url, options)
  const host = at?.host ?? options.text('host')
  if (host === undefined) throw mismatch(table, 'host', 'It is missing.', "Give 'host', or 'url'.")
  const port = at?.port ?? options.number('port') ?? 6379
  if (port < 1 || port > 65_535) throw mismatch(table, 'port', 'Expected a port from 1 to 65535.')
  const database = at?.database ?? options.number('database') ?? 0
  if (database < 0) throw mismatch(table, 'database', 'Expected a number of 0 or more.')
  return {
    host,
    port,
    address: `${host}:${port}`,
    database,
    username: at?.username ?? options.text('username') ?? null,
    password: at?.password ?? options.text('password') ?? null,
    tls: tlsOf(table, options, at?.isSecure === true || options.flag('tls')),
    connectMsMax: positive(table, options, 'connect.timeout') ?? 10_000,
    answerMsMax: positive(table, options, 'command.timeout') ?? 30_000,
  }
}

interface UrlParts {
  readonly host: string
  readonly port: number | null
  readonly database: number | null
  readonly username: string | null
  readonly password: string | null
  readonly isSecure: boolean
}

/** Says nothing of what the address holds, which may be a password. */
function parseUrl(table: ConnectorTable, text: string, options: Options): UrlParts {
  for (const key of ['host', 'port']) if (options.isGiven(key)) throw mismatch(table, key, "The table has 'url' as well.", 'Leave one out.')
  const expected = 'Expected an address such as redis://user:password@host:6379/0; it is not shown, for it may hold a password.'
  const url = URL.parse(text)
  const database = url === null ? null : /^\/(\d+)?$/.exec(url.pathname === '' ? '/' : url.pathname)
  if (url === null || database === null || url.hostname === '' || !['redis:', 'rediss:'].includes(url.protocol) || url.search !== '')
    throw mismatch(table, 'url', expected)
  const decoded = (part: string): string | null => {
    try {
      return part === '' ? null : decodeURIComponent(part)
    } catch {
      throw mismatch(table, 'url', expected)
    }
  }
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? null : Number(url.port),
    database: database[1] === undefined ? null : Number(database[1]),
    username: decoded(url.username),
    password: decoded(url.password),
    isSecure: url.protocol === 'rediss:',
  }
}

function tlsOf(table: ConnectorTable, options: Options, isSecure: boolean): RedisServer['tls'] {
  const given = ['tls.ca', 'tls.certificate', 'tls.key', 'tls.servername'].find((key) => options.isGiven(key))
  if (!isSecure && given !== undefined) throw mismatch(table, given, 'The connection is not encrypted.', "Set 'tls' = 'true'.")
  if (!isSecure) return null
  const servername = options.text('tls.servername')
  return { ...tlsFiles(options, (key, detail) => mismatch(table, key, detail)), ...(servername === undefined ? {} : { servername }) }
}

/** The columns of the table that no pattern names. */
export function otherColumns(schema: Schema, named: readonly string[]): Schema {
  return schema.filter(({ name }) => !named.includes(name))
}
