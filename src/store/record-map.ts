/**
 * All records of a kind in memory, written through to their store. For kinds that are few and asked for often; the server that holds a
 * store is the only one that writes it.
 */
import { assert, type Clock } from '#base'
import type { NewEntry, RecordKey, RecordKind, Store, Stored, Write } from './store.ts'
import { writeOf } from './store.ts'

const pageSize = 1000

type Stamp = Pick<Stored<unknown>, 'version' | 'writtenAt' | 'writtenBy'>

/** A change of a record in a map: what is to be written, and what then becomes of the map. */
export interface RecordChange {
  readonly write: Write
  readonly committed: (stamp: Stamp) => void
}

export class RecordMap<Value> {
  readonly kind: RecordKind<Value>
  readonly #store: Store
  readonly #clock: Clock
  /** By workspace, then by id. */
  readonly #records = new Map<string, Map<string, Stored<Value>>>()

  private constructor(kind: RecordKind<Value>, store: Store, clock: Clock) {
    this.kind = kind
    this.#store = store
    this.#clock = clock
  }

  static async load<Value>(kind: RecordKind<Value>, store: Store, clock: Clock): Promise<RecordMap<Value>> {
    const map = new RecordMap(kind, store, clock)
    let after: RecordKey | undefined
    for (;;) {
      const page = await store.list(kind, { workspace: null, limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const record of page) map.#put(record)
      if (page.length < pageSize) return map
      after = page.at(-1)
    }
  }

  get(workspace: string, id: string): Stored<Value> | undefined {
    return this.#records.get(workspace)?.get(id)
  }

  /** In the order in which they were made or loaded. */
  in(workspace: string): readonly Stored<Value>[] {
    return [...(this.#records.get(workspace)?.values() ?? [])]
  }

  /** Of all workspaces. */
  *all(): Generator<Stored<Value>> {
    for (const records of this.#records.values()) yield* records.values()
  }

  /** Those with an id, one of each workspace that has it. */
  *withId(id: string): Generator<Stored<Value>> {
    for (const records of this.#records.values()) {
      const record = records.get(id)
      if (record !== undefined) yield record
    }
  }

  /** A value in place of the version that is known here, to be committed; null removes the record, whatever its version. */
  change(key: RecordKey, value: Value | null): RecordChange {
    const write = writeOf(this.kind, key, value, value === null ? null : (this.get(key.workspace, key.id)?.version ?? 0))
    return { write, committed: (stamp) => this.#apply(key, value, stamp) }
  }

  /** Commits one change; gives the record, or null when it was removed. */
  async write(key: RecordKey, value: Value | null, by: string): Promise<Stored<Value> | null> {
    await this.commit([this.change(key, value)], by)
    return this.get(key.workspace, key.id) ?? null
  }

  /** Reads a record anew: after a write whose outcome is not known. */
  async refresh(key: RecordKey): Promise<void> {
    const record = await this.#store.read(this.kind, key)
    if (record === null) this.#records.get(key.workspace)?.delete(key.id)
    else this.#put(record)
  }

  /** Commits changes of this map and of others of the same store, all or none. */
  async commit(changes: readonly RecordChange[], by: string, entries: readonly NewEntry[] = []): Promise<void> {
    const versions = await this.#store.commit({ writes: changes.map(({ write }) => write), entries, by })
    const writtenAt = this.#clock.nowMs()
    for (const [index, { committed }] of changes.entries()) {
      const version = versions[index]
      assert(version !== undefined, 'a commit gives a version for each write')
      committed({ version, writtenAt, writtenBy: by })
    }
  }

  #apply(key: RecordKey, value: Value | null, stamp: Stamp): void {
    if (value === null) this.#records.get(key.workspace)?.delete(key.id)
    else this.#put({ workspace: key.workspace, id: key.id, value, ...stamp })
  }

  #put(record: Stored<Value>): void {
    const records = this.#records.get(record.workspace) ?? new Map<string, Stored<Value>>()
    this.#records.set(record.workspace, records)
    records.set(record.id, record)
  }
}
