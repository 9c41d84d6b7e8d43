/**
 * Regular expressions of Java as regular expressions of JavaScript. What Java refuses is null; what Java takes and JavaScript has no
 * words for is an error of the user. Kept apart: a reference to a group that took no part fails in Java and is empty here.
 */
import { functionErrors } from './errors.ts'
import { writeCodePoint } from './java-pattern-class.ts'
import { parseJavaPattern } from './java-pattern-parser.ts'
import { type PatternNode, PatternTrouble } from './java-pattern-tree.ts'
import { kept } from './kept.ts'

export class JavaPattern {
  /** Global: callers set lastIndex. */
  readonly regex: RegExp
  /** How many groups the pattern has in Java. */
  readonly groups: number
  readonly #places: readonly number[]

  constructor(regex: RegExp, places: readonly number[]) {
    this.regex = regex
    this.groups = places.length - 1
    this.#places = places
  }

  /** The first match, or null. */
  find(text: string): RegExpExecArray | null {
    this.regex.lastIndex = 0
    return this.regex.exec(text)
  }

  findAll(text: string): RegExpExecArray[] {
    return [...text.matchAll(this.regex)]
  }

  /** What a group of Java's count took, null when it took no part. */
  group(match: RegExpExecArray, group: number): string | null {
    return match[this.#places[group] ?? -1] ?? null
  }

  /** As String.split: with a limit at most so many parts, without one no empty parts at the end. */
  split(text: string, limit = 0): string[] {
    const parts: string[] = []
    let start = 0
    for (const match of this.findAll(text)) {
      if (limit > 0 && parts.length === limit - 1) break
      const end = match.index + match[0].length
      if (end === 0 || (match[0] === '' && match.index >= text.length)) continue
      parts.push(text.slice(start, match.index))
      start = end
    }
    if (start === 0) return [text]
    parts.push(text.slice(start))
    if (limit === 0) while (parts.at(-1) === '') parts.pop()
    return parts
  }
}

const patternOf = kept(translate)

/** The pattern, or null when Java would refuse it. */
export function tryJavaPattern(text: string): JavaPattern | null {
  const pattern = patternOf(text)
  if (!(pattern instanceof PatternTrouble)) return pattern
  if (pattern.broken) return null
  throw refused(text, pattern)
}

/** The pattern, where one that Java refuses is an error. */
export function javaPattern(text: string): JavaPattern {
  const pattern = patternOf(text)
  if (pattern instanceof PatternTrouble) throw refused(text, pattern)
  return pattern
}

function refused(text: string, { problem }: PatternTrouble): Error {
  return functionErrors.ENGINE_PATTERN_REFUSED({ pattern: `"${text}"`, problem })
}

function translate(text: string): JavaPattern | PatternTrouble {
  const parsed = parseJavaPattern(text)
  if (parsed instanceof PatternTrouble) return parsed
  const writer = new PatternWriter()
  const source = writer.write(parsed.root)
  try {
    return new JavaPattern(new RegExp(source, 'gv'), writer.places)
  } catch (error) {
    return new PatternTrouble(true, error instanceof SyntaxError ? error.message : 'it does not compile')
  }
}

/** Writes the parts. Groups added for atomic parts shift the numbers of those behind them. */
class PatternWriter {
  /** JavaScript's number of each of Java's groups. */
  readonly places: number[] = [0]
  #opened = 0

  write(node: PatternNode): string {
    switch (node.kind) {
      case 'sequence':
        return node.parts.map((part) => this.write(part)).join('')
      case 'alternation':
        return node.branches.map((branch) => this.write(branch)).join('|')
      case 'character':
        return caseless(writeCodePoint(node.code), node.ignoreCase)
      case 'class':
        return caseless(node.source, node.ignoreCase)
      case 'fixed':
        return node.source
      case 'group':
        this.places[node.number] = ++this.#opened
        return `(${this.write(node.body)})`
      case 'bare':
        return `(?:${this.write(node.body)})`
      case 'atomic':
        return this.#atomic(node.body)
      case 'look':
        return `(?${node.sign}${this.write(node.body)})`
      case 'reference': {
        const place = this.places[node.number]
        return place === undefined ? '(?!)' : caseless(`(?:\\${place})`, node.ignoreCase)
      }
      case 'repeat':
        return node.mode === 'possessive' ? this.#atomic({ ...node, mode: 'greedy' }) : this.#repeat(node)
    }
  }

  /** What a lookahead takes is never given back. */
  #atomic(body: PatternNode): string {
    const place = ++this.#opened
    return `(?=(${this.write(body)}))\\${place}(?:)`
  }

  #repeat({ body, range, mode }: Extract<PatternNode, { kind: 'repeat' }>): string {
    const single = body.kind === 'group' || body.kind === 'bare' || (body.kind === 'character' && !body.ignoreCase)
    const inner = this.write(body)
    return `${single ? inner : `(?:${inner})`}${range}${mode === 'lazy' ? '?' : ''}`
  }
}

function caseless(source: string, ignoreCase: boolean): string {
  return ignoreCase ? `(?i:${source})` : source
}
