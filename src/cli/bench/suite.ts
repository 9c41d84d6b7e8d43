/** What a benchmark measures: statements that prepare, and queries whose runs are timed. */

export interface BenchSuite {
  readonly name: string
  /** What is read, for the title. */
  readonly input: string
  /** Rows that every query reads. */
  readonly rows: number
  /** Tables and views of all queries. */
  readonly prepare: string
  readonly queries: readonly BenchQuery[]
}

export interface BenchQuery {
  readonly name: string
  readonly shows: string
  /** One INSERT, and the table that it writes. */
  readonly statement: string
}

/** A table that takes rows and drops them. */
export function blackhole(name: string, columns: string): string {
  return `CREATE TABLE ${name} (${columns}) WITH ('connector' = 'blackhole');\n`
}
