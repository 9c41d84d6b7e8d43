/** Records in memory, for simulations and tests: as lasting as the object. */
import type { Clock } from '#base'
import { checkEntries, checkedMoment, checkList, checkRead, checkThin, checkVersions } from './check-question.ts'
import { checkCommit } from './checked-commit.ts'
import { type DecidedCommit, decideCommit, type EntryRow, newsOf, noHead, type RecordRow } from './decide-commit.ts'
import { storeErrors } from './errors.ts'
import { LocalLeases } from './local-leases.ts'
import { NewsFeed } from './news-feed.ts'
import { compareKeys } from './record-key.ts'
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

const dayMs = 86_400_000

export class MemoryStore implements Store {
  readonly #clock: Clock
  /** The newest row of each record by its address; removed ones too, whose versions go on counting. */
  readonly #heads = new Map<string, RecordRow>()
  /** Oldest first, by address. */
  readonly #versions = new Map<string, RecordRow[]>()
  /** Oldest first. */
  #entries: EntryRow[] = []
  #lastSequence = 0
  readonly #news = new NewsFeed()
  readonly #leases = new LocalLeases()
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async read<Value>(kind: RecordKind<Value>, key: RecordKey): Promise<Stored<Value> | null> {
    this.#checkOpen()
    checkRead(kind, key)
    const row = this.#heads.get(addressOf(kind, key))
    return row === undefined || row.value === null ? null : storedOf(row, row.value)
  }

  async list<Value>(kind: RecordKind<Value>, options: ListOptions): Promise<readonly Stored<Value>[]> {
    this.#checkOpen()
    checkList(kind, options)
    const { workspace, after, limit } = options
    const found: RecordRow[] = []
    for (const row of this.#heads.values()) {
      if (row.kind !== kind.name || row.value === null || (workspace !== null && row.workspace !== workspace)) continue
      if (after === undefined || compareKeys(row, after) > 0) found.push(row)
    }
    found.sort(compareKeys)
    return found.slice(0, limit).flatMap((row) => (row.value === null ? [] : [storedOf<Value>(row, row.value)]))
  }

  async versions<Value>(
    kind: RecordKind<Value>,
    key: RecordKey,
    options: { readonly before?: number; readonly limit: number },
  ): Promise<readonly Stored<Value>[]> {
    this.#checkOpen()
    checkVersions(kind, key, options)
    const { before, limit } = options
    const rows = (this.#versions.get(addressOf(kind, key)) ?? []).filter(({ version }) => before === undefined || version < before)
    return rows
      .reverse()
      .slice(0, limit)
      .flatMap((row) => (row.value === null ? [] : [storedOf<Value>(row, row.value)]))
  }

  async thinVersions(kind: RecordKind<unknown>, key: RecordKey, options: ThinOptions): Promise<number> {
    this.#checkOpen()
    checkThin(kind, key, options)
    const address = addressOf(kind, key)
    const rows = this.#versions.get(address) ?? []
    const older = rows.slice(0, Math.max(0, rows.length - options.newest))
    const lastOfDay = new Map(older.map((row) => [Math.floor(row.writtenAt / dayMs), row]))
    const stay = older.filter((row) => row.writtenAt >= options.dailySince && lastOfDay.get(Math.floor(row.writtenAt / dayMs)) === row)
    this.#versions.set(address, [...stay, ...rows.slice(older.length)])
    return older.length - stay.length
  }

  async commit(commit: Commit): Promise<readonly number[]> {
    this.#checkOpen()
    const headOf = ({ address }: { readonly address: string }) => {
      const row = this.#heads.get(address)
      return row === undefined ? noHead : { version: row.version, isThere: row.value !== null }
    }
    const decided = decideCommit(checkCommit(commit), headOf, this.#lastSequence, this.#clock.nowMs())
    this.#keep(decided)
    this.#news.tell(newsOf(decided))
    return decided.versions
  }

  #keep({ records, entries }: DecidedCommit): void {
    for (const row of records) {
      this.#heads.set(row.address, row)
      if (!row.keepsVersions || row.value === null) continue
      const versions = this.#versions.get(row.address)
      if (versions === undefined) this.#versions.set(row.address, [row])
      else versions.push(row)
    }
    this.#entries.push(...entries)
    this.#lastSequence += entries.length
  }

  async entries<Value>(log: LogKind<Value>, options: EntryOptions): Promise<readonly LogEntry<Value>[]> {
    this.#checkOpen()
    checkEntries(log, options)
    const { workspace, subject, before = Number.POSITIVE_INFINITY, after = 0, limit } = options
    const found: LogEntry<Value>[] = []
    for (let index = this.#entries.length - 1; index >= 0 && found.length < limit; index--) {
      const row = this.#entries[index]
      if (row === undefined || row.sequence <= after) break
      if (row.sequence >= before || row.log !== log.name) continue
      if ((workspace === null || row.workspace === workspace) && (subject === undefined || row.subject === subject))
        found.push(entryOf(row))
    }
    return found
  }

  async dropEntries(log: LogKind<unknown>, before: number): Promise<number> {
    this.#checkOpen()
    const moment = checkedMoment(log, before)
    const count = this.#entries.length
    this.#entries = this.#entries.filter((row) => row.log !== log.name || row.writtenAt >= moment)
    return count - this.#entries.length
  }

  watch(listener: (news: CommitNews) => void): () => void {
    return this.#news.watch(listener)
  }

  async lease(name: string): Promise<Lease | null> {
    this.#checkOpen()
    return this.#leases.take(name)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#news.close()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw storeErrors.STORE_CLOSED()
  }
}

function addressOf(kind: RecordKind<unknown>, { workspace, id }: RecordKey): string {
  return `${kind.name}\0${workspace}\0${id}`
}

function storedOf<Value>({ workspace, id, version, writtenAt, writtenBy }: RecordRow, value: string): Stored<Value> {
  return { workspace, id, version, value: JSON.parse(value) as Value, writtenAt, writtenBy }
}

function entryOf<Value>({ sequence, workspace, subject, value, writtenAt, writtenBy }: EntryRow): LogEntry<Value> {
  return { sequence, workspace, subject, value: JSON.parse(value) as Value, writtenAt, writtenBy }
}
