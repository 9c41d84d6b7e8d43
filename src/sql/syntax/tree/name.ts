import type { TextPosition } from '#base'

export interface Identifier {
  readonly kind: 'identifier'
  /** The name itself: without backticks, letter case as written. */
  readonly text: string
  readonly quoted: boolean
  readonly position: TextPosition
}

/** One to many identifiers with dots between: `catalog.database.table`, or `table.column.field`. */
export interface Name {
  readonly kind: 'name'
  readonly parts: readonly Identifier[]
  readonly position: TextPosition
}

/** A dotted name as people say it, without backticks. */
export function nameText({ parts }: { readonly parts: readonly Identifier[] }): string {
  return parts.map(({ text }) => text).join('.')
}
