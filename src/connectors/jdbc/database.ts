/** Opens sessions of the database of a table, and keeps one that is opened again whenever it was lost. */
import { readFile } from 'node:fs/promises'
import type { Clock } from '#base'
import { suggestion } from '#base'
import type { ConnectorMeter } from '../connector-meter.ts'
import { persistently } from '../failure.ts'
import type { Dialect, TargetTable } from './dialect.ts'
import { type JdbcPlace, jdbcError, jdbcErrors, jdbcFailureKind } from './errors.ts'
import { describeFailure, stateOf } from './failure-words.ts'
import { mysqlDialect } from './mysql.ts'
import type { JdbcTable } from './options.ts'
import { postgresDialect } from './postgres.ts'
import type { Login, Session, TlsSettings } from './session.ts'

const connectMsMax = 10_000

export interface Watch {
  readonly signal: AbortSignal
  readonly meter: ConnectorMeter
}

export class Database {
  readonly dialect: Dialect
  readonly place: JdbcPlace
  readonly clock: Clock
  readonly settings: JdbcTable
  /** Whether the server was seen to have no TLS, where that is no condition. */
  #isPlain = false
  #tls: TlsSettings | null = null

  constructor(settings: JdbcTable) {
    const { url, table } = settings
    this.settings = settings
    this.dialect = url.dialect === 'postgresql' ? postgresDialect : mysqlDialect
    this.place = { table: table.name, address: `${url.host}:${url.port}`, database: url.database }
    this.clock = table.clock
  }

  /** One attempt; fails with the error of the driver. */
  async #connect(): Promise<Session> {
    const { url, user, password } = this.settings
    this.#tls ??= await this.#readTls()
    const login: Login = {
      host: url.host,
      port: url.port,
      database: url.database,
      user: user ?? (this.dialect.name === 'postgresql' ? 'postgres' : 'root'),
      password: password ?? '',
      applicationName: url.applicationName ?? 'millrace',
      currentSchema: url.currentSchema,
      connectMsMax: url.connectMsMax ?? connectMsMax,
      tls: url.tls === 'disable' || this.#isPlain ? null : this.#tls,
    }
    try {
      return await this.dialect.open(login)
    } catch (error) {
      if (url.tls !== 'prefer' || login.tls === null || !hasNoTls(error)) throw error
      this.#isPlain = true
      return this.dialect.open({ ...login, tls: null })
    }
  }

  async #readTls(): Promise<TlsSettings> {
    const { tlsFiles, url } = this.settings
    const checks = url.tls === 'verify-full' ? 'name' : url.tls === 'verify-ca' ? 'certificate' : 'nothing'
    return {
      ca: await this.#readFile('ssl.ca', tlsFiles.ca),
      certificate: await this.#readFile('ssl.certificate', tlsFiles.certificate),
      key: await this.#readFile('ssl.key', tlsFiles.key),
      checks,
    }
  }

  async #readFile(key: string, path: string | null): Promise<string | null> {
    if (path === null) return null
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      const { code } = stateOf(error)
      throw jdbcErrors.CONNECTORS_JDBC_FILE_UNREADABLE({ path, key, table: this.place.table }, { detail: `The system said: ${code}.` })
    }
  }

  /** A new session; while the database does not answer it is tried again, for so long. Errors are coded. */
  async openSession({ signal, meter }: Watch, retryMsMax = this.retryMsMax): Promise<Session> {
    try {
      return await persistently(() => this.#connect(), {
        kindOf: jdbcFailureKind,
        describe: (error) => `${this.place.address}: ${describeFailure(error)}`,
        retryMsMax,
        meter,
        clock: this.clock,
        signal,
      })
    } catch (error) {
      throw jdbcError(error, this.place)
    }
  }

  /** How long a database that does not answer is waited for before a run begins. */
  get retryMsMax(): number {
    return this.settings.options.number('connection.max-retry-timeout') ?? 0
  }

  /** What the database says of the table; an error that names the close ones when there is none. */
  async describe(session: Session): Promise<TargetTable> {
    const { target } = this.settings
    try {
      const found = await this.dialect.describe(session, target)
      if (found !== null) return found
      const names = await this.dialect.tableNames(session, target)
      throw jdbcErrors.CONNECTORS_JDBC_TABLE_NOT_FOUND(
        { target: target.schema === null ? target.name : `${target.schema}.${target.name}`, table: this.place.table },
        suggestion(target.name, names, 'tables'),
      )
    } catch (error) {
      throw jdbcError(error, this.place)
    }
  }
}

function hasNoTls(error: unknown): boolean {
  return stateOf(error).code === 'HANDSHAKE_NO_SSL_SUPPORT' || (error instanceof Error && /does not support SSL/.test(error.message))
}

/** The first pause is short: most of what nobody knows the reason of is gone at once, or never. */
const unknownPauseMs = 100

/** A session that is opened again when it was lost. What is done with it is done again, too, until the signal is aborted. */
export class Link {
  readonly #database: Database
  readonly #watch: Watch
  /** How often what failed for no known reason is tried again. */
  readonly #retriesMax: number
  #session: Session | null
  readonly #abandon = () => void this.#drop()
  #dropped: Promise<void> = Promise.resolve()

  constructor(database: Database, watch: Watch, session: Session | null, retriesMax = 0) {
    this.#database = database
    this.#watch = watch
    this.#session = session
    this.#retriesMax = retriesMax
    watch.signal.addEventListener('abort', this.#abandon)
  }

  /** Fails with the driver's error where it is one of a statement or a row, coded where the database cannot be reached any more. */
  async run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { signal, meter } = this.#watch
    let unknowns = 0
    const kindOf = (error: unknown) => {
      const kind = jdbcFailureKind(error)
      return kind === 'unknown' && unknowns++ < this.#retriesMax ? 'busy' : kind
    }
    return persistently(
      async () => {
        const session = await this.#open()
        try {
          return await work(session)
        } catch (error) {
          if (jdbcFailureKind(error) === 'unreachable' || !session.isOpen) await this.#drop()
          throw error
        }
      },
      {
        kindOf,
        describe: (error) => `${this.#database.place.address}: ${describeFailure(error)}`,
        retryMsMax: Number.POSITIVE_INFINITY,
        meter,
        clock: this.#database.clock,
        signal,
      },
    )
  }

  async #open(): Promise<Session> {
    if (this.#session?.isOpen === true && !this.#watch.signal.aborted) return this.#session
    await this.#drop()
    this.#session = await this.#database.openSession(this.#watch, unknownPauseMs)
    return this.#session
  }

  #drop(): Promise<void> {
    const session = this.#session
    this.#session = null
    if (session !== null) this.#dropped = Promise.all([this.#dropped, session.abandon()]).then(() => undefined)
    return this.#dropped
  }

  /** Leaves no connection behind, and nothing running. */
  async close(): Promise<void> {
    this.#watch.signal.removeEventListener('abort', this.#abandon)
    const session = this.#session
    this.#session = null
    if (session !== null) await (session.isOpen ? session.close() : session.abandon())
    await this.#dropped
  }
}
