/** The options of `avro-confluent`, by Flink's names, and what they say of the registry. */

import { formatErrors } from '../errors.ts'
import { type Option, type Options, optionsOf } from '../options.ts'

const option = optionsOf('avro-confluent')
const secret = (key: string, description: string): Option => ({ ...option(key, 'text', null, description), isSecret: true })

export const confluentOptions: readonly Option[] = [
  option('url', 'text', null, 'Address of the schema registry, such as http://localhost:8081; several with commas between.'),
  option('schema-registry.url', 'text', null, "The older name of 'avro-confluent.url'."),
  option('subject', 'text', null, 'Subject at which the schema of written messages is registered. Tables that are only read need none.'),
  option('schema-registry.subject', 'text', null, "The older name of 'avro-confluent.subject'."),
  option('schema', 'text', null, "The table's schema as Avro JSON; by default it is made of the columns."),
  option('schema-registry.schema', 'text', null, "The older name of 'avro-confluent.schema'."),
  option('schema-id', 'integer', null, 'Messages are written with the schema of this id, and none is registered.'),
  option('auto.register.schemas', 'boolean', 'true', 'Whether the schema of written messages is registered if it is not there yet.'),
  option(
    'timestamp_mapping.legacy',
    'boolean',
    'true',
    'Whether TIMESTAMP is written as timestamp-millis, an instant, as Flink does. Messages are read by their own units.',
  ),
  option(
    'basic-auth.credentials-source',
    { oneOf: ['USER_INFO', 'URL'] },
    null,
    'Where name and password are: in the next option or in the address.',
  ),
  secret('basic-auth.user-info', 'Name and password for the registry, as name:password.'),
  option('bearer-auth.credentials-source', { oneOf: ['STATIC_TOKEN'] }, null, 'Where the token is: in the next option.'),
  secret('bearer-auth.token', 'Token for the registry.'),
  option('ssl.truststore.location', 'text', null, 'File of the certificates that are trusted, in PEM.'),
  secret('ssl.truststore.password', 'Without effect: files of certificates have none.'),
  option('ssl.keystore.location', 'text', null, "File of the client's key and certificate, in PKCS #12 or PEM."),
  secret('ssl.keystore.password', "Password of the client's key."),
  secret('properties.basic.auth.user.info', "The same as 'avro-confluent.basic-auth.user-info'."),
  secret('properties.bearer.auth.token', "The same as 'avro-confluent.bearer-auth.token'."),
  option('properties.http.read.timeout.ms', 'integer', '30000', 'How long an answer of the registry is waited for.'),
]

/** What a client needs to know of a registry. Secrets are in the authorization alone. */
export interface RegistryAddress {
  /** Without credentials, and without a slash at the end. */
  readonly urls: readonly string[]
  readonly authorization: string | null
  readonly timeoutMs: number
  readonly trustedFile: string | null
  readonly keyFile: string | null
  readonly keyPassword: string | null
}

const at = (key: string): string => `avro-confluent.${key}`

/** The text of the first of some options that is given. */
export function firstText(options: Options, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const text = options.text(at(key))
    if (text !== undefined) return text
  }
  return undefined
}

export function registryAddress(options: Options, table: string): RegistryAddress {
  const given = firstText(options, 'url', 'schema-registry.url')
  const owner = `table "${table}"`
  if (given === undefined) {
    throw formatErrors.FORMATS_OPTION_MISSING({ key: at('url'), owner }, { detail: 'It is the address of the schema registry.' })
  }
  const urls = given.split(',').map((url) => parsedUrl(url.trim(), owner))
  const userInfo = firstText(options, 'basic-auth.user-info', 'properties.basic.auth.user.info')
  const inUrl = urls.find((url) => url.username !== '')
  const token = firstText(options, 'bearer-auth.token', 'properties.bearer.auth.token')
  const credentials =
    userInfo ?? (inUrl === undefined ? undefined : `${decodeURIComponent(inUrl.username)}:${decodeURIComponent(inUrl.password)}`)
  if (token !== undefined && credentials !== undefined) {
    throw formatErrors.FORMATS_OPTION_CONFLICT({ key: at('bearer-auth.token'), other: at('basic-auth.user-info'), table })
  }
  const basic = credentials === undefined ? null : `Basic ${Buffer.from(credentials).toString('base64')}`
  return {
    urls: urls.map((url) => `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`),
    authorization: token === undefined ? basic : `Bearer ${token}`,
    timeoutMs: Math.max(1, options.number(at('properties.http.read.timeout.ms')) ?? 30_000),
    trustedFile: options.text(at('ssl.truststore.location')) ?? null,
    keyFile: options.text(at('ssl.keystore.location')) ?? null,
    keyPassword: options.text(at('ssl.keystore.password')) ?? null,
  }
}

/** The text is not shown where it is none: there may be a password in it. */
function parsedUrl(text: string, owner: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw formatErrors.FORMATS_OPTION_MISMATCH(
    { key: at('url'), owner },
    { detail: 'Expected an address that begins with http:// or https://.' },
  )
}
