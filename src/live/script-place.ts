/** Places in a text with values, found in the text with variables that its writer has before him. */
import type { Failure } from '#base'
import type { fillPlaces } from '#jobs'

type FilledPlaces = ReturnType<typeof fillPlaces>['places']

export function findInScript(failure: Failure, places: FilledPlaces, script: string): Failure {
  const { position } = failure
  if (position === null || places.length === 0) return failure
  const start = offsetOf(position.start, places, 'scriptStart')
  const end = Math.max(start, offsetOf(position.end, places, 'scriptEnd'))
  const before = script.slice(0, start)
  const column = start - (before.lastIndexOf('\n') + 1) + 1
  return { ...failure, position: { start, end, line: before.split('\n').length, column } }
}

/** A place within a value is that of its variable. */
function offsetOf(at: number, places: FilledPlaces, edge: 'scriptStart' | 'scriptEnd'): number {
  const last = places.findLast(({ start, end }) => (edge === 'scriptStart' ? start <= at : start < at && end > start))
  if (last === undefined) return at
  const isWithin = edge === 'scriptStart' ? at < last.end : at <= last.end
  return isWithin ? last[edge] : at - last.end + last.scriptEnd
}
