/** Sessions of MySQL and MariaDB, by the package mysql2. Statements are prepared by the server, so that values never become part of them. */
import mysql from 'mysql2'
import type { Answer, Cell, Login, Parameter, Row, RowStream, Session, StreamLimits } from './session.ts'
import { rowBytes, tlsOptions } from './session.ts'

/** Nothing is cut off or replaced in silence; times are those of UTC. */
const settings = `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
  time_zone = '+00:00'`

const cancelMsMax = 2000
const statementsMax = 64

export async function openMysqlSession(login: Login): Promise<Session> {
  const session = new MysqlSession(mysql.createConnection(configOf(login)), login)
  try {
    await session.connected
    await session.run(settings)
  } catch (error) {
    await session.abandon()
    throw error
  }
  return session
}

function configOf(login: Login): mysql.ConnectionOptions {
  const { checks } = login.tls ?? { checks: 'nothing' }
  return {
    host: login.host,
    port: login.port,
    database: login.database,
    user: login.user,
    password: login.password,
    charset: 'utf8mb4',
    connectTimeout: login.connectMsMax,
    connectAttributes: { program_name: login.applicationName },
    // A placeholder stands for one value, never for a list or an object.
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    rowsAsArray: true,
    timezone: 'Z',
    maxPreparedStatements: statementsMax,
    flags: ['-FOUND_ROWS', '-LOCAL_FILES'],
    ...(login.tls === null ? {} : { ssl: { ...tlsOptions(login.tls), verifyIdentity: checks === 'name' } }),
  }
}

class MysqlSession implements Session {
  readonly #connection: mysql.Connection
  readonly #login: Login
  /** Told when the connection is closed while they wait: the driver says nothing then. */
  readonly #waiting = new Set<(error: Error) => void>()
  isOpen = true
  readonly connected: Promise<void>

  constructor(connection: mysql.Connection, login: Login) {
    this.#connection = connection
    this.#login = login
    connection.on('error', () => {
      this.isOpen = false
    })
    connection.on('end', () => {
      this.isOpen = false
    })
    this.connected = new Promise((resolve, reject) => {
      connection.connect((error) => (error === null ? resolve() : reject(error)))
    })
  }

  query(sql: string, values: readonly Parameter[] = []): Promise<Answer> {
    // Statements that begin or end a transaction need not be prepared, and not all servers can.
    if (values.length === 0) return this.run(sql)
    return this.#ask((done) => void this.#connection.execute({ sql, values: values.map(driverValue) }, done))
  }

  run(sql: string): Promise<Answer> {
    return this.#ask((done) => void this.#connection.query({ sql }, done))
  }

  async #ask(send: (done: (error: Error | null, result: unknown) => void) => void): Promise<Answer> {
    let fail: (error: Error) => void = () => undefined
    try {
      return await new Promise((resolve, reject) => {
        fail = reject
        this.#waiting.add(fail)
        send((error, result) => (error === null ? resolve(answerOf(result)) : reject(error)))
      })
    } catch (error) {
      if ((error as { fatal?: unknown }).fatal === true) this.isOpen = false
      throw error
    } finally {
      this.#waiting.delete(fail)
    }
  }

  stream(sql: string, values: readonly Parameter[], limits: StreamLimits): RowStream {
    const rows = new PausedRows(this.#connection, sql, values.map(driverValue), limits)
    this.#waiting.add((error) => rows.fail(error))
    return rows
  }

  close(): Promise<void> {
    this.isOpen = false
    return new Promise((resolve) => {
      this.#connection.end(() => resolve())
      setTimeout(() => {
        this.#connection.destroy()
        resolve()
      }, cancelMsMax).unref()
    })
  }

  async abandon(): Promise<void> {
    const id = this.#connection.threadId
    const runs = this.isOpen && this.#waiting.size > 0 && typeof id === 'number'
    this.isOpen = false
    this.#connection.destroy()
    const lost = Object.assign(new Error('Connection lost'), { code: 'PROTOCOL_CONNECTION_LOST' })
    for (const fail of this.#waiting) fail(lost)
    this.#waiting.clear()
    if (runs) await killQuery(this.#login, id)
  }
}

function answerOf(result: unknown): Answer {
  if (Array.isArray(result)) return { rows: result as Row[], changed: 0 }
  return { rows: [], changed: (result as { affectedRows?: number }).affectedRows ?? 0 }
}

function driverValue(value: Parameter): Buffer | string | number | null {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value
}

/** Ends a connection of the server, which may be in the middle of a query. */
function killQuery(login: Login, id: number): Promise<void> {
  return new Promise((resolve) => {
    const connection = mysql.createConnection({ ...configOf(login), connectTimeout: cancelMsMax })
    const end = () => {
      clearTimeout(timer)
      connection.destroy()
      resolve()
    }
    const timer = setTimeout(end, cancelMsMax)
    connection.on('error', end)
    connection.query(`KILL ${Math.trunc(id)}`, end)
  })
}

/** Rows as they come; the connection is paused while as many wait as the limits allow. */
class PausedRows implements RowStream {
  readonly #connection: mysql.Connection
  readonly #limits: StreamLimits
  #rows: Row[] = []
  #bytes = 0
  #isPaused = false
  #ended = false
  #failure: Error | null = null
  #waiting: { resolve(rows: readonly Row[] | null): void; reject(error: Error): void } | null = null

  constructor(connection: mysql.Connection, sql: string, values: (Buffer | string | number | null)[], limits: StreamLimits) {
    this.#connection = connection
    this.#limits = limits
    const query = values.length === 0 ? connection.execute({ sql }) : connection.execute({ sql, values })
    query.on('result', (row: unknown) => this.#take(row as readonly Cell[]))
    query.on('error', (error: Error) => this.fail(error))
    query.on('end', () => {
      this.#ended = true
      this.#deliver()
    })
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.#deliver()
  }

  #take(row: Row): void {
    if (!Array.isArray(row)) return
    this.#rows.push(row)
    this.#bytes += rowBytes(row)
    if (this.#rows.length < this.#limits.rowsMax && this.#bytes < this.#limits.bytesMax) return
    this.#isPaused = true
    this.#connection.pause()
    this.#deliver()
  }

  next(): Promise<readonly Row[] | null> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#rows.length >= this.#limits.rowsMax || this.#isPaused || this.#ended || this.#failure !== null) this.#deliver()
    })
  }

  #deliver(): void {
    const waiting = this.#waiting
    if (waiting === null) return
    if (this.#rows.length === 0 && this.#failure === null && !this.#ended) {
      this.#resume()
      return
    }
    this.#waiting = null
    const rows = this.#rows
    this.#rows = []
    this.#bytes = 0
    if (this.#failure !== null) waiting.reject(this.#failure)
    else waiting.resolve(rows.length === 0 ? null : rows)
    this.#resume()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#connection.resume()
  }
}
