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

const token =
  /'(?:[^']|'')*(?<text>'|$)|`(?:[^`]|``)*(?<name>`|$)|--[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?<comment>\*\/|$)|[A-Za-z_][\w$]*|[();]/g

export function scanStatements(text: string): Scan {
  const statements: string[] = []
  let start = 0
  let depth = 0
  let words: string[] = []
  let open: OpenPart | undefined
  for (const match of text.matchAll(token)) {
    const [found] = match
    const first = found.charAt(0)
    open = openPart(found, match.groups)
    if (open !== undefined) break
    if (found === '(') depth++
    else if (found === ')') depth--
    else if (found === ';') {
      if (isOpenSet(words)) continue
      statements.push(text.slice(start, match.index + 1).trim())
      start = match.index + 1
      depth = 0
      words = []
    } else if (first !== "'" && first !== '`' && !/^(?:--|\/)/.test(found)) words.push(found.toUpperCase())
  }
  const rest = text.slice(start).trim()
  return {
    statements,
    rest,
    open: open ?? (rest === '' ? 'nothing' : depth > 0 ? 'bracket' : isOpenSet(words) ? 'statement-set' : 'statement'),
  }
}

/** Quotes and comments that reach the end of the text without their own. */
function openPart(found: string, groups: Record<string, string | undefined> | undefined): OpenPart | undefined {
  if (found.startsWith("'")) return groups?.['text'] === "'" ? undefined : 'text'
  if (found.startsWith('`')) return groups?.['name'] === '`' ? undefined : 'name'
  if (found.startsWith('/*')) return groups?.['comment'] === '*/' ? undefined : 'comment'
  return undefined
}

/** `BEGIN STATEMENT SET; …` and `EXECUTE STATEMENT SET BEGIN …` hold statements of their own until END. */
function isOpenSet(words: readonly string[]): boolean {
  const at = words.indexOf('STATEMENT')
  if (at < 0 || at > 4 || words[at + 1] !== 'SET') return false
  if (words[at - 1] !== 'BEGIN' && words[at + 2] !== 'BEGIN') return false
  const times = (wanted: string): number => words.filter((word) => word === wanted).length
  return times('END') <= times('CASE')
}
