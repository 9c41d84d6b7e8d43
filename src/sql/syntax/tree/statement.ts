import type { TextPosition } from '#base'
import type { Expression } from './expression.ts'
import type { StringLiteral } from './literal.ts'
import type { Identifier, Name } from './name.ts'
import type { Hint, Query } from './query.ts'
import type { AlterTable, AlterView, CreateTable, CreateView } from './table-statement.ts'

export type Statement =
  | QueryStatement
  | Insert
  | StatementSet
  | CreateTable
  | CreateView
  | CreateFunction
  | CreateCatalog
  | CreateDatabase
  | CreateConnection
  | AlterTable
  | AlterView
  | AlterFunction
  | AlterCatalog
  | AlterDatabase
  | AlterConnection
  | Drop
  | Explain
  | Describe
  | Show
  | Use
  | SetStatement
  | Reset
  | OtherStatement

export interface QueryStatement {
  readonly kind: 'query-statement'
  readonly query: Query
  readonly position: TextPosition
}

/** INSERT INTO and INSERT OVERWRITE, with or without EXECUTE before it. */
export interface Insert {
  readonly kind: 'insert'
  readonly overwrite: boolean
  readonly target: Name
  readonly hints: readonly Hint[]
  readonly partition: readonly PartitionValue[]
  /** The columns named after the target; empty when none were. */
  readonly columns: readonly Identifier[]
  readonly query: Query
  readonly onConflict?: OnConflict
  readonly position: TextPosition
}

/** What a table does with rows of one primary key that the query tells apart: ON CONFLICT DO … */
interface OnConflict {
  readonly kind: 'on-conflict'
  readonly action: 'DEDUPLICATE' | 'NOTHING' | 'ERROR'
  readonly position: TextPosition
}

/** `day = '2020-01-31'` of PARTITION (…); no value where the column alone is named. */
export interface PartitionValue {
  readonly kind: 'partition-value'
  readonly column: Identifier
  readonly value?: Expression
  readonly position: TextPosition
}

/** EXECUTE STATEMENT SET BEGIN … END and BEGIN STATEMENT SET; … END. */
export interface StatementSet {
  readonly kind: 'statement-set'
  readonly statements: readonly Insert[]
  readonly position: TextPosition
}

/** `'key' = 'value'` in WITH and SET lists. */
export interface Option {
  readonly kind: 'option'
  readonly key: StringLiteral
  readonly value: StringLiteral
  readonly position: TextPosition
}

export interface CreateFunction {
  readonly kind: 'create-function'
  readonly temporary: boolean
  readonly system: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly className: StringLiteral
  readonly language?: FunctionLanguage
  readonly resources: readonly FunctionResource[]
  readonly position: TextPosition
}

/** JAVA, SCALA and PYTHON are Flink's; TYPESCRIPT and JAVASCRIPT are ours. */
export type FunctionLanguage = 'JAVA' | 'SCALA' | 'PYTHON' | 'TYPESCRIPT' | 'JAVASCRIPT'

/** `USING JAR 'path'`; FILE is ours. */
export interface FunctionResource {
  readonly kind: 'function-resource'
  readonly type: 'JAR' | 'FILE' | 'ARTIFACT'
  readonly path: StringLiteral
  readonly position: TextPosition
}

export interface CreateCatalog {
  readonly kind: 'create-catalog'
  readonly ifNotExists: boolean
  readonly name: Identifier
  readonly comment?: string
  readonly options: readonly Option[]
  readonly position: TextPosition
}

export interface CreateDatabase {
  readonly kind: 'create-database'
  readonly ifNotExists: boolean
  readonly name: Name
  readonly comment?: string
  readonly options: readonly Option[]
  readonly position: TextPosition
}

/** CREATE CONNECTION: options that tables may share. */
export interface CreateConnection {
  readonly kind: 'create-connection'
  readonly temporary: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly comment?: string
  readonly options: readonly Option[]
  readonly position: TextPosition
}

