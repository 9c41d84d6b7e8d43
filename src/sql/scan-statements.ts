/**
 * Finds where statements end while they are typed. Only quotes, comments, brackets and the frame of statement sets matter here; whether
 * a statement is right is for the parser.
 */

/** What the end of a text stands in. */
export type OpenPart = 'nothing' | 'statement' | 'text' | 'name' | 'comment' | 'bracket' | 'statement-set'

export interface Scan {
  /** Statements with their semicolons, in order. */
  readonly statements: readonly string[]
  /** What follows the last one, without leading blanks. */
  readonly rest: string
  readonly open: OpenPart
}

/** What begins a quoted text or a comment, words, and the signs that count. */
const tokens = /'|`|--|\/\/|\/\*|[A-Za-z_][\w$]*|[();]/g

/** What stands open where the end of a text comes first. */
const openings: Readonly<Record<string, OpenPart>> = { "'": 'text', '`': 'name', '/*': 'comment' }

export function scanStatements(text: string): Scan {
  const statements: string[] = []
  let start = 0
  let depth = 0
  let words: string[] = []
  let open: OpenPart | undefined
  const token = new RegExp(tokens)
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match
    const end = endOf(found, text, token.lastIndex)
    if (end < 0) {
      open = openings[found]
      break
    }
    token.lastIndex = end
    if (found === '(') depth++
    else if (found === ')') depth--
    else if (found === ';') {
      if (isOpenSet(words)) continue
      statements.push(text.slice(start, end).trim())
      start = end
      depth = 0
      words = []
    } else if (/^\w/.test(found)) words.push(found.toUpperCase())
  }
  const rest = text.slice(start).trim()
  return {
    statements,
    rest,
    open: open ?? (rest === '' ? 'nothing' : depth > 0 ? 'bracket' : isOpenSet(words) ? 'statement-set' : 'statement'),
  }
}

export interface FoundToken {
  readonly text: string
  readonly start: number
}

const anyToken = /--|\/\/|\/\*|[A-Za-z_][\w$]*|\S/g

/** The first words, quoted texts and signs of a text, at most so many; comments are none. */
export function firstTokens(text: string, most: number): FoundToken[] {
  const found: FoundToken[] = []
  const token = new RegExp(anyToken)
  for (let match = token.exec(text); match !== null && found.length < most; match = token.exec(text)) {
    const [sign] = match
    const end = endOf(sign, text, token.lastIndex)
    token.lastIndex = end < 0 ? text.length : end
    if (!comments.includes(sign)) found.push({ text: text.slice(match.index, token.lastIndex), start: match.index })
  }
  return found
}

const comments = ['--', '//', '/*']

/** Where a token ends that stands before `from`: quoted texts and comments go on. Below 0 when the text ends within it. */
function endOf(found: string, text: string, from: number): number {
  switch (found) {
    case "'":
    case '`':
      return endOfQuoted(found, text, from)
    case '/*': {
      const end = text.indexOf('*/', from)
      return end < 0 ? -1 : end + 2
    }
    case '--':
    case '//': {
      const end = text.indexOf('\n', from)
      return end < 0 ? text.length : end
    }
    default:
      return from
  }
}

/** Two quotes stand for one and end nothing. */
function endOfQuoted(quote: string, text: string, from: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 2)) if (text.charAt(at + 1) !== quote) return at + 1
  return -1
}

/** `BEGIN STATEMENT SET; …` and `EXECUTE STATEMENT SET BEGIN …` hold statements of their own until END. */
function isOpenSet(words: readonly string[]): boolean {
  const at = words.indexOf('STATEMENT')
  if (at < 0 || at > 4 || words[at + 1] !== 'SET') return false
  if (words[at - 1] !== 'BEGIN' && words[at + 2] !== 'BEGIN') return false
  const times = (wanted: string): number => words.filter((word) => word === wanted).length
  return times('END') <= times('CASE')
}
