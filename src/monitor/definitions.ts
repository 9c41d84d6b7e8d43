/** What people define in a workspace: rules, channels, silences. Each is checked, counted, and changed from the version that was seen. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '#base'
import { type RecordKind, RecordMap, type Store, type Stored } from '#store'
import { monitorErrors } from './errors.ts'

interface DefinitionOptions<Value> {
  readonly kind: RecordKind<Value>
  /** As messages have it. */
  readonly noun: string
  /** In each workspace. */
  readonly most: number
  /** Fails where a value cannot be used. */
  readonly check: (value: Value, workspace: string) => void
}

export class Definitions<Value> {
  readonly records: RecordMap<Value>
  readonly #store: Store
  readonly #options: DefinitionOptions<Value>

  private constructor(store: Store, records: RecordMap<Value>, options: DefinitionOptions<Value>) {
    this.#store = store
    this.records = records
    this.#options = options
  }

  static async load<Value>(store: Store, clock: Clock, options: DefinitionOptions<Value>): Promise<Definitions<Value>> {
    return new Definitions(store, await RecordMap.load(options.kind, store, clock), options)
  }

  list(workspace: string): readonly Stored<Value>[] {
    return this.records.in(workspace)
  }

  /** Fails with MONITOR_NOT_FOUND. */
  find(workspace: string, id: string): Stored<Value> {
    const found = this.records.get(workspace, id)
    if (found === undefined) throw monitorErrors.MONITOR_NOT_FOUND({ kind: this.#options.noun, id })
    return found
  }

  async create(workspace: string, value: Value, by: string): Promise<Stored<Value>> {
    const { check, most, noun } = this.#options
    check(value, workspace)
    if (this.list(workspace).length >= most) throw monitorErrors.MONITOR_TOO_MANY({ most, kind: noun })
    const id = randomUUID()
    await this.records.write({ workspace, id }, value, by)
    return this.find(workspace, id)
  }

  /** Fails with MONITOR_CHANGED where somebody else has changed it since that version. */
  async change(
    key: { readonly workspace: string; readonly id: string },
    value: Value,
    version: number,
    by: string,
  ): Promise<Stored<Value>> {
    const { workspace, id } = key
    const found = this.find(workspace, id)
    this.#options.check(value, workspace)
    if (found.version !== version) throw monitorErrors.MONITOR_CHANGED({ kind: this.#options.noun, id })
    await this.records.write({ workspace, id }, value, by)
    return this.find(workspace, id)
  }

  async remove(workspace: string, id: string, by: string): Promise<void> {
    this.find(workspace, id)
    await this.records.write({ workspace, id }, null, by)
  }

  /** Newest first, of what keeps its versions. */
  versions(workspace: string, id: string, page: { readonly before?: number; readonly limit: number }): Promise<readonly Stored<Value>[]> {
    return this.#store.versions(this.#options.kind, { workspace, id }, page)
  }
}
