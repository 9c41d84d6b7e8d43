/** What a caller is told while statements run. */
import type { TextPosition } from '#base'
import type { Batch, Schema } from '#data'
import type { RunReport } from '#engines'
import type { RunMetrics } from '#metrics'

export interface StatementListener {
  /** A statement of the script begins; `kind` names it in the words of SQL, such as `CREATE TABLE`. */
  started?(statement: StatementInfo): void
  /** The whole answer of a statement that is answered at once: SHOW, DESCRIBE, EXPLAIN. Boxed values. */
  table?(schema: Schema, rows: readonly (readonly unknown[])[]): void
  /** What a statement without rows did, such as `created table "orders"`. */
  done?(message: string): void
  /** The job of a SELECT, INSERT or statement set has begun. */
  submitted?(jobId: string): void
  /** A SELECT begins to give rows. `updating`: earlier rows may change or go. */
  opened?(query: QueryInfo): void
  /** Rows of the SELECT opened last. The batch is only valid during the call; a promise holds the run back. */
  changes?(batch: Batch): void | Promise<void>
  /** The SELECT opened last has given all its rows. */
  closed?(): void
  /** Now and then while rows flow. */
  progress?(report: RunReport): void
  /** What the operators of a run did so far: every `metrics.fetcher.update-interval`, and at its end, whatever that was. */
  measured?(run: MeasuredRun): void
  /** A run of a SELECT, INSERT or statement set has ended. */
  ended?(report: RunReport): void
}

export interface MeasuredRun {
  readonly jobId: string
  readonly metrics: RunMetrics
  /** Whether the run has ended. */
  readonly isLast: boolean
  /** The plan with what was measured beside its operators. */
  readonly explain: () => string
}

export interface StatementInfo {
  readonly kind: string
  readonly text: string
  readonly position: TextPosition
}

export interface QueryInfo {
  readonly schema: Schema
  readonly updating: boolean
  /** How the answer is ordered, when the statement says so. */
  readonly order: readonly ResultOrder[]
}

export interface ResultOrder {
  /** Place of the column. */
  readonly column: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}
