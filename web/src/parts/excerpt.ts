interface Place {
  readonly start: number
  readonly end: number
}

export interface Excerpt {
  readonly before: string
  readonly marked: string
  readonly after: string
}

const lengthMax = 160

/** The line of a text that a place begins in, cut in three; nothing when the text is not the one that the place is in. */
export function excerptAt(text: string, { start, end }: Place): Excerpt | undefined {
  if (start < 0 || start > text.length) return undefined
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const found = text.indexOf('\n', start)
  const lineEnd = found < 0 ? text.length : found
  const from = Math.max(lineStart, start - lengthMax)
  const markedEnd = Math.min(Math.max(end, start + 1), lineEnd, start + lengthMax)
  return {
    before: (from > lineStart ? '…' : '') + text.slice(from, start),
    marked: text.slice(start, markedEnd) || ' ',
    after: text.slice(markedEnd, Math.min(lineEnd, markedEnd + lengthMax)),
  }
}
