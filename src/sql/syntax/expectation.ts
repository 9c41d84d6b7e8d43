import { MillraceError } from '#base'
import { openCursor } from './grammar.ts'
import { readTokens } from './lexer.ts'
import { parseStatement } from './parse/statements.ts'
import { type NameKind, Probe, type TableInScope } from './probe.ts'
import type { Token } from './token.ts'

/** What may stand at a place of a text, finished or not. */
export interface Expectation {
  /** Where the word at the place starts, and what of it stands before the place. */
  readonly start: number
  readonly prefix: string
  /** The quote that the word stands in: the place is inside a text or a name in quotes. */
  readonly quote: '' | "'" | '`'
  /** Keywords in upper case, some of several words, most of all in the order of the grammar. */
  readonly keywords: readonly string[]
  readonly kinds: readonly NameKind[]
  /** Names with dots right before the place: `t` of `t.|`. */
  readonly qualifier: readonly string[]
  /** The tables whose columns can be named here, those of the innermost query first. */
  readonly tables: readonly TableInScope[]
  /** The tables that WITH clauses name. */
  readonly commonTables: readonly TableInScope[]
  /** The other options in the parentheses around the place. */
  readonly options: Readonly<Record<string, string>>
}

/** Says what may follow at an offset of a text. */
export function expectedAt(text: string, offset: number): Expectation {
  const { tokens, comments } = readTokens(text)
  const place = Math.max(0, Math.min(offset, text.length))
  const isInComment = comments.some(({ text: comment, position }) => {
    return position.start < place && (place < position.end || (comment.startsWith('-') && place === position.end))
  })
  if (isInComment) return nothing(place)
  const found = findWord(text, tokens, place)
  const probe = probeAt(text, tokens, found.index, found.replaced)
  return {
    start: found.start,
    prefix: found.prefix,
    quote: found.quote,
    keywords: found.quote === '' ? [...probe.keywords] : [],
    kinds: [...probe.kinds],
    qualifier: probe.qualifier,
    tables: probe.tables,
    commonTables: probe.commonTables,
    options: probe.kinds.has('connector-option') || probe.kinds.has('option-value') ? optionsAround(tokens, found.index) : {},
  }
}

/** What is written as `'key' = 'value'` in the same parentheses as a token, before and behind it. */
function optionsAround(tokens: readonly Token[], index: number): Record<string, string> {
  const isSymbol = (at: number, text: string): boolean => tokens[at]?.kind === 'symbol' && tokens[at]?.text === text
  let start = index - 1
  while (start > 0 && !isSymbol(start, '(') && !isSymbol(start, ';')) start--
  const options: [string, string][] = []
  for (let at = start + 1; at < tokens.length && !isSymbol(at, ')') && !isSymbol(at, ';'); at++) {
    const [key, value] = [tokens[at], tokens[at + 2]]
    const isOption = key?.kind === 'string' && isSymbol(at + 1, '=') && value?.kind === 'string'
    if (isOption && at !== index && at + 2 !== index) options.push([key.text, value.text])
  }
  return Object.fromEntries(options)
}

/**
 * Parses the statement around a token with a probe in its place, which records what would have been accepted there.
 * `replaced` tokens give way to the probe; with none, it stands before the token.
 */
export function probeAt(text: string, tokens: readonly Token[], index: number, replaced: number): Probe {
  let start = index
  while (start > 0 && !(tokens[start - 1]?.kind === 'symbol' && tokens[start - 1]?.text === ';')) start--
  let end = index
  while (end < tokens.length - 1 && !(tokens[end]?.kind === 'symbol' && tokens[end]?.text === ';')) end++
  const last = tokens.at(-1) as Token
  const token: Token = { ...(tokens[index] ?? last), kind: 'probe', text: '', problem: undefined }
  const stop: Token = { ...last, kind: 'end', text: '' }
  const statement = [...tokens.slice(start, index), token, ...tokens.slice(index + replaced, end), stop]
  const probe = new Probe()
  const cursor = openCursor(text, statement, probe)
  try {
    if (isInStatementSet(tokens, start)) cursor.isWord('END')
    parseStatement(cursor)
  } catch (error) {
    if (!(error instanceof MillraceError) || error.blame !== 'user') throw error
  }
  probe.finish()
  return probe
}

/** Whether a statement set that began before the index is still open there. */
function isInStatementSet(tokens: readonly Token[], index: number): boolean {
  for (let at = index - 1; at > 0; at--) {
    const token = tokens[at]
    if (token?.kind !== 'word') continue
    if (token.text === 'END' && tokens[at + 1]?.text === ';') return false
    if (token.text === 'SET' && tokens[at - 1]?.text === 'STATEMENT') return true
  }
  return false
}

interface FoundWord {
  readonly index: number
  readonly replaced: number
  readonly start: number
  readonly prefix: string
  readonly quote: Expectation['quote']
}

/** Finds the word that the place is in or at the end of, or the gap between two tokens. */
function findWord(text: string, tokens: readonly Token[], place: number): FoundWord {
  let index = 0
  while (index < tokens.length - 1 && (tokens[index]?.end ?? 0) < place) index++
  const token = tokens[index] as Token
  const touches = token.start < place && place <= token.end
  const opening = text.charAt(token.start)
  const isQuoted = touches && (opening === "'" || opening === '`')
  const isClosed = token.kind !== 'unreadable' && place === token.end
  if (isQuoted && !isClosed) {
    return { index, replaced: 1, start: token.start + 1, prefix: text.slice(token.start + 1, place), quote: opening === "'" ? "'" : '`' }
  }
  if (touches && (token.kind === 'word' || token.kind === 'raw')) {
    return { index, replaced: 1, start: token.start, prefix: text.slice(token.start, place), quote: '' }
  }
  const gap = touches ? index + 1 : index
  return { index: gap, replaced: 0, start: place, prefix: '', quote: '' }
}

function nothing(place: number): Expectation {
  return { start: place, prefix: '', quote: '', keywords: [], kinds: [], qualifier: [], tables: [], commonTables: [], options: {} }
}
