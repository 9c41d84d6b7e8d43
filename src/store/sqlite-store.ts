/**
 * Records in a file of SQLite, which one process has open. SQLite works in the calling thread, and each transaction waits for the disk:
 * commits that are asked for in the same turn share one, in which each of them is done or refused for itself.
 */
import { type Clock, MillraceError } from '#base'
import { type CheckedCommit, type CheckedWrite, checkCommit } from './checked-commit.ts'
import { type DecidedCommit, decideCommit, type EntryRow, type Head, newsOf, noHead, type RecordRow } from './decide-commit.ts'
import { storeErrors } from './errors.ts'
import { LocalLeases } from './local-leases.ts'
import { migrate } from './migrate.ts'
import { type Migration, migrations } from './migrations.ts'
import { NewsFeed } from './news-feed.ts'
import { RecordQueries, type SqlRow, type SqlValue } from './record-queries.ts'
import { SqliteFile, sqliteError } from './sqlite-file.ts'
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

interface QueuedCommit {
  readonly commit: CheckedCommit
  readonly resolve: (versions: readonly number[]) => void
  readonly reject: (error: unknown) => void
}

/** What one transaction does: the outcome of each commit in it. */
type Outcome = { readonly decided: DecidedCommit } | { readonly refusal: MillraceError }

/** More is left for the next turn, so that other work gets its turns. */
const transactionBytesMax = 8_388_608

const readHead = 'SELECT version, value IS NOT NULL AS there FROM millrace_records WHERE kind = $1 AND workspace = $2 AND id = $3'
const putRecord = `INSERT INTO millrace_records (kind, workspace, id, version, value, written_at, written_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, workspace, id) DO UPDATE
  SET version = excluded.version, value = excluded.value, written_at = excluded.written_at, written_by = excluded.written_by`
const addVersion = `INSERT INTO millrace_versions (kind, workspace, id, version, value, written_at, written_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`
const addEntry = `INSERT INTO millrace_entries (sequence, log, workspace, subject, value, written_at, written_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`

export class SqliteStore implements Store {
  readonly #file: SqliteFile
  readonly #clock: Clock
  readonly #queries: RecordQueries
  readonly #news = new NewsFeed()
  readonly #leases = new LocalLeases()
  #queue: QueuedCommit[] = []
  #isScheduled = false
  #isClosed = false

  private constructor(file: SqliteFile, clock: Clock) {
    this.#file = file
    this.#clock = clock
    this.#queries = new RecordQueries(async (sql, values) => this.#ask(sql, values), file.place)
  }

  static async open(folder: string, clock: Clock, steps: readonly Migration[] = migrations): Promise<SqliteStore> {
    const file = SqliteFile.open(folder, clock)
    try {
      const ask = async (sql: string, values: readonly SqlValue[]) => file.ask(sql, values)
      const transact = <T>(work: () => Promise<T>): Promise<T> => inTransaction(file, work)
      await migrate({ dialect: 'sqlite', place: file.place, ask, transact }, steps, clock)
      return new SqliteStore(file, clock)
    } catch (error) {
      file.close()
      throw sqliteError(error, file.place, 'write')
    }
  }

  #ask(sql: string, values: readonly SqlValue[]): readonly SqlRow[] {
    if (this.#isClosed) throw storeErrors.STORE_CLOSED()
    try {
      return this.#file.ask(sql, values)
    } catch (error) {
      throw sqliteError(error, this.#file.place, sql.startsWith('SELECT') ? 'read' : 'write')
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
    if (this.#isClosed) throw storeErrors.STORE_CLOSED()
    const checked = checkCommit(commit)
    return new Promise((resolve, reject) => {
      this.#queue.push({ commit: checked, resolve, reject })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#flush()
      if (this.#queue.length > 0) this.#schedule()
    })
  }

  /** One transaction. */
  #flush(): void {
    const taken = this.#take()
    if (taken.length === 0) return
    let outcomes: Outcome[]
    try {
      this.#file.begin()
      outcomes = this.#writeAll(taken)
      this.#file.commit()
    } catch (error) {
      const failure = sqliteError(error, this.#file.place, 'write')
      this.#file.rollBack()
      for (const { reject } of taken) reject(failure)
      return
    }
    for (const [index, { resolve, reject }] of taken.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) continue
      if ('refusal' in outcome) {
        reject(outcome.refusal)
        continue
      }
      resolve(outcome.decided.versions)
      this.#news.tell(newsOf(outcome.decided))
    }
  }

  #take(): QueuedCommit[] {
    let bytes = 0
    const count = this.#queue.findIndex(({ commit }, index) => {
      bytes += commit.bytes
      return index > 0 && bytes > transactionBytesMax
    })
    return this.#queue.splice(0, count === -1 ? this.#queue.length : count)
  }

  #writeAll(taken: readonly QueuedCommit[]): Outcome[] {
    let last = Number(this.#file.ask('SELECT last FROM millrace_sequence', [])[0]?.['last'])
    const first = last
    const outcomes = taken.map(({ commit }): Outcome => {
      let decided: DecidedCommit
      try {
        // What is refused is so before anything of it is written.
        decided = decideCommit(commit, (write) => this.#headOf(write), last, this.#clock.nowMs())
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error
        return { refusal: error }
      }
      for (const record of decided.records) this.#putRecord(record)
      for (const entry of decided.entries) this.#addEntry(entry)
      last += decided.entries.length
      return { decided }
    })
    if (last !== first) this.#file.run('UPDATE millrace_sequence SET last = $1', [last])
    return outcomes
  }

  #headOf({ kind, workspace, id }: CheckedWrite): Head {
    const [row] = this.#file.ask(readHead, [kind, workspace, id])
    return row === undefined ? noHead : { version: Number(row['version']), isThere: Number(row['there']) === 1 }
  }

  #putRecord({ kind, keepsVersions, workspace, id, version, value, writtenAt, writtenBy }: RecordRow): void {
    const values = [kind, workspace, id, version, value, writtenAt, writtenBy]
    this.#file.run(putRecord, values)
    if (keepsVersions && value !== null) this.#file.run(addVersion, values)
  }

  #addEntry({ sequence, log, workspace, subject, value, writtenAt, writtenBy }: EntryRow): void {
    this.#file.run(addEntry, [sequence, log, workspace, subject, value, writtenAt, writtenBy])
  }

  async dropEntries(log: LogKind<unknown>, before: number): Promise<number> {
    let dropped = 0
    for (;;) {
      const count = await this.#queries.dropSome(log, before)
      if (count === 0) return dropped
      dropped += count
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  watch(listener: (news: CommitNews) => void): () => void {
    return this.#news.watch(listener)
  }

  async lease(name: string): Promise<Lease | null> {
    if (this.#isClosed) throw storeErrors.STORE_CLOSED()
    return this.#leases.take(name)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    while (this.#queue.length > 0) this.#flush()
    this.#news.close()
    this.#file.close()
  }
}

async function inTransaction<T>(file: SqliteFile, work: () => Promise<T>): Promise<T> {
  file.begin()
  try {
    const result = await work()
    file.commit()
    return result
  } catch (error) {
    file.rollBack()
    throw error
  }
}
