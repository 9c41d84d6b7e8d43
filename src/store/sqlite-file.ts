/**
 * The file of a store: opened by one process at a time, which SQLite's own lock sees to. It ends with the process, however that ends, so
 * the file beside it, which names the holder, is only read when the lock is there.
 */
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type Clock, MillraceError } from '#base'
import { storeErrors } from './errors.ts'
import type { SqlRow, SqlValue } from './record-queries.ts'

const fileName = 'records.db'
const holderName = 'records.holder.json'

/** A server that is just ending is waited for. */
const busyMsMax = 1000

/** Larger files are not read through at the start, so that a server never takes minutes to begin. */
const checkedBytesMax = 268_435_456

/** Bounds what a large commit leaves behind of its log. */
const logBytesMax = 16_777_216

/** Statements that are kept prepared. Their texts are ours, and few. */
const preparedMax = 100

export class SqliteFile {
  readonly place: string
  readonly #database: DatabaseSync
  readonly #holder: string
  readonly #statements = new Map<string, StatementSync>()

  private constructor(place: string, database: DatabaseSync, holder: string) {
    this.place = place
    this.#database = database
    this.#holder = holder
  }

  static open(folder: string, clock: Clock): SqliteFile {
    const place = path.join(folder, fileName)
    const holder = path.join(folder, holderName)
    prepareFolder(folder, place)
    let database: DatabaseSync | null = null
    try {
      database = new DatabaseSync(place, { timeout: busyMsMax, allowExtension: false })
      // Said before the file is first looked at, it keeps the lock and the index of the log in this process.
      database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA trusted_schema = OFF; BEGIN EXCLUSIVE; ROLLBACK`)
      database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${logBytesMax}`)
      checkPages(database, place)
      writeFileSync(holder, JSON.stringify({ pid: process.pid, host: hostname(), since: new Date(clock.nowMs()).toISOString() }), {
        mode: 0o600,
      })
      syncFolder(folder)
      return new SqliteFile(place, database, holder)
    } catch (error) {
      database?.close()
      if (isBusy(error)) throw storeErrors.STORE_IN_USE({ place: folder }, { detail: describeHolder(holder), cause: error })
      throw sqliteError(error, place, 'read')
    }
  }

  /** Runs one statement with placeholders $1, $2 and so on. Fails with the error of SQLite. */
  ask(sql: string, values: readonly SqlValue[]): SqlRow[] {
    return this.#prepared(sql).all(...values)
  }

  run(sql: string, values: readonly SqlValue[]): void {
    this.#prepared(sql).run(...values)
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= preparedMax) this.#statements.clear()
    // SQLite takes $1 for a name, and ?1 for a number.
    const statement = this.#database.prepare(sql.replace(/\$(\d+)/g, '?$1'))
    this.#statements.set(sql, statement)
    return statement
  }

  begin(): void {
    this.#database.exec('BEGIN IMMEDIATE')
  }

  commit(): void {
    this.#database.exec('COMMIT')
  }

  /** SQLite may have done so itself, as when the disk is full. */
  rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    } catch {
      // What made the rollback necessary is the error to tell; the next transaction shows whether the file can be used.
    }
  }

  close(): void {
    rmSync(this.#holder, { force: true })
    this.#database.close()
  }
}

/** Makes the folder and the file so that nobody else may look into them. */
function prepareFolder(folder: string, place: string): void {
  try {
    makeFolder(path.resolve(folder))
    closeSync(openSync(place, 'wx', 0o600))
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw sqliteError(error, place, 'write')
    restrict(place)
  }
}

/** Node's own way to make those above it, `recursive`, never comes back below /proc. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code === 'EEXIST') return
    const above = path.dirname(folder)
    if (code !== 'ENOENT' || above === folder) throw error
    makeFolder(above)
    mkdirSync(folder, { mode: 0o700 })
  }
}

/** By its path: who opens the file and closes it, lets go of the locks that this process has on it. */
function restrict(place: string): void {
  try {
    if (process.platform !== 'win32' && (statSync(place).mode & 0o077) !== 0) chmodSync(place, 0o600)
  } catch (error) {
    throw sqliteError(error, place, 'write')
  }
}

/** A file whose name is lost with the power is lost, too. */
function syncFolder(folder: string): void {
  for (const directory of [folder, path.dirname(path.resolve(folder))]) {
    try {
      const handle = openSync(directory, 'r')
      fsyncSync(handle)
      closeSync(handle)
    } catch {
      // Not every system lets directories be opened or synced; then it keeps names safe itself.
    }
  }
}

function checkPages(database: DatabaseSync, place: string): void {
  if (statSync(place).size > checkedBytesMax) return
  const [found] = database.prepare('PRAGMA quick_check(1)').all()
  const answer = String(Object.values(found ?? {})[0])
  if (answer !== 'ok') throw storeErrors.STORE_DAMAGED({ place }, { detail: `SQLite says: ${answer.replace(/\s+/g, ' ')}.` })
}

/** Nothing where the holder has not yet said who it is. */
function describeHolder(holder: string): string | undefined {
  try {
    const { pid, host, since } = JSON.parse(readFileSync(holder, 'utf8')) as Record<string, unknown>
    return `Process ${String(pid)} on host "${String(host)}" has them since ${String(since)}.`
  } catch {
    return undefined
  }
}

const [busy, readOnly, ioError, corrupt, full, noDatabase, locked] = [5, 8, 10, 11, 13, 26, 6]

/** The main part of SQLite's number of an error; null for errors of others. */
function numberOf(error: unknown): number | null {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown }
  return code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number' ? errcode & 0xff : null
}

function isBusy(error: unknown): boolean {
  return numberOf(error) === busy || numberOf(error) === locked
}

/** A coded error for one of SQLite or the system; coded ones stay as they are. */
export function sqliteError(error: unknown, place: string, action: 'read' | 'write'): MillraceError {
  if (error instanceof MillraceError) return error
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const number = numberOf(error)
  if (number === full || code === 'ENOSPC' || code === 'EDQUOT') return storeErrors.STORE_FULL({ place }, { cause: error })
  if (number === corrupt || number === noDatabase) {
    return storeErrors.STORE_DAMAGED({ place }, { detail: `SQLite says: ${String(message)}.`, cause: error })
  }
  const create =
    action === 'write' || number === readOnly || number === ioError ? storeErrors.STORE_UNWRITABLE : storeErrors.STORE_UNREADABLE
  const said = number === null ? 'The system' : 'SQLite'
  return create({ place }, { detail: reasons[String(code)] ?? `${said} said: ${String(message)}.`, cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'The permission is missing.',
  EPERM: 'The permission is missing.',
  EROFS: 'The file system is read-only.',
  ENOENT: 'It cannot be created there.',
  ENOTDIR: 'A part of the path is not a directory.',
  ELOOP: 'Its path has too many symbolic links.',
  EMFILE: 'Too many files are open.',
}
