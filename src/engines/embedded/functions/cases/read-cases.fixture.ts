/**
 * Reads case files. A line is
 *
 *     CALL → VALUE : TYPE
 *     CALL → REFUSED              the signature table refuses the arguments
 *     CALL → ERROR CODE           the evaluation fails
 *
 * CALL is a function of the plan with its arguments in parentheses; arguments are literals of Flink SQL, CAST of a literal, ARRAY[…],
 * MAP[…] or calls. Lines that start with # are comments, ` # own` marks an answer that is not what Flink shows, with the reason, and
 * `zone NAME` sets the session's time zone for the lines after it.
 */
import { assert } from '#base'

export interface CaseLine {
  readonly file: string
  readonly line: number
  readonly text: string
  readonly call: Extract<CaseExpression, { kind: 'call' }>
  readonly expected: string
  /** Null for REFUSED and ERROR. */
  readonly type: string | null
  readonly timeZone: string
}

export type CaseExpression =
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly CaseExpression[] }
  | { readonly kind: 'cast'; readonly value: CaseExpression; readonly type: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'typed'; readonly prefix: string; readonly text: string; readonly suffix: string }

/** The cases of a file, of which `content` is the text. */
export function readCases(file: string, content: string): CaseLine[] {
  const cases: CaseLine[] = []
  let timeZone = 'UTC'
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.replace(/ # own.*$/, '')
    if (line.startsWith('zone ')) timeZone = line.slice(5).trim()
    if (line.trim() === '' || line.startsWith('#') || line.startsWith('zone ')) continue
    const arrow = line.lastIndexOf(' → ')
    assert(arrow > 0, `${file}:${index + 1} has no arrow`)
    const text = line.slice(0, arrow)
    const answer = line.slice(arrow + 3)
    const plain = answer === 'REFUSED' || answer.startsWith('ERROR ')
    const colon = plain ? -1 : answer.lastIndexOf(' : ')
    const call = new CaseReader(text).topCall()
    const expected = plain ? answer : answer.slice(0, colon)
    cases.push({ file, line: index + 1, text, call, expected, type: plain ? null : answer.slice(colon + 3), timeZone })
  }
  return cases
}

class CaseReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** A call whose name may be an operator: everything before the first parenthesis. */
  topCall(): Extract<CaseExpression, { kind: 'call' }> {
    const open = this.#text.indexOf('(')
    assert(open > 0, `${this.#text} is no call`)
    const name = this.#text.slice(0, open)
    this.#at = open + 1
    return { kind: 'call', name, arguments: this.#list(')') }
  }

  #list(close: string): CaseExpression[] {
    const items: CaseExpression[] = []
    for (;;) {
      this.#space()
      if (this.#text[this.#at] === close) break
      items.push(this.#expression())
      this.#space()
      if (this.#text[this.#at] === ',') this.#at++
    }
    this.#at++
    return items
  }

  #expression(): CaseExpression {
    this.#space()
    const rest = this.#text.slice(this.#at)
    const unicode = /^U&'((?:[^']|'')*)'/.exec(rest)
    if (unicode !== null) {
      this.#at += unicode[0].length
      return { kind: 'text', text: unescaped(unicode[1] ?? '') }
    }
    const quoted = /^'((?:[^']|'')*)'/.exec(rest)
    if (quoted !== null) {
      this.#at += quoted[0].length
      return { kind: 'text', text: (quoted[1] ?? '').replaceAll("''", "'") }
    }
    const typed = /^(DATE|TIME|TIMESTAMP|INTERVAL -?|x) ?'([^']*)'((?: (?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND|TO)(?:\(\d+\))?)*)/.exec(rest)
    if (typed !== null) {
      this.#at += typed[0].length
      return { kind: 'typed', prefix: (typed[1] ?? '').trim(), text: typed[2] ?? '', suffix: (typed[3] ?? '').trim() }
    }
    const word = /^[-+.\w]+/.exec(rest)?.[0]
    assert(word !== undefined, `cannot read ${rest}`)
    this.#at += word.length
    return this.#afterWord(word)
  }

  #afterWord(word: string): CaseExpression {
    const next = this.#text[this.#at]
    if (next === '[') {
      this.#at++
      return { kind: 'call', name: word, arguments: this.#list(']') }
    }
    if (next !== '(') return { kind: 'word', text: word }
    this.#at++
    if (word !== 'CAST') return { kind: 'call', name: word, arguments: this.#list(')') }
    const value = this.#expression()
    this.#at += ' AS '.length
    const type = this.#typeText()
    return { kind: 'cast', value, type }
  }

  /** Up to the parenthesis that closes CAST. */
  #typeText(): string {
    const start = this.#at
    for (let depth = 0; ; this.#at++) {
      const char = this.#text[this.#at]
      assert(char !== undefined, `${this.#text} ends inside a type`)
      if (char === '(') depth++
      if (char === ')' && depth-- === 0) break
    }
    return this.#text.slice(start, this.#at++)
  }

  #space(): void {
    while (this.#text[this.#at] === ' ') this.#at++
  }
}

/** The body of a U&'…' literal. */
export function unescaped(body: string): string {
  return body
    .replaceAll("''", "'")
    .replace(/\\(\\|[0-9a-f]{4})/g, (_, code: string) => (code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 16))))
}
