/** How a subquery relates to the query around it. */
import type { DataType } from '#data'
import { columnsIn, type Expression, mapExpression } from '#plan'

/**
 * The conditions are over columns of the query around (marked, see `outerNameOf`) and over columns that the subquery adds to its rows
 * for them, under fresh names.
 */
export interface Correlation {
  readonly conditions: Expression[]
  /** `rows`: whether and which rows there are. `value`: one aggregate per row around. */
  readonly wanted: 'rows' | 'value'
  /** Set by the subquery when its value for no rows is 0 and not NULL. */
  countsRows: boolean
}

/** What the name of a column of the query around is marked with inside a subquery. */
const outerMark = '\u0000'

export function outerReference(name: string, type: DataType): Expression {
  return { kind: 'column', name: outerMark + name, type }
}

/** The name in the query around, or null for a column of the query itself. */
export function outerNameOf(name: string): string | null {
  return name.startsWith(outerMark) ? name.slice(outerMark.length) : null
}

/** Whether an expression reads a column of the query around it. */
export function readsOuter(expression: Expression): boolean {
  return [...columnsIn(expression)].some((name) => outerNameOf(name) !== null)
}

/** The conditions as the query around sees them: its own columns without the mark, those of the subquery under new names. */
export function relatedConditions({ conditions }: Correlation, names: ReadonlyMap<string, string>): Expression[] {
  return conditions.map((condition) =>
    mapExpression(condition, (part) => {
      if (part.kind !== 'column') return part
      return { ...part, name: outerNameOf(part.name) ?? names.get(part.name) ?? part.name }
    }),
  )
}
