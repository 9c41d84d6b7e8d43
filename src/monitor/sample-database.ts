/**
 * Samples in one SQLite file. What is written is there after a crash, or not at all; a file that is damaged is set aside, since samples are
 * worth less than a server that starts. One process holds the file at a time.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Clock } from '#base'
import { monitorErrors } from './errors.ts'

export interface JobKey {
  readonly workspace: string
  readonly job: string
}

export interface StoredRow {
  readonly job: number
  readonly at: number
  readonly layout: number
  readonly bytes: Uint8Array
}

export interface StoredChunk {
  readonly layout: number
  readonly bytes: Uint8Array
}

interface NewChunk {
  readonly tier: number
  readonly job: number
  readonly firstAt: number
  readonly lastAt: number
  readonly layout: number
  readonly bytes: Uint8Array
}

const schema = `
  CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, job TEXT NOT NULL, UNIQUE (workspace, job));
  CREATE TABLE IF NOT EXISTS layout (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS sample (
    tier INTEGER NOT NULL, job INTEGER NOT NULL, at INTEGER NOT NULL, layout INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE UNIQUE INDEX IF NOT EXISTS sample_place ON sample (tier, job, at, layout);
  CREATE TABLE IF NOT EXISTS chunk (
    tier INTEGER NOT NULL, job INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, layout INTEGER NOT NULL,
    size INTEGER NOT NULL, bytes BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS chunk_place ON chunk (tier, job, last_at, first_at, layout);
  CREATE INDEX IF NOT EXISTS chunk_age ON chunk (tier, last_at, size);
  CREATE TABLE IF NOT EXISTS partitions (job INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL);
  PRAGMA user_version = 1;
`
/** A process that is about to end may hold the file a moment longer. */
const heldMsMax = 2000
const pageBytes = 4096
/** Of the file that holds what is written before it is merged; it is merged long before. */
const journalBytesMax = 16_777_216

const statements = {
  jobOf: 'SELECT id FROM job WHERE workspace = ? AND job = ?',
  addJob: 'INSERT INTO job (workspace, job) VALUES (?, ?) RETURNING id',
  layoutOf: 'SELECT id FROM layout WHERE text = ?',
  addLayout: 'INSERT INTO layout (text) VALUES (?) RETURNING id',
  layoutText: 'SELECT text FROM layout WHERE id = ?',
  addRow: 'INSERT OR REPLACE INTO sample (tier, job, at, layout, bytes) VALUES (?, ?, ?, ?, ?)',
  rows: 'SELECT job, at, layout, bytes FROM sample WHERE tier = ? AND job = ? AND at >= ? AND at < ? ORDER BY at',
  firstRows: 'SELECT job, min(at) AS at FROM sample WHERE tier = ? GROUP BY job',
  firstAt:
    'SELECT min(at) AS at FROM (SELECT min(at) AS at FROM sample WHERE tier = ?1 AND job = ?2 UNION ALL ' +
    'SELECT first_at FROM (SELECT first_at FROM chunk WHERE tier = ?1 AND job = ?2 ORDER BY last_at LIMIT 1))',
  firstRowAt: 'SELECT min(at) AS at FROM sample WHERE tier = ? AND job = ?',
  dropRows: 'DELETE FROM sample WHERE tier = ? AND job = ? AND at >= ? AND at < ?',
  addChunk: 'INSERT INTO chunk (tier, job, first_at, last_at, layout, size, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)',
  chunks: 'SELECT layout, bytes FROM chunk WHERE tier = ? AND job = ? AND last_at >= ? AND first_at < ? ORDER BY last_at LIMIT ? OFFSET ?',
  dropChunks: 'DELETE FROM chunk WHERE rowid IN (SELECT rowid FROM chunk WHERE tier = ? AND last_at < ? LIMIT ?)',
  dropFuture: 'DELETE FROM chunk WHERE tier = ? AND last_at > ?',
  dropFutureRows: 'DELETE FROM sample WHERE at > ?',
  oldest: 'SELECT rowid AS id, size FROM chunk WHERE tier = ? ORDER BY last_at LIMIT ?',
  dropChunk: 'DELETE FROM chunk WHERE rowid = ?',
  tierBytes: 'SELECT tier, sum(size) AS bytes FROM chunk GROUP BY tier',
  keepPartitions: 'INSERT OR REPLACE INTO partitions (job, at, text) VALUES (?, ?, ?)',
  partitionsOf: 'SELECT text FROM partitions WHERE job = ?',
  dropPartitions: 'DELETE FROM partitions WHERE job = ?',
  dropOldPartitions: 'DELETE FROM partitions WHERE at < ? OR job NOT IN (SELECT job FROM partitions ORDER BY at DESC LIMIT ?)',
  dropLayouts: 'DELETE FROM layout WHERE id NOT IN (SELECT layout FROM chunk UNION SELECT layout FROM sample)',
  dropJobs: 'DELETE FROM job WHERE id NOT IN (SELECT job FROM chunk UNION SELECT job FROM sample UNION SELECT job FROM partitions)',
} as const

