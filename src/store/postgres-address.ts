/** Addresses of PostgreSQL, as its own programs take them. Errors never show one: it may hold a password. */
import { listed } from '#base'
import { storeErrors } from './errors.ts'

export interface PostgresAddress {
  /** Without user and password: for people. */
  readonly place: string
  /** Null: what the environment says, as for psql. */
  readonly host: string | null
  readonly port: number
  readonly database: string
  readonly user: string | null
  /** Null: PGPASSWORD, or the file that PGPASSFILE names. */
  readonly password: string | null
  readonly applicationName: string
  readonly connectMsMax: number
  readonly tls: TlsMode
  /** Paths of files; null: none. */
  readonly files: { readonly ca: string | null; readonly certificate: string | null; readonly key: string | null }
}

const tlsModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const

type TlsMode = (typeof tlsModes)[number]

const parameters = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'application_name', 'connect_timeout', 'host']

const connectMsMax = 5000

export function isPostgresAddress(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text)
}

export function parsePostgresAddress(text: string): PostgresAddress {
  const url = URL.parse(text)
  if (url === null) throw mismatch('Its host or port cannot be read.')
  const given = readParameters(url)
  const socket = given.get('host') ?? null
  const host = socket ?? (decoded(url.hostname).replace(/^\[|\]$/g, '') || null)
  if (host?.includes(',')) throw mismatch('It names several hosts, expected one.')
  const database = decoded(url.pathname.slice(1))
  if (database === '') throw mismatch('The name of the database is missing.')
  const port = url.port === '' ? 5432 : Number(url.port)
  return {
    place: `${host ?? 'localhost'}:${port}/${database}`,
    host,
    port,
    database,
    user: decoded(url.username) || null,
    password: decoded(url.password) || null,
    applicationName: given.get('application_name') ?? 'millrace',
    connectMsMax: secondsOf(given.get('connect_timeout')) ?? connectMsMax,
    tls: tlsOf(given, socket),
    files: { ca: given.get('sslrootcert') ?? null, certificate: given.get('sslcert') ?? null, key: given.get('sslkey') ?? null },
  }
}

function mismatch(detail: string): Error {
  return storeErrors.STORE_ADDRESS({}, { detail })
}

function readParameters(url: URL): ReadonlyMap<string, string> {
  const given = new Map(url.searchParams)
  for (const key of given.keys()) {
    if (!parameters.includes(key)) throw mismatch(`Its parameters may be ${listed(parameters)}, and there is another one.`)
  }
  return given
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw mismatch('A "%" in it is not followed by two digits; write "%25" for the character itself.')
  }
}

function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,3}$/.test(text)) throw mismatch('"connect_timeout" is a number of seconds.')
  return Number(text) * 1000
}

/** With a certificate authority, "require" means that it has to have signed the certificate, as for psql. */
function tlsOf(given: ReadonlyMap<string, string>, socket: string | null): TlsMode {
  const text = given.get('sslmode')
  const mode = tlsModes.find((known) => known === text)
  if (text !== undefined && mode === undefined) throw mismatch(`"sslmode" is ${listed(tlsModes, 'or')}.`)
  if (socket?.startsWith('/')) return 'disable'
  return mode === 'require' && given.has('sslrootcert') ? 'verify-ca' : (mode ?? 'prefer')
}
