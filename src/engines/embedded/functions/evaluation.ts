/**
 * How a function of the signature table (plan/functions) is computed by the embedded engine: a builder that is called once per call in
 * a statement and returns the function that is called once per row.
 *
 * Values are boxed values (data/type.ts): an exact integer comes as a number where that is safe and as a bigint otherwise, and must be
 * returned the same way (`boxExact`). A function of null rule `strict` never sees null; any function may return null for NULL.
 */
import type { Clock } from '#base'
import type { DataType } from '#data'
import type { UserAggregate } from '#dataflow'
import type { Origin, UserFunction } from '#plan'

export interface CallShape {
  readonly arguments: readonly DataType[]
  readonly result: DataType
  /** Boxed values of arguments that are literals (null is a value), undefined where an argument varies. */
  readonly constants: readonly unknown[]
  readonly session: Session
  /** The function written in TypeScript that USER_FUNCTION stands for. */
  readonly user: UserFunction | undefined
  /** Where USER_FUNCTION is called. */
  readonly origin?: Origin | undefined
}

/** What of the run a function may depend on. */
export interface Session {
  /** Zone of local times, such as `Europe/Berlin`. */
  readonly timeZone: string
  readonly clock: Clock
  /** The instant that functions of determinism `query` speak of in a bounded run; NaN in an unbounded one, where they read the clock. */
  readonly startedAtMs: number
  /** Uniform in [0, 1); left out, each call starts its own sequence with the time. */
  readonly random?: () => number
  /** The loaded function of a user. */
  userFunction(user: UserFunction): LoadedFunction
  /** The secret of a name; null when there is none. Left out: there are none. */
  readonly secret?: ((name: string) => string | null) | undefined
}

export type ScalarFunction = (...values: never[]) => unknown

/** A function that gives its value later. */
export interface AsyncFunction {
  readonly later: (...values: never[]) => Promise<unknown>
}

/** What a user's function was loaded as: one that is called for each row, at once or for later, or an aggregate. */
export type LoadedFunction = ScalarFunction | AsyncFunction | UserAggregate

/** Refuses arguments that can only be judged here, such as a constant regular expression, by throwing a MillraceError blamed on the user. */
export type Evaluation = (shape: CallShape) => ScalarFunction
