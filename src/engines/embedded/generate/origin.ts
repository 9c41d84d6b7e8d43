/** Adds the place in the statement to errors that data causes. */
import { MillraceError } from '#base'
import type { Origin } from '#plan'
import { embeddedErrors } from '../errors.ts'
import type { ScalarFunction } from '../functions/evaluation.ts'

type Run = (...values: unknown[]) => unknown

/** Wraps a scalar function so that what it throws says where in the statement it was called. Written out by arity: it runs per row. */
export function atOrigin(run: ScalarFunction, arity: number, origin: Origin, name: string): ScalarFunction {
  const f = run as Run
  const located = (error: unknown): never => {
    throw locate(error, origin, name)
  }
  switch (arity) {
    case 1:
      return (a: unknown) => {
        try {
          return f(a)
        } catch (error) {
          return located(error)
        }
      }
    case 2:
      return (a: unknown, b: unknown) => {
        try {
          return f(a, b)
        } catch (error) {
          return located(error)
        }
      }
    default:
      return (...values: unknown[]) => {
        try {
          return f(...values)
        } catch (error) {
          return located(error)
        }
      }
  }
}

/** The same error with the place in the statement, unless it has one already. */
function locate(error: unknown, origin: Origin, name: string): unknown {
  if (!(error instanceof MillraceError)) {
    return embeddedErrors.ENGINE_FUNCTION_THREW(
      { name, problem: (error instanceof Error ? error.message : String(error)).slice(0, 60) },
      { cause: error, position: { start: 0, end: 0, ...origin } },
    )
  }
  if (error.position !== undefined) return error
  return new MillraceError(
    error.code,
    { blame: error.blame, message: error.message },
    {},
    {
      detail: error.detail,
      hint: error.hint,
      position: { start: 0, end: 0, ...origin },
      cause: error.cause,
    },
  )
}
