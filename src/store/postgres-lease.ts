/**
 * A lease in PostgreSQL: an advisory lock on a connection of its own, which lives as long as the connection. The holder asks something
 * every few seconds. Where no answer comes it has lost the lease, some seconds before the database ends the silent connection and gives
 * the lock to another one.
 */
import type pg from 'pg'
import { closed, connectionOf, type PostgresDatabase } from './postgres-database.ts'
import type { Lease } from './store.ts'

const [askEveryMs, answerMsMax] = [4000, 5000]
const silentMsMax = 20_000

/** Marks locks of Millrace among those of others in the same database. */
const lockClass = 1_296_649_292

/** Older servers than 14 do not end silent connections by themselves. */
const boundSilence = `SELECT set_config('idle_session_timeout', '${silentMsMax}', false)
  WHERE current_setting('server_version_num')::int >= 140000`
const takeLock = `SELECT 1 AS taken WHERE pg_try_advisory_lock(${lockClass}, hashtext(current_schema() || '.' || $1))`

/** Null while another one has it. Errors are coded. */
export async function takePostgresLease(
  database: PostgresDatabase,
  name: string,
  onLost: (lease: PostgresLease) => void,
): Promise<PostgresLease | null> {
  return database.persist(async () => {
    const client = await database.dedicated()
    try {
      const connection = connectionOf(client)
      await connection.askAll(boundSilence)
      if ((await connection.ask(takeLock, [name])).length > 0) return new PostgresLease(client, onLost)
    } catch (error) {
      void closed(client)
      throw error
    }
    await closed(client)
    return null
  })
}

export class PostgresLease implements Lease {
  readonly #client: pg.Client
  readonly #onLost: (lease: PostgresLease) => void
  readonly #timer: NodeJS.Timeout
  #isHeld = true

  constructor(client: pg.Client, onLost: (lease: PostgresLease) => void) {
    this.#client = client
    this.#onLost = onLost
    client.once('end', () => this.#lose())
    this.#timer = setInterval(() => void this.#ask(), askEveryMs)
    this.#timer.unref()
  }

  async #ask(): Promise<void> {
    const late = setTimeout(() => this.#lose(), answerMsMax)
    try {
      await this.#client.query('SELECT 1')
    } catch {
      this.#lose()
    } finally {
      clearTimeout(late)
    }
  }

  #lose(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    clearInterval(this.#timer)
    void closed(this.#client)
    this.#onLost(this)
  }

  async release(): Promise<void> {
    if (!this.#isHeld) return
    this.#isHeld = false
    clearInterval(this.#timer)
    await closed(this.#client)
  }
}
