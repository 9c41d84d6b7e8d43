import { listed, MillraceError, type TextPosition } from '#base'
import { sqlErrors } from '../errors.ts'
import { isClauseWord } from './keywords.ts'
import type { NameKind, Probe } from './probe.ts'
import { describeToken, placeOf, type Token } from './token.ts'
import type { Expression, Identifier, Query, TableReference } from './tree.ts'

/** How deep a statement may nest, in its text and in its tree; the stack holds several times as much. */
export const nestingLimit = 400

/** How many errors are reported before the rest of a text is left unread. */
const errorLimit = 100

/**
 * What every part of the grammar comes back to. It reaches the parts through the cursor, so that their files import
 * only what is below them.
 */
export interface Grammar {
  readonly parseExpression: (cursor: Cursor) => Expression
  /** An operand that ends before comparisons, IN and BETWEEN: of POSITION(a IN b), of AS OF. */
  readonly parseOperand: (cursor: Cursor) => Expression
  readonly parseQuery: (cursor: Cursor) => Query
  /** Goes on with a query whose first part, in parentheses, was already read. */
  readonly continueQuery: (cursor: Cursor, first: Token, start: Query) => Query
  readonly parseFrom: (cursor: Cursor) => TableReference
}

/**
 * The place in the tokens where the parser is, and all that it asks there.
 *
 * Every question about the current token goes through the cursor, so that a probe can record which answers would have
 * been accepted at one place: that is all that completion and "did you mean" need.
 *
 * A parse function throws the error of `failure` where it cannot go on. Lists that can go on after a wrong element
 * catch it, keep it with `report` and resume at the next comma.
 */
export class Cursor {
  readonly source: string
  readonly tokens: readonly Token[]
  readonly errors: MillraceError[] = []
  readonly grammar: Grammar
  readonly probe: Probe | undefined
  index: number
  private depth = 0
  /** Whether operators were chained so often that the tree of the statement may be too deep. */
  hasLongChain = false

  constructor(source: string, tokens: readonly Token[], grammar: Grammar, probe?: Probe) {
    this.source = source
    this.tokens = tokens
    this.grammar = grammar
    this.probe = probe
    this.index = 0
  }

  parseExpression(): Expression {
    return this.grammar.parseExpression(this)
  }

  parseOperand(): Expression {
    return this.grammar.parseOperand(this)
  }

  parseQuery(): Query {
    return this.grammar.parseQuery(this)
  }

  get token(): Token {
    return this.peek(0)
  }

  /** The token `count` places ahead; the last one is the end of the text, for ever. */
  peek(count: number): Token {
    return (this.tokens[this.index + count] ?? this.tokens.at(-1)) as Token
  }

  /** The token just passed. */
  get previous(): Token {
    return (this.tokens[this.index - 1] ?? this.tokens[0]) as Token
  }

  advance(): Token {
    const { token } = this
    if (token.kind === 'unreadable' || token.kind === 'probe') throw this.failure('something else')
    if (token.problem !== undefined) this.report(token.problem())
    this.index++
    return token
  }

  /** Whether these keywords come next. */
  isWord(...words: readonly string[]): boolean {
    for (let i = 0; i < words.length; i++) {
      const token = this.peek(i)
      if (token.kind === 'word' && token.text === words[i]) continue
      if (token.kind === 'probe') this.probe?.keywords.add(words.slice(i).join(' '))
      return false
    }
    return true
  }

  takeWord(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false
    this.index += words.length
    return true
  }

  /** Takes the keywords; where the first of them stands alone, the others are missing. */
  takePhrase(...words: readonly string[]): boolean {
    const isThere = this.isWord(...words) || (this.token.kind === 'word' && this.token.text === words[0])
    if (isThere) this.expectWord(...words)
    return isThere
  }

  expectWord(...words: readonly string[]): Token {
    const first = this.token
    for (const [i, word] of words.entries()) {
      if (this.takeWord(...words.slice(i))) break
      if (this.takeWord(word)) continue
      const after = i === 0 ? '' : ` after ${words.slice(0, i).join(' ')}`
      throw this.failure(`"${words.slice(i).join(' ')}"${after}`)
    }
    return first
  }

  /** Takes whichever of the keywords comes next. */
  takeOneOf<Word extends string>(words: readonly Word[]): Word | undefined {
    return words.find((word) => this.takeWord(...word.split(' ')))
  }

  expectOneOf<Word extends string>(words: readonly Word[], expected = orList(words)): Word {
    const found = this.takeOneOf(words)
    if (found === undefined) throw this.failure(expected)
    return found
  }

  isSymbol(symbol: string): boolean {
    const { token } = this
    if (token.kind === 'probe') this.probe?.symbols.add(symbol)
    return token.kind === 'symbol' && token.text === symbol
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.index++
    return true
  }

  expectSymbol(symbol: string): Token {
    const { token } = this
    if (this.takeSymbol(symbol)) return token
    const { previous } = this
    const after = symbol === '(' && previous.kind === 'word' ? ` after ${previous.text}` : ''
    throw this.failure(`"${symbol}"${after}`)
  }

