/** Errors that data causes know the line and column of the statement only; the text tells the rest. */
import { MillraceError } from '#base'

/** The same error with offsets into the text, where it has a line and column without them. */
export function withOffsets(error: unknown, text: string): unknown {
  if (!(error instanceof MillraceError) || error.position === undefined || error.position.end > 0) return error
  const { line, column } = error.position
  let start = 0
  for (let skipped = 1; skipped < line; skipped++) start = text.indexOf('\n', start) + 1
  start += column - 1
  const { code, blame, message, detail, hint, cause } = error
  return new MillraceError(code, { blame, message }, {}, { detail, hint, cause, position: { start, end: start + 1, line, column } })
}