type Statements = { readonly [Name in keyof typeof statements]: StatementSync }

export class SampleDatabase {
  readonly #database: DatabaseSync
  readonly #statements: Statements

  private constructor(database: DatabaseSync) {
    this.#database = database
    const prepared = Object.entries(statements).map(([name, text]) => [name, database.prepare(text)] as const)
    this.#statements = Object.fromEntries(prepared) as unknown as Statements
  }

  /** Fails with MONITOR_FOLDER_HELD where another process has it. */
  static open(folder: string, clock: Clock): SampleDatabase {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = path.join(folder, 'samples.sqlite')
    try {
      return new SampleDatabase(openFile(file))
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble === 'held') throw monitorErrors.MONITOR_FOLDER_HELD({ path: folder }, { cause: error })
      if (trouble !== 'damaged') throw monitorErrors.MONITOR_FOLDER_UNUSABLE({ path: folder }, { cause: error })
      renameSync(file, `${file}.damaged-${clock.nowMs()}`)
      for (const ending of ['-wal', '-shm']) rmSync(`${file}${ending}`, { force: true })
      return new SampleDatabase(openFile(file))
    }
  }

  close(): void {
    this.#database.close()
  }

  /** Writes what `write` writes all together; when it returns, it is safe, with all that was written before. */
  safely<T>(write: () => T): T {
    return this.#atOnce(write, 'FULL')
  }

  /** Writes all together, what a loss of power may take back as long as nothing is written safely. */
  lazily<T>(write: () => T): T {
    return this.#atOnce(write, 'NORMAL')
  }

  #atOnce<T>(write: () => T, synchronous: 'FULL' | 'NORMAL'): T {
    this.#database.exec(`PRAGMA synchronous = ${synchronous}; BEGIN IMMEDIATE`)
    try {
      const result = write()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  findJob({ workspace, job }: JobKey): number | null {
    return (this.#statements.jobOf.get(workspace, job)?.['id'] as number | undefined) ?? null
  }

  jobOf(key: JobKey): number {
    return this.findJob(key) ?? (this.#statements.addJob.get(key.workspace, key.job)?.['id'] as number)
  }

  layoutOf(text: string): number {
    const known = this.#statements.layoutOf.get(text) ?? this.#statements.addLayout.get(text)
    return known?.['id'] as number
  }

  layoutText(id: number): string | null {
    return (this.#statements.layoutText.get(id)?.['text'] as string | undefined) ?? null
  }

  addRow(tier: number, { job, at, layout, bytes }: StoredRow): void {
    this.#statements.addRow.run(tier, job, at, layout, bytes)
  }

  /** From a moment until before another, in the order of their time. */
  rows(tier: number, job: number, from: number, to: number): StoredRow[] {
    return this.#statements.rows.all(tier, job, from, to) as unknown as StoredRow[]
  }

  /** When the oldest sample of each job was taken that is in no chunk. */
  firstRows(tier: number): { readonly job: number; readonly at: number }[] {
    return this.#statements.firstRows.all(tier) as unknown as { job: number; at: number }[]
  }

  /** When the oldest sample of a job in a tier was taken; null where there is none. */
  firstAt(tier: number, job: number): number | null {
    return this.#statements.firstAt.get(tier, job)?.['at'] as number | null
  }

  /** The same of samples that are in no chunk. */
  firstRowAt(tier: number, job: number): number | null {
    return this.#statements.firstRowAt.get(tier, job)?.['at'] as number | null
  }

  dropRows(tier: number, job: number, from: number, to: number): void {
    this.#statements.dropRows.run(tier, job, from, to)
  }

  addChunk({ tier, job, firstAt, lastAt, layout, bytes }: NewChunk): void {
    this.#statements.addChunk.run(tier, job, firstAt, lastAt, layout, bytes.length, bytes)
  }

  /** Those that hold something from a moment until before another, oldest first; some of them at a time. */
  chunks(tier: number, job: number, { from, to }: { from: number; to: number }, page: { limit: number; offset: number }): StoredChunk[] {
    return this.#statements.chunks.all(tier, job, from, to, page.limit, page.offset) as unknown as StoredChunk[]
  }

  /** Drops some of the chunks that ended before a moment; gives how many. */
  dropChunks(tier: number, before: number, limit: number): number {
    return Number(this.#statements.dropChunks.run(tier, before, limit).changes)
  }

  /** One text of a job, about its partitions; null: there is none any more. */
  keepPartitions(job: number, at: number, text: string | null): void {
    if (text === null) this.#statements.dropPartitions.run(job)
    else this.#statements.keepPartitions.run(job, at, text)
  }

  partitionsOf(job: number): string | null {
    return (this.#statements.partitionsOf.get(job)?.['text'] as string | undefined) ?? null
  }

  /** Keeps what is told of the partitions of so many jobs, the newest. */
  dropOldPartitions(before: number, jobsMax: number): void {
    this.#statements.dropOldPartitions.run(before, jobsMax)
  }

  /** Drops what a clock that was wrong has left behind. */
  dropFuture(tier: number, after: number): void {
    this.#statements.dropFuture.run(tier, after)
    this.#statements.dropFutureRows.run(after)
  }

  /** Drops the oldest chunks of a tier, some at a time, until so many bytes are free; gives how many were dropped. */
  dropOldest(tier: number, bytes: number, limit: number): number {
    let freed = 0
    let dropped = 0
    for (const { id, size } of this.#statements.oldest.all(tier, limit) as unknown as { id: number; size: number }[]) {
      if (freed >= bytes) break
      this.#statements.dropChunk.run(id)
      freed += Math.ceil(size / pageBytes) * pageBytes
      dropped++
    }
    return dropped
  }

  /** Bytes of chunks by tier. */
  tierBytes(): Map<number, number> {
    const found = this.#statements.tierBytes.all() as unknown as { tier: number; bytes: number }[]
    return new Map(found.map(({ tier, bytes }) => [tier, bytes]))
  }

  /** Bytes of the file that are in use; what is free in it is used again. */
  usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size')
  }

  /** Drops the names of what has no samples any more. */
  dropUnused(): void {
    this.#statements.dropLayouts.run()
    this.#statements.dropJobs.run()
  }

  /** Gives what is free in the file back to the disk. */
  shrink(): void {
    this.#database.exec('VACUUM')
  }

  fileBytes(): number {
    return this.#pragma('page_count') * this.#pragma('page_size')
  }

  #pragma(name: 'page_count' | 'freelist_count' | 'page_size'): number {
    return this.#database.prepare(`PRAGMA ${name}`).get()?.[name] as number
  }
}

function openFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: heldMsMax })
  try {
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA cache_size = -8192;
      PRAGMA journal_size_limit = ${journalBytesMax};
    `)
    database.exec(schema)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The primary codes of SQLite: 5 is busy, 11 corrupt, 26 no database. */
function troubleOf(error: unknown): 'held' | 'damaged' | 'other' {
  const code = Number((error as { errcode?: unknown }).errcode) & 0xff
  return code === 5 ? 'held' : code === 11 || code === 26 ? 'damaged' : 'other'
}
