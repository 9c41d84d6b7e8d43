import type { MillraceError, TextPosition } from '#base'

/** What the lexer cuts a text into. */

export type TokenKind =
  /** A keyword or a name without quotes. */
  | 'word'
  /** A name in backticks. */
  | 'quoted'
  /** Something in double quotes: reported, then read as the name or the text that it was meant to be. */
  | 'double-quoted'
  | 'string'
  | 'binary'
  | 'number'
  | 'symbol'
  /** The unquoted key or value of a SET statement. */
  | 'raw'
  /** Something that is no token; its `problem` says why. */
  | 'unreadable'
  /** The place that completion asks about; equal to nothing. */
  | 'probe'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** Words in upper case, names and texts without quotes and escapes, anything else as written. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly line: number
  readonly column: number
  /** What is wrong with the token itself; reported when the parser passes it. */
  readonly problem: Problem | undefined
}

/** Creates the error only when it is reported: a text of nothing but wrong characters has too many. */
export type Problem = () => MillraceError

export interface Comment {
  readonly kind: 'comment'
  /** As written, with its `--` or `/*`. */
  readonly text: string
  readonly position: TextPosition
}

/** The place of one token, or from the first to the last of several. */
export function placeOf(first: Token, last: Token = first): TextPosition {
  return { start: first.start, end: Math.max(first.end, last.end), line: first.line, column: first.column }
}

/** Says what stands at a token, for "expected X, got Y". */
export function describeToken(token: Token, source: string): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the text'
    case 'symbol':
      return token.text === ';' ? 'the end of the statement' : `"${token.text}"`
    case 'string':
      return shorten(source.slice(token.start, token.end))
    default:
      return `"${shorten(source.slice(token.start, token.end))}"`
  }
}

/** Cuts a text that is quoted in a message down to one short line. */
export function shorten(text: string, lengthMax = 30): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > lengthMax ? line.slice(0, lengthMax - 1) + '…' : line
}
