/**
 * Puts values in the place of `${name}`, so that a value can never become more than the place that it stands in:
 *
 * - within a text, `'…${name}…'`, it is part of the text: its quotes are doubled;
 * - within a quoted name, `` `…${name}…` ``, it is part of the name: its backticks are doubled, and it has no line breaks;
 * - anywhere else it is a number, TRUE, FALSE or NULL, and stands apart from words and numbers beside it;
 * - in a comment nothing is put in, and no value is needed;
 * - texts with escapes, `E'…'`, `U&'…'` and `X'…'`, and names in double quotes take none, since there more than quotes would count.
 *
 * `${secret:name}` stays as it is: secrets are read where they are used. `$${` stands for `${` and names nothing. Other braces are left alone.
 *
 * Bound: `filledLengthMax` characters. A long value that is named often would be more than memory has room for.
 */
import { type FilledPlace, suggestion, type TextPosition } from '#base'
import { jobErrors } from './errors.ts'

const name = '[A-Za-z_][A-Za-z0-9_.-]*'
/** What opens something, what ends something, and what names a variable. Comments that begin with a plus sign are hints, and are read. */
const token = new RegExp(
  String.raw`\$\$\{|\$\{(${name})\}|(?<![\w$])[EeXx](?=')|(?<![\w$])[Uu]&(?=')|'|` + '`|"' + String.raw`|--|//|/\*(?!\+)`,
  'g',
)
const plainValue = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|true|false|null)$/i

/** Of a script with its values, or of several that run as one. */
export const filledLengthMax = 4_000_000

type Place = 'text' | 'name' | 'text with escapes' | 'name in double quotes' | 'open'

export function fillVariables(script: string, variables: Readonly<Record<string, string>>): string {
  return fillPlaces(script, variables).text
}

/** The same, with the places that were filled, in their order: so that a place in the filled text can be found in the script. */
export function fillPlaces(
  script: string,
  variables: Readonly<Record<string, string>>,
): { readonly text: string; readonly places: readonly FilledPlace[] } {
  let filled = ''
  let copied = 0
  const places: FilledPlace[] = []
  eachToken(script, (place, found, start) => {
    filled += script.slice(copied, start)
    copied = start + found.length
    const before = filled.length
    filled += found.kind === 'escape' ? '${' : inPlace(place, found.name, variables, script, start)
    if (filled.length > filledLengthMax)
      throw jobErrors.JOBS_VARIABLES_LENGTH({ limit: filledLengthMax }, { position: positionOf(script, start, copied) })
    places.push({ start: before, end: filled.length, scriptStart: start, scriptEnd: copied })
  })
  return { text: filled + script.slice(copied), places }
}

type Found =
  | { readonly kind: 'escape'; readonly length: number }
  | { readonly kind: 'variable'; readonly name: string; readonly length: number }

/** Walks a script, and tells of each variable where it stands. */
function eachToken(script: string, take: (place: Place, found: Found, start: number) => void): void {
  const tokens = new RegExp(token)
  let place: Place = 'open'
  let next: Place = 'text'
  for (let match = tokens.exec(script); match !== null; match = tokens.exec(script)) {
    const [text, variable] = match
    if (text === '$${') take(place, { kind: 'escape', length: text.length }, match.index)
    else if (variable !== undefined) take(place, { kind: 'variable', name: variable, length: text.length }, match.index)
    else if (place !== 'open') {
      const end = endOf(place, text, script, match.index)
      if (end === null) continue
      tokens.lastIndex = end.at
      if (end.isOver) place = 'open'
    } else if (text === "'" || text === '`' || text === '"') {
      place = text === "'" ? next : text === '`' ? 'name' : 'name in double quotes'
      next = 'text'
    } else if (text === '--' || text === '//' || text === '/*') tokens.lastIndex = afterComment(text, script, match.index)
    else next = 'text with escapes'
  }
}

const closings: Readonly<Record<Exclude<Place, 'open'>, string>> = {
  text: "'",
  name: '`',
  'text with escapes': "'",
  'name in double quotes': '"',
}

/** Two quotes stand for one, and end nothing; null for what is no quote of this place. */
function endOf(place: Exclude<Place, 'open'>, text: string, script: string, at: number): { at: number; isOver: boolean } | null {
  if (text !== closings[place]) return null
  const isDoubled = script.charAt(at + 1) === text
  const isEscaped = place === 'text with escapes' && countBefore(script, at, '\\') % 2 === 1
  return isEscaped ? { at: at + 1, isOver: false } : { at: at + (isDoubled ? 2 : 1), isOver: !isDoubled }
}

function countBefore(script: string, at: number, character: string): number {
  let count = 0
  while (script.charAt(at - 1 - count) === character) count++
  return count
}

function afterComment(opening: string, script: string, at: number): number {
  const end = opening === '/*' ? script.indexOf('*/', at + 2) : script.indexOf('\n', at)
  return end < 0 ? script.length : end + (opening === '/*' ? 2 : 0)
}

function inPlace(place: Place, variable: string, variables: Readonly<Record<string, string>>, script: string, start: number): string {
  const end = start + variable.length + 3
  const position = () => positionOf(script, start, end)
  const value = Object.hasOwn(variables, variable) ? variables[variable] : undefined
  if (value === undefined)
    throw jobErrors.JOBS_VARIABLE_VALUE(
      { name: variable },
      { ...suggestion(variable, Object.keys(variables), 'variables'), position: position() },
    )
  switch (place) {
    case 'text':
      return value.replaceAll("'", "''")
    case 'name':
      if (/[\r\n]/.test(value)) throw jobErrors.JOBS_VARIABLE_LINE_BREAK({ name: variable }, { position: position() })
      return value.replaceAll('`', '``')
    case 'open': {
      if (!plainValue.test(value)) throw jobErrors.JOBS_VARIABLE_UNQUOTED({ name: variable }, { position: position() })
      const touches = /[\w$.]/.test(script.charAt(start - 1)) || /[\w$]/.test(script.charAt(end))
      if (touches) throw jobErrors.JOBS_VARIABLE_TOUCHES({ name: variable }, { position: position() })
      // A sign must not make a comment of the sign before it.
      return /^[+-]/.test(value) ? ` ${value}` : value
    }
    case 'text with escapes':
    case 'name in double quotes':
      throw jobErrors.JOBS_VARIABLE_PLACE({ name: variable, place: `a ${place}` }, { position: position() })
  }
}

function positionOf(script: string, start: number, end: number): TextPosition {
  const before = script.slice(0, start)
  const lineStart = before.lastIndexOf('\n') + 1
  return { start, end, line: before.split('\n').length, column: start - lineStart + 1 }
}
