/** What the URL of a database says: which dialect, where, and the parameters that mean something here. All others are refused by name. */
import { listed, suggestion } from '#base'
import { jdbcErrors } from './errors.ts'

type DialectName = 'postgresql' | 'mysql' | 'mariadb'

/** `prefer` takes TLS where the server has it, and checks nothing; `require` must have it, and checks nothing. */
type TlsMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

export interface DatabaseUrl {
  readonly dialect: DialectName
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string | null
  readonly password: string | null
  readonly tls: TlsMode
  readonly files: { readonly ca: string | null; readonly certificate: string | null; readonly key: string | null }
  /** Schemas that are looked through for a table without one; PostgreSQL only. */
  readonly currentSchema: string | null
  readonly applicationName: string | null
  readonly connectMsMax: number | null
}

type Meaning =
  | 'user'
  | 'password'
  | 'tls'
  | 'flag'
  | 'ca'
  | 'certificate'
  | 'key'
  | 'schema'
  | 'name'
  | 'seconds'
  | 'ms'
  | 'utf8'
  | 'strict'
  | 'none'

/** Parameters and what they mean; `none` changes nothing here, since it is always so, or only concerns another driver. */
const parameters: Readonly<Record<'postgresql' | 'mysql', Readonly<Record<string, Meaning>>>> = {
  postgresql: {
    user: 'user',
    password: 'password',
    sslmode: 'tls',
    ssl: 'flag',
    sslrootcert: 'ca',
    sslcert: 'certificate',
    sslkey: 'key',
    currentSchema: 'schema',
    ApplicationName: 'name',
    connectTimeout: 'seconds',
    tcpKeepAlive: 'none',
    reWriteBatchedInserts: 'none',
    binaryTransfer: 'none',
    prepareThreshold: 'none',
    defaultRowFetchSize: 'none',
  },
  mysql: {
    user: 'user',
    password: 'password',
    sslMode: 'tls',
    useSSL: 'flag',
    useSsl: 'flag',
    serverSslCert: 'ca',
    connectTimeout: 'ms',
    characterEncoding: 'utf8',
    zeroDateTimeBehavior: 'strict',
    requireSSL: 'flag',
    useUnicode: 'none',
    serverTimezone: 'none',
    connectionTimeZone: 'none',
    allowPublicKeyRetrieval: 'none',
    rewriteBatchedStatements: 'none',
    useCursorFetch: 'none',
    useServerPrepStmts: 'none',
    cachePrepStmts: 'none',
    tinyInt1isBit: 'none',
    autoReconnect: 'none',
    useLegacyDatetimeCode: 'none',
    tcpKeepAlive: 'none',
  },
}

const tlsWords: Readonly<Record<string, TlsMode>> = {
  disable: 'disable',
  disabled: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  preferred: 'prefer',
  require: 'require',
  required: 'require',
  trust: 'require',
  'verify-ca': 'verify-ca',
  verify_ca: 'verify-ca',
  'verify-full': 'verify-full',
  verify_full: 'verify-full',
  verify_identity: 'verify-full',
}

/** Reads a URL. Errors never show it whole: it may hold a password. */
export function parseDatabaseUrl(text: string, table: string): DatabaseUrl {
  const mismatch = (reason: string): Error => jdbcErrors.CONNECTORS_JDBC_URL_MISMATCH({ table, reason })
  const parts = /^jdbc:(postgresql|mysql|mariadb):\/\/([^/?]*)\/([^?]*)(?:\?(.*))?$/s.exec(text)
  if (parts === null) {
    const other = /^jdbc:([a-z0-9]+):/.exec(text)?.[1]
    const isOther = other !== undefined && !['postgresql', 'mysql', 'mariadb'].includes(other)
    throw mismatch(isOther ? `there is no dialect "${other}"` : 'it has another form')
  }
  const [, name = '', authority = '', database = '', query = ''] = parts
  const dialect = name as DialectName
  if (authority.includes('@')) throw mismatch('user and password belong into options of their own')
  if (authority.includes(',')) throw mismatch('several hosts are not supported')
  const place = /^(\[[0-9a-fA-F:.]+\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority)
  if (place === null) throw mismatch('its host or port cannot be read')
  if (database === '') throw mismatch('the name of the database is missing')
  const host = (place[1] ?? '').replace(/^\[|\]$/g, '') || 'localhost'
  const port = Number(place[2] ?? (dialect === 'postgresql' ? 5432 : 3306))
  return { dialect, host, port, database: decoded(database), ...readParameters(query, dialect, table) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readParameters(query: string, dialect: DialectName, table: string): Omit<DatabaseUrl, 'dialect' | 'host' | 'port' | 'database'> {
  const known = parameters[dialect === 'postgresql' ? 'postgresql' : 'mysql']
  const found = new Map<Meaning, string>()
  let tls: TlsMode = 'prefer'
  for (const [key, value] of new URLSearchParams(query)) {
    const meaning = Object.hasOwn(known, key) ? known[key] : undefined
    if (meaning === undefined) {
      throw jdbcErrors.CONNECTORS_JDBC_URL_PARAMETER_UNSUPPORTED({ key, table }, suggestion(key, Object.keys(known), 'parameters'))
    }
    if (meaning === 'flag') tls = flagOf(value, tls, key, dialect)
    else if (meaning === 'tls') tls = tlsOf(key, value, table)
    else checkWord(meaning, key, value, table)
    found.set(meaning, value)
  }
  const seconds = found.get('seconds')
  const ms = found.get('ms') ?? (seconds === undefined ? undefined : `${seconds}000`)
  return {
    user: found.get('user') ?? null,
    password: found.get('password') ?? null,
    tls,
    files: { ca: found.get('ca') ?? null, certificate: found.get('certificate') ?? null, key: found.get('key') ?? null },
    currentSchema: found.get('schema') ?? null,
    applicationName: found.get('name') ?? null,
    connectMsMax: ms === undefined || Number(ms) === 0 ? null : Number(ms),
  }
}

/** `ssl=true` of PostgreSQL checks the server; those of MySQL only ask for TLS. */
function flagOf(value: string, before: TlsMode, key: string, dialect: DialectName): TlsMode {
  if (value.toLowerCase() === 'true' || value === '') {
    if (before !== 'prefer') return before
    return dialect === 'postgresql' ? 'verify-full' : 'require'
  }
  return key === 'requireSSL' ? before : 'disable'
}

function tlsOf(key: string, value: string, table: string): TlsMode {
  const word = value.toLowerCase()
  const mode = Object.hasOwn(tlsWords, word) ? tlsWords[word] : undefined
  if (mode !== undefined) return mode
  const reason = `"${key}" is ${listed(['disable', 'prefer', 'require', 'verify-ca', 'verify-full'], 'or')}`
  throw jdbcErrors.CONNECTORS_JDBC_URL_MISMATCH({ table, reason })
}

function checkWord(meaning: Meaning, key: string, value: string, table: string): void {
  const expected =
    meaning === 'utf8' && !/^utf-?8(?:mb4)?$/i.test(value)
      ? 'UTF-8'
      : meaning === 'strict' && !/^exception$/i.test(value)
        ? 'exception'
        : (meaning === 'seconds' || meaning === 'ms') && !/^\d{1,6}$/.test(value)
          ? 'a whole number'
          : null
  if (expected !== null) throw jdbcErrors.CONNECTORS_JDBC_URL_MISMATCH({ table, reason: `"${key}" can only be ${expected}` })
}
