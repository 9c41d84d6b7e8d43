/** The text being typed and the cursor in it, as plain values: every key makes a new one. */
import { segmentsOf } from '../output/text-width.ts'

export interface TextEdit {
  readonly text: string
  /** Offset in UTF-16 units, always between two characters as people count them. */
  readonly cursor: number
}

export const emptyText: TextEdit = { text: '', cursor: 0 }

export function insertText({ text, cursor }: TextEdit, typed: string): TextEdit {
  return { text: text.slice(0, cursor) + typed + text.slice(cursor), cursor: cursor + typed.length }
}

export function moveTo({ text }: TextEdit, cursor: number): TextEdit {
  return { text, cursor: Math.max(0, Math.min(text.length, cursor)) }
}

export function characterLeft({ text, cursor }: TextEdit): number {
  // A character is short: what stands further away cannot be part of it, unless the text is made to be odd.
  const before = text.slice(Math.max(0, cursor - 64), cursor)
  return cursor - (segmentsOf(before).at(-1)?.length ?? 0)
}

export function characterRight({ text, cursor }: TextEdit): number {
  return cursor + (segmentsOf(text.slice(cursor, cursor + 64))[0]?.length ?? 0)
}

const wordBefore = /[\p{L}\p{N}_]+[^\p{L}\p{N}_]*$|[^\p{L}\p{N}_]+$/u
const wordAfter = /^[^\p{L}\p{N}_]*[\p{L}\p{N}_]+|^[^\p{L}\p{N}_]+/u

export function wordLeft({ text, cursor }: TextEdit): number {
  return cursor - (wordBefore.exec(text.slice(0, cursor))?.[0].length ?? 0)
}

export function wordRight({ text, cursor }: TextEdit): number {
  return cursor + (wordAfter.exec(text.slice(cursor))?.[0].length ?? 0)
}

export function lineStart({ text, cursor }: TextEdit): number {
  return cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1
}

export function lineEnd({ text, cursor }: TextEdit): number {
  const end = text.indexOf('\n', cursor)
  return end < 0 ? text.length : end
}

/** The same place in the line above; undefined in the first line. */
export function lineAbove(edit: TextEdit): number | undefined {
  const start = lineStart(edit)
  if (start === 0) return undefined
  const above = lineStart({ ...edit, cursor: start - 1 })
  return Math.min(above + edit.cursor - start, start - 1)
}

/** The same place in the line below; undefined in the last line. */
export function lineBelow(edit: TextEdit): number | undefined {
  const end = lineEnd(edit)
  if (end === edit.text.length) return undefined
  return Math.min(end + 1 + edit.cursor - lineStart(edit), lineEnd({ ...edit, cursor: end + 1 }))
}

/** Removes what is between the cursor and another place. */
export function removeTo({ text, cursor }: TextEdit, other: number): { readonly edit: TextEdit; readonly removed: string } {
  const start = Math.min(cursor, other)
  const end = Math.max(cursor, other)
  return { edit: { text: text.slice(0, start) + text.slice(end), cursor: start }, removed: text.slice(start, end) }
}
