/** What the embedded engine runs, relation by relation. The compiler asks for a line for each kind. */
import type { RelationKind } from '#plan'
import type { Capability } from '../engine.ts'

export const embeddedCapabilities: Record<RelationKind, Capability> = {
  scan: 'yes',
  values: 'yes',
  watermark: 'yes',
  filter: 'yes',
  project: 'yes',
  unnest: 'yes',
  window: 'yes',
  aggregate: { only: 'over HOP windows whose size is a multiple of their slide' },
  over: { only: 'ordered by one time column, ascending, and without LEAD, NTILE, PERCENT_RANK and CUME_DIST; in batch mode in any order' },
  join: { only: 'as of processing time with tables that end or can be looked up' },
  union: 'yes',
  distinct: 'yes',
  top: { only: 'by ROW_NUMBER' },
  sort: { only: 'over a bounded input, by time, or with LIMIT' },
  match: 'yes',
  'to-changelog': 'yes',
  'from-changelog': 'yes',
  normalise: 'yes',
}
