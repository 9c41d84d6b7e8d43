/** How wide columns are drawn, in characters: wide enough for what was seen of them, never narrower again, and none beyond reason. */
import { cellText } from './cell-text.ts'
import type { Column } from './live-table.ts'

const least = 6
const most = 48

export function firstWidths(columns: readonly Column[]): readonly number[] {
  return columns.map(({ name, type }) => within(name.length + type.replace(/ NOT NULL$/, '').length + 2))
}

/** The widths with room for some rows; the same widths when there is room already. */
export function grown(widths: readonly number[], rows: readonly (readonly unknown[])[]): readonly number[] {
  let isGrown = false
  const next = widths.map((width, index) => {
    const needed = within(rows.reduce((longest, row) => Math.max(longest, cellText(row[index]).length), 0))
    if (needed > width) isGrown = true
    return Math.max(width, needed)
  })
  return isGrown ? next : widths
}

function within(width: number): number {
  return Math.min(most, Math.max(least, width))
}
