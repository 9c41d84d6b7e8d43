/**
 * What data exists and under which names. Paths are full: catalog, database, object. A temporary object hides a permanent one of the
 * same path, as in Flink. Whoever stores catalogs for good implements this interface; memory.ts is the one that forgets.
 */
import type { TextPosition } from '#base'
import type { ConnectionDefinition, FunctionDefinition, TableDefinition, TablePath, Tables, ViewDefinition } from '#plan'

export type DatabasePath = readonly [catalog: string, database: string]

export interface CatalogDefinition {
  readonly name: string
  readonly options: Readonly<Record<string, string>>
  readonly comment: string | null
}

export interface DatabaseDefinition {
  readonly path: DatabasePath
  readonly options: Readonly<Record<string, string>>
  readonly comment: string | null
}

/** What happens when a thing to create is there already. */
export type WhenThere = 'fail' | 'keep' | 'replace'
/** What happens when a thing to drop or change is not there. */
export type WhenMissing = 'fail' | 'ignore'

export interface DropHow {
  readonly whenMissing: WhenMissing
  readonly temporary: boolean
}

/** A permanent thing of a catalog. */
export interface CatalogObject {
  readonly kind: 'catalog' | 'database' | 'table' | 'view' | 'function' | 'connection'
  /** One name for a catalog, two for a database, else three. */
  readonly path: readonly string[]
}

/** Where the name stands in the statement, so that errors can show it. */
export type At = TextPosition | undefined

export interface Catalog extends Tables {
  /** Where names of one part are looked up. */
  readonly current: DatabasePath

  catalogNames(): readonly string[]
  catalog(name: string): CatalogDefinition | undefined
  databaseNames(catalog: string): readonly string[]
  database(path: DatabasePath): DatabaseDefinition | undefined
  /** Tables and views, temporary ones too, sorted. */
  tableNames(path: DatabasePath): readonly string[]
  viewNames(path: DatabasePath): readonly string[]
  functionNames(path: DatabasePath): readonly string[]
  systemFunctionNames(): readonly string[]
  connectionNames(path: DatabasePath): readonly string[]

  /** With the options that its connection has now, where it uses one. The same object as long as neither of the two has changed. */
  table(path: TablePath): TableDefinition | undefined
  view(path: TablePath): ViewDefinition | undefined
  function(path: TablePath): FunctionDefinition | undefined
  connection(path: TablePath): ConnectionDefinition | undefined
  /** A temporary system function: found by its bare name, before everything else. */
  systemFunction(name: string): FunctionDefinition | undefined

  /** The permanent things that were made, changed or dropped since this was asked last; none where nobody keeps them. */
  takeTouched(): readonly CatalogObject[]

  useCatalog(name: string, at?: At): void
  useDatabase(path: DatabasePath, at?: At): void

  /** Each create gives false when one was there and stays; whether a table, view or function is temporary says its definition. */
  createCatalog(definition: CatalogDefinition, whenThere: WhenThere, at?: At): boolean
  createDatabase(definition: DatabaseDefinition, whenThere: WhenThere, at?: At): boolean
  createTable(definition: TableDefinition, whenThere: WhenThere, at?: At): boolean
  createView(definition: ViewDefinition, whenThere: WhenThere, at?: At): boolean
  createFunction(definition: FunctionDefinition, how: { readonly whenThere: WhenThere; readonly system: boolean }, at?: At): boolean
  createConnection(definition: ConnectionDefinition, whenThere: WhenThere, at?: At): boolean

  /** Puts a changed definition in the place of the one with the same name. */
  alterCatalog(definition: CatalogDefinition, at?: At): void
  alterDatabase(definition: DatabaseDefinition, at?: At): void
  alterTable(definition: TableDefinition, at?: At): void
  alterView(definition: ViewDefinition, at?: At): void
  /** Fails where a table that uses it gives one of its options another value. */
  alterConnection(definition: ConnectionDefinition, at?: At): void
  renameTable(path: TablePath, to: TablePath, at?: At): void
  /** Fails where tables use it: they know it by its name. */
  renameConnection(path: TablePath, to: TablePath, at?: At): void

  /** Each drop gives false when there was nothing to drop. */
  dropCatalog(name: string, whenMissing: WhenMissing, at?: At): boolean
  dropDatabase(path: DatabasePath, how: { readonly whenMissing: WhenMissing; readonly cascade: boolean }, at?: At): boolean
  dropTable(path: TablePath, how: DropHow, at?: At): boolean
  dropView(path: TablePath, how: DropHow, at?: At): boolean
  dropFunction(path: TablePath, how: DropHow & { readonly system: boolean }, at?: At): boolean
  /** Fails where tables use it, unless it is temporary. */
  dropConnection(path: TablePath, how: DropHow, at?: At): boolean
}

/** Where names of one part are looked up before any USE. */
export const defaultPath: DatabasePath = ['default_catalog', 'default_database']
