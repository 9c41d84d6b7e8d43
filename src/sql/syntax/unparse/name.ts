import { printText, quotedName, writtenName } from '#plan'
import type { Identifier, Name, TableAlias } from '../tree.ts'

/** Writes a name, in backticks if it had them or needs them. */
export function unparseIdentifier(identifier: Identifier): string {
  const { text, quoted } = identifier
  return quoted ? quotedName(text) : writtenName(text)
}

export function unparseName(name: Name): string {
  return name.parts.map(unparseIdentifier).join('.')
}

/** Writes `(a, b)`. */
export function unparseNames(names: readonly Identifier[]): string {
  return `(${names.map(unparseIdentifier).join(', ')})`
}

export function unparseAlias(alias: TableAlias | undefined): string {
  if (alias === undefined) return ''
  const columns = alias.columns.length === 0 ? '' : unparseNames(alias.columns)
  return ` AS ${unparseIdentifier(alias.name)}${columns}`
}

export function unparseString(text: string): string {
  return printText(text)
}

/** Joins the parts that are there with blanks. */
export function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' ')
}
