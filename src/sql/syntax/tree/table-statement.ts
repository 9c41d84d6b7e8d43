import type { TextPosition } from '#base'
import type { Expression } from './expression.ts'
import type { StringLiteral } from './literal.ts'
import type { Identifier, Name } from './name.ts'
import type { Query } from './query.ts'
import type { Option } from './statement.ts'
import type { DataType } from './type.ts'

export interface CreateTable {
  readonly kind: 'create-table'
  readonly temporary: boolean
  readonly orReplace: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly columns: readonly ColumnDefinition[]
  /** Table constraints only; those written beside a column are on the column. */
  readonly constraints: readonly KeyConstraint[]
  /** One is allowed; a second is the binder's to refuse. */
  readonly watermarks: readonly WatermarkDefinition[]
  readonly comment?: string
  readonly distribution?: Distribution
  readonly partitionedBy: readonly Identifier[]
  /** USING CONNECTION. */
  readonly connection?: Name
  readonly options: readonly Option[]
  readonly like?: TableLike
  /** CREATE TABLE … AS query. */
  readonly query?: Query
  readonly position: TextPosition
}

export type ColumnDefinition = PhysicalColumn | ComputedColumn | MetadataColumn | ListedColumn

/** `c T [NOT NULL] [PRIMARY KEY NOT ENFORCED] [COMMENT 's']`: NOT NULL is on the type. */
export interface PhysicalColumn {
  readonly kind: 'physical-column'
  readonly name: Identifier
  readonly type: DataType
  /** Its `columns` hold the column itself. */
  readonly constraint?: KeyConstraint
  readonly comment?: string
  readonly position: TextPosition
}

/** `c AS expression`. */
export interface ComputedColumn {
  readonly kind: 'computed-column'
  readonly name: Identifier
  readonly expression: Expression
  readonly comment?: string
  readonly position: TextPosition
}

/** `c T METADATA [FROM 'key'] [VIRTUAL]`. */
export interface MetadataColumn {
  readonly kind: 'metadata-column'
  readonly name: Identifier
  readonly type: DataType
  readonly key?: StringLiteral
  readonly virtual: boolean
  readonly constraint?: KeyConstraint
  readonly comment?: string
  readonly position: TextPosition
}

/** A name alone, as in `CREATE TABLE t (b, a) AS SELECT …`: order of the query's columns. */
interface ListedColumn {
  readonly kind: 'listed-column'
  readonly name: Identifier
  readonly position: TextPosition
}

export interface KeyConstraint {
  readonly kind: 'key-constraint'
  readonly name?: Identifier
  readonly key: 'primary' | 'unique'
  readonly columns: readonly Identifier[]
  /** Absent when neither ENFORCED nor NOT ENFORCED was written. */
  readonly enforced?: boolean
  readonly position: TextPosition
}

/** `WATERMARK FOR c AS expression`; the column may be a field of a row, `c.f`. */
export interface WatermarkDefinition {
  readonly kind: 'watermark-definition'
  readonly column: Name
  readonly expression: Expression
  readonly position: TextPosition
}

/** `DISTRIBUTED BY HASH(a) INTO 4 BUCKETS`. */
export interface Distribution {
  readonly kind: 'distribution'
  readonly method?: 'hash' | 'range'
  readonly columns: readonly Identifier[]
  readonly buckets?: number
  readonly position: TextPosition
}

export interface TableLike {
  readonly kind: 'table-like'
  readonly table: Name
  readonly options: readonly LikeOption[]
  readonly position: TextPosition
}

export interface LikeOption {
  readonly kind: 'like-option'
  readonly merge: 'including' | 'excluding' | 'overwriting'
  readonly feature: 'all' | 'constraints' | 'distribution' | 'generated' | 'metadata' | 'options' | 'partitions' | 'watermarks'
  readonly position: TextPosition
}

export interface CreateView {
  readonly kind: 'create-view'
  readonly temporary: boolean
  readonly orReplace: boolean
  readonly orAlter: boolean
  readonly ifNotExists: boolean
  readonly name: Name
  readonly columns: readonly ViewColumn[]
  readonly comment?: string
  readonly query: Query
  readonly position: TextPosition
}

export interface ViewColumn {
  readonly kind: 'view-column'
  readonly name: Identifier
  readonly comment?: string
  readonly position: TextPosition
}

export interface AlterView {
  readonly kind: 'alter-view'
  readonly ifExists: boolean
  readonly name: Name
  /** Exactly one of the two: RENAME TO, or AS query. */
  readonly renameTo?: Name
  readonly query?: Query
  readonly position: TextPosition
}

export interface AlterTable {
  readonly kind: 'alter-table'
  readonly ifExists: boolean
  readonly name: Name
  readonly change: TableChange
  readonly position: TextPosition
}

export type TableChange =
  | RenameTable
  | SetOptions
  | ResetOptions
  | ChangeSchema
  | DropColumns
  | DropKey
  | DropWatermark
  | DropDistribution
  | RenameColumn

export interface RenameTable {
  readonly kind: 'rename-table'
  readonly to: Name
  readonly position: TextPosition
}

interface SetOptions {
  readonly kind: 'set-options'
  readonly options: readonly Option[]
  readonly position: TextPosition
}

interface ResetOptions {
  readonly kind: 'reset-options'
  readonly keys: readonly StringLiteral[]
  readonly position: TextPosition
}

/** ADD and MODIFY, with one element or a list in parentheses. */
export interface ChangeSchema {
  readonly kind: 'add' | 'modify'
  readonly columns: readonly ColumnChange[]
  readonly constraints: readonly KeyConstraint[]
  readonly watermarks: readonly WatermarkDefinition[]
  readonly distribution?: Distribution
  readonly position: TextPosition
}

/** A column and where it goes: FIRST, or AFTER another. */
export interface ColumnChange {
  readonly kind: 'column-change'
  readonly column: ColumnDefinition
  readonly first: boolean
  readonly after?: Identifier
  readonly position: TextPosition
}

interface DropColumns {
  readonly kind: 'drop-columns'
  readonly columns: readonly Name[]
  readonly position: TextPosition
}

/** DROP PRIMARY KEY when there is no constraint name, DROP CONSTRAINT otherwise. */
interface DropKey {
  readonly kind: 'drop-key'
  readonly constraint?: Identifier
  readonly position: TextPosition
}

interface DropWatermark {
  readonly kind: 'drop-watermark'
  readonly position: TextPosition
}

interface DropDistribution {
  readonly kind: 'drop-distribution'
  readonly position: TextPosition
}

export interface RenameColumn {
  readonly kind: 'rename-column'
  readonly from: Name
  readonly to: Identifier
  readonly position: TextPosition
}
