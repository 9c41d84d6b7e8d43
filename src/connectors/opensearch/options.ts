/** The options of the OpenSearch connector: Flink's, by Flink's names, for its connectors of OpenSearch and Elasticsearch. */
import type { Option, Options } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { messageOptions } from '../message-options.ts'
import { option, requiredOption, secretOption, tableOptions } from '../options.ts'
import { type TlsFiles, tlsFiles } from '../tls-files.ts'
import { openSearchErrors } from './errors.ts'

const flinksOnly = 'Taken for the sake of Flink: '

export const openSearchOptions: readonly Option[] = [
  requiredOption('hosts', 'text', 'Addresses of servers, such as http://host:9200, with ; between them.'),
  requiredOption(
    'index',
    'text',
    'The index; with columns, as in clicks-{page} or clicks-{ts|yyyy-MM-dd}, or with the time of writing: {now()|yyyy-MM-dd}.',
  ),
  option(
    'document-id.key-delimiter',
    'text',
    '_',
    'Stands between the columns of the primary key in the id of a document. Flink joins them as they are; here its first mark, and %, are ' +
      'written as in addresses (_ as %5F) where a value holds them, so that no two keys have the same id. A key of one column is taken as it is.',
  ),
  option('username', 'text', null, 'The user.'),
  secretOption('password', 'The password of the user.'),
  secretOption('api-key', 'A key that stands for user and password, in the form that the server gave it (base64).'),
  option('tls.ca', 'text', null, 'A file with the certificates that the server is trusted by; left out: those that Node trusts.'),
  option('tls.certificate', 'text', null, 'A file with the certificate that this client shows.'),
  option('tls.key', 'text', null, 'The file with the private key of this certificate.'),
  option(
    'failure-handler',
    { oneOf: ['fail', 'ignore', 'retry-rejected'] },
    'fail',
    'What becomes of documents that the server refuses and for which there are no dead letters: fail ends the work, ignore counts them as ' +
      'errors. What a busy server rejects is always sent again, so that retry-rejected is fail.',
  ),
  option('sink.flush-on-checkpoint', 'boolean', 'true', `${flinksOnly}each checkpoint sends what waits.`),
  option('sink.bulk-flush.max-actions', 'integer', '1000', 'The most documents of a request; 0: any number.'),
  option('sink.bulk-flush.max-size', 'memory', '2 mb', 'About the most bytes of a request; 0: 16 mb.'),
  option(
    'sink.bulk-flush.interval',
    'duration',
    '1 s',
    'How long a document waits for others; 0: until there are enough or for a checkpoint.',
  ),
  option(
    'sink.bulk-flush.backoff.strategy',
    { oneOf: ['DISABLED', 'CONSTANT', 'EXPONENTIAL'] },
    'EXPONENTIAL',
    'How the pauses grow after which documents are sent again that a busy server rejected; DISABLED: that ends the work.',
  ),
  option('sink.bulk-flush.backoff.max-retries', 'integer', null, 'How often they are sent again; left out: until the server takes them.'),
  option('sink.bulk-flush.backoff.delay', 'duration', '50 ms', 'The first of these pauses; chance shortens them.'),
  option('connection.path-prefix', 'text', null, 'What stands before each path, such as search for a proxy.'),
  option('connection.request-timeout', 'duration', null, `${flinksOnly}no request waits for a connection.`),
  option('connection.timeout', 'duration', '10 s', 'How long connecting may take.'),
  option('socket.timeout', 'duration', '60 s', 'How long the server may be silent before a request is given up and sent again.'),
  option(
    'sink.parallelism',
    'integer',
    null,
    'How many write: 1, or each worker of the run. Without a primary key it is 1 unless more is given.',
  ),
  option(
    'sink.delivery-guarantee',
    { oneOf: ['at-least-once', 'none'] },
    'at-least-once',
    `${flinksOnly}documents have ids of their own, so that what is sent again after a crash replaces what was sent before.`,
  ),
  option(
    'format',
    { oneOf: ['json'] },
    'json',
    'How rows become documents. Time stamps are ISO-8601 unless json.timestamp-format.standard says else.',
  ),
]

