/**
 * The logical plan: what an answer is, never how to compute it.
 *
 * Plans are plain data without closures or bytes: they print, compare, travel and are stored. Columns go by name, unique within a
 * relation. Every engine compiles the same plan.
 */
import type { Column, DataType } from '#data'
import type { AggregateName, FunctionName, OverName } from './functions/names.ts'
import type { TablePath } from './tables.ts'

/** What one statement asks for: rows shown to the caller or written to tables. Outputs that share a relation share the object. */
export interface Plan {
  readonly outputs: readonly Output[]
}

export type Output =
  | { readonly kind: 'collect'; readonly input: Relation }
  | {
      readonly kind: 'insert'
      readonly table: TablePath
      /** Its columns are the table's persisted columns, in order and type. */
      readonly input: Relation
      readonly overwrite: boolean
      /** Options given by a hint on the statement. */
      readonly options: Readonly<Record<string, string>>
      /** What it takes besides the rows of its input: rows that operators drop since they come too late, or what could not be read or written. */
      readonly takes?: 'late rows' | 'dead letters'
    }

export type Relation =
  | Scan
  | Values
  | Watermark
  | Filter
  | Project
  | Unnest
  | Window
  | Aggregate
  | Over
  | Join
  | Union
  | Distinct
  | Top
  | Sort
  | Match
  | ToChangelog
  | FromChangelog
  | Normalise
export type RelationKind = Relation['kind']

/** Reads physical and metadata columns of a catalogued table. */
export interface Scan {
  readonly kind: 'scan'
  readonly table: TablePath
  readonly columns: readonly Column[]
  /** The table's column or metadata key that each column comes from, by the column's name. */
  readonly sources: Readonly<Record<string, ScanSource>>
  /** Conditions that a reader may use to skip rows. They are checked again above the scan. */
  readonly conditions: readonly Expression[]
  /** Options given by a hint in the statement. */
  readonly options: Readonly<Record<string, string>>
}
export interface ScanSource {
  readonly kind: 'physical' | 'metadata'
  readonly key: string
}

/** Rows written in the statement. */
export interface Values {
  readonly kind: 'values'
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Expression[])[]
}

/** Declares a column as event time; the expression gives the watermark after each row. */
export interface Watermark {
  readonly kind: 'watermark'
  readonly input: Relation
  readonly column: string
  readonly watermark: Expression
}

export interface Filter {
  readonly kind: 'filter'
  readonly input: Relation
  readonly condition: Expression
}

/** Computes columns. A bare column reference keeps the column's role. */
export interface Project {
  readonly kind: 'project'
  readonly input: Relation
  readonly columns: readonly NamedExpression[]
}
export interface NamedExpression {
  readonly name: string
  readonly value: Expression
}

/** Joins each row with the elements of a collection or the rows of a table function computed from it. */
export interface Unnest {
  readonly kind: 'unnest'
  readonly input: Relation
  /** An array, map or multiset, or a call of a table function. */
  readonly collection: Expression
  /** left keeps a row whose collection is empty, with NULL columns. */
  readonly join: 'inner' | 'left'
  /** Columns added: the element, the fields of a row element, or key and value. */
  readonly columns: readonly Column[]
  /** Name of an added column that counts elements from 1, after the others. */
  readonly ordinality: string | null
}

/** Assigns rows to windows: adds the columns window_start, window_end and window_time, and copies a row for each of its windows. */
export interface Window {
  readonly kind: 'window'
  readonly input: Relation
  /** The time column, of role event-time, processing-time or window-time. */
  readonly time: string
  readonly shape: WindowShape
  /** Names given to the added columns. */
  readonly start: string
  readonly end: string
  readonly timeName: string
}
/** All lengths in milliseconds. */
export type WindowShape =
  | { readonly kind: 'tumble'; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'hop'; readonly slideMs: number; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'cumulate'; readonly stepMs: number; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'session'; readonly gapMs: number; readonly partitionBy: readonly string[] }

/**
 * Groups rows and measures each group. Without `window` a group is updated as rows arrive; with it, the keys hold the bounds of a
 * window and each group is emitted once, when the watermark passes its end. No keys: one group, which exists even without rows.
 */
