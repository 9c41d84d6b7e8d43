import { closeNames, type MillraceError, type TextPosition } from '#base'
import { isReserved } from '#plan'
import { sqlErrors } from '../errors.ts'
import { probeAt } from './expectation.ts'
import { isClauseWord } from './keywords.ts'
import type { Probe } from './probe.ts'
import { describeToken, placeOf, type Token } from './token.ts'

/**
 * Hints for the mistakes that people make, found after the parse from the place where it stopped. A rule looks at the
 * tokens around the place, and at what the parser would have accepted there.
 */

/** How many errors get a hint that needs a second parse, and how long the text may be for it. */
const probeCountMax = 30
const probedTokensMax = 20_000

export function explainErrors(text: string, tokens: readonly Token[], errors: readonly MillraceError[]): MillraceError[] {
  return errors.map((error, order) => {
    const { position } = error
    if (error.code !== 'SQL_SYNTAX' || error.hint !== undefined || position === undefined) return error
    const index = findToken(tokens, position.start)
    const canProbe = order < probeCountMax && tokens.length <= probedTokensMax
    const mistake = new Place(text, tokens, index, error.message, canProbe).explain()
    if (mistake === undefined) return error
    return error.with(mistake)
  })
}

/** The first token that starts at or after an offset; tokens are in order. */
function findToken(tokens: readonly Token[], start: number): number {
  let low = 0
  let high = tokens.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.start ?? 0) < start) low = middle + 1
    else high = middle
  }
  return low
}

interface Mistake {
  readonly hint: string
  /** When another word is to blame than the one where the parse stopped. */
  readonly message?: string
  readonly position?: TextPosition
}

