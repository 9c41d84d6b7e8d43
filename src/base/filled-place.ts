/** Places in a text with values, found in the text with variables that its writer has before him. */
import type { Failure } from './failure.ts'

/** Where a value was put in for a variable: its place in the filled text, and that of the variable in the script. */
export interface FilledPlace {
  readonly start: number
  readonly end: number
  readonly scriptStart: number
  readonly scriptEnd: number
}

/** What is wrong with a filled text, at its place in the script. `places` are in their order. */
export function findInScript<F extends Pick<Failure, 'position'>>(failure: F, places: readonly FilledPlace[], script: string): F {
  const { position } = failure
  if (position === null || places.length === 0) return failure
  const start = offsetInScript(position.start, places, 'scriptStart')
  const end = Math.max(start, offsetInScript(position.end, places, 'scriptEnd'))
  const before = script.slice(0, start)
  const column = start - (before.lastIndexOf('\n') + 1) + 1
  return { ...failure, position: { start, end, line: before.split('\n').length, column } }
}

/** A place within a value is that of its variable. */
export function offsetInScript(at: number, places: readonly FilledPlace[], edge: 'scriptStart' | 'scriptEnd'): number {
  const last = places.findLast(({ start, end }) => (edge === 'scriptStart' ? start <= at : start < at && end > start))
  if (last === undefined) return at
  const isWithin = edge === 'scriptStart' ? at < last.end : at <= last.end
  return isWithin ? last[edge] : at - last.end + last.scriptEnd
}
