/**
 * Declarations of functions that users write, for authors in TypeScript:
 *
 *     export const shorten: ScalarFunction<[text: string | null, length: number | null], string | null> = { … }
 */
interface Declaration {
  /** SQL types, such as `STRING` and `DECIMAL(10, 2)`. */
  readonly parameters: readonly string[]
  /** A SQL type; of a table function `TABLE<name TYPE, …>`. */
  readonly returns: string
}

/** Gives a value for each row. */
export interface ScalarFunction<Values extends readonly unknown[], Result> extends Declaration {
  evaluate(...values: Values): Result
}

/** Gives a value for each row, later. */
export interface AsyncScalarFunction<Values extends readonly unknown[], Result> extends Declaration {
  readonly async: true
  evaluate(...values: Values): Promise<Result>
}

/** Gives rows for each row. */
export interface TableFunction<Values extends readonly unknown[], Row extends readonly unknown[]> extends Declaration {
  evaluate(...values: Values): readonly Row[]
}

/**
 * Gives a value for the rows of a group. `accumulate`, `retract` and `merge` change the accumulator in place, or give the one to go on
 * with.
 */
export interface AggregateFunction<Values extends readonly unknown[], Result, Accumulator> extends Declaration {
  /** The SQL type of the accumulator; left out, it is plain data. */
  readonly accumulator?: string
  createAccumulator(): Accumulator
  accumulate(accumulator: Accumulator, ...values: Values): Accumulator | undefined
  retract?(accumulator: Accumulator, ...values: Values): Accumulator | undefined
  merge?(accumulator: Accumulator, other: Accumulator): Accumulator | undefined
  getValue(accumulator: Accumulator): Result
}

export type FunctionDeclaration =
  | ScalarFunction<never[], unknown>
  | AsyncScalarFunction<never[], unknown>
  | TableFunction<never[], readonly unknown[]>
  | AggregateFunction<never[], unknown, unknown>
