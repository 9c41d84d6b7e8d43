/** What is kept of the permanent things of a catalog. */
import type { CatalogObject } from './catalog.ts'

export interface KeptDefinition {
  /** One statement, with full names; secrets stand in it by their names. */
  readonly text: string
  /** Of tables and views; null where it is something else, or where a view no longer fits what it reads. */
  readonly columns: readonly KeptColumn[] | null
  readonly comment: string | null
  /** The connector of a table or a connection; null for everything else. */
  readonly connector: string | null
  /** The path of the connection that a table uses; left out: none. */
  readonly connection?: readonly string[]
}

interface KeptColumn {
  readonly name: string
  /** Such as `BIGINT NOT NULL`. */
  readonly type: string
  readonly comment: string | null
}

/** A thing that was touched, and what is to be kept of it; null: it is gone, with all that was in it. */
export interface DefinitionChange {
  readonly object: CatalogObject
  readonly definition: KeptDefinition | null
}
