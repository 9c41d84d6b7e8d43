/** Patterns of LIKE and SIMILAR TO. */
import { likeTest, type TextTest } from '#data'
import { functionErrors } from './errors.ts'
import { javaPattern } from './java-pattern.ts'

/** What a LIKE pattern accepts. */
export function likePattern(pattern: string, escapedBy: string | null): TextTest {
  return likeTest(pattern, escapeMark(pattern, escapedBy), (mark) => escapeMisused(pattern, mark))
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