export interface Drop {
  readonly kind: 'drop'
  readonly object: 'table' | 'view' | 'function' | 'connection' | 'catalog' | 'database'
  readonly temporary: boolean
  /** TEMPORARY SYSTEM FUNCTION. */
  readonly system: boolean
  readonly ifExists: boolean
  readonly name: Name
  /** CASCADE or RESTRICT after DROP DATABASE. */
  readonly behavior?: 'cascade' | 'restrict'
  readonly position: TextPosition
}

export interface AlterFunction {
  readonly kind: 'alter-function'
  readonly temporary: boolean
  readonly system: boolean
  readonly ifExists: boolean
  readonly name: Name
  readonly className: StringLiteral
  readonly language?: FunctionLanguage
  readonly position: TextPosition
}

/** Exactly one of `options`, `reset` and `comment` is there. */
export interface AlterCatalog {
  readonly kind: 'alter-catalog'
  readonly name: Identifier
  readonly options?: readonly Option[]
  readonly reset?: readonly StringLiteral[]
  readonly comment?: string
  readonly position: TextPosition
}

export interface AlterDatabase {
  readonly kind: 'alter-database'
  readonly name: Name
  readonly options: readonly Option[]
  readonly position: TextPosition
}

/** Exactly one of `options`, `reset`, `comment` and `renameTo` is there. */
export interface AlterConnection {
  readonly kind: 'alter-connection'
  readonly ifExists: boolean
  readonly name: Name
  readonly options?: readonly Option[]
  readonly reset?: readonly StringLiteral[]
  readonly comment?: string
  readonly renameTo?: Name
  readonly position: TextPosition
}

export type ExplainDetail = 'ESTIMATED_COST' | 'CHANGELOG_MODE' | 'JSON_EXECUTION_PLAN' | 'PLAN_ADVICE' | 'GENERATED_CODE'

export interface Explain {
  readonly kind: 'explain'
  readonly details: readonly ExplainDetail[]
  readonly statement: QueryStatement | Insert | StatementSet | CreateTable
  readonly position: TextPosition
}

export interface Describe {
  readonly kind: 'describe'
  readonly object: 'table' | 'catalog' | 'database' | 'function' | 'connection'
  readonly extended: boolean
  readonly name: Name
  readonly position: TextPosition
}

export type ShowSubject =
  | 'catalogs'
  | 'databases'
  | 'tables'
  | 'views'
  | 'functions'
  | 'user-functions'
  | 'connections'
  | 'columns'
  | 'partitions'
  | 'procedures'
  | 'models'
  | 'modules'
  | 'full-modules'
  | 'jars'
  | 'jobs'
  | 'current-catalog'
  | 'current-database'
  | 'create-table'
  | 'create-view'
  | 'create-connection'
  | 'create-catalog'

export interface Show {
  readonly kind: 'show'
  readonly subject: ShowSubject
  /** After FROM or IN, or the object itself: SHOW COLUMNS FROM t, SHOW CREATE TABLE t, SHOW PARTITIONS t. */
  readonly name?: Name
  readonly like?: ShowLike
  readonly partition: readonly PartitionValue[]
  readonly position: TextPosition
}

export interface ShowLike {
  readonly kind: 'show-like'
  readonly operator: 'like' | 'ilike'
  readonly negated: boolean
  readonly pattern: string
  readonly position: TextPosition
}

export interface Use {
  readonly kind: 'use'
  /** USE d and USE c.d are 'database'. */
  readonly object: 'catalog' | 'database' | 'modules'
  /** One name, or the list of modules. */
  readonly names: readonly Name[]
  readonly position: TextPosition
}

/** `SET 'k' = 'v'` and `SET k = v`; no key for SET alone, which lists all. */
export interface SetStatement {
  readonly kind: 'set'
  readonly key?: string
  readonly value?: string
  readonly position: TextPosition
}

export interface Reset {
  readonly kind: 'reset'
  readonly key?: string
  readonly position: TextPosition
}

/** A statement of Flink's that is recognised by its first words and not run here. */
export interface OtherStatement {
  readonly kind: 'other-statement'
  /** As one says it: `UPDATE`, `LOAD MODULE`, `CREATE MODEL`. */
  readonly name: string
  /** The whole text of the statement as written. */
  readonly text: string
  readonly position: TextPosition
}