/** The clause as it counts for the format. */
export function formatClause(clause: ConnectorTable['options']): ConnectorTable['options'] {
  return { 'json.timestamp-format.standard': 'ISO-8601', ...clause, format: 'json' }
}

export interface OpenSearchSettings {
  readonly table: ConnectorTable
  readonly options: Options
  /** Addresses whose paths end with /. */
  readonly hosts: readonly URL[]
  readonly authorization: string | null
  readonly tls: TlsFiles
  readonly connectMsMax: number
  readonly silenceMsMax: number
}

export function openSearchTable(table: ConnectorTable): OpenSearchSettings {
  const ofFormat = messageOptions(formatClause(table.options)).filter((row) => row.key.startsWith('json.'))
  const options = tableOptions(table, [...openSearchOptions, ...ofFormat])
  checkNumbers(table, options)
  return {
    table,
    options,
    hosts: hostsOf(table, options),
    authorization: authorizationOf(table, options),
    tls: tlsFiles(options, (key, detail) => mismatch(table, key, detail)),
    connectMsMax: options.number('connection.timeout') || 10_000,
    silenceMsMax: options.number('socket.timeout') || 60_000,
  }
}

/** How many writers may share the rows of a table. */
export function writersMax({ table, options }: OpenSearchSettings): number {
  return options.number('sink.parallelism') ?? (table.primaryKey.length > 0 ? Number.POSITIVE_INFINITY : 1)
}

function checkNumbers(table: ConnectorTable, options: Options): void {
  for (const key of ['sink.bulk-flush.max-actions', 'sink.bulk-flush.backoff.max-retries'])
    if ((options.number(key) ?? 0) < 0) throw mismatch(table, key, 'Expected a number of 0 or more.')
  if ((options.number('sink.parallelism') ?? 1) < 1) throw mismatch(table, 'sink.parallelism', 'Expected a number of 1 or more.')
}

function hostsOf(table: ConnectorTable, options: Options): readonly URL[] {
  const prefix = (options.text('connection.path-prefix') ?? '').replace(/^\/+|\/+$/g, '')
  const texts = (options.text('hosts') ?? '').split(';').flatMap((text) => (text.trim() === '' ? [] : [text.trim()]))
  if (texts.length === 0) throw mismatch(table, 'hosts', 'Expected at least one address, such as http://host:9200.')
  return texts.map((text) => {
    const url = URL.parse(text)
    if (url === null || !['http:', 'https:'].includes(url.protocol))
      throw mismatch(table, 'hosts', 'Expected addresses that begin with http:// or https://, with ; between them.')
    if (url.username !== '' || url.password !== '')
      throw mismatch(table, 'hosts', 'One of them holds a user or a password.', "Use 'username' and 'password'.")
    const path = url.pathname.replace(/\/+$/, '')
    return new URL(`${url.origin}${path}/${prefix === '' ? '' : `${prefix}/`}`)
  })
}

function authorizationOf(table: ConnectorTable, options: Options): string | null {
  const key = options.text('api-key')
  const user = options.text('username')
  const password = options.text('password')
  if (key !== undefined && (user !== undefined || password !== undefined))
    throw mismatch(table, 'api-key', 'The table has a user or a password as well.', 'Leave one out.')
  if ((user === undefined) !== (password === undefined)) throw mismatch(table, 'username', "'username' and 'password' go together.")
  if (key !== undefined) {
    if (!/^[\x21-\x7e]+$/.test(key)) throw mismatch(table, 'api-key', 'Expected a key; its value is not shown.')
    return `ApiKey ${key}`
  }
  return user === undefined ? null : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
}

export function mismatch(table: Pick<ConnectorTable, 'name'>, key: string, detail: string, hint?: string): Error {
  return openSearchErrors.CONNECTORS_OPENSEARCH_OPTION_MISMATCH({ key, table: table.name }, { detail, hint })
}
