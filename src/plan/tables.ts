/** What front ends and engines ask a catalog for. The waist owns these shapes so that neither side depends on the other. */
import type { DataType } from '#data'
import type { Expression, UserFunction } from './plan.ts'

/** Catalog, database and table name. */
export type TablePath = readonly [catalog: string, database: string, table: string]

export interface Tables {
  /** The table at a full path, or undefined. */
  table(path: TablePath): TableDefinition | undefined
}

export interface TableDefinition {
  readonly path: TablePath
  readonly columns: readonly TableColumn[]
  readonly watermark: { readonly column: string; readonly expression: Expression; readonly text: string } | null
  /** Column names; empty when the table has no primary key. */
  readonly primaryKey: readonly string[]
  readonly partitionedBy: readonly string[]
  /** The WITH clause; below it the options of the connection, where the table uses one. */
  readonly options: Readonly<Record<string, string>>
  /** The connection that it uses, by name, and the WITH clause alone; left out: it uses none. */
  readonly uses?: { readonly connection: TablePath; readonly options: Readonly<Record<string, string>> }
  readonly comment: string | null
  readonly temporary: boolean
}

/** How much a table holds. */
export interface TableSize {
  readonly rows: number
  /** Whether the table ends by itself. */
  readonly ends: boolean
}

export type TableColumn =
  | { readonly kind: 'physical'; readonly name: string; readonly type: DataType; readonly comment: string | null }
  | {
      readonly kind: 'metadata'
      readonly name: string
      readonly type: DataType
      readonly comment: string | null
      /** The connector's name for it. */
      readonly key: string
      /** VIRTUAL: read but never written. */
      readonly virtual: boolean
    }
  | {
      readonly kind: 'computed'
      readonly name: string
      readonly type: DataType
      readonly comment: string | null
      /** Over the physical and metadata columns. */
      readonly expression: Expression
      /** The same as Flink SQL. */
      readonly text: string
    }

export interface ViewDefinition {
  readonly path: TablePath
  /** Names given in the statement; null keeps those of the query. */
  readonly columns: readonly string[] | null
  /** The query, as Flink SQL text. */
  readonly query: string
  readonly comment: string | null
  readonly temporary: boolean
}

export interface FunctionDefinition extends UserFunction {
  readonly path: TablePath
  readonly temporary: boolean
  readonly signature: UserSignature
}

/** What a user function takes and gives, as its file declares. */
export interface UserSignature {
  readonly kind: 'scalar' | 'table' | 'aggregate'
  readonly parameters: readonly DataType[]
  readonly result: DataType
}
