/**
 * How outside systems are read and written. A connector is one folder with the same few files: its options as data, a reader, a
 * writer, its errors. Everything an engine needs is in this file.
 */
import type { Clock } from '#base'
import type { Batch, Schema } from '#data'

export interface Connector {
  /** The value of the option `connector`. */
  readonly name: string
  readonly options: readonly ConnectorOption[]
  /** Null when the connector cannot be read. Checks its options at once; opens nothing yet. */
  readonly source: ((table: ConnectorTable) => Source) | null
  /** Null when the connector cannot be written. Checks its options at once; opens nothing yet. */
  readonly sink: ((table: ConnectorTable) => Sink) | null
}

/** One option of a connector or format: for validation, help and forms. */
export interface ConnectorOption {
  /** Such as `rows-per-second`; `#` stands for a column name, as in `fields.#.kind`. */
  readonly key: string
  readonly type: 'text' | 'boolean' | 'integer' | 'double' | 'duration' | 'memory' | { readonly oneOf: readonly string[] }
  readonly required: boolean
  /** As it would be written; null when there is none. */
  readonly default: string | null
  readonly description: string
}

/** A catalogued table as a connector sees it. */
export interface ConnectorTable {
  /** Printed name, for errors. */
  readonly name: string
  /** All physical columns, in order. */
  readonly schema: Schema
  readonly options: Readonly<Record<string, string>>
  readonly primaryKey: readonly string[]
  readonly partitionedBy: readonly string[]
  /** Zone of local time stamps, such as `Europe/Berlin`. */
  readonly timeZone: string
  readonly clock: Clock
}

export interface Source {
  /** Whether the input ends by itself. */
  readonly bounded: boolean
  /** Metadata columns that can be asked for, by key. */
  readonly metadata: Schema
  /** Single fields of a ROW column can be asked for, under keys such as `bid.price`; NULL where the row is. */
  readonly readsFields?: true
  open(request: ReadRequest): Promise<SourceReader>
}

/** What of a table is wanted. Columns that nobody asks for are never decoded. */
export interface ReadRequest {
  /** Physical columns and metadata keys wanted, in the order of the batch's columns. */
  readonly columns: readonly WantedColumn[]
  /** All of them must hold. A reader may use them to skip rows and need not: rows are checked again. */
  readonly conditions: readonly ColumnCondition[]
  /** Where to go on: what `SourceReader.position` gave. Left out: from the beginning. */
  readonly position?: unknown
  readonly signal: AbortSignal
}
export interface WantedColumn {
  readonly kind: 'physical' | 'metadata'
  /** Column name or metadata key. */
  readonly key: string
  readonly type: Schema[number]['type']
}
/** A comparison of a physical column with a boxed value of the column's type; `in` holds when one of the values is equal. */
export interface ColumnCondition {
  readonly column: string
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'in'
  readonly values: readonly unknown[]
}

export interface SourceReader {
  /**
   * The next batch; a promise when it has to be waited for; null at the end of a bounded input. The batch may be filled again by the
   * next call. Must settle soon after the request's signal is aborted.
   */
  read(): SourceBatch | null | Promise<SourceBatch | null>
  /** Where reading stands after the last batch returned, as JSON that `open` could start from. */
  position(): unknown
  /** Rows that were set aside because they could not be read, so far. */
  readonly skippedRows: number
  close(): Promise<void>
}
export interface SourceBatch {
  readonly batch: Batch
  /** The independent part of the input that the rows come from, such as a partition; each has a watermark of its own. */
  readonly split: string
}

export interface Sink {
  /** Kinds of change that the sink takes: inserts only; changes by primary key without -U; or all four kinds. */
  readonly takes: 'append' | 'upsert' | 'all'
  open(request: WriteRequest): Promise<SinkWriter>
}
export interface WriteRequest {
  /** The columns of the batches: all persisted columns of the table. */
  readonly schema: Schema
  readonly overwrite: boolean
  readonly signal: AbortSignal
}

export interface SinkWriter {
  /** Takes the rows over before it returns. A promise asks the caller to wait before it reads on (back pressure). */
  write(batch: Batch): void | Promise<void>
  /** Makes everything written so far ready to commit; returns what `commit` needs, as JSON. Nothing is visible before the commit. */
  prepare(): Promise<unknown>
  /** Makes prepared rows visible for good. May be called again with the same record after a crash. */
  commit(record: unknown): Promise<void>
  /** Ends the work and drops what was not committed. */
  close(): Promise<void>
}
