/** A database of PostgreSQL by a bounded pool of connections, which are opened again when they were lost. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Clock, type Patience, retrying } from '#base'
import { storeErrors } from './errors.ts'
import type { PostgresAddress } from './postgres-address.ts'
import { postgresError, postgresPauseMs } from './postgres-errors.ts'
import type { SqlRow, SqlValue } from './record-queries.ts'

const connectionsMax = 8
const idleMsMax = 30_000
const statementMsMax = 30_000
const lockMsMax = 8000
/** A server that hangs in the middle of a commit keeps the others from theirs no longer than this. */
const idleTransactionMsMax = 5000
/** Later than the server's own bound, which leaves the connection fit for use. */
const answerMsMax = 40_000
const endMsMax = 2000

const retryMsMax = 20_000

/** All values come as text, so that no number loses a digit. */
const asText = { getTypeParser: () => (text: unknown) => text }

/** One connection, for the time of some work. */
export interface Connection {
  /** `values` may hold lists, for arrays. */
  ask(sql: string, values?: readonly (SqlValue | readonly SqlValue[])[]): Promise<readonly SqlRow[]>
  /** Of several statements without values; gives the rows of the last one. */
  askAll(sql: string): Promise<readonly SqlRow[]>
}

export class PostgresDatabase {
  readonly place: string
  readonly #config: pg.ClientConfig
  readonly #pool: pg.Pool
  readonly #clock: Clock
  #isClosed = false

  private constructor(place: string, config: pg.ClientConfig, clock: Clock) {
    this.place = place
    this.#config = config
    this.#clock = clock
    this.#pool = new pg.Pool({ ...config, max: connectionsMax, idleTimeoutMillis: idleMsMax })
    // A connection that is lost while nobody uses it leaves the pool; whoever asks next gets another one.
    this.#pool.on('error', () => undefined)
  }

  static async open(address: PostgresAddress, clock: Clock): Promise<PostgresDatabase> {
    const config = await configOf(address)
    const patience = patienceOf(clock)
    try {
      const ssl = await retrying(() => agreeOnTls(config, address), postgresPauseMs, patience)
      return new PostgresDatabase(address.place, { ...config, ssl }, clock)
    } catch (error) {
      throw postgresError(error, address.place)
    }
  }

  /** Asks one question, again while the database cannot be reached. */
  ask(sql: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.persist(() => this.connected((connection) => connection.ask(sql, values)))
  }

  /** Does something again while that may help. `doubt` is what is added when it is given up. Errors are coded. */
  async persist<T>(attempt: () => Promise<T>, doubt: () => string = () => ''): Promise<T> {
    try {
      return await retrying(attempt, postgresPauseMs, patienceOf(this.#clock))
    } catch (error) {
      throw postgresError(error, this.place, doubt())
    }
  }

  /** One attempt with a connection of the pool; fails with the error of the driver. After a failure the connection is not used again. */
  async connected<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw storeErrors.STORE_CLOSED()
    const client = await this.#pool.connect()
    // While it is out of the pool, a loss is told to nobody else.
    const ignore = (): void => undefined
    client.on('error', ignore)
    let isSound = false
    try {
      const result = await work(connectionOf(client))
      isSound = true
      return result
    } finally {
      client.off('error', ignore)
      client.release(!isSound)
    }
  }

  /** A connection of its own, outside the pool. Fails with the error of the driver. */
  async dedicated(): Promise<pg.Client> {
    if (this.#isClosed) throw storeErrors.STORE_CLOSED()
    const client = new pg.Client(this.#config)
    client.on('error', () => undefined)
    await client.connect()
    return client
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await closed(this.#pool)
  }
}

function patienceOf(clock: Clock): Patience {
  return { clock, retryMsMax, sleep: (ms) => sleep(ms), random: Math.random }
}

/** Says goodbye to the database, and waits for no long time until it does, too. */
export async function closed(client: { end(): Promise<void> }): Promise<void> {
  await Promise.race([client.end().catch(() => undefined), sleep(endMsMax, undefined, { ref: false })])
}

export function connectionOf(client: pg.ClientBase): Connection {
  return {
    ask: async (sql, values = []) => (await client.query<Record<string, unknown>>(sql, [...values])).rows,
    askAll: async (sql) => {
      const answers: unknown = await client.query(sql)
      const last = (Array.isArray(answers) ? answers.at(-1) : answers) as pg.QueryResult<Record<string, unknown>>
      return last.rows
    },
  }
}

async function configOf(address: PostgresAddress): Promise<pg.ClientConfig> {
  return {
    host: address.host ?? undefined,
    port: address.port,
    database: address.database,
    user: address.user ?? undefined,
    password: address.password ?? undefined,
    application_name: address.applicationName,
    connectionTimeoutMillis: address.connectMsMax,
    keepAlive: true,
    statement_timeout: statementMsMax,
    lock_timeout: lockMsMax,
    idle_in_transaction_session_timeout: idleTransactionMsMax,
    query_timeout: answerMsMax,
    ssl: await tlsOptions(address),
    types: asText,
  }
}

async function tlsOptions({ tls, files, place }: PostgresAddress): Promise<pg.ClientConfig['ssl']> {
  if (tls === 'disable') return false
  const [ca, cert, key] = await Promise.all([files.ca, files.certificate, files.key].map((file) => readText(file, place)))
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: tls === 'verify-ca' || tls === 'verify-full',
    ...(tls === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  }
}

async function readText(file: string | null, place: string): Promise<string | undefined> {
  if (file === null) return undefined
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw storeErrors.STORE_UNREADABLE({ place: file }, { detail: `It is named by the address of "${place}".`, cause: error })
  }
}

/** Connects once, and sees what the other side can. */
async function agreeOnTls(config: pg.ClientConfig, { tls, place }: PostgresAddress): Promise<pg.ClientConfig['ssl']> {
  try {
    await tryOnce(config, place)
    return config.ssl
  } catch (error) {
    const hasNoTls = error instanceof Error && /does not support SSL/.test(error.message)
    if (tls !== 'prefer' || !hasNoTls) throw error
    await tryOnce({ ...config, ssl: false }, place)
    return false
  }
}

async function tryOnce(config: pg.ClientConfig, place: string): Promise<void> {
  const client = new pg.Client(config)
  client.on('error', () => undefined)
  try {
    await client.connect()
    const [row] = await connectionOf(client).ask('SHOW server_encoding')
    const encoding = String(row?.['server_encoding'])
    if (encoding !== 'UTF8') throw storeErrors.STORE_ENCODING({ place, encoding })
  } finally {
    await closed(client)
  }
}
