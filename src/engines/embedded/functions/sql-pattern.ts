/** Patterns of LIKE and SIMILAR TO. */
import { functionErrors } from './errors.ts'
import { javaPattern } from './java-pattern.ts'

export type TextTest = (text: string) => boolean

/** What a LIKE pattern accepts: % is any run, _ any one code point but the end of a line. Without an escape character there is none. */
export function likeTest(pattern: string, escapedBy: string | null): TextTest {
  const mark = escapeMark(pattern, escapedBy)
  const parts: string[] = ['']
  let source = ''
  let hasAny = false
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    if (char === mark) {
      const next = pattern.charAt(++i)
      if (next !== '%' && next !== '_' && next !== mark) throw escapeMisused(pattern, mark)
      parts.push(`${parts.pop()}${next}`)
      source += literally(next)
    } else if (char === '%') {
      parts.push('')
      source += String.raw`[\s\S]*`
    } else if (char === '_') {
      hasAny = true
      source += String.raw`[^\n\r\x85\u2028\u2029]`
    } else {
      parts.push(`${parts.pop()}${char}`)
      source += literally(char)
    }
  }
  if (!hasAny) return partsTest(parts)
  const regex = new RegExp(`^${source}$`, 'u')
  return (text) => regex.test(text)
}

/** Texts in a given order with anything between them. */
function partsTest(parts: readonly string[]): TextTest {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return (text) => text === first
  if (rest.length === 0 && first === '') return (text) => text.endsWith(last)
  if (rest.length === 0 && last === '') return (text) => text.startsWith(first)
  const middle = rest.filter((part) => part !== '')
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    const end = text.length - last.length
    for (const part of middle) {
      const found = text.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}

function literally(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}

function escapeMark(pattern: string, escapedBy: string | null): string | null {
  if (escapedBy === null || escapedBy.length === 1) return escapedBy
  throw functionErrors.ENGINE_PATTERN_REFUSED({ pattern: `"${pattern}"`, problem: `the escape "${escapedBy}" is not one character` })
}

function escapeMisused(pattern: string, mark: string): Error {
  return functionErrors.ENGINE_PATTERN_REFUSED({ pattern: `"${pattern}"`, problem: `"${mark}" is followed by what needs no escape` })
}

const similarSpecials = '[]()|^-+*_%?{}'
const similarClasses: Readonly<Record<string, string>> = {
  '[:ALPHA:]': String.raw`\p{Alpha}`,
  '[:UPPER:]': String.raw`\p{Upper}`,
  '[:LOWER:]': String.raw`\p{Lower}`,
  '[:DIGIT:]': String.raw`\d`,
  '[:SPACE:]': ' ',
  '[:WHITESPACE:]': String.raw`\s`,
  '[:ALNUM:]': String.raw`\p{Alnum}`,
}

/** What a SIMILAR TO pattern accepts. Like Calcite's, it becomes a regular expression of Java in which the full stop keeps its meaning. */
export function similarTest(pattern: string, escapedBy: string | null): TextTest {
  const { regex } = javaPattern(`\\A(?:${similarSource(pattern, escapeMark(pattern, escapedBy))})\\z`)
  return (text) => {
    regex.lastIndex = 0
    return regex.test(text)
  }
}

function similarSource(pattern: string, mark: string | null): string {
  let source = ''
  let inside = false
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i)
    const named = inside ? /^\[:\w+:\]/.exec(pattern.slice(i))?.[0] : undefined
    if (char === mark) {
      const next = pattern.charAt(++i)
      if (next === '' || !(similarSpecials.includes(next) || next === mark)) throw escapeMisused(pattern, mark)
      source += /[_%\w]/.test(next) ? next : `\\${next}`
    } else if (named !== undefined) {
      const known = similarClasses[named.toUpperCase()]
      if (known === undefined) throw misplaced(pattern, named)
      source += known
      i += named.length - 1
    } else if (inside) {
      if (char !== ']' && char !== '-' && char !== '^' && similarSpecials.includes(char)) throw misplaced(pattern, char)
      inside = char !== ']'
      source += char
    } else {
      if (char === ']') throw misplaced(pattern, char)
      inside = char === '['
      source += char === '%' ? '(?s:.*)' : char === '_' ? '.' : char === '\\' || char === '$' ? `\\${char}` : char
    }
  }
  return source
}

function misplaced(pattern: string, what: string): Error {
  return functionErrors.ENGINE_PATTERN_REFUSED({ pattern: `"${pattern}"`, problem: `"${what}" cannot stand where it does` })
}
