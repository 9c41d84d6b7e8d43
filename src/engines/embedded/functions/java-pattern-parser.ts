/** Reads a regular expression of Java (java.util.regex.Pattern, version 17) into its parts. */
import { broken, type PatternCursor, readClass, readEscape, readQuoted, unsupported } from './java-pattern-class.ts'
import { lineEnds, verticalSpace } from './java-pattern-properties.ts'
import { type PatternFlags, type PatternNode, PatternTrouble } from './java-pattern-tree.ts'

export interface ParsedPattern {
  readonly root: PatternNode
  readonly groups: number
}

const noFlags: PatternFlags = { ignoreCase: false, unicodeCase: false, multiline: false, dotAll: false, comments: false }

const textStart = String.raw`(?<![\s\S])`
const textEnd = String.raw`(?![\s\S])`
const lastLineEnd = String.raw`(?=(?:\r\n|[${lineEnds}])?${textEnd})`
const lineStart = String.raw`(?:${textStart}|(?<=[\n\x85\u2028\u2029]|\r(?!\n))(?=[\s\S]))`
const lineEnd = `(?=[${lineEnds}]|${textEnd})`

/** Escapes that stand for a place or a run. */
const fixedEscapes: Readonly<Record<string, string>> = {
  A: textStart,
  z: textEnd,
  Z: lastLineEnd,
  b: String.raw`\b`,
  B: String.raw`\B`,
  R: String.raw`(?:\r\n|${verticalSpace})`,
}

export function parseJavaPattern(text: string): ParsedPattern | PatternTrouble {
  const parser = new PatternParser(text)
  const root = parser.alternation()
  if (root instanceof PatternTrouble) return root
  return parser.finished ? { root, groups: parser.groups } : broken('a parenthesis is closed that was not opened')
}

type Parsed = PatternNode | PatternTrouble

class PatternParser {
  readonly #cursor: PatternCursor
  readonly #names = new Map<string, number>()
  groups = 0
  #flags = noFlags

  constructor(text: string) {
    this.#cursor = { text, at: 0 }
  }

  get finished(): boolean {
    return this.#cursor.at >= this.#cursor.text.length
  }

