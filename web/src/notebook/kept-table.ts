/** What was kept of a cell, to be shown as what a run shows is. */
import { LiveTable } from '../sql/live-table.ts'
import type { CellOutput } from './notebook-spec.ts'

export function tableOf({ columns, rows, updating }: CellOutput): LiveTable {
  const table = new LiveTable(columns, updating)
  table.apply(
    rows.map((values) => ({ op: '+I', values })),
    Number.NEGATIVE_INFINITY,
  )
  return table
}
