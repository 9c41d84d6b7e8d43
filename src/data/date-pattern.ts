/**
 * Date patterns of Java's DateTimeFormatter, which DATE_FORMAT uses for timestamps and TO_TIMESTAMP for text. A pattern is compiled once
 * into elements; printing is in date-formatter.ts, reading in date-formatter-parse.ts. Names are English and weeks those of the United
 * States. Not supported: day periods (B), padding (p), generic zone names (v) and modified Julian days (g); zones and offsets can be
 * read but not printed, because what is printed has none.
 */
import { shortened } from '#base'
import { dataErrors } from './errors.ts'

export type NumberField =
  | 'year'
  | 'year-of-era'
  | 'week-year'
  | 'quarter'
  | 'month'
  | 'day'
  | 'day-of-year'
  | 'aligned-day'
  | 'week'
  | 'week-of-month'
  | 'local-weekday'
  | 'hour'
  | 'clock-hour'
  | 'half-hour'
  | 'clock-half-hour'
  | 'minute'
  | 'second'
  | 'nano'
  | 'milli-of-day'
  | 'nano-of-day'
export type TextField = 'era' | 'quarter' | 'month' | 'weekday' | 'half-day'
export type TextStyle = 'short' | 'full' | 'narrow'
/** Whether a sign may be there: a minus, a plus where there are more digits than the minimum as well, or none. */
type SignStyle = 'normal' | 'exceeds-pad' | 'none'

export interface NumberElement {
  readonly kind: 'number' | 'reduced' | 'fraction'
  readonly field: NumberField
  readonly min: number
  readonly max: number
  readonly sign: SignStyle
  /** Digits that belong to the numbers of fixed width that follow at once, so that `yyyyMMdd` can be read. */
  following: number
}

export type DateElement =
  | NumberElement
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'text'; readonly field: TextField; readonly style: TextStyle }
  | { readonly kind: 'zone'; readonly letter: string; readonly count: number }
  | { readonly kind: 'optional'; readonly elements: readonly DateElement[] }

/** Longer patterns are refused: brackets within brackets are followed by recursion, and nobody needs more. */
const patternLengthMax = 1000

export function checkLength(pattern: string): void {
  if (pattern.length > patternLengthMax) throw refusePattern(pattern, `it has more than ${patternLengthMax} characters`)
}

/** The error of a pattern that cannot be used. */
export function refusePattern(pattern: string, reason: string): Error {
  return dataErrors.DATA_DATE_PATTERN_REFUSED({ pattern: shortened(pattern, 30), reason })
}

/** Compiles a pattern of DateTimeFormatter. Raises DATA_DATE_PATTERN_REFUSED. */
export function compilePattern(pattern: string): readonly DateElement[] {
  checkLength(pattern)
  const open: DateElement[][] = [[]]
  let at = 0
  while (at < pattern.length) {
    const letter = pattern[at] as string
    const elements = open[open.length - 1] as DateElement[]
    if (/[A-Za-z]/.test(letter)) {
      let count = 1
      while (pattern[at + count] === letter) count++
      appendElement(elements, elementOf(letter, count, pattern))
      at += count
    } else if (letter === "'") {
      const { text, end } = readQuoted(pattern, at)
      elements.push({ kind: 'literal', text })
      at = end
    } else if (letter === '[') {
      open.push([])
      at++
    } else if (letter === ']') {
      const inner = open.pop() as DateElement[]
      const outer = open[open.length - 1]
      if (outer === undefined) throw refusePattern(pattern, '"]" closes nothing')
      outer.push({ kind: 'optional', elements: inner })
      at++
    } else if ('{}#'.includes(letter)) {
      throw refusePattern(pattern, `"${letter}" is reserved`)
    } else {
      elements.push({ kind: 'literal', text: letter })
      at++
    }
  }
  return closed(open)
}

/** A bracket that is still open at the end closes there. */
function closed(open: readonly DateElement[][]): readonly DateElement[] {
  return open.reduceRight((inner, outer) => (outer === inner ? outer : [...outer, { kind: 'optional', elements: inner }]))
}

/** Reads `'text'` from its first quote on; two quotes stand for one, within and outside. */
export function readQuoted(pattern: string, start: number): { text: string; end: number } {
  if (pattern[start + 1] === "'") return { text: "'", end: start + 2 }
  let text = ''
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] !== "'") text += pattern[at]
    else if (pattern[at + 1] === "'") {
      text += "'"
      at++
    } else return { text, end: at + 1 }
  }
  throw refusePattern(pattern, 'a quote is not closed')
}

