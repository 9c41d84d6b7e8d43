/** Cuts out of a text what a relation was made of, for people. */
import { shortened } from '#base'
import type { TextSpan } from './written-at.ts'

export interface Fragment {
  /** The clauses as they are written, with an ellipsis for what stands between them. */
  readonly text: string
  /** Where the first of them begins, counted from 1; columns in UTF-16 units. */
  readonly line: number
  readonly column: number
  /** Whether there is more of it. */
  readonly isCut: boolean
}

/** What is shown of a fragment at the most, in UTF-16 units. */
const fragmentLengthMax = 2000

/** Null where nothing of the text is meant. */
export function fragmentOf(text: string, spans: readonly TextSpan[]): Fragment | null {
  const known = spans.flatMap((span) => trimmed(text, span) ?? [])
  const [first] = known
  if (first === undefined) return null
  let whole = ''
  for (const [index, { start, end }] of known.entries()) {
    const before = known[index - 1]?.end
    if (before !== undefined) whole += text.slice(before, start).trim() === '' ? text.slice(before, start) : ' … '
    // Of a part that is far too long no more is copied than is shown.
    whole += text.slice(start, Math.min(end, start + fragmentLengthMax + 1))
    if (whole.length > fragmentLengthMax) break
  }
  const before = text.slice(0, first.start)
  return {
    text: shortened(whole, fragmentLengthMax).replaceAll('\r\n', '\n'),
    line: before.split('\n').length,
    column: first.start - before.lastIndexOf('\n'),
    isCut: whole.length > fragmentLengthMax,
  }
}

/** Without the space around it. */
function trimmed(text: string, { start, end }: TextSpan): TextSpan | null {
  let from = Math.max(0, start)
  let to = Math.min(text.length, end)
  while (from < to && /\s/.test(text.charAt(from))) from++
  while (to > from && /\s/.test(text.charAt(to - 1))) to--
  return from < to ? { start: from, end: to } : null
}
