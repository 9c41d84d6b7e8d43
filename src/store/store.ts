/**
 * Durable records and logs behind one small interface. A record is JSON with an identity; each write gives it the next version, and
 * names the version that it replaces, so that of two writers who saw the same one, one fails. Every store passes one suite.
 */

/** A kind of records. It is defined once, by the room whose records they are. */
export interface RecordKind<Value> {
  /** Such as `job`; small letters and dashes. */
  readonly name: string
  /** Whether earlier versions can be asked for. */
  readonly keepsVersions: boolean
  /** Never there: what a record holds is known to the compiler alone. */
  readonly value?: Value
}

/** A kind of log: entries are added and, when they are old, dropped. */
export interface LogKind<Value> {
  readonly name: string
  /** Never there. */
  readonly value?: Value
}

export interface RecordKey {
  readonly workspace: string
  readonly id: string
}

export interface Stored<Value> extends RecordKey {
  /** From 1, and one more with each write. A record that was removed and is made again goes on counting. */
  readonly version: number
  readonly value: Value
  /** Epoch milliseconds. */
  readonly writtenAt: number
  readonly writtenBy: string
}

export interface Write extends RecordKey {
  readonly kind: RecordKind<unknown>
  /** JSON; null removes the record. */
  readonly value: unknown
  /** The version that the record must have: 0 where there must be none, null whatever there is. */
  readonly expected: number | null
}

export interface NewEntry {
  readonly log: LogKind<unknown>
  readonly workspace: string
  /** What it is about, such as the id of a job. */
  readonly subject: string
  readonly value: unknown
}

export interface LogEntry<Value> {
  /** Grows with each entry of any log; there may be gaps. */
  readonly sequence: number
  readonly workspace: string
  readonly subject: string
  readonly value: Value
  /** Epoch milliseconds. */
  readonly writtenAt: number
  readonly writtenBy: string
}

/** What is written together. */
export interface Commit {
  readonly writes: readonly Write[]
  readonly entries?: readonly NewEntry[]
  /** Who does it: a user or a part of the server. */
  readonly by: string
}

export interface ListOptions {
  /** Null: of all workspaces. */
  readonly workspace: string | null
  /** Only what comes behind this one, by workspace and id. */
  readonly after?: RecordKey
  readonly limit: number
}

/** Which versions of a record stay. */
export interface ThinOptions {
  /** So many of the newest. */
  readonly newest: number
  /** Of those before, the last one of each day (UTC) since this moment, in epoch milliseconds. */
  readonly dailySince: number
}

export interface EntryOptions {
  readonly workspace: string | null
  readonly subject?: string
  /** Only what came before this sequence number. */
  readonly before?: number
  /** Only what came after this sequence number. */
  readonly after?: number
  readonly limit: number
}

/** What a commit changed. */
export interface CommitNews {
  readonly by: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly records: readonly RecordNews[]
  readonly entries: readonly EntryNews[]
}

interface RecordNews extends RecordKey {
  readonly kind: string
  readonly version: number
  /** False: it was removed. */
  readonly isThere: boolean
}

interface EntryNews {
  readonly log: string
  readonly workspace: string
  readonly subject: string
  readonly sequence: number
}

/** The right to be the only one who does something, such as to run the control loop. */
export interface Lease {
  /** Lets go of it. Where it was lost, it does nothing. */
  release(): Promise<void>
}

/** Of all lists, `limit` is at most 10,000. Texts of keys have at most 512 bytes, else STORE_KEY_MISMATCH; a value has at most 4 MB. */
export interface Store {
  /** Null where there is none. */
  read<Value>(kind: RecordKind<Value>, key: RecordKey): Promise<Stored<Value> | null>
  /** By workspace and id, each compared as UTF-8 bytes. */
  list<Value>(kind: RecordKind<Value>, options: ListOptions): Promise<readonly Stored<Value>[]>
  /** Versions of a record of a kind that keeps them, newest first, those before its removal too; a removal itself is none. */
  versions<Value>(
    kind: RecordKind<Value>,
    key: RecordKey,
    options: { readonly before?: number; readonly limit: number },
  ): Promise<readonly Stored<Value>[]>
  /** Drops versions that need not stay; gives how many. What the record is now, is not touched. */
  thinVersions(kind: RecordKind<unknown>, key: RecordKey, options: ThinOptions): Promise<number>
  /**
   * Writes all or nothing, durably; gives the new version of each record. Fails with STORE_RECORD_CHANGED where an expected version is not
   * there. A removal takes a version, too; the removal of what is not there changes nothing, and gives the version it had last, or 0.
   */
  commit(commit: Commit): Promise<readonly number[]>
  /** Newest first. */
  entries<Value>(log: LogKind<Value>, options: EntryOptions): Promise<readonly LogEntry<Value>[]>
  /** Drops entries that were written before a moment in epoch milliseconds; gives how many. */
  dropEntries(log: LogKind<unknown>, before: number): Promise<number>
  /** Tells of the commits through this store, in their order, each once it is durable. Gives what ends it. A listener must not fail. */
  watch(listener: (news: CommitNews) => void): () => void
  /** Null while somebody else holds a lease of this name. `onLost` is called at most once, if it is lost before it is released. */
  lease(name: string, onLost: () => void): Promise<Lease | null>
  /** Waits for the commits that have begun, and lets go of leases, which are not lost by that. */
  close(): Promise<void>
}

/** A write that fits its kind. */
export function writeOf<Value>(kind: RecordKind<Value>, key: RecordKey, value: Value | null, expected: number | null): Write {
  return { kind, workspace: key.workspace, id: key.id, value, expected }
}

/** An entry that fits its log. */
export function entryOf<Value>(log: LogKind<Value>, workspace: string, subject: string, value: Value): NewEntry {
  return { log, workspace, subject, value }
}