  /** Closes what `opening` opened, and points at it when the closing one is missing. */
  expectClosing(opening: Token, symbol = ')', others = ''): Token {
    const { token } = this
    if (this.takeSymbol(symbol)) return token
    const isTooLate = this.isAtEnd() || (token.kind === 'word' && isClauseWord(token.text))
    const hint = isTooLate ? `Close the "${opening.text}" of line ${opening.line}, column ${opening.column}.` : undefined
    throw this.failure(`${others}"${symbol}"`, hint)
  }

  isAtEnd(): boolean {
    return this.token.kind === 'end' || this.isSymbol(';')
  }

  /** The error of this place: what the token itself has against it, or else "expected X, got Y". */
  failure(expected: string, hint?: string): MillraceError {
    const { token } = this
    if (token.kind === 'unreadable' && token.problem !== undefined) return token.problem()
    return sqlErrors.SQL_SYNTAX({ expected, got: describeToken(token, this.source) }, { position: placeOf(token), hint })
  }

  /** Keeps an error beside which the parser can go on. The second error at one place says nothing new. */
  report(error: MillraceError): void {
    if (this.errors.at(-1)?.position?.start === error.position?.start) return
    this.errors.push(error)
    if (this.errors.length === errorLimit) throw sqlErrors.SQL_TOO_MANY_ERRORS({ limit: errorLimit }, { position: error.position })
  }

  /** Takes one or more elements with commas between them. */
  list<Result>(parse: (cursor: this) => Result): Result[] {
    const elements = [parse(this)]
    while (this.takeSymbol(',')) elements.push(parse(this))
    return elements
  }

  /**
   * Parses one element of a list. After an error inside it, keeps the error and resumes at the next comma, at the end
   * of the list or at one of the words; where there is none of them, the error is thrown on.
   */
  element<Result>(parse: (cursor: this) => Result, resumeWords: readonly string[] = []): Result | undefined {
    const { depth } = this
    const start = this.index
    try {
      return parse(this)
    } catch (error) {
      if (!(error instanceof MillraceError) || !recoverable.has(error.code) || this.token.kind === 'probe') throw error
      this.report(error)
      const end = findResumption(this.tokens, start, this.index, resumeWords)
      if (end === undefined) throw error
      this.index = end
      this.depth = depth
      return undefined
    }
  }

  /**
   * Parses one statement, and returns nothing when it has errors: they are kept, and the cursor goes to the semicolon.
   */
  statement<Result>(parse: () => Result): Result | undefined {
    const errorCount = this.errors.length
    this.depth = 0
    try {
      const statement = parse()
      return this.errors.length === errorCount ? statement : undefined
    } catch (error) {
      const isOurs = error instanceof MillraceError && error.blame === 'user' && error.code !== 'SQL_TOO_MANY_ERRORS'
      if (!isOurs || this.token.kind === 'probe') throw error
      this.report(error)
      while (!this.isAtEnd()) this.index++
      return undefined
    }
  }

  /** Runs the parse of something nested, one level deeper. */
  nested<Result>(parse: (cursor: this) => Result): Result {
    if (++this.depth > nestingLimit) throw sqlErrors.SQL_NESTING_TOO_DEEP({ limit: nestingLimit }, { position: placeOf(this.token) })
    const result = parse(this)
    this.depth--
    return result
  }

  /** From a token that was passed to the one passed last. */
  placeFrom(first: Token): TextPosition {
    return placeOf(first, this.previous)
  }

  /** Says that a name may stand here. */
  expectName(kind: NameKind, qualifier: readonly Identifier[] = []): void {
    if (this.probe === undefined || this.token.kind !== 'probe') return
    this.probe.kinds.add(kind)
    this.probe.qualifier = qualifier.map((part) => part.text)
  }
}

const recoverable = new Set(['SQL_SYNTAX', 'SQL_RESERVED_WORD', 'SQL_CHARACTER_UNEXPECTED', 'SQL_DOUBLE_QUOTES', 'SQL_OPERATOR_NOT_FOUND'])

const angledTypes = new Set(['ARRAY', 'MAP', 'MULTISET', 'ROW', 'STRUCTURED'])

/** Where a list goes on: the first comma, closing parenthesis or word at or after `from` that is not nested in the element. */
function findResumption(tokens: readonly Token[], start: number, from: number, words: readonly string[]): number | undefined {
  let depth = 0
  let angles = 0
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined || token.kind === 'end' || token.kind === 'probe') return undefined
    if (token.kind === 'word' && depth === 0 && index >= from && words.includes(token.text)) return index
    if (token.kind !== 'symbol') continue
    const { text } = token
    if (text === ';') return undefined
    if (index >= from && depth === 0 && ((text === ',' && angles === 0) || text === ')')) return index
    if (text === '(' || text === '[' || text === '{') depth++
    else if (text === ')' || text === ']' || text === '}') depth--
    else if (text === '<' && angledTypes.has(tokens[index - 1]?.text ?? '')) angles++
    else if (text === '>' && angles > 0) angles--
    if (depth < 0) return undefined
  }
  return undefined
}

function orList(words: readonly string[]): string {
  return words.length === 1 ? `"${words[0]}"` : listed(words, 'or')
}
