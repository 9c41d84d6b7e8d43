/** How long one value can be, and the error of one that would be longer. */
import { dataErrors } from './errors.ts'

/** The UTF-16 units of the longest text that V8 can hold; bytes end there as well. */
export const valueLengthMax: number = 2 ** 29 - 24

/** The error to raise for one that came up while a value was made: the runtime's own say nothing to those who wrote the statement. */
export function tooLongOr(error: unknown): unknown {
  const isOurs = error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'ERR_STRING_TOO_LONG')
  return isOurs ? valueTooLong(error) : error
}

export function valueTooLong(cause?: unknown): Error {
  return dataErrors.DATA_VALUE_TOO_LONG({ most: valueLengthMax }, { cause })
}
