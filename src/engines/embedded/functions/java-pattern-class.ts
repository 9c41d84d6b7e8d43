/** Character classes and escapes of Java's regular expressions, read from a text and written in JavaScript's notation (flag v). */
import { horizontalSpace, plainSpace, propertyClass, verticalSpace } from './java-pattern-properties.ts'
import { PatternTrouble } from './java-pattern-tree.ts'

/** A text and a place in it. */
export interface PatternCursor {
  readonly text: string
  at: number
}

export function broken(problem: string): PatternTrouble {
  return new PatternTrouble(true, problem)
}

export function unsupported(what: string): PatternTrouble {
  return new PatternTrouble(false, `${what} has no counterpart in this engine`)
}

/** A code point, written so that it means itself inside and outside of classes. */
export function writeCodePoint(code: number): string {
  const isWord = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  return isWord ? String.fromCharCode(code) : `\\u{${code.toString(16)}}`
}

/** What an escape stands for: one character, or a set of them. */
export type Escape = { readonly kind: 'character'; readonly code: number } | { readonly kind: 'set'; readonly source: string }

const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, a: 7, e: 27 }
const sets: Readonly<Record<string, string>> = {
  d: '[0-9]',
  D: '[^0-9]',
  w: '[a-zA-Z_0-9]',
  W: '[^a-zA-Z_0-9]',
  s: plainSpace,
  S: `[^${plainSpace}]`,
  h: horizontalSpace,
  H: `[^${horizontalSpace}]`,
  v: verticalSpace,
  V: `[^${verticalSpace}]`,
}

/** Reads what follows a backslash, when it is a character or a set; null for anything else, with the cursor where it was. */
export function readEscape(cursor: PatternCursor): Escape | PatternTrouble | null {
  const { text, at } = cursor
  const letter = text[at]
  if (letter === undefined) return broken('it ends with a backslash')
  const control = controls[letter]
  const set = sets[letter]
  if (control !== undefined || set !== undefined) {
    cursor.at++
    return control !== undefined ? { kind: 'character', code: control } : { kind: 'set', source: set ?? '' }
  }
  if (letter === 'p' || letter === 'P') return readProperty(cursor)
  if ('0xuc'.includes(letter)) return readCode(cursor)
  if (/[A-Za-z1-9]/.test(letter)) return null
  const code = text.codePointAt(at) ?? 0
  cursor.at += code > 0xffff ? 2 : 1
  return { kind: 'character', code }
}

const codeForms: readonly (readonly [form: RegExp, radix: number])[] = [
  [/0([0-3][0-7]{2}|[0-7]{1,2})/y, 8],
  [/x([0-9A-Fa-f]{2})/y, 16],
  [/x\{([0-9A-Fa-f]{1,6})\}/y, 16],
  [/u([0-9A-Fa-f]{4})/y, 16],
]

function readCode(cursor: PatternCursor): Escape | PatternTrouble {
  const { text, at } = cursor
  if (text[at] === 'c') {
    const code = text.charCodeAt(at + 1)
    if (Number.isNaN(code)) return broken('it ends with a backslash')
    cursor.at += 2
    return { kind: 'character', code: code ^ 64 }
  }
  for (const [form, radix] of codeForms) {
    form.lastIndex = at
    const found = form.exec(text)
    if (found === null) continue
    cursor.at = form.lastIndex
    const code = Number.parseInt(found[1] ?? '', radix)
    const low = /\\u([dD][c-fC-F][0-9A-Fa-f]{2})/y
    low.lastIndex = cursor.at
    const pair = code >= 0xd800 && code <= 0xdbff ? low.exec(text) : null
    if (pair === null) return code <= 0x10ffff ? { kind: 'character', code } : broken('it names a character that does not exist')
    cursor.at = low.lastIndex
    return { kind: 'character', code: (code - 0xd800) * 0x400 + Number.parseInt(pair[1] ?? '', 16) - 0xdc00 + 0x10000 }
  }
  return broken('a character code is incomplete')
}

function readProperty(cursor: PatternCursor): Escape | PatternTrouble {
  const form = /[pP](?:\{(\^?)([\w=]+)\}|([A-Z]))/y
  form.lastIndex = cursor.at
  const found = form.exec(cursor.text)
  if (found === null) return broken('a property is incomplete')
  const name = found[2] ?? found[3] ?? ''
  const source = propertyClass(name)
  if (source === null) return /^In|^bl(?:oc)?k=/.test(name) ? unsupported(`block \\p{${name}}`) : broken(`there is no property "${name}"`)
  const negated = (cursor.text[cursor.at] === 'P') !== (found[1] === '^')
  cursor.at = form.lastIndex
  return { kind: 'set', source: negated ? `[^${source}]` : source }
}

/** Reads a class behind its opening bracket up to and with the closing one. */
export function readClass(cursor: PatternCursor, comments: boolean): string | PatternTrouble {
  const negated = cursor.text[cursor.at] === '^'
  if (negated) cursor.at++
  const operands: string[] = []
  let items: string[] = []
  for (;;) {
    const { text, at } = cursor
    const char = text[at]
    if (char === undefined) return broken('a class is not closed')
    if (char === ']' && (items.length > 0 || operands.length > 0)) break
    if (comments && /\s/.test(char)) {
      cursor.at++
    } else if (text.startsWith('&&', at)) {
      cursor.at += 2
      if (items.length > 0) operands.push(items.join(''))
      items = []
    } else {
      const item = readItem(cursor)
      if (item instanceof PatternTrouble) return item
      items.push(item)
    }
  }
  cursor.at++
  if (items.length > 0) operands.push(items.join(''))
  const body = operands.length === 1 ? (operands[0] ?? '') : operands.map((operand) => `[${operand}]`).join('&&')
  return `[${negated ? '^' : ''}${body}]`
}

/** A nested class, a quoted run, a set, a character or a range. */
function readItem(cursor: PatternCursor): string | PatternTrouble {
  const { text, at } = cursor
  if (text[at] === '[') {
    cursor.at++
    return readClass(cursor, false)
  }
  if (text.startsWith('\\Q', at)) return Array.from(readQuoted(cursor), (char) => writeCodePoint(char.codePointAt(0) ?? 0)).join('')
  const first = readMember(cursor)
  if (first instanceof PatternTrouble) return first
  if (first.kind === 'set') return first.source
  const next = cursor.text[cursor.at + 1]
  if (cursor.text[cursor.at] !== '-' || next === undefined || next === ']' || next === '[') return writeCodePoint(first.code)
  cursor.at++
  const last = readMember(cursor)
  if (last instanceof PatternTrouble) return last
  if (last.kind === 'set' || last.code < first.code) return broken('a range runs backwards')
  return `${writeCodePoint(first.code)}-${writeCodePoint(last.code)}`
}

function readMember(cursor: PatternCursor): Escape | PatternTrouble {
  const { text, at } = cursor
  if (text[at] === '\\') {
    cursor.at++
    return readEscape(cursor) ?? broken(`\\${text[at + 1]} has no meaning in a class`)
  }
  const code = text.codePointAt(at)
  if (code === undefined) return broken('a class is not closed')
  cursor.at += code > 0xffff ? 2 : 1
  return { kind: 'character', code }
}

/** Reads \Q…\E; without \E everything that follows. */
export function readQuoted(cursor: PatternCursor): string {
  const start = cursor.at + 2
  const end = cursor.text.indexOf('\\E', start)
  cursor.at = end < 0 ? cursor.text.length : end + 2
  return cursor.text.slice(start, end < 0 ? undefined : end)
}
