/** What Tab does with the words that may follow. */
import { insertText, removeTo, type TextEdit } from './text-edit.ts'

export interface Choice {
  readonly text: string
  readonly kind: string
  readonly detail: string
}

/** What may stand at an offset of a text, best first. */
export type CompletionSource = (text: string, offset: number) => readonly Choice[]

export interface Completed {
  readonly edit: TextEdit
  /** Words to choose from, when more than one is left. */
  readonly choices: readonly string[]
}

/** The word before the cursor; dots and dashes belong to the keys of options. */
const wordBefore = /[\p{L}\p{N}_$][\p{L}\p{N}_$.-]*$/u
const nameBefore = /[\p{L}\p{N}_$]*$/u

/** Fills in what is certain: the whole word when only one suits, else as far as all agree. */
export function completeAt(edit: TextEdit, source: CompletionSource): Completed {
  const found = source(edit.text, edit.cursor)
  const before = edit.text.slice(0, edit.cursor)
  const isQuoted = (before.split("'").length - 1) % 2 === 1
  const prefix = (isQuoted ? wordBefore : nameBefore).exec(before)?.[0] ?? ''
  const lower = prefix.toLowerCase()
  const suiting = [...new Set(found.map(({ text }) => text))].filter((text) => unquoted(text).toLowerCase().startsWith(lower))
  const [only] = suiting
  if (only === undefined) return { edit, choices: [] }
  const start = removeTo(edit, edit.cursor - prefix.length).edit
  if (suiting.length === 1) {
    const isWord = found.some(({ text, kind }) => text === only && kind === 'keyword')
    return { edit: insertText(start, isWord ? `${only} ` : only), choices: [] }
  }
  const agreed = suiting.reduce(commonStart)
  // Shorter than what was typed, it would take letters away.
  if (agreed.length <= prefix.length) return { edit, choices: suiting }
  return { edit: insertText(start, agreed), choices: suiting }
}

function unquoted(text: string): string {
  return text.startsWith('`') ? text.slice(1) : text
}

function commonStart(a: string, b: string): string {
  let length = 0
  while (length < Math.min(a.length, b.length) && a.charAt(length).toLowerCase() === b.charAt(length).toLowerCase()) length++
  return a.slice(0, length)
}