const clauseOrder = 'The clauses of a query are SELECT, FROM, WHERE, GROUP BY, HAVING, WINDOW, ORDER BY, LIMIT, in this order.'
const clauseStarts = new Set(['SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'LIMIT'])
const statementStarts = new Set([
  'SELECT',
  'INSERT',
  'CREATE',
  'DROP',
  'ALTER',
  'SET',
  'EXPLAIN',
  'SHOW',
  'USE',
  'BEGIN',
  'EXECUTE',
  'WITH',
])
const foreignTableClauses = new Set(
  'ENGINE STORED LOCATION USING TBLPROPERTIES CHARSET COLLATE DEFAULT CLUSTERED ROW TABLESPACE'.split(' '),
)

class Place {
  private readonly text: string
  private readonly tokens: readonly Token[]
  private readonly index: number
  private readonly message: string
  private readonly canProbe: boolean
  private readonly token: Token
  private readonly previous: Token | undefined

  constructor(text: string, tokens: readonly Token[], index: number, message: string, canProbe: boolean) {
    this.text = text
    this.tokens = tokens
    this.index = index
    this.message = message
    this.canProbe = canProbe
    this.token = (tokens[index] ?? tokens.at(-1)) as Token
    this.previous = index > 0 ? tokens[index - 1] : undefined
  }

  explain(): Mistake | undefined {
    const hint = this.hintOfTokens()
    if (hint !== undefined) return { hint }
    return (this.canProbe ? this.misspelling() : undefined) ?? this.missingComma()
  }

  /** What the tokens alone give away. */
  private hintOfTokens(): string | undefined {
    const { token, previous } = this
    const isWord = token.kind === 'word'
    const atEnd = this.message.startsWith('expected the end of the statement')
    const previousWord = previous?.kind === 'word' ? previous.text : ''
    if (token.kind === 'number' && previousWord === 'TOP') return `Write LIMIT ${token.text} at the end of the query.`
    if (atEnd && this.isSymbol(token, ')')) return 'This parenthesis closes nothing.'
    if (isWord && token.text === 'FOR' && this.wordAt(1) === 'SYSTEM_TIME') {
      return 'FOR SYSTEM_TIME AS OF stands between the table and its alias.'
    }
    if (isWord && token.text === 'PARTITION' && this.firstWords() === 'CREATE TABLE') return 'Write PARTITIONED BY.'
    if (isWord && token.text === 'USING' && this.firstWords() === 'CREATE TABLE') return 'Write USING CONNECTION name before WITH (…).'
    if (isWord && foreignTableClauses.has(token.text) && this.firstWords() === 'CREATE TABLE') {
      return "What a table needs is written after its columns: WITH ('connector' = '…')."
    }
    if (this.isSymbol(previous, ',')) return this.hintAfterComma()
    if (isWord && token.text === 'NOT') return this.hintAtNot()
    if (isWord && token.text === 'EXISTS' && previousWord === 'IF' && this.firstWords().startsWith('CREATE')) return 'Write IF NOT EXISTS.'
    if (isWord && token.text === 'OUTER' && this.wordAt(1) === 'JOIN') return 'Write LEFT, RIGHT or FULL before OUTER JOIN.'
    if (this.isSymbol(token, '$')) return 'Variables are not replaced in a statement; write the value.'
    if (token.kind === 'string' && /^expected an (operator, an )?alias/.test(this.message)) {
      return 'An alias is a name: write it in backticks.'
    }
    if (isWord && atEnd && clauseStarts.has(token.text) && !statementStarts.has(token.text)) return clauseOrder
    if (isWord && atEnd && statementStarts.has(token.text) && token.line > (previous?.line ?? 0))
      return 'Statements are separated by semicolons.'
    return undefined
  }

  private hintAtNot(): string | undefined {
    const isTable = this.firstWords() === 'CREATE TABLE'
    if (this.wordAt(1) === 'NULL') return isTable ? 'NOT NULL stands right after the type.' : 'Write IS NOT NULL.'
    return this.isSymbol(this.tokens[this.index + 1], '=') ? 'Write <>.' : undefined
  }

  private hintAfterComma(): string | undefined {
    const { token } = this
    if (token.kind === 'end' || this.isSymbol(token, ';')) return 'Remove the last comma, or go on after it.'
    const isClosing = this.isSymbol(token, ')') || this.isSymbol(token, ']')
    if (isClosing || (token.kind === 'word' && isClauseWord(token.text))) return `Remove the comma before ${token.text}.`
    if (this.isSymbol(token, ',')) return 'Remove one of the commas.'
    return undefined
  }

  /** A word that is almost one that could stand there: the one where the parse stopped, or the one before, read as a name. */
  private misspelling(): Mistake | undefined {
    const { token, previous } = this
    const here = this.closeKeyword(this.index)
    if (here !== undefined) return { hint: `Did you mean ${here}?` }
    if (previous === undefined || previous.kind !== 'word' || isReserved(previous.text)) return undefined
    const before = this.closeKeyword(this.index - 1)
    if (before === undefined || token.kind === 'end') return undefined
    const got = describeToken(previous, this.text)
    const { message } = sqlErrors.SQL_SYNTAX({ expected: `"${before}"`, got })
    return { message, hint: `Did you mean ${before}?`, position: placeOf(previous) }
  }

  /** The keyword that the parser would have taken at a token, and that is nearly the word there. */
  private closeKeyword(index: number): string | undefined {
    const token = this.tokens[index]
    if (token?.kind !== 'word' || token.text.length < 4 || isReserved(token.text)) return undefined
    const phrases = [...this.probe(index).keywords]
    const [close] = closeNames(token.text, new Set(phrases.map((phrase) => phrase.split(' ')[0] ?? '')), 1)
    if (close === undefined || close.length < 3) return undefined
    const isWhole = phrases.includes(close)
    if (isWhole) return close === token.text ? undefined : close
    return phrases.find((phrase) => phrase.startsWith(close + ' '))
  }

  private missingComma(): Mistake | undefined {
    const { token, previous } = this
    const isValue = ['quoted', 'number', 'string'].includes(token.kind) || (token.kind === 'word' && !isClauseWord(token.text))
    const endsValue = previous !== undefined && (previous.kind !== 'symbol' || this.isSymbol(previous, ')') || this.isSymbol(previous, '>'))
    const isApart = previous !== undefined && previous.end < token.start
    if (!isValue || !endsValue || !isApart || !this.message.startsWith('expected') || !this.message.includes('","')) return undefined
    return { hint: `Is a comma missing before ${describeToken(token, this.text)}?` }
  }

  private probe(index: number): Probe {
    return probeAt(this.text, this.tokens, index, 0)
  }

  private isSymbol(token: Token | undefined, symbol: string): boolean {
    return token?.kind === 'symbol' && token.text === symbol
  }

  private wordAt(offset: number): string {
    const token = this.tokens[this.index + offset]
    return token?.kind === 'word' ? token.text : ''
  }

  /** The first two words of the statement, past TEMPORARY and OR REPLACE. */
  private firstWords(): string {
    let start = this.index
    while (start > 0 && !this.isSymbol(this.tokens[start - 1], ';')) start--
    const words = this.tokens
      .slice(start, start + 6)
      .filter((token) => token.kind === 'word' && !['TEMPORARY', 'OR', 'REPLACE'].includes(token.text))
    return words
      .slice(0, 2)
      .map((token) => token.text)
      .join(' ')
  }
}
