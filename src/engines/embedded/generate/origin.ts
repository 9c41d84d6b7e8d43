/** Adds the place in the statement to errors that data causes. */
import { constants } from 'node:buffer'
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
export function locate(error: unknown, origin: Origin, name: string): unknown {
  if (!(error instanceof MillraceError)) {
    const extras = { cause: error, position: { start: 0, end: 0, ...origin } }
    if (isTooLong(error)) return embeddedErrors.ENGINE_TEXT_TOO_LONG({ name, limit: constants.MAX_STRING_LENGTH }, extras)
    const problem = (error instanceof Error ? error.message : String(error)).slice(0, 60)
    return embeddedErrors.ENGINE_FUNCTION_THREW({ name, problem }, extras)
  }
  return error.position === undefined ? error.with({ position: { start: 0, end: 0, ...origin } }) : error
}

/** What the runtime says where a text, or the list it is made from, would have more characters than can be held. */
function isTooLong(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return /^Invalid (?:string|array) length$/.test(error.message) || ('code' in error && error.code === 'ERR_STRING_TOO_LONG')
}
