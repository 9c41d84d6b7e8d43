/**
 * The options of the HTTP connector. Flink's own connector of this name looks rows up; this one polls, listens and sends as well, and is
 * simpler to say: an address with columns in it.
 */
import type { Option, Options } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { lookupOptions } from '../lookup-options.ts'
import { messageOptions } from '../message-options.ts'
import { option, secretOption, tableOptions } from '../options.ts'
import { type TlsFiles, tlsFiles } from '../tls-files.ts'
import { httpErrors } from './errors.ts'

export type ResponseRows = 'message' | 'lines' | 'array'

export const httpOptions: readonly Option[] = [
  {
    ...secretOption(
      'url',
      `The address; with columns, as in https://host/users/\${id}, rows are looked up. Never shown: it may hold a token.`,
    ),
    required: true,
  },
  option('method', { oneOf: ['GET', 'POST', 'PUT', 'PATCH'] }, null, 'How it is asked; left out: GET to read, POST to write.'),
  { ...secretOption('headers.#', 'A header of each request, such as headers.authorization. Never shown.') },
  option('body', 'text', null, 'What a POST that reads sends.'),
  option('mode', { oneOf: ['poll', 'sse'] }, 'poll', 'How it is read: asked again and again, or listened to, as server-sent events.'),
  option('poll.interval', 'duration', '1 min', 'How long after an answer it is asked again.'),
  option('scan.bounded.mode', { oneOf: ['unbounded', 'latest'] }, 'unbounded', 'latest ends after one poll, with all its pages.'),
  option(
    'response.rows',
    { oneOf: ['message', 'lines', 'array'] },
    'message',
    'What holds a row: the whole answer, a line, or an element of an array of JSON.',
  ),
  option('response.path', 'text', null, 'With array: where the array is, as names with / before each, such as /data/items.'),
  option('response.max-size', 'memory', '16 mb', 'The longest answer, or event, that is read.'),
  option('request.timeout', 'duration', '30 s', 'How long a request may take, with its answer.'),
  option(
    'redirects',
    { oneOf: ['same-origin', 'any', 'none'] },
    'same-origin',
    'Which redirects are followed; another origin never gets the headers of the table.',
  ),
  option('pagination', { oneOf: ['none', 'link'] }, 'none', 'link follows the header Link with rel="next".'),
  option(
    'cursor.column',
    'text',
    null,
    `A column that grows from row to row; its newest value stands for \${cursor} in url, and rows up to it are left out.`,
  ),
  option('cursor.start', 'text', null, 'The first value of the cursor.'),
  option('sse.reconnect-interval', 'duration', '3 s', 'How long after a lost connection it is listened to again, unless the server says.'),
  option(
    'sse.idle-timeout',
    'duration',
    '2 min',
    'How long a connection may be silent, keep-alive comments included, before it is made anew.',
  ),
  option(
    'sink.rows',
    { oneOf: ['array', 'lines', 'row'] },
    'array',
    'What a request holds: rows as an array of JSON, rows as lines, or one row.',
  ),
  option('sink.buffer-flush.max-rows', 'integer', '500', 'The most rows of a request.'),
  option('sink.buffer-flush.max-size', 'memory', '1 mb', 'About the most bytes of a request.'),
  option('sink.buffer-flush.interval', 'duration', '1 s', 'How long a row waits for others before it is sent.'),
  option('sink.parallelism', 'integer', null, 'With 1 one writer sends all rows; else each worker of the run its own.'),
  secretOption('signature.secret', 'Signs requests as Standard Webhooks does: HMAC-SHA256 of id, time and body; whsec_… is base64.'),
  option('tls.ca', 'text', null, 'A file with the certificates that the server is trusted by; left out: those that Node trusts.'),
  option('tls.certificate', 'text', null, 'A file with the certificate that this client shows.'),
  option('tls.key', 'text', null, 'The file with the private key of this certificate.'),
  option('lookup.max-concurrent-requests', 'integer', '16', 'How many lookups are on their way at once.'),
  ...lookupOptions(['NONE', 'PARTIAL']),
]

/** What all requests of a table have in common. */
export interface HttpSettings {
  readonly table: ConnectorTable
  readonly options: Options
  readonly headers: Readonly<Record<string, string>>
  readonly tls: TlsFiles
  readonly answerMsMax: number
  readonly answerBytesMax: number
  readonly redirects: 'same-origin' | 'any' | 'none'
}

export function httpTable(table: ConnectorTable): HttpSettings {
  const options = tableOptions(table, [...httpOptions, ...messageOptions(table.options)])
  return {
    table,
    options,
    headers: headersOf(table, options),
    tls: tlsFiles(options, (key, detail) => mismatch(table, key, detail)),
    answerMsMax: Math.max(1, options.number('request.timeout') ?? 30_000),
    answerBytesMax: options.number('response.max-size') ?? 16_777_216,
    redirects: options.text('redirects') as HttpSettings['redirects'],
  }
}

const prefix = 'headers.'

function headersOf(table: ConnectorTable, options: Options): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const key of options.givenKeys()) {
    if (!key.startsWith(prefix)) continue
    const name = key.slice(prefix.length).toLowerCase()
    const value = options.text(key) ?? ''
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw mismatch(table, key, 'Expected a header; its value is not shown.')
    if (['host', 'content-length', 'transfer-encoding', 'connection'].includes(name))
      throw mismatch(table, key, 'This header is written by the connector.')
    headers[name] = value
  }
  return headers
}

/** An address that is as it should be; what it holds is not shown. */
export function addressOf(table: ConnectorTable, text: string): URL {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw mismatch(table, 'url', 'Expected an address that begins with https:// or http://; it is not shown.')
  if (url.username !== '' || url.password !== '')
    throw mismatch(table, 'url', 'It holds a user or a password.', "Give 'headers.authorization' = 'Basic …' instead.")
  return url
}

export function mismatch(table: Pick<ConnectorTable, 'name'>, key: string, detail: string, hint?: string): Error {
  return httpErrors.CONNECTORS_HTTP_OPTION_MISMATCH({ key, table: table.name }, { detail, hint })
}