  /** Up to the end or a closing parenthesis. Flags set inside hold until there. */
  alternation(): Parsed {
    const before = this.#flags
    const branches: PatternNode[] = []
    do {
      const branch = this.#sequence()
      if (branch instanceof PatternTrouble) return branch
      branches.push(branch)
    } while (this.#take('|'))
    this.#flags = before
    return branches.length === 1 ? (branches[0] as PatternNode) : { kind: 'alternation', branches }
  }

  #sequence(): Parsed {
    const parts: PatternNode[] = []
    for (;;) {
      this.#skipComments()
      const next = this.#peek()
      if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', parts }
      const flagged = this.#setFlags()
      if (flagged instanceof PatternTrouble) return flagged
      if (flagged) continue
      const quoted = this.#cursor.text.startsWith('\\Q', this.#cursor.at) ? readQuoted(this.#cursor) : undefined
      if (quoted !== undefined) {
        const characters = Array.from(quoted, (char) => this.#character(char.codePointAt(0) ?? 0))
        const last = characters.pop()
        parts.push(...characters)
        const repeated = last === undefined ? last : this.#repeats(last)
        if (repeated instanceof PatternTrouble) return repeated
        if (repeated !== undefined) parts.push(repeated)
        continue
      }
      const atom = this.#atom()
      const part = atom instanceof PatternTrouble ? atom : this.#repeats(atom)
      if (part instanceof PatternTrouble) return part
      parts.push(part)
    }
  }

  #atom(): Parsed {
    const { text, at } = this.#cursor
    const char = text[at] ?? ''
    switch (char) {
      case '(':
        return this.#group()
      case '[':
        return this.#class()
      case '\\':
        this.#cursor.at++
        return this.#escape()
      case '.':
        this.#cursor.at++
        return { kind: 'fixed', source: this.#flags.dotAll ? String.raw`[\s\S]` : `[^${lineEnds}]` }
      case '^':
        this.#cursor.at++
        return { kind: 'fixed', source: this.#flags.multiline ? lineStart : textStart }
      case '$':
        this.#cursor.at++
        return { kind: 'fixed', source: this.#flags.multiline ? lineEnd : lastLineEnd }
      case '{':
        // Java repeats the nothing before it.
        return countAhead(text, at) ? { kind: 'sequence', parts: [] } : broken('a number of repetitions is not readable')
      case '*':
      case '+':
      case '?':
        return broken(`"${char}" follows nothing that it could repeat`)
      default: {
        const code = text.codePointAt(at) ?? 0
        this.#cursor.at += code > 0xffff ? 2 : 1
        return this.#character(code)
      }
    }
  }

  #character(code: number): PatternNode {
    const { ignoreCase, unicodeCase } = this.#flags
    return { kind: 'character', code, ignoreCase: ignoreCase && (unicodeCase || isAsciiLetter(code)) }
  }

  #class(): Parsed {
    this.#cursor.at++
    const source = readClass(this.#cursor, this.#flags.comments)
    return source instanceof PatternTrouble ? source : { kind: 'class', source, ignoreCase: this.#flags.ignoreCase }
  }

  /** Behind the backslash. */
  #escape(): Parsed {
    const found = readEscape(this.#cursor)
    if (found instanceof PatternTrouble) return found
    if (found !== null) {
      return found.kind === 'character'
        ? this.#character(found.code)
        : { kind: 'class', source: found.source, ignoreCase: this.#flags.ignoreCase }
    }
    const letter = this.#peek() ?? ''
    const fixed = fixedEscapes[letter]
    if (fixed !== undefined) {
      this.#cursor.at++
      return { kind: 'fixed', source: fixed }
    }
    if (/[1-9]/.test(letter)) return this.#numberedReference()
    if (letter === 'k') return this.#namedReference()
    return 'GXN'.includes(letter) ? unsupported(`\\${letter}`) : broken(`\\${letter} has no meaning`)
  }

  /** As many digits as still name a group that was opened before. */
  #numberedReference(): PatternNode {
    let number = Number(this.#next())
    for (let digit = this.#peek() ?? ''; /\d/.test(digit) && number * 10 + Number(digit) <= this.groups; digit = this.#peek() ?? '') {
      number = number * 10 + Number(digit)
      this.#cursor.at++
    }
    return { kind: 'reference', number, ignoreCase: this.#flags.ignoreCase }
  }

  #namedReference(): Parsed {
    const found = this.#match(/k<([A-Za-z][A-Za-z0-9]*)>/y)
    const number = found === null ? undefined : this.#names.get(found[1] ?? '')
    return number === undefined
      ? broken('\\k does not name a group before it')
      : { kind: 'reference', number, ignoreCase: this.#flags.ignoreCase }
  }

  #group(): Parsed {
    const open = this.#match(/\((?:\?(?:<([A-Za-z][A-Za-z0-9]*)>|(:|>|=|!|<=|<!)|([imsxduU]*)(?:-([imsxduU]+))?:))?/y)
    if (open === null) return broken('a group starts with what is no group')
    const [whole = '', name, sign, on, off] = open
    if (whole === '(' && this.#peek() === '?') return broken('a group starts with what is no group')
    const before = this.#flags
    const capturing = whole === '(' || name !== undefined
    const number = capturing ? ++this.groups : 0
    if (name !== undefined && this.#names.has(name)) return broken(`group "${name}" is there twice`)
    if (name !== undefined) this.#names.set(name, number)
    if (on !== undefined) {
      const trouble = this.#changeFlags(on, off ?? '')
      if (trouble !== null) return trouble
    }
    const body = this.alternation()
    this.#flags = before
    if (body instanceof PatternTrouble) return body
    if (!this.#take(')')) return broken('a parenthesis is not closed')
    if (capturing) return { kind: 'group', number, name: name ?? null, body }
    if (sign === '>') return { kind: 'atomic', body }
    return sign === undefined || sign === ':' ? { kind: 'bare', body } : { kind: 'look', sign: sign as '=', body }
  }

  /** (?i) and its like: holds for what follows in the same group. */
  #setFlags(): boolean | PatternTrouble {
    const found = this.#match(/\(\?([imsxduU]*)(?:-([imsxduU]+))?\)/y)
    return found === null ? false : (this.#changeFlags(found[1] ?? '', found[2] ?? '') ?? true)
  }

  #changeFlags(on: string, off: string): PatternTrouble | null {
    if (/[dU]/.test(on)) return unsupported(`flag "${on}"`)
    const flag = (letter: string, now: boolean): boolean => (on.includes(letter) ? true : off.includes(letter) ? false : now)
    const { ignoreCase, unicodeCase, multiline, dotAll, comments } = this.#flags
    this.#flags = {
      ignoreCase: flag('i', ignoreCase),
      unicodeCase: flag('u', unicodeCase),
      multiline: flag('m', multiline),
      dotAll: flag('s', dotAll),
      comments: flag('x', comments),
    }
    return null
  }

  #repeats(body: PatternNode): Parsed {
    this.#skipComments()
    const { text, at } = this.#cursor
    if (text[at] === '{' && !countAhead(text, at)) return broken('a number of repetitions is not readable')
    const found = this.#match(/([*+?]|\{\d+(?:,\d*)?\})([+?]?)/y)
    if (found === null) return body
    const range = found[1] ?? ''
    const [least = 0, most = Number.POSITIVE_INFINITY] = range.match(/\d+/g)?.map(Number) ?? []
    if (range.includes(',') && most < least) return broken('a number of repetitions runs backwards')
    return { kind: 'repeat', body, range, mode: found[2] === '+' ? 'possessive' : found[2] === '?' ? 'lazy' : 'greedy' }
  }

  #skipComments(): void {
    if (this.#flags.comments) this.#match(/(?:\s|#[^\n]*)+/y)
  }

  #match(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#cursor.at
    const found = form.exec(this.#cursor.text)
    if (found !== null) this.#cursor.at = form.lastIndex
    return found
  }

  #peek(): string | undefined {
    return this.#cursor.text[this.#cursor.at]
  }

  #next(): string {
    return this.#cursor.text[this.#cursor.at++] ?? ''
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#cursor.at++
    return true
  }
}

/** Without flag u Java ignores the case of these only. */
function isAsciiLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

function countAhead(text: string, at: number): boolean {
  return /^\{\d+(?:,\d*)?\}/.test(text.slice(at, at + 30))
}
