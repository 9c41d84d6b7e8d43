/** What a row of a function table says: which arguments a function takes, what it gives, and how it treats NULL. */
import type { DataType } from '#data'

/** An argument as the binder knows it: its type, and its boxed value when it is a literal. */
export interface Argument {
  readonly type: DataType
  /** undefined when the argument is not a literal. */
  readonly literal: unknown
}

/** The types that the arguments are converted to before the call, and the type of the result. */
interface Resolution {
  readonly arguments: readonly DataType[]
  readonly result: DataType
}

export interface Signature {
  /** Least and greatest number of arguments. */
  readonly arity: readonly [min: number, max: number]
  /** Shown in help and errors, such as `SUBSTRING(string, start [, length])`. */
  readonly usage: string
  /**
   * Decides the types. Null when these arguments do not suit; the error then shows `usage`. The nullability of the result is final: a
   * strict function can have a nullable result even when no argument is.
   */
  resolve(args: readonly Argument[]): Resolution | null
  /** strict: NULL as soon as one argument is NULL, and the evaluation never sees it. custom: the evaluation decides. */
  readonly nulls: 'strict' | 'custom'
  /** pure: same arguments, same result. query: one value for a whole run. row: a new value each time. */
  readonly determinism: 'pure' | 'query' | 'row'
}
