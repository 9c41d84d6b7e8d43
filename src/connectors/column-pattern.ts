/** Texts with columns in them, such as `dashboard:${minute}:${page}`. What becomes of the values is for who uses them to say. */
import { closeNames, listed } from '#base'
import { columnIndex, type Schema } from '#data'

export interface ColumnPattern {
  /** The text before the first column, between each two and after the last one. */
  readonly literals: readonly string[]
  /** The columns in it, in order; one may come twice. */
  readonly columns: readonly string[]
}

/** What is wrong with a pattern, as sentences. */
export interface PatternTrouble {
  readonly detail: string
  readonly hint?: string | undefined
}

/** Takes a text apart at `${…}`; says what is wrong where a column does not exist. */
export function parseColumnPattern(text: string, schema: Schema): ColumnPattern | PatternTrouble {
  const literals: string[] = []
  const columns: string[] = []
  let at = 0
  for (const found of text.matchAll(/\$\{([^}]*)\}/g)) {
    literals.push(text.slice(at, found.index))
    columns.push(found[1] ?? '')
    at = found.index + found[0].length
  }
  literals.push(text.slice(at))
  if (literals.some((literal) => literal.includes('${'))) return { detail: `"${text}" has a \${ without a }.` }
  const strange = columns.find((name) => columnIndex(schema, name) < 0)
  if (strange === undefined) return { literals, columns }
  const names = schema.map((column) => column.name)
  const [nearest] = closeNames(strange, names, 1)
  return {
    detail: `Column "${strange}" does not exist; the columns are ${listed(names)}.`,
    hint: nearest === undefined ? undefined : `Use \${${nearest}}.`,
  }
}
