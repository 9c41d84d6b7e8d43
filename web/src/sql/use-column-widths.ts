import { useEffect, useState } from 'react'
import { firstWidths, grown } from './column-widths.ts'
import type { LiveTable } from './live-table.ts'

const lookMs = 400
const rowsSeen = 60

/** Widths of the columns of a table that goes on: looked at now and then, for measuring each row would cost more than drawing it. */
export function useColumnWidths(table: LiveTable): readonly number[] {
  const [widths, setWidths] = useState(() => firstWidths(table.columns))
  useEffect(() => {
    const look = (): void =>
      setWidths((last) =>
        grown(
          last,
          table.rows.slice(-rowsSeen).map(({ values }) => values),
        ),
      )
    look()
    const timer = setInterval(look, lookMs)
    return () => clearInterval(timer)
  }, [table])
  return widths
}
