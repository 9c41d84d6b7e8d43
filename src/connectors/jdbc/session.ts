/** One connection to a database, as the rest of the connector sees it: a driver makes it, and no two drivers differ behind it. */

/** A value of a row: text, a number, or the bytes of a binary column. */
export type Cell = string | number | Uint8Array | null
export type Row = readonly Cell[]

/** A value of a placeholder. Text stands for values of any type, as the database writes them. */
export type Parameter = string | Uint8Array | number | null

export interface Answer {
  readonly rows: readonly Row[]
  /** How many rows a statement changed. */
  readonly changed: number
}

export interface Session {
  /** Whether it can be asked; false once the connection was lost or closed. */
  readonly isOpen: boolean
  /** Runs one statement. */
  query(sql: string, values?: readonly Parameter[]): Promise<Answer>
  /** Runs a query whose rows are fetched bit by bit. Nothing else may be asked until they have all come. */
  stream(sql: string, values: readonly Parameter[], limits: StreamLimits): RowStream
  /** Says goodbye and waits until the connection is closed. */
  close(): Promise<void>
  /** Closes it at once. What the database still does for it is cancelled, as well as that can be. */
  abandon(): Promise<void>
}

export interface StreamLimits {
  /** The most rows fetched at a time, and about how many bytes. */
  readonly rowsMax: number
  readonly bytesMax: number
}

export interface RowStream {
  /** Some rows, at least one; null when there are no more. */
  next(): Promise<readonly Row[] | null>
}

/** About how many bytes a row takes. */
export function rowBytes(row: Row): number {
  let bytes = 16
  for (const cell of row) bytes += typeof cell === 'string' || cell instanceof Uint8Array ? cell.length + 8 : 8
  return bytes
}

/** What a driver needs to connect. */
export interface Login {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
  readonly applicationName: string
  readonly currentSchema: string | null
  readonly connectMsMax: number
  /** Null: without TLS. */
  readonly tls: TlsSettings | null
}
export interface TlsSettings {
  readonly ca: string | null
  readonly certificate: string | null
  readonly key: string | null
  /** Whether the certificate of the server is checked, and whether its name is, too. */
  readonly checks: 'nothing' | 'certificate' | 'name'
}

/** Opens a session; fails with the error of the driver. */
export type OpenSession = (login: Login) => Promise<Session>

/** What TLS of Node is to be told. */
export function tlsOptions({ ca, certificate, key, checks }: TlsSettings): {
  ca?: string
  cert?: string
  key?: string
  rejectUnauthorized: boolean
  checkServerIdentity?: () => undefined
} {
  return {
    ...(ca === null ? {} : { ca }),
    ...(certificate === null ? {} : { cert: certificate }),
    ...(key === null ? {} : { key }),
    rejectUnauthorized: checks !== 'nothing',
    ...(checks === 'certificate' ? { checkServerIdentity: () => undefined } : {}),
  }
}
