/** What a statement means, once every name in it has one: what the `query` room executes. */
import type { TextPosition } from '#base'
import type { ConnectionDefinition, FunctionDefinition, Plan, TableDefinition, TablePath, ViewDefinition } from '#plan'
import type { ExplainDetail, FunctionLanguage, ShowLike, ShowSubject } from '../syntax/tree.ts'

/** What happens when the thing to create is there: an error, nothing, or the new one takes its place. */
type WhenThere = 'fail' | 'keep' | 'replace'
type WhenMissing = 'fail' | 'ignore'
export type DatabasePath = readonly [catalog: string, database: string]
export type Options = Readonly<Record<string, string>>

export type BoundStatement =
  | BoundQuery
  | BoundInsert
  | BoundCreateTable
  | BoundCreateView
  | BoundCreateFunction
  | BoundCreateCatalog
  | BoundCreateDatabase
  | BoundCreateConnection
  | BoundAlterTable
  | BoundRenameTable
  | BoundAlterView
  | BoundAlterCatalog
  | BoundAlterDatabase
  | BoundAlterConnection
  | BoundRenameConnection
  | BoundDrop
  | BoundUse
  | BoundShow
  | BoundDescribe
  | BoundExplain
  | BoundSet
  | BoundReset

/** A SELECT whose rows go to the caller. */
export interface BoundQuery {
  readonly kind: 'query'
  readonly plan: Plan
  readonly position: TextPosition
}

/** INSERT, or a statement set with many outputs. */
export interface BoundInsert {
  readonly kind: 'insert' | 'statement-set'
  readonly plan: Plan
  /** Where each output stands in the text, in the order of the plan's outputs. */
  readonly positions: readonly TextPosition[]
  readonly position: TextPosition
}

export interface BoundCreateTable {
  readonly kind: 'create-table'
  readonly definition: TableDefinition
  readonly whenThere: WhenThere
  /** CREATE TABLE … AS: fills the table after it was made. */
  readonly as: Plan | null
  /** Where the WITH options stand, by key, for errors of the connector. */
  readonly optionPositions: Readonly<Record<string, TextPosition>>
  readonly position: TextPosition
}

interface BoundCreateView {
  readonly kind: 'create-view'
  readonly definition: ViewDefinition
  readonly whenThere: WhenThere
  readonly position: TextPosition
}

/** The signature is not known before the file was loaded, so the definition comes without it. */
export interface BoundCreateFunction {
  readonly kind: 'create-function'
  readonly function: Omit<FunctionDefinition, 'signature'>
  readonly language: FunctionLanguage
  readonly whenThere: WhenThere
  /** TEMPORARY SYSTEM: found by its bare name from everywhere. */
  readonly system: boolean
  readonly position: TextPosition
}

interface BoundCreateCatalog {
  readonly kind: 'create-catalog'
  readonly name: string
  readonly options: Options
  readonly comment: string | null
  readonly whenThere: WhenThere
  readonly position: TextPosition
}

interface BoundCreateDatabase {
  readonly kind: 'create-database'
  readonly path: DatabasePath
  readonly options: Options
  readonly comment: string | null
  readonly whenThere: WhenThere
  readonly position: TextPosition
}

interface BoundCreateConnection {
  readonly kind: 'create-connection'
  readonly definition: ConnectionDefinition
  readonly whenThere: WhenThere
  readonly position: TextPosition
}

/** The definition as it is after the change; null when the table is missing and IF EXISTS forgives that. */
interface BoundAlterTable {
  readonly kind: 'alter-table'
  readonly definition: TableDefinition | null
  readonly position: TextPosition
}

/** ALTER TABLE … RENAME TO and ALTER VIEW … RENAME TO. */
interface BoundRenameTable {
  readonly kind: 'rename-table'
  readonly path: TablePath
  readonly to: TablePath
  readonly whenMissing: WhenMissing
  readonly position: TextPosition
}

interface BoundAlterView {
  readonly kind: 'alter-view'
  readonly definition: ViewDefinition
  readonly position: TextPosition
}

/** `options` are added or changed, `reset` are removed. */
interface BoundAlterCatalog {
  readonly kind: 'alter-catalog'
  readonly name: string
  readonly options: Options
  readonly reset: readonly string[]
  /** undefined: stays as it is. */
  readonly comment: string | undefined
  readonly position: TextPosition
}

interface BoundAlterDatabase {
  readonly kind: 'alter-database'
  readonly path: DatabasePath
  readonly options: Options
  readonly position: TextPosition
}

/** The definition as it is after the change; null when the connection is missing and IF EXISTS forgives that. */
interface BoundAlterConnection {
  readonly kind: 'alter-connection'
  readonly definition: ConnectionDefinition | null
  readonly position: TextPosition
}

interface BoundRenameConnection {
  readonly kind: 'rename-connection'
  readonly path: TablePath
  readonly to: TablePath
  readonly position: TextPosition
}

export interface BoundDrop {
  readonly kind: 'drop'
  readonly object: 'table' | 'view' | 'function' | 'connection' | 'catalog' | 'database'
  /** As many names as the object has: one for a catalog, two for a database, three otherwise. */
  readonly path: readonly string[]
  readonly temporary: boolean
  readonly system: boolean
  readonly whenMissing: WhenMissing
  readonly cascade: boolean
  readonly position: TextPosition
}

export interface BoundUse {
  readonly kind: 'use'
  readonly object: 'catalog' | 'database'
  /** Catalog and database; the database is null for USE CATALOG. */
  readonly catalog: string
  readonly database: string | null
  readonly position: TextPosition
}

export interface BoundShow {
  readonly kind: 'show'
  readonly subject: ShowSubject
  /** The object or the place to look in, as a full path; null where the subject has none. */
  readonly path: readonly string[] | null
  /** What is shown of one table; a view looks like a table of its columns. */
  readonly table: TableDefinition | null
  readonly like: ShowLike | null
  readonly position: TextPosition
}

export interface BoundDescribe {
  readonly kind: 'describe'
  readonly object: 'table' | 'catalog' | 'database' | 'function' | 'connection'
  readonly extended: boolean
  readonly path: readonly string[]
  /** What is described of a table; a view looks like a table of its columns. */
  readonly table: TableDefinition | null
  readonly position: TextPosition
}

export interface BoundExplain {
  readonly kind: 'explain'
  readonly details: readonly ExplainDetail[]
  readonly statement: BoundQuery | BoundInsert | BoundCreateTable
  readonly position: TextPosition
}

/** No key: lists all settings. */
interface BoundSet {
  readonly kind: 'set'
  readonly key: string | null
  readonly value: string | null
  readonly position: TextPosition
}

/** No key: all settings go back to their defaults. */
interface BoundReset {
  readonly kind: 'reset'
  readonly key: string | null
  readonly position: TextPosition
}
