/** What a file of tests says, after reading. Lines count from 1. */

export interface TestFile {
  /** As the user named it. */
  readonly name: string
  readonly text: string
  readonly tests: readonly TestCase[]
}

export interface TestCase {
  readonly name: string
  readonly line: number
  readonly tables: readonly InputTable[]
  readonly files: readonly InputFile[]
  readonly steps: readonly Step[]
  readonly gap: Gap | null
  /** Why Flink gives another answer, or none. */
  readonly own: OwnAnswer | null
}

export interface OwnAnswer {
  readonly why: string
  /** Whether all tests of the file share it, so that some may answer as Flink does. */
  readonly isShared: boolean
}

/** Why a test cannot pass: it must fail, and makes the run fail as soon as it passes. */
export interface Gap {
  /** We could and do not yet; another project must move first; we never will. */
  readonly kind: 'notimpl' | 'notyet' | 'never'
  readonly why: string
}

/** Input rows of one table, in the batches in which they arrive. */
export interface InputTable {
  readonly name: string
  readonly line: number
  /** Declarations besides the columns of the header: a watermark, computed columns, a primary key. */
  readonly declarations: readonly string[]
  /** A table that a script creates has its types from there. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[]
  readonly batches: readonly (readonly (readonly string[])[])[]
  /** Where runs that read the table are broken off and started again, in the order of the rows. */
  readonly restarts: readonly Restart[]
}

export interface Restart {
  readonly line: number
  readonly table: string
  /** Rows of the table that have been read by then. */
  readonly afterRows: number
  /** Whether there are rows since the last checkpoint, which are read again. */
  readonly rereads: boolean
}

/** A file as it is, for formats and for input that is wrong. */
export interface InputFile {
  readonly name: string
  readonly lines: readonly string[]
}

/** Statements, then what is expected of the last of them. */
export interface Step {
  /** The file whose statements these are, with the line that names it; null for statements of the test itself. */
  readonly script: { readonly name: string; readonly line: number } | null
  readonly sql: string
  /** For each line of the statements its line in the file. */
  readonly sqlLines: readonly number[]
  readonly expectation: Expectation | null
}

export type ExpectationKind = 'rows' | 'rows in order' | 'changelog' | 'error' | 'files'

export interface Expectation {
  readonly kind: ExpectationKind
  /** What follows the word: the table that is looked at, key columns of a changelog, the code and place of an error, the folder of files. */
  readonly detail: string
  /** The header and the rows of a table; one cell a line for files. */
  readonly rows: readonly ExpectedRow[]
  readonly line: number
  /** The lines of the file that hold it, its first one included. */
  readonly lineCount: number
}

export interface ExpectedRow {
  readonly cells: readonly string[]
  readonly line: number
}