export interface Aggregate {
  readonly kind: 'aggregate'
  readonly input: Relation
  readonly keys: readonly string[]
  readonly measures: readonly Measure[]
  /** Columns of the input that bound the window, both among the keys. */
  readonly window: { readonly start: string; readonly end: string } | null
  /**
   * GROUPING SETS: subsets of keys to group by; the other keys are NULL in those rows and the column named by `groupingId` tells which
   * (a bit per key, first key highest, 1 where it is not grouped by). Null: one set with all keys.
   */
  readonly groupingSets: { readonly sets: readonly (readonly string[])[]; readonly groupingId: string } | null
  /** For how long a group is kept that no row comes to; 0: for good; left out: as the run has it. */
  readonly stateTtlMs?: number
}
export interface Measure {
  readonly name: string
  readonly function: AggregateName
  readonly arguments: readonly Expression[]
  readonly distinct: boolean
  readonly filter: Expression | null
  readonly type: DataType
  /** For the function USER_AGGREGATE. */
  readonly user?: UserFunction
  /** Where the call of a user's function stands. */
  readonly origin?: Origin
}

/** Computes functions over a frame of rows around each row of a partition. */
export interface Over {
  readonly kind: 'over'
  readonly input: Relation
  readonly partitionBy: readonly string[]
  readonly orderBy: readonly SortKey[]
  readonly frame: OverFrame
  readonly measures: readonly OverMeasure[]
}
export interface OverMeasure {
  readonly name: string
  readonly function: AggregateName | OverName
  readonly arguments: readonly Expression[]
  readonly distinct: boolean
  readonly type: DataType
  readonly user?: UserFunction
  /** Where the call stands. */
  readonly origin?: Origin
}
export interface OverFrame {
  readonly unit: 'rows' | 'range'
  /** Rows, or milliseconds for a range, before the current row; null: unbounded. */
  readonly preceding: number | null
  /** Rows after the current row; null: unbounded; left out: none, but for its equals in a range. */
  readonly following?: number | null
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'

/** Joins two relations. Column names of both sides differ; semi and anti give the left side's columns only. */
export interface Join {
  readonly kind: 'join'
  readonly type: JoinType
  readonly left: Relation
  readonly right: Relation
  /** Pairs of columns compared with `=`. */
  readonly equal: readonly JoinKey[]
  /** What must hold besides, over the columns of both sides. */
  readonly condition: Expression | null
  /** Left event-time column in FOR SYSTEM_TIME AS OF: the right side is read as it was then. Processing time makes a lookup. */
  readonly asOf: string | null
  /** How a LOOKUP hint wants rows to be looked up. */
  readonly lookup?: LookupHint
  /** Where the right side of FOR SYSTEM_TIME AS OF stands, for errors that only an engine can know of. */
  readonly origin?: Origin
  /** For how long rows of each side are kept; 0: for good; left out: as the run has it. */
  readonly stateTtlMs?: { readonly left?: number; readonly right?: number }
}
/** What a LOOKUP hint says; what it leaves open is as the run has it. */
export interface LookupHint {
  /** Whether rows may come while others are still looked up. */
  readonly async?: boolean
  /** Keys that are looked up at a time. */
  readonly capacity?: number
  /** For how long a lookup is waited for, with all its retries. */
  readonly timeoutMs?: number
  /** Asks again for keys without a row. */
  readonly retry?: { readonly delayMs: number; readonly attempts: number }
}
export interface JoinKey {
  readonly left: string
  readonly right: string
  /** IS NOT DISTINCT FROM: NULL equals NULL. */
  readonly nullsEqual: boolean
}

/** All rows of all inputs, column by column by position; names are those of the first. UNION without ALL is a distinct above it. */
export interface Union {
  readonly kind: 'union'
  readonly inputs: readonly Relation[]
}

/** Each different row once. */
export interface Distinct {
  readonly kind: 'distinct'
  readonly input: Relation
  /** For how long a row is kept that does not come again; 0: for good; left out: as the run has it. */
  readonly stateTtlMs?: number
}

/** The rows of each partition whose place in the order lies from `from` to `to`, counted from 1. Recognised from ROW_NUMBER. */
export interface Top {
  readonly kind: 'top'
  readonly input: Relation
  readonly function: 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK'
  readonly partitionBy: readonly string[]
  readonly orderBy: readonly SortKey[]
  readonly from: number
  readonly to: number
  /** Name of the added column with the place; null when nobody asks for it. */
  readonly rank: string | null
}

/** Orders rows and cuts the result. Without `limit` an unbounded input can only be ordered by event time first, ascending. */
export interface Sort {
  readonly kind: 'sort'
  readonly input: Relation
  readonly orderBy: readonly SortKey[]
  readonly offset: number
  readonly limit: number | null
}
export interface SortKey {
  readonly column: string
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/**
 * MATCH_RECOGNIZE, one row a match: the partition columns, then the measures. Definitions see the columns of the input, which are those
 * of the row that is tested, and the lookups, which know the rows matched so far with the tested row as the last; measures see the
 * lookups alone.
 */
export interface Match {
  readonly kind: 'match'
  readonly input: Relation
  readonly partitionBy: readonly string[]
  /** A time column first, ascending. */
  readonly orderBy: readonly SortKey[]
  /** Variables in the order of their rows, none twice. */
  readonly pattern: readonly MatchStep[]
  /** The condition of a variable, under its name. Variables without one take any row. */
  readonly definitions: readonly NamedExpression[]
  readonly measures: readonly NamedExpression[]
  /** Under names that no column of the input has. */
  readonly lookups: readonly MatchLookup[]
  readonly after: MatchSkip
  /** Rows so far behind the first row of a match are not in it. */
  readonly withinMs: number | null
}
export interface MatchStep {
  readonly variable: string
  readonly min: number
  readonly max: number | null
  readonly greedy: boolean
}
/** Without a variable: among the rows of all variables. */
export type MatchLookup =
  /** A column of the row at a place, counted from 0 from one end; NULL where there is none. */
  | {
      readonly kind: 'row'
      readonly name: string
      readonly variable: string | null
      readonly from: 'first' | 'last'
      readonly offset: number
      readonly column: string
      readonly type: DataType
    }
  | (Omit<Measure, 'distinct' | 'filter'> & { readonly kind: 'aggregate'; readonly variable: string | null })
  /** MATCH_ROWTIME: when the match was found. In measures only. */
  | { readonly kind: 'time'; readonly name: string; readonly type: DataType }
export type MatchSkip =
  | { readonly kind: 'past-last-row' | 'to-next-row' }
  | { readonly kind: 'to-first' | 'to-last'; readonly variable: string }

/** The kinds of change, as SQL names them. */
export type ChangeName = 'INSERT' | 'UPDATE_BEFORE' | 'UPDATE_AFTER' | 'DELETE'

/** TO_CHANGELOG: each change of a row as a row of its own that stays, with a text before its columns that tells what happened. */
export interface ToChangelog {
  readonly kind: 'to-changelog'
  readonly input: Relation
  /** Name of the added column, which comes first. */
  readonly op: string
  /** The text for a kind of change; changes of other kinds are left out. */
  readonly codes: readonly ChangeCode[]
}

/** FROM_CHANGELOG: rows that tell what happened to a row, as the changes that they tell of. */
export interface FromChangelog {
  readonly kind: 'from-changelog'
  readonly input: Relation
  /** The column that tells it, which goes. */
  readonly op: string
  readonly codes: readonly ChangeCode[]
  readonly origin?: Origin
}
export interface ChangeCode {
  readonly code: string
  readonly change: ChangeName
}

export type Expression = ColumnReference | Literal | Call | Case | Cast

interface ColumnReference {
  readonly kind: 'column'
  readonly name: string
  readonly type: DataType
}

/** A constant: a boxed value of the type (data/type.ts). Bytes are written as hexadecimal text. */
export interface Literal {
  readonly kind: 'literal'
  readonly value: LiteralValue
  readonly type: DataType
}
export type LiteralValue = null | boolean | number | bigint | string | readonly LiteralValue[]

export interface Call {
  readonly kind: 'call'
  readonly function: FunctionName
  readonly arguments: readonly Expression[]
  readonly type: DataType
  /** For the function USER_FUNCTION. */
  readonly user?: UserFunction
  /** Line and column of the statement, for errors that only data can cause. */
  readonly origin?: Origin
}

export interface Case {
  readonly kind: 'case'
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise: Expression
  readonly type: DataType
}

export interface Cast {
  readonly kind: 'cast'
  readonly value: Expression
  readonly type: DataType
  /** What a value that does not convert becomes: an error, or NULL. */
  readonly failing: 'error' | 'null'
  readonly origin?: Origin
}

export interface Origin {
  readonly line: number
  readonly column: number
  /** What the place is in, when that is another text than the statement: `view "v": 10 / a`. */
  readonly within?: string
}

/** A function written in TypeScript: the export of a file. */
export interface UserFunction {
  readonly name: string
  readonly file: string
  readonly export: string
  /** Whether it is known to this process alone, and no file is to be loaded for it. */
  readonly isInCode?: true
}

/**
 * Makes full changes of upserts: rows that replace the one with their key, and deletions that may carry nothing but it. What was not there
 * before is inserted, and rows that say nothing new are dropped.
 */
export interface Normalise {
  readonly kind: 'normalise'
  readonly input: Relation
  readonly key: readonly string[]
}
