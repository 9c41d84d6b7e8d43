/**
 * Commits to PostgreSQL. Those that wait while one is on its way become one transaction, in which each is done or refused for itself.
 * The transaction takes the lock of one row, which gives commits of all servers an order, and carries a random id: when the answer to
 * its end is lost, the lock is taken again, by which the transaction has ended one way or the other, and the id tells which.
 */
import { randomUUID } from 'node:crypto'
import { type Clock, MillraceError } from '#base'
import { type CheckedCommit, type CheckedWrite, checkCommit } from './checked-commit.ts'
import { type DecidedCommit, decideCommit, type EntryRow, type Head, newsOf, noHead, type RecordRow } from './decide-commit.ts'
import { storeErrors } from './errors.ts'
import type { NewsFeed } from './news-feed.ts'
import type { Connection, PostgresDatabase } from './postgres-database.ts'
import type { SqlRow, SqlValue } from './record-queries.ts'
import type { Commit } from './store.ts'

interface QueuedCommit {
  readonly commit: CheckedCommit
  readonly resolve: (versions: readonly number[]) => void
  readonly reject: (error: unknown) => void
}

type Outcome = { readonly decided: DecidedCommit } | { readonly refusal: MillraceError }

/** What is known of a transaction over its attempts. */
interface Attempts {
  readonly id: string
  /** What was decided when its end was last asked for; null before. */
  pending: readonly Outcome[] | null
}

const transactionBytesMax = 8_388_608
const queueBytesMax = 67_108_864

/** Ids of commits are of use while an attempt is repeated, which is for seconds. */
const dropIdsEvery = 1000
const dropIds = `DELETE FROM millrace_commits WHERE written_at < now() - interval '1 day'`

