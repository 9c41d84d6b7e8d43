/** SQL cut into parts by how they are coloured, by the lexer of Millrace itself. */
import { isReserved } from '#plan'
import { readTokens } from '#sql'

export type SpanKind = 'keyword' | 'function' | 'string' | 'number' | 'comment' | 'name'

export interface Span {
  readonly start: number
  readonly end: number
  readonly kind: SpanKind
}

/** Words that are free to be names, and yet are read as keywords where Flink's statements have them. */
const statementWords = new Set(
  'CATALOG CATALOGS CONNECTION CONNECTIONS DATABASE DATABASES IF TABLES VIEW VIEWS WATERMARK STATEMENT WITH TEMPORARY REPLACE TUMBLE HOP CUMULATE SESSION DESCRIPTOR KEY ENFORCED'.split(
    ' ',
  ),
)

/** What follows these is a name, also where a bracket with columns follows. */
const beforeNames = new Set(['TABLE', 'INTO', 'VIEW', 'EXISTS', 'AS'])

/** The coloured parts of a text, in order; what lies between them is plain. */
export function colouredSpans(text: string): Span[] {
  const { tokens, comments } = readTokens(text)
  const spans: Span[] = comments.map(({ position }) => ({ start: position.start, end: position.end, kind: 'comment' }))
  for (const [index, token] of tokens.entries()) {
    const isCalled = tokens[index + 1]?.text === '(' && !beforeNames.has(tokens[index - 1]?.text ?? '')
    const kind = kindOf(token.kind, token.text, isCalled)
    if (kind !== undefined) spans.push({ start: token.start, end: token.end, kind })
  }
  return spans.toSorted((a, b) => a.start - b.start)
}

function kindOf(kind: string, text: string, isCalled: boolean): SpanKind | undefined {
  switch (kind) {
    case 'word':
      if (isReserved(text)) return isCalled && !alwaysKeywords.has(text) ? 'function' : 'keyword'
      if (statementWords.has(text)) return 'keyword'
      return isCalled ? 'function' : undefined
    case 'string':
    case 'binary':
    case 'raw':
      return 'string'
    case 'number':
      return 'number'
    case 'quoted':
      return 'name'
    default:
      return undefined
  }
}

/** Keywords that a bracket often follows though they call nothing. */
const alwaysKeywords = new Set(
  'IN AS VALUES AND OR NOT EXISTS OVER FROM WHERE ON SELECT TABLE WITH USING BY SET WHEN THEN ELSE ARRAY MAP ROW DECIMAL VARCHAR CHAR TIMESTAMP TIME TIMESTAMP_LTZ VARBINARY BINARY LIKE IS INTERSECT UNION EXCEPT JOIN LATERAL MATCH_RECOGNIZE PATTERN'.split(
    ' ',
  ),
)

export interface Part {
  readonly start: number
  readonly kind: SpanKind | 'plain'
  readonly text: string
}

/** The whole text in parts. */
export function sqlSpans(text: string): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const { start, end, kind } of colouredSpans(text)) {
    if (start > at) parts.push({ start: at, kind: 'plain', text: text.slice(at, start) })
    parts.push({ start, kind, text: text.slice(start, end) })
    at = end
  }
  if (at < text.length) parts.push({ start: at, kind: 'plain', text: text.slice(at) })
  return parts
}
