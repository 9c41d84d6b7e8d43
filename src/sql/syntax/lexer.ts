import { sqlErrors } from '../errors.ts'
import { type Comment, type Problem, shorten, type Token, type TokenKind } from './token.ts'

/**
 * Cuts a text into tokens by Flink's lexical rules, in one pass and without ever stopping: what cannot be read becomes
 * a token that carries the error.
 */
export function readTokens(text: string): { tokens: Token[]; comments: Comment[] } {
  const lexer = new Lexer(text)
  lexer.run()
  return { tokens: lexer.tokens, comments: lexer.comments }
}

const symbolsOfTwo = new Set(['<>', '!=', '<=', '>=', '||', '=>', '==', '&&', '::', '->', '{-', '-}'])
const symbolsOfOne = new Set('()[]{},.;=<>+-*/%|^?:&!~'.split(''))

/** Typographic quotes by what a word processor made them from. */
const closingOf: Readonly<Record<string, string>> = { '‘': '’', '’': '’', '‚': '’', '“': '”', '”': '”', '„': '”', '´': '´', '«': '»' }

class Lexer {
  readonly tokens: Token[] = []
  readonly comments: Comment[] = []
  private readonly text: string
  private at = 0
  private line = 1
  private lineStart = 0
  private isInHint = false

  constructor(text: string) {
    this.text = text
  }

  run(): void {
    for (;;) {
      this.skipBlanks()
      if (this.at >= this.text.length) break
      this.readToken()
    }
    this.push('end', '', this.at)
  }

