/**
 * The permanent catalogs of workspaces, in a store: each thing is the statement that makes it, with all its versions. What a session or
 * a job of a workspace sees is made from them.
 */
import type { Clock } from '#base'
import { type RecordKind, RecordMap, type Store, type Stored } from '#store'
import type { CatalogObject } from './catalog.ts'
import { catalogErrors } from './errors.ts'
import type { DefinitionChange, KeptDefinition } from './kept-definition.ts'

export interface CatalogEntry extends KeptDefinition {
  readonly object: CatalogObject
}

/** Permanent things, and the statements that make them. */
export type KeptObjects = readonly { readonly object: CatalogObject; readonly text: string }[]

const entryKind: RecordKind<CatalogEntry> = { name: 'catalog-entry', keepsVersions: true }

const versionsMax = 1000
/** Things of one workspace. */
const entriesMax = 20_000

export class WorkspaceCatalogs {
  readonly #entries: RecordMap<CatalogEntry>
  readonly #store: Store
  /** By workspace: how often its catalog has changed since the server began. */
  readonly #revisions = new Map<string, number>()

  private constructor(entries: RecordMap<CatalogEntry>, store: Store) {
    this.#entries = entries
    this.#store = store
  }

  static async load(store: Store, clock: Clock): Promise<WorkspaceCatalogs> {
    return new WorkspaceCatalogs(await RecordMap.load(entryKind, store, clock), store)
  }

  /** Another one after each change: who has seen this one has seen everything. */
  revision(workspace: string): number {
    return this.#revisions.get(workspace) ?? 0
  }

  /** By kind and path. */
  entries(workspace: string): readonly Stored<CatalogEntry>[] {
    return this.#entries.in(workspace).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** All of it, to be made again. */
  kept(workspace: string): KeptObjects {
    return this.#entries.in(workspace).map(({ value }) => ({ object: value.object, text: value.text }))
  }

  has(workspace: string, id: string): boolean {
    return this.#entries.get(workspace, id) !== undefined
  }

  find(workspace: string, id: string): Stored<CatalogEntry> {
    const found = this.#entries.get(workspace, id)
    if (found === undefined) throw catalogErrors.CATALOG_ENTRY_NOT_FOUND({ id })
    return found
  }

  /** Newest first; those of a thing that is gone, too. */
  versions(workspace: string, id: string): Promise<readonly Stored<CatalogEntry>[]> {
    return this.#store.versions(entryKind, { workspace, id }, { limit: versionsMax })
  }

  /**
   * Writes down what statements did, all of it or nothing, and gives the revision that this made. Of two who change the same thing at a time
   * the second one wins.
   */
  async apply(workspace: string, changes: readonly DefinitionChange[], by: string): Promise<number> {
    if (changes.length === 0) return this.revision(workspace)
    const values = new Map<string, CatalogEntry | null>()
    for (const { object, definition } of changes) {
      if (definition === null) for (const id of this.#idsIn(workspace, object)) values.set(id, null)
      values.set(entryIdOf(object), definition === null ? null : { object, ...definition })
    }
    const added = [...values].filter(([id, value]) => value !== null && this.#entries.get(workspace, id) === undefined).length
    if (this.#entries.in(workspace).length + added > entriesMax) throw catalogErrors.CATALOG_FULL({ most: entriesMax })
    const written = [...values].filter(([id, value]) => value !== null || this.#entries.get(workspace, id) !== undefined)
    await this.#entries.commit(
      written.map(([id, value]) => this.#entries.change({ workspace, id }, value)),
      by,
    )
    const made = this.revision(workspace) + 1
    this.#revisions.set(workspace, made)
    return made
  }

  /** Those that lie in a catalog or a database. */
  #idsIn(workspace: string, { kind, path }: CatalogObject): string[] {
    if (kind !== 'catalog' && kind !== 'database') return []
    return this.#entries
      .in(workspace)
      .filter(({ value }) => value.object.path.length > path.length && path.every((name, index) => value.object.path[index] === name))
      .map(({ id }) => id)
  }
}

/** Names may hold whatever they like, also what stands between them. */
export function entryIdOf({ kind, path }: CatalogObject): string {
  return [kind, ...path.map((name) => encodeURIComponent(name))].join(':')
}
