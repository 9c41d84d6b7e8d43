/** Errors that data causes know the line and column of the statement only; the text tells the rest. */
import { MillraceError, type TextPosition } from '#base'

/** The same error with a place in the text: what is in another text, such as that of a view, is said and shown at the statement. */
export function withOffsets(error: unknown, text: string, statement: TextPosition): unknown {
  if (!(error instanceof MillraceError) || error.position === undefined) return error
  const { line, column, end, within } = error.position
  if (within !== undefined) {
    const detail = [error.detail, `It happened in ${within}.`].filter((part) => part !== undefined).join(' ')
    return error.with({ position: statement, detail })
  }
  if (end > 0) return error
  let start = 0
  for (let skipped = 1; skipped < line; skipped++) start = text.indexOf('\n', start) + 1
  start += column - 1
  return error.with({ position: { start, end: start + 1, line, column } })
}