  private skipBlanks(): void {
    const { text } = this
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at)
      if (code === 10) this.startLine(++this.at)
      else if (code <= 32 || code === 0xa0 || code === 0xfeff || code === 0x3000) this.at++
      else if (code === 45 && text.charCodeAt(this.at + 1) === 45) this.readLineComment()
      else if (code === 47 && text.charCodeAt(this.at + 1) === 47) this.readLineComment()
      else if (code === 47 && text.charCodeAt(this.at + 1) === 42 && text.charCodeAt(this.at + 2) !== 43) {
        if (!this.readBlockComment()) return
      } else return
    }
  }

  private readToken(): void {
    const { text, at } = this
    const code = text.charCodeAt(at)
    const next = text.charCodeAt(at + 1)
    if (isDigit(code) || (code === 46 && isDigit(next) && !this.endsName())) this.readNumber()
    else if (code === 39) this.readString(at)
    else if (code === 96) this.readQuotedName()
    else if (code === 34) this.readDoubleQuoted(at, '"')
    else if (next === 39 && (code === 120 || code === 88)) this.readBinary()
    else if (next === 39 && (code === 110 || code === 78)) this.readString(at + 1)
    else if (next === 39 && (code === 101 || code === 69)) this.readString(at + 1, decodeC)
    else if (next === 38 && (code === 117 || code === 85) && text.charCodeAt(at + 2) === 39) this.readString(at + 2, decodeUnicode)
    else if (isWordStart(text, at)) this.readWord()
    else this.readSymbol()
  }

  /** Whether the last token ends right here and can have a field: `t.1` is no number. */
  private endsName(): boolean {
    const last = this.tokens.at(-1)
    return last !== undefined && last.end === this.at && (last.kind === 'word' || last.kind === 'quoted')
  }

  private readWord(): void {
    const start = this.at
    const { text } = this
    // `$` alone ends a pattern in MATCH_RECOGNIZE; elsewhere it may stand in names.
    let end = start + 1
    while (end < text.length && isWordPart(text, end)) end++
    const word = text.slice(start, end)
    this.at = end
    if (word === '$') {
      this.push('symbol', '$', start)
      return
    }
    const upper = word.toUpperCase()
    const last = this.tokens.at(-1)
    const isFirst = last === undefined || (last.kind === 'symbol' && last.text === ';')
    this.push('word', upper, start)
    if (isFirst && upper === 'SET') this.readSetting()
  }

  private readNumber(): void {
    const { text } = this
    const start = this.at
    let end = start
    while (isDigit(text.charCodeAt(end))) end++
    if (text.charCodeAt(end) === 46 && text.charCodeAt(end + 1) !== 46) {
      end++
      while (isDigit(text.charCodeAt(end))) end++
    }
    if (text.charCodeAt(end) === 101 || text.charCodeAt(end) === 69) {
      const signed = text.charCodeAt(end + 1) === 43 || text.charCodeAt(end + 1) === 45 ? end + 2 : end + 1
      if (isDigit(text.charCodeAt(signed))) {
        end = signed
        while (isDigit(text.charCodeAt(end))) end++
      }
    }
    this.at = end
    this.push('number', text.slice(start, end), start)
  }

  /** Reads a text in single quotes that open at `this.at` or, after a prefix, at `quote`. */
  private readString(quote: number, decode?: Decode): void {
    const { text } = this
    const start = this.at
    const skipsBackslash = decode === decodeC
    let end = quote + 1
    for (;;) {
      const code = text.charCodeAt(end)
      if (end >= text.length) {
        this.pushUnclosed(start, quote + 1)
        return
      }
      if (skipsBackslash && code === 92) end += 2
      else if (code !== 39) end++
      else if (text.charCodeAt(end + 1) === 39) end += 2
      else break
    }
    const raw = text.slice(quote + 1, end).replaceAll("''", "'")
    this.at = end + 1
    const decoded = decode === undefined ? { value: raw } : decode(raw)
    const problem = decoded.expected === undefined ? undefined : this.problem('SQL_ESCAPE_MALFORMED', start, this.at, decoded)
    this.push('string', decoded.value, start, problem)
    this.countLines(start, this.at)
  }

  /** An open quote is taken to end with its line, so that what follows can still be read. */
  private pushUnclosed(start: number, contentStart: number): void {
    const newline = this.text.indexOf('\n', contentStart)
    const end = newline < 0 ? this.text.length : newline
    this.at = end
    const problem = this.problem(
      'SQL_STRING_UNCLOSED',
      start,
      end,
      { start: shorten(this.text.slice(start, end)) },
      this.apostropheHint(start),
    )
    this.push('unreadable', this.text.slice(contentStart, end), start, problem)
  }

  /** `'it's'` reads as a text, a word and an open quote, all without blanks. */
  private apostropheHint(start: number): string | undefined {
    const word = this.tokens.at(-1)
    const text = this.tokens.at(-2)
    if (word?.kind !== 'word' || word.end !== start || text?.kind !== 'string' || text.end !== word.start) return undefined
    return `A quote inside a text is doubled: '${shorten(text.text)}''${this.text.slice(word.start, word.end)}'.`
  }

  private readBinary(): void {
    const start = this.at
    this.readString(start + 1)
    const token = this.tokens.pop()
    if (token === undefined) return
    const hex = token.text.toUpperCase()
    const isPairs = /^([0-9A-F]{2})*$/.test(hex)
    const got = shorten(this.text.slice(start, token.end))
    const problem = isPairs
      ? token.problem
      : this.problem('SQL_ESCAPE_MALFORMED', start, token.end, { expected: 'pairs of hexadecimal digits', got })
    this.tokens.push({ ...token, kind: token.kind === 'string' ? 'binary' : token.kind, text: hex, problem: token.problem ?? problem })
  }

  private readQuotedName(): void {
    const { text } = this
    const start = this.at
    let end = start + 1
    for (;;) {
      const code = text.charCodeAt(end)
      if (end >= text.length || code === 10) {
        this.at = end
        const problem = this.problem('SQL_NAME_UNCLOSED', start, end, { start: shorten(text.slice(start, end)) })
        this.push('unreadable', text.slice(start + 1, end), start, problem)
        return
      }
      if (code !== 96) end++
      else if (text.charCodeAt(end + 1) === 96) end += 2
      else break
    }
    this.at = end + 1
    const name = text.slice(start + 1, end).replaceAll('``', '`')
    const isEmpty = name === ''
    const problem = isEmpty ? this.problem('SQL_SYNTAX', start, this.at, { expected: 'a name', got: 'empty backticks' }) : undefined
    this.push('quoted', name, start, problem)
  }

  /** Double and typographic quotes: read to the closing one on the same line, and reported. */
  private readDoubleQuoted(start: number, closing: string): void {
    const { text } = this
    // No name is longer than this window, and a long line of quotes must not be searched to its end for each of them.
    const limit = Math.min(text.length, start + 256)
    let end = start + 1
    const closingCode = closing.charCodeAt(0)
    while (end < limit && text.charCodeAt(end) !== closingCode && text.charCodeAt(end) !== 10) end++
    const isClosed = text.charCodeAt(end) === closingCode
    const content = isClosed ? text.slice(start + 1, end) : ''
    this.at = isClosed ? end + 1 : start + 1
    const isPlain = closing === '"'
    const shown = shorten(content)
    const hint = isClosed ? `Write \`${shown}\` for a name, '${shown}' for a text.` : 'Use backticks for names, single quotes for texts.'
    const problem = isPlain
      ? this.problem('SQL_DOUBLE_QUOTES', start, this.at, {}, hint)
      : this.problem('SQL_CHARACTER_UNEXPECTED', start, this.at, { character: text.charAt(start) }, `It is a typographic quote. ${hint}`)
    this.push(isClosed ? 'double-quoted' : 'unreadable', content, start, problem)
  }

  private readSymbol(): void {
    const { text } = this
    const start = this.at
    if (text.startsWith('/*+', start)) {
      this.at = start + 3
      this.isInHint = true
      this.push('symbol', '/*+', start)
      return
    }
    if (this.isInHint && text.startsWith('*/', start)) {
      this.at = start + 2
      this.isInHint = false
      this.push('symbol', '*/', start)
      return
    }
    const two = text.slice(start, start + 2)
    if (symbolsOfTwo.has(two)) {
      this.at = start + 2
      this.push('symbol', two, start)
      return
    }
    const one = text.charAt(start)
    if (symbolsOfOne.has(one)) {
      this.at = start + 1
      this.push('symbol', one, start)
      return
    }
    const closing = closingOf[one]
    if (closing !== undefined) {
      this.readDoubleQuoted(start, closing)
      return
    }
    const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
    this.at = start + character.length
    const problem = this.problem('SQL_CHARACTER_UNEXPECTED', start, this.at, { character: `"${visible(character)}"` }, characterHint(one))
    this.push('unreadable', character, start, problem)
  }

  /** After SET: an unquoted key and an unquoted value reach to the "=", the ";" or the end of the line. */
  private readSetting(): void {
    this.skipBlanks()
    const isKeyQuoted = this.text.charCodeAt(this.at) === 39
    if (isKeyQuoted) this.readString(this.at)
    else if (!this.readRaw(/[^=;\n]*/y)) return
    this.skipBlanks()
    if (this.text.charAt(this.at) !== '=') return
    this.readSymbol()
    this.skipBlanks()
    if (this.text.charCodeAt(this.at) !== 39) this.readRaw(/[^;\n]*?(?=\s--\s|;|\n|$)/y)
  }

  private readRaw(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0].trimEnd() ?? ''
    if (found === '') return false
    const start = this.at
    this.at = start + found.length
    this.push('raw', found, start)
    return true
  }

  private readLineComment(): void {
    const newline = this.text.indexOf('\n', this.at)
    this.pushComment(this.at, newline < 0 ? this.text.length : newline)
  }

  /** Returns false after pushing a token for a comment without an end. */
  private readBlockComment(): boolean {
    const start = this.at
    const end = this.text.indexOf('*/', start + 2)
    if (end >= 0) {
      this.pushComment(start, end + 2)
      return true
    }
    this.at = this.text.length
    this.push('unreadable', '/*', start, this.problem('SQL_COMMENT_UNCLOSED', start, start + 2))
    return false
  }

  private pushComment(start: number, end: number): void {
    this.comments.push({ kind: 'comment', text: this.text.slice(start, end), position: this.place(start, end) })
    this.at = end
    this.countLines(start, end)
  }

  private push(kind: TokenKind, text: string, start: number, problem?: Problem): void {
    this.tokens.push({ kind, text, start, end: this.at, line: this.line, column: start - this.lineStart + 1, problem })
  }

  private problem(code: keyof typeof sqlErrors, start: number, end: number, parameters = {}, hint?: string): Problem {
    const position = this.place(start, end)
    return () => sqlErrors[code](parameters, { hint, position })
  }

  private place(start: number, end: number) {
    return { start, end, line: this.line, column: start - this.lineStart + 1 }
  }

  private startLine(at: number): void {
    this.line++
    this.lineStart = at
  }

  private countLines(start: number, end: number): void {
    for (let at = this.text.indexOf('\n', start); at >= 0 && at < end; at = this.text.indexOf('\n', at + 1)) this.startLine(at + 1)
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isWordStart(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36
  return isLetter.test(text.charAt(at))
}

function isWordPart(text: string, at: number): boolean {
  return isDigit(text.charCodeAt(at)) || isWordStart(text, at) || isMark.test(text.charAt(at))
}

const isLetter = /\p{L}/u
const isMark = /[\p{Mn}\p{Mc}\p{Nd}]/u

interface Decoded {
  readonly value: string
  /** What an escape should have been; absent when all are right. */
  readonly expected?: string
  readonly got?: string
}
type Decode = (raw: string) => Decoded

/** `U&'\0041\+01F600'`. */
function decodeUnicode(raw: string): Decoded {
  let wrong: string | undefined
  const value = raw.replace(/\\(\\|\+[0-9a-fA-F]{6}|[0-9a-fA-F]{4})?/g, (whole, digits: string | undefined, at: number) => {
    if (digits === '\\') return '\\'
    const code = digits === undefined ? Number.NaN : Number.parseInt(digits.replace('+', ''), 16)
    if (code <= 0x10ffff) return String.fromCodePoint(code)
    wrong ??= `"${shorten(raw.slice(at, at + 7))}"`
    return whole
  })
  return wrong === undefined ? { value } : { value, expected: 'four hexadecimal digits after "\\"', got: wrong }
}

const escapesOfC: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** `E'line\n'`. */
function decodeC(raw: string): Decoded {
  const value = raw.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)/gs, (_whole, sequence: string) => {
    if (/^[uUx]./.test(sequence)) return fromCode(Number.parseInt(sequence.slice(1), 16))
    if (/^[0-7]/.test(sequence)) return fromCode(Number.parseInt(sequence, 8))
    return escapesOfC[sequence] ?? sequence
  })
  return { value }
}

function fromCode(code: number): string {
  return String.fromCodePoint(Math.min(code, 0x10ffff))
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return /[\p{C}\p{Z}]/u.test(character) ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : character
}

function characterHint(character: string): string | undefined {
  if (character === '#') return 'Comments start with --.'
  if (character === '@') return 'There are no variables; write the value, or put a name that contains "@" in backticks.'
  if (character === '\\') return "Inside a text, a quote is escaped by doubling it: 'it''s'."
  return undefined
}