/** Numbers of fixed width leave their digits to themselves when one without stands before them. */
function appendElement(elements: DateElement[], element: DateElement): void {
  if (isNumber(element) && element.min === element.max && element.sign === 'none') {
    let first = elements.length - 1
    const isFixed = (before: DateElement | undefined) =>
      before !== undefined && isNumber(before) && before.min === before.max && before.sign === 'none'
    while (first > 0 && isFixed(elements[first]) && isNumber(elements[first - 1] as DateElement)) first--
    const leader = elements[first]
    if (leader !== undefined && isNumber(leader)) leader.following += element.max
  }
  elements.push(element)
}

function isNumber(element: DateElement): element is NumberElement {
  return element.kind === 'number' || element.kind === 'reduced' || element.kind === 'fraction'
}

function number(field: NumberField, min: number, max: number, sign: SignStyle, kind: NumberElement['kind'] = 'number'): NumberElement {
  return { kind, field, min, max, sign, following: 0 }
}

/** Letters for numbers of one or two digits. */
const shortNumbers: Readonly<Record<string, NumberField>> = {
  d: 'day',
  H: 'hour',
  k: 'clock-hour',
  K: 'half-hour',
  h: 'clock-half-hour',
  m: 'minute',
  s: 'second',
  w: 'week',
}
const yearNumbers: Readonly<Record<string, NumberField>> = { u: 'year', y: 'year-of-era', Y: 'week-year' }
const longNumbers: Readonly<Record<string, NumberField>> = { A: 'milli-of-day', n: 'nano', N: 'nano-of-day' }
const singleNumbers: Readonly<Record<string, NumberField>> = { F: 'aligned-day', W: 'week-of-month' }
const digitsMax = 19

function elementOf(letter: string, count: number, pattern: string): DateElement {
  const year = yearNumbers[letter]
  if (year !== undefined && count <= digitsMax) {
    if (count === 2) return number(year, 2, 2, 'none', 'reduced')
    return number(year, count, digitsMax, count < 4 ? 'normal' : 'exceeds-pad')
  }
  const short = shortNumbers[letter]
  if (short !== undefined && count <= 2) return count === 1 ? number(short, 1, digitsMax, 'normal') : number(short, 2, 2, 'none')
  const long = longNumbers[letter]
  if (long !== undefined && count <= digitsMax) return number(long, count, digitsMax, 'none')
  const single = singleNumbers[letter]
  if (single !== undefined && count === 1) return number(single, 1, digitsMax, 'normal')
  if (letter === 'D' && count <= 3)
    return count === 1 ? number('day-of-year', 1, digitsMax, 'normal') : number('day-of-year', count, 3, 'none')
  if (letter === 'S' && count <= 9) return number('nano', count, count, 'none', 'fraction')
  return textElementOf(letter, count) ?? zoneElementOf(letter, count, pattern)
}

function textElementOf(letter: string, count: number): DateElement | null {
  const style = count <= 3 ? 'short' : count === 4 ? 'full' : 'narrow'
  if (letter === 'a') return count === 1 ? { kind: 'text', field: 'half-day', style: 'short' } : null
  if (count > 5) return null
  switch (letter) {
    case 'G':
      return { kind: 'text', field: 'era', style }
    case 'E':
      return { kind: 'text', field: 'weekday', style }
    case 'M':
    case 'L':
    case 'Q':
    case 'q': {
      const field = letter === 'M' || letter === 'L' ? 'month' : 'quarter'
      if (count > 2) return { kind: 'text', field, style }
      return count === 1 ? number(field, 1, digitsMax, 'normal') : number(field, 2, 2, 'none')
    }
    case 'e':
    case 'c':
      if (count > 2) return { kind: 'text', field: 'weekday', style }
      return letter === 'c' && count === 2 ? null : number('local-weekday', count, 2, 'none')
    default:
      return null
  }
}

function zoneElementOf(letter: string, count: number, pattern: string): DateElement {
  if ('xXZ'.includes(letter) && count <= 5) return { kind: 'zone', letter, count }
  if (letter === 'O' && (count === 1 || count === 4)) return { kind: 'zone', letter, count }
  if (letter === 'z' && count <= 4) return { kind: 'zone', letter, count }
  if (letter === 'V' && count === 2) return { kind: 'zone', letter, count }
  throw refusePattern(pattern, `"${letter.repeat(Math.min(count, 6))}" has no meaning`)
}
