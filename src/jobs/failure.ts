/** What made something fail, as data that can be stored and shown. */
import { MillraceError, shortened } from '#base'
import type { RunFailure } from './job-host.ts'

/** Texts of others may be as long as they like. */
const textLengthMax = 4000
const causesMax = 10

export function failureOf(error: unknown): RunFailure {
  if (!(error instanceof MillraceError)) return foreign(error)
  const { code, blame, message, detail, hint, position } = error
  const place = position === undefined ? null : { line: position.line, column: position.column, start: position.start, end: position.end }
  return {
    code,
    blame,
    message: shortened(message, textLengthMax),
    detail: detail === undefined ? null : shortened(detail, textLengthMax),
    hint: hint === undefined ? null : shortened(hint, textLengthMax),
    position: place,
    causes: causesOf(error.cause),
  }
}

/** An error without a code is a fault of ours, since errors of others are given codes where they come in. */
function foreign(error: unknown): RunFailure {
  const message = shortened(messageOf(error), textLengthMax)
  return { code: 'BASE_INVARIANT_BROKEN', blame: 'internal', message, detail: null, hint: null, position: null, causes: [] }
}

function causesOf(cause: unknown): string[] {
  const causes: string[] = []
  for (let next = cause; next !== undefined && next !== null && causes.length < causesMax; ) {
    causes.push(shortened(messageOf(next), textLengthMax))
    next = next instanceof Error ? next.cause : undefined
  }
  return causes
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
