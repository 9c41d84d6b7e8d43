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
  window: { only: 'session windows are aggregated at once, by the columns that they are partitioned by' },
  aggregate: { only: 'without GROUPING SETS, ROLLUP and CUBE where it aggregates windows' },
  over: { only: 'ordered by one time column, ascending, and without LEAD, NTILE, PERCENT_RANK and CUME_DIST' },
  join: { only: 'without FOR SYSTEM_TIME AS OF' },
  union: 'yes',
  distinct: 'yes',
  top: { only: 'by ROW_NUMBER' },
  sort: { only: 'over a bounded input, by time, or with LIMIT' },
  match: { no: 'MATCH_RECOGNIZE is not built yet' },
}
