/** What databases differ in: names, types, placeholders and a few statements. Everything else is the same for all of them. */
import type { TargetName } from './options.ts'
import type { Cell, OpenSession, Parameter, Session } from './session.ts'

/** What kind of values a column of a database holds. */
export type ColumnFamily =
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'float'
  | 'double'
  | 'text'
  /** Something else that is written and read as text, such as a UUID, JSON or a word of an ENUM. */
  | 'as-text'
  | 'bytes'
  | 'date'
  | 'time'
  /** A wall clock without a time zone. */
  | 'timestamp'
  /** A moment. */
  | 'instant'
  | 'array'

export interface TargetColumn {
  readonly name: string
  readonly family: ColumnFamily
  /** As the database prints it. */
  readonly type: string
  /** The name of the type without length, for casts; of an array, that of its elements. */
  readonly castType: string
  /** Of the elements of an array. */
  readonly elementFamily: ColumnFamily | null
  readonly nullable: boolean
  /** Whether a row needs no value for it, and whether it takes one. */
  readonly hasDefault: boolean
  readonly isGenerated: boolean
  /** Digits of a decimal; null: as many as there are. */
  readonly precision: number | null
  /** Digits after the point of a decimal, or of seconds; null: as many as there are. */
  readonly scale: number | null
  /** Whether 0 and 1 stand for truth. */
  readonly isFlag: boolean
  /** Whether values are filled up with blanks that do not count. */
  readonly isPadded: boolean
}

export interface TargetTable {
  readonly schema: string
  readonly name: string
  readonly columns: readonly TargetColumn[]
  /** Columns of the primary key; empty without one. */
  readonly primaryKey: readonly string[]
  /** Columns of all unique keys, that of the primary key first. */
  readonly uniqueKeys: readonly (readonly string[])[]
}

export interface Statement {
  readonly sql: string
  readonly values: readonly Parameter[]
}

/** Texts of values by column and row; what `encodeColumn` makes. */
export type Texts = readonly (readonly (string | null)[])[]

/** What is written, and how its rows are found. */
export interface WriteShape {
  readonly target: TargetTable
  readonly columns: readonly TargetColumn[]
  /** Places of the columns of the key; empty: rows are only added. */
  readonly key: readonly number[]
}

/** Makes the statements that write rows of texts; `rows` are places in these texts. */
export interface RowStatements {
  /** How many rows a statement takes at most, of so many that wait. */
  rowsPerStatement(waiting: number): number
  put(texts: Texts, rows: readonly number[]): Statement
  remove(texts: Texts, rows: readonly number[]): Statement
}

export interface Dialect {
  readonly name: 'postgresql' | 'mysql'
  readonly open: OpenSession
  quote(name: string): string
  /** What the database says of a table; null when it has none of that name. */
  describe(session: Session, target: TargetName): Promise<TargetTable | null>
  /** Names of the tables beside it. */
  tableNames(session: Session, target: TargetName): Promise<readonly string[]>
  /** About how many rows a table has, by the statistics of the database; null when there are none. */
  countRows(session: Session, target: TargetTable): Promise<number | null>
  /** An expression that gives the value of a column without losing anything. */
  read(column: TargetColumn): string
  /** A placeholder for a value that is compared with a column; `index` counts from 1. */
  placeholder(column: TargetColumn, index: number): string
  /** The value of a placeholder for a text. */
  parameter(column: TargetColumn, text: string): Parameter
  /** A condition that holds for rows with one of the keys, which come as texts by column and row. */
  keyCondition(columns: readonly TargetColumn[], keys: Texts, rows: readonly number[]): Statement
  /** How many keys may stand in one such condition. */
  keysMax(columns: number): number
  rowStatements(shape: WriteShape): RowStatements
  /** Statements that begin a transaction that reads as of one moment. */
  readonly beginReading: readonly string[]
  /** The two tables of a sink that commits exactly once, to be created where they are missing. */
  createCommitTables(commits: string, rows: string): readonly string[]
  /** Adds a row of such columns unless there is one with its key. The first column is one of the key. */
  insertMissing(table: string, columns: readonly MadeColumn[]): string
  /** The `index`-th placeholder as text, and as a whole number. */
  text(index: number): string
  integer(index: number): string
  /** Checks that rows could be written, without writing one. */
  probe(shape: WriteShape): readonly Statement[]
}

/** A column of a table that the connector makes for itself. */
export interface MadeColumn {
  readonly name: string
  readonly kind: 'text' | 'integer'
}

/** A name with its schema, quoted. */
export function quotedTarget(
  dialect: Pick<Dialect, 'quote'>,
  { schema, name }: { readonly schema: string | null; readonly name: string },
): string {
  return schema === null ? dialect.quote(name) : `${dialect.quote(schema)}.${dialect.quote(name)}`
}

export function cellText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return ''
  return cell instanceof Uint8Array ? Buffer.from(cell).toString('utf8') : String(cell)
}
