/** Sessions of PostgreSQL, by the package pg. All values come as text, so that none loses a digit. */
import { connect } from 'node:net'
import pg from 'pg'
import type { Answer, Login, Parameter, Row, RowStream, Session, StreamLimits } from './session.ts'
import { rowBytes, tlsOptions } from './session.ts'

const asText = { getTypeParser: () => (text: unknown) => text }

/** Makes text of values the same everywhere, and repeated scans of a table begin at its beginning. */
const settings = `SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET extra_float_digits = 1; SET bytea_output = 'hex';
  SET intervalstyle = 'postgres'; SET standard_conforming_strings = on; SET synchronize_seqscans = off`

const cancelMsMax = 2000

export async function openPostgresSession(login: Login): Promise<Session> {
  const client = new pg.Client({
    host: login.host,
    port: login.port,
    database: login.database,
    user: login.user,
    password: login.password,
    application_name: login.applicationName,
    connectionTimeoutMillis: login.connectMsMax,
    keepAlive: true,
    ssl: login.tls === null ? false : tlsOptions(login.tls),
    types: asText,
  })
  const session = new PostgresSession(client, login)
  await client.connect()
  try {
    await session.query(settings)
    if (login.currentSchema !== null) {
      await session.query(`SELECT set_config('search_path', $1, false)`, [quotedPath(login.currentSchema)])
    }
  } catch (error) {
    await session.abandon()
    throw error
  }
  return session
}

function quotedPath(schemas: string): string {
  return schemas
    .split(',')
    .map((name) => `"${name.trim().replaceAll('"', '""')}"`)
    .join(', ')
}

class PostgresSession implements Session {
  readonly #client: pg.Client
  readonly #login: Login
  #running = 0
  isOpen = true

  constructor(client: pg.Client, login: Login) {
    this.#client = client
    this.#login = login
    // A connection that is lost while nothing runs says so here; whoever asks next sees it.
    client.on('error', () => {
      this.isOpen = false
    })
    client.on('end', () => {
      this.isOpen = false
    })
  }

  async query(sql: string, values: readonly Parameter[] = []): Promise<Answer> {
    this.#running++
    try {
      const answer = await this.#client.query({
        text: sql,
        rowMode: 'array',
        ...(values.length === 0 ? {} : { values: values.map(driverValue) }),
      })
      return { rows: (answer.rows ?? []) as unknown as readonly Row[], changed: answer.rowCount ?? 0 }
    } finally {
      this.#running--
    }
  }

  stream(sql: string, values: readonly Parameter[], limits: StreamLimits): RowStream {
    const portal = new Portal(sql, values.map(driverValue), limits)
    this.#running++
    this.#client.query(portal)
    return portal
  }

  async close(): Promise<void> {
    this.isOpen = false
    await this.#client.end().catch(() => undefined)
  }

  async abandon(): Promise<void> {
    const client = this.#client as unknown as { connection: { stream: { destroy(): void } }; processID: number; secretKey: number }
    this.isOpen = false
    client.connection.stream.destroy()
    if (this.#running > 0 && client.processID !== null) await cancelQuery(this.#login, client.processID, client.secretKey)
  }
}

function driverValue(value: Parameter): Buffer | string | null {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return value === null ? null : String(value)
}

/** Asks the server to cancel what a connection runs, on one of its own, as the protocol wants it. */
function cancelQuery({ host, port }: Login, processId: number, key: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      const message = Buffer.alloc(16)
      message.writeInt32BE(16, 0)
      message.writeInt32BE(80_877_102, 4)
      message.writeInt32BE(processId, 8)
      message.writeInt32BE(key, 12)
      socket.end(message)
    })
    socket.setTimeout(cancelMsMax, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
    socket.resume()
  })
}

/** What of a connection of pg a query of its own may use. */
interface Wire {
  parse(query: { text: string; name: string; types: number[] }): void
  bind(config: { portal: string; statement: string; values: (Buffer | string | null)[] }): void
  describe(message: { type: 'P'; name: string }): void
  execute(config: { portal: string; rows: number }): void
  flush(): void
  sync(): void
}

/** Rows asked for before it is known how long they are. */
const firstRows = 256

/** A query of the extended protocol whose portal is asked for some rows, again and again: as many as fit into the limit of bytes. */
class Portal implements RowStream {
  readonly #sql: string
  readonly #values: (Buffer | string | null)[]
  readonly #limits: StreamLimits
  #wire: Wire | null = null
  #rows: Row[] = []
  #bytes = 0
  #wanted: number
  #ended = false
  #failure: Error | null = null
  #waiting: { resolve(rows: readonly Row[] | null): void; reject(error: Error): void } | null = null

  constructor(sql: string, values: (Buffer | string | null)[], limits: StreamLimits) {
    this.#sql = sql
    this.#values = values
    this.#limits = limits
    this.#wanted = Math.min(firstRows, limits.rowsMax)
  }

  next(): Promise<readonly Row[] | null> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#failure !== null || this.#ended) this.#deliver()
      else this.#fetch()
    })
  }

  #fetch(): void {
    this.#wire?.execute({ portal: '', rows: this.#wanted })
    this.#wire?.flush()
  }

  /** Called by the client, as all the following. */
  submit(connection: unknown): void {
    const wire = connection as Wire
    wire.parse({ text: this.#sql, name: '', types: [] })
    wire.bind({ portal: '', statement: '', values: this.#values })
    wire.describe({ type: 'P', name: '' })
    wire.flush()
    this.#wire = wire
    if (this.#waiting !== null) this.#fetch()
  }

  handleRowDescription(): void {}

  handleDataRow({ fields }: { readonly fields: Row }): void {
    this.#rows.push(fields)
    this.#bytes += rowBytes(fields)
  }

  handlePortalSuspended(): void {
    const perRow = this.#bytes / Math.max(1, this.#rows.length)
    this.#wanted = Math.max(1, Math.min(this.#limits.rowsMax, this.#wanted * 8, Math.floor(this.#limits.bytesMax / perRow)))
    this.#deliver()
  }

  handleCommandComplete(): void {
    this.#ended = true
    this.#wire?.sync()
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete()
  }

  handleReadyForQuery(): void {
    this.#deliver()
  }

  handleError(error: Error): void {
    this.#failure ??= error
    this.#wire?.sync()
    this.#deliver()
  }

  #deliver(): void {
    const waiting = this.#waiting
    if (waiting === null) return
    this.#waiting = null
    const rows = this.#rows
    this.#rows = []
    this.#bytes = 0
    if (this.#failure !== null) waiting.reject(this.#failure)
    else waiting.resolve(rows.length === 0 ? null : rows)
  }
}
