/** What a benchmark measures: statements that prepare, and queries whose runs are timed. */

export interface BenchSuite {
  readonly name: string
  /** What is read, for the title. */
  readonly input: string
  /** Rows that every query reads. */
  readonly rows: number
  /** Tables and views of all queries. */
  readonly prepare: string
  /** The least that reading costs every query; null where it is not told apart. */
  readonly reading: BenchQuery | null
  readonly queries: readonly BenchQuery[]
}

export interface BenchQuery {
  readonly name: string
  readonly shows: string
  /** Writes one table: a CREATE TABLE AS, or an INSERT with the table before it. */
  readonly statement: string
}

/** Options of a table that writes each row as bytes, adds them to a digest and drops them. */
export const digestSink = `WITH ('connector' = 'blackhole', 'digest' = 'true')`
