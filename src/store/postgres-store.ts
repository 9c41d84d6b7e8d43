/** Records in a database of PostgreSQL, which several servers may have open. */
import type { Clock } from '#base'
import { storeErrors } from './errors.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { NewsFeed } from './news-feed.ts'
import { parsePostgresAddress } from './postgres-address.ts'
import { PostgresDatabase } from './postgres-database.ts'
import { type PostgresLease, takePostgresLease } from './postgres-lease.ts'
import { PostgresWriter } from './postgres-writer.ts'
import { type Ask, RecordQueries } from './record-queries.ts'
import type {
  Commit,
  CommitNews,
  EntryOptions,
  Lease,
  ListOptions,
  LogEntry,
  LogKind,
  RecordKey,
  RecordKind,
  Store,
  Stored,
  ThinOptions,
} from './store.ts'

export class PostgresStore implements Store {
  readonly #database: PostgresDatabase
  readonly #queries: RecordQueries
  readonly #news = new NewsFeed()
  readonly #writer: PostgresWriter
  readonly #leases = new Set<PostgresLease>()
  #isClosed = false

  private constructor(database: PostgresDatabase, clock: Clock) {
    this.#database = database
    this.#queries = new RecordQueries((sql, values) => database.ask(sql, values), database.place)
    this.#writer = new PostgresWriter(database, clock, this.#news, migrations.length)
  }

  static async open(address: string, clock: Clock): Promise<PostgresStore> {
    const database = await PostgresDatabase.open(parsePostgresAddress(address), clock)
    try {
      await migrateTables(database, clock)
      return new PostgresStore(database, clock)
    } catch (error) {
      await database.close()
      throw error
    }
  }

  read<Value>(kind: RecordKind<Value>, key: RecordKey): Promise<Stored<Value> | null> {
    return this.#queries.read(kind, key)
  }

  list<Value>(kind: RecordKind<Value>, options: ListOptions): Promise<readonly Stored<Value>[]> {
    return this.#queries.list(kind, options)
  }

  versions<Value>(
    kind: RecordKind<Value>,
    key: RecordKey,
    options: { readonly before?: number; readonly limit: number },
  ): Promise<readonly Stored<Value>[]> {
    return this.#queries.versions(kind, key, options)
  }

  thinVersions(kind: RecordKind<unknown>, key: RecordKey, options: ThinOptions): Promise<number> {
    return this.#queries.thinVersions(kind, key, options)
  }

  entries<Value>(log: LogKind<Value>, options: EntryOptions): Promise<readonly LogEntry<Value>[]> {
    return this.#queries.entries(log, options)
  }

  async commit(commit: Commit): Promise<readonly number[]> {
    this.#checkOpen()
    return this.#writer.write(commit)
  }

  async dropEntries(log: LogKind<unknown>, before: number): Promise<number> {
    let dropped = 0
    for (;;) {
      const count = await this.#queries.dropSome(log, before)
      if (count === 0) return dropped
      dropped += count
    }
  }

  watch(listener: (news: CommitNews) => void): () => void {
    return this.#news.watch(listener)
  }

  async lease(name: string, onLost: () => void): Promise<Lease | null> {
    this.#checkOpen()
    const lease = await takePostgresLease(this.#database, name, (lost) => {
      this.#leases.delete(lost)
      onLost()
    })
    if (lease === null) return null
    this.#leases.add(lease)
    return {
      release: async () => {
        this.#leases.delete(lease)
        await lease.release()
      },
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#writer.finish()
    this.#news.close()
    await Promise.all([...this.#leases].map((lease) => lease.release()))
    await this.#database.close()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw storeErrors.STORE_CLOSED()
  }
}

/** Servers that start at the same moment wait for one another. */
async function migrateTables(database: PostgresDatabase, clock: Clock): Promise<void> {
  const exclude = `BEGIN; SELECT pg_advisory_xact_lock(1296649292, hashtext(current_schema() || '/steps'))`
  await database.persist(() =>
    database.connected((connection) => {
      const transact = async <T>(work: () => Promise<T>): Promise<T> => {
        await connection.askAll(exclude)
        const result = await work()
        await connection.askAll('COMMIT')
        return result
      }
      const ask: Ask = (sql, values) => connection.ask(sql, values)
      return migrate({ dialect: 'postgresql', place: database.place, ask, transact }, migrations, clock)
    }),
  )
}