/** Where the database is set to lose what it just said is done, it is told otherwise. */
const begin = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
  SELECT last, (SELECT max(number) FROM millrace_migrations) AS step FROM millrace_sequence FOR UPDATE OF millrace_sequence`

const readHeads = `SELECT kind, workspace, id, version, CASE WHEN value IS NULL THEN 0 ELSE 1 END AS there
  FROM unnest($1::text[], $2::text[], $3::text[]) AS k (kind, workspace, id) JOIN millrace_records USING (kind, workspace, id)`
const columns = 'kind, workspace, id, version, value, written_at, written_by'
const recordArrays = '$1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::text[]'
const putRecords = `INSERT INTO millrace_records (${columns}) SELECT * FROM unnest(${recordArrays})
  ON CONFLICT (kind, workspace, id) DO UPDATE
  SET version = excluded.version, value = excluded.value, written_at = excluded.written_at, written_by = excluded.written_by`
const addVersions = `INSERT INTO millrace_versions (${columns}) SELECT * FROM unnest(${recordArrays})`
const addEntries = `INSERT INTO millrace_entries (sequence, log, workspace, subject, value, written_at, written_by)
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[])`

export class PostgresWriter {
  readonly #database: PostgresDatabase
  readonly #clock: Clock
  readonly #news: NewsFeed
  /** The last step of the tables that this program knows. */
  readonly #step: number
  #queue: QueuedCommit[] = []
  #queuedBytes = 0
  #work: Promise<void> | null = null
  #transactions = 0

  constructor(database: PostgresDatabase, clock: Clock, news: NewsFeed, step: number) {
    this.#database = database
    this.#clock = clock
    this.#news = news
    this.#step = step
  }

  async write(commit: Commit): Promise<readonly number[]> {
    const checked = checkCommit(commit)
    if (this.#queuedBytes + checked.bytes > queueBytesMax) throw storeErrors.STORE_BUSY({ place: this.#database.place })
    this.#queuedBytes += checked.bytes
    return new Promise((resolve, reject) => {
      this.#queue.push({ commit: checked, resolve, reject })
      this.#work ??= this.#writeAll()
    })
  }

  /** Waits for what was begun. */
  async finish(): Promise<void> {
    await this.#work
  }

  async #writeAll(): Promise<void> {
    // What is asked for in the same turn goes along.
    await Promise.resolve()
    while (this.#queue.length > 0) await this.#writeSome(this.#take())
    this.#work = null
  }

  #take(): QueuedCommit[] {
    let bytes = 0
    const count = this.#queue.findIndex(({ commit }, index) => {
      bytes += commit.bytes
      return index > 0 && bytes > transactionBytesMax
    })
    return this.#queue.splice(0, count === -1 ? this.#queue.length : count)
  }

  async #writeSome(taken: readonly QueuedCommit[]): Promise<void> {
    const attempts: Attempts = { id: randomUUID(), pending: null }
    const commits = taken.map(({ commit }) => commit)
    const doubt = (): string => (attempts.pending === null ? '' : ' It is not known whether the last change was made.')
    try {
      const outcomes = await this.#database.persist(
        () => this.#database.connected((connection) => this.#attempt(connection, commits, attempts)),
        doubt,
      )
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
    } catch (error) {
      for (const { reject } of taken) reject(error)
    } finally {
      for (const { bytes } of commits) this.#queuedBytes -= bytes
    }
  }

  /** One transaction. Where it fails its connection is given up, and with that the transaction. */
  async #attempt(connection: Connection, commits: readonly CheckedCommit[], attempts: Attempts): Promise<readonly Outcome[]> {
    const [state] = await connection.askAll(begin)
    this.#checkStep(Number(state?.['step']))
    if (attempts.pending !== null) {
      const found = await connection.ask('SELECT 1 AS found FROM millrace_commits WHERE id = $1', [attempts.id])
      if (found.length > 0) {
        await connection.askAll('ROLLBACK')
        return attempts.pending
      }
      attempts.pending = null
    }
    const outcomes = await this.#decide(connection, commits, Number(state?.['last']))
    const decided = outcomes.flatMap((outcome) => ('decided' in outcome ? [outcome.decided] : []))
    const isChange = await put(connection, decided)
    if (!isChange) {
      await connection.askAll('ROLLBACK')
      return outcomes
    }
    if (this.#transactions++ % dropIdsEvery === 0) await connection.askAll(dropIds)
    await connection.ask('INSERT INTO millrace_commits (id) VALUES ($1)', [attempts.id])
    attempts.pending = outcomes
    await connection.askAll('COMMIT')
    return outcomes
  }

  /** Another server may have brought the tables further meanwhile. */
  #checkStep(found: number): void {
    if (found > this.#step) throw storeErrors.STORE_NEWER({ place: this.#database.place, found, known: this.#step })
  }

  async #decide(connection: Connection, commits: readonly CheckedCommit[], last: number): Promise<readonly Outcome[]> {
    const heads = await readAll(connection, commits)
    const headOf = ({ address }: CheckedWrite): Head => heads.get(address) ?? noHead
    return commits.map((commit): Outcome => {
      try {
        const decided = decideCommit(commit, headOf, last, this.#clock.nowMs())
        for (const { address, version, value } of decided.records) heads.set(address, { version, isThere: value !== null })
        last += decided.entries.length
        return { decided }
      } catch (error) {
        if (!(error instanceof MillraceError)) throw error
        return { refusal: error }
      }
    })
  }
}

async function readAll(connection: Connection, commits: readonly CheckedCommit[]): Promise<Map<string, Head>> {
  const writes = [...new Map(commits.flatMap(({ writes }) => writes.map((write) => [write.address, write] as const))).values()]
  if (writes.length === 0) return new Map()
  const keys = [writes.map(({ kind }) => kind), writes.map(({ workspace }) => workspace), writes.map(({ id }) => id)]
  const rows = await connection.ask(readHeads, keys)
  return new Map(rows.map((row) => [addressOf(row), { version: Number(row['version']), isThere: Number(row['there']) === 1 }]))
}

function addressOf({ kind, workspace, id }: SqlRow): string {
  return `${String(kind)}\0${String(workspace)}\0${String(id)}`
}

/** Whether there was anything to put. */
async function put(connection: Connection, decided: readonly DecidedCommit[]): Promise<boolean> {
  const records = decided.flatMap((one) => one.records)
  const entries = decided.flatMap((one) => one.entries)
  // A record that several commits wrote is put once, as the last one left it.
  const newest = [...new Map(records.map((record) => [record.address, record])).values()]
  const versions = records.filter(({ keepsVersions, value }) => keepsVersions && value !== null)
  if (newest.length > 0) await connection.ask(putRecords, arraysOf(newest))
  if (versions.length > 0) await connection.ask(addVersions, arraysOf(versions))
  const last = entries.at(-1)?.sequence
  if (last !== undefined) {
    await connection.ask(addEntries, entryArraysOf(entries))
    await connection.ask('UPDATE millrace_sequence SET last = $1', [last])
  }
  return newest.length > 0 || last !== undefined
}

function arraysOf(rows: readonly RecordRow[]): SqlValue[][] {
  const cells = rows.map((row): SqlValue[] => [row.kind, row.workspace, row.id, row.version, row.value, row.writtenAt, row.writtenBy])
  return transposed(cells)
}

function entryArraysOf(rows: readonly EntryRow[]): SqlValue[][] {
  const cells = rows.map((row): SqlValue[] => [row.sequence, row.log, row.workspace, row.subject, row.value, row.writtenAt, row.writtenBy])
  return transposed(cells)
}

/** Columns of rows that all have seven cells. */
function transposed(rows: readonly SqlValue[][]): SqlValue[][] {
  return Array.from({ length: 7 }, (_, column) => rows.map((row) => row[column] ?? null))
}
