/**
 * Which time FOR SYSTEM_TIME AS OF speaks of. By event time a row of the left side meets the version that the right side had at the time
 * of the row; by processing time, what the right side holds when the row comes: it is looked up.
 */
import type { Join, Relation } from './plan.ts'
import { schemaOf } from './schema.ts'

export type AsOfTime =
  /** The time columns of the left side and of the right, which says from when on a version holds. */
  { readonly kind: 'event-time'; readonly left: string; readonly right: string } | { readonly kind: 'processing-time' }

/** Null for a join that reads both sides as they come. */
export function asOfTimeOf({ left, right, asOf }: Pick<Join, 'left' | 'right' | 'asOf'>): AsOfTime | null {
  if (asOf === null) return null
  const role = schemaOf(left).find(({ name }) => name === asOf)?.role
  const [version] = eventTimesOf(right)
  if (role === 'processing-time' || version === undefined) return { kind: 'processing-time' }
  return { kind: 'event-time', left: asOf, right: version }
}

/** The columns of event time, which a table of versions has one of. */
export function eventTimesOf(relation: Relation): string[] {
  return schemaOf(relation).flatMap(({ name, role }) => (role === 'event-time' || role === 'window-time' ? [name] : []))
}
