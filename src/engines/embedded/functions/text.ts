/** Functions that make texts from texts: case, trimming, padding, cutting, replacing. */
import { pointCount, slicePoints, wellFormed } from './code-points.ts'
import type { Evaluation } from './evaluation.ts'

export const textEvaluations = {
  '||': ({ arguments: types }) => (types.length === 2 ? (a: string, b: string) => a + b : (...texts: string[]) => texts.join('')),
  CONCAT:
    () =>
    (...parts: string[]) =>
      parts.join(''),
  CONCAT_WS:
    () =>
    (separator: string | null, ...parts: (string | null)[]) =>
      separator === null ? null : parts.filter((part) => part !== null).join(separator),
  CHAR_LENGTH: () => pointCount,
  UPPER: () => (text: string) => text.toUpperCase(),
  LOWER: () => (text: string) => text.toLowerCase(),
  INITCAP: () => capitalised,
  TRIM: ({ constants: [mode] }) =>
    trimmer(mode !== 'TRAILING', mode !== 'LEADING', (_: string, characters: string, text: string) => [text, characters]),
  LTRIM: () => trimmer(true, false, textFirst),
  RTRIM: () => trimmer(false, true, textFirst),
  BTRIM: () => trimmer(true, true, textFirst),
  SUBSTRING: () => substring,
  LEFT: () => (text: string, length: number) => (length <= 0 ? '' : slicePoints(text, 0, Number(length))),
  RIGHT: () => (text: string, length: number) =>
    length <= 0 ? '' : slicePoints(text, Math.max(0, pointCount(text) - Number(length)), Number.POSITIVE_INFINITY),
  LPAD: () => (text: string, length: number, padding: string) => padded(text, Number(length), padding, (fill) => fill + text),
  RPAD: () => (text: string, length: number, padding: string) => padded(text, Number(length), padding, (fill) => text + fill),
  REPEAT: () => (text: string, count: number) => (count <= 0 ? '' : text.repeat(Number(count))),
  REPLACE: () => replaced,
  REVERSE: () => (text: string) => Array.from(text).reverse().join(''),
  OVERLAY: () => overlay,
  TRANSLATE: () => translate,
} satisfies Record<string, Evaluation>

function replaced(text: string, search: string, replacement: string): string {
  if (search === '') return text.replaceAll(search, () => replacement)
  let at = text.indexOf(search)
  if (at < 0) return text
  let result = ''
  let from = 0
  for (; at >= 0; at = text.indexOf(search, from)) {
    result += text.slice(from, at) + replacement
    from = at + search.length
  }
  return result + text.slice(from)
}

/** A word is a run of ASCII letters and digits; all else parts words and stays as it is. */
function capitalised(text: string): string {
  return text.replace(/[A-Za-z0-9]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
}

type TrimOrder<Arguments extends unknown[]> = (...values: Arguments) => readonly [text: string, characters: string | undefined]

function textFirst(text: string, characters?: string): readonly [string, string | undefined] {
  return [text, characters]
}

/** Takes away any of a set of characters, blanks when none are named, at one or both ends. */
function trimmer<Arguments extends unknown[]>(start: boolean, end: boolean, order: TrimOrder<Arguments>): (...values: Arguments) => string {
  return (...values) => {
    const [text, characters = ' '] = order(...values)
    return characters === ' ' ? trimBlanks(text, start, end) : trimSet(text, new Set(characters), start, end)
  }
}

function trimBlanks(text: string, start: boolean, end: boolean): string {
  let from = 0
  let to = text.length
  if (start) while (from < to && text.charCodeAt(from) === 32) from++
  if (end) while (to > from && text.charCodeAt(to - 1) === 32) to--
  return text.slice(from, to)
}

function trimSet(text: string, characters: ReadonlySet<string>, start: boolean, end: boolean): string {
  const points = Array.from(text)
  let from = 0
  let to = points.length
  if (start) while (from < to && characters.has(points[from] ?? '')) from++
  if (end) while (to > from && characters.has(points[to - 1] ?? '')) to--
  return points.slice(from, to).join('')
}

/** A start of 0 is 1; a negative start counts from the end. Nothing is left of a start outside, and a negative length gives NULL. */
function substring(text: string, start: number | bigint, length: number | bigint = Number.POSITIVE_INFINITY): string | null {
  if (length < 0) return null
  const first = Number(start)
  const from = first > 0 ? first - 1 : first === 0 ? 0 : pointCount(text) + first
  return from < 0 ? '' : slicePoints(text, from, from + Number(length))
}

/** Lengths count UTF-16 units. */
function padded(text: string, length: number, padding: string, join: (fill: string) => string): string | null {
  if (length < 0 || padding === '') return null
  if (text.length >= length) return wellFormed(text.slice(0, length))
  const missing = length - text.length
  return wellFormed(join(padding.repeat(Math.ceil(missing / padding.length)).slice(0, missing)))
}

/** Positions count UTF-16 units. Without a positive length everything from the start on is replaced. */
function overlay(text: string, replacement: string, start: number | bigint, length: number | bigint = replacement.length): string {
  const from = Number(start)
  if (from <= 0 || from > text.length) return text
  const rest = length <= 0 ? '' : text.slice(from - 1 + Number(length))
  return wellFormed(text.slice(0, from - 1) + replacement + rest)
}

/** Each character of `from` becomes the one at its place in `to`, or goes when there is none; its first place counts. */
function translate(text: string | null, from: string | null, to: string | null): string | null {
  if (text === null || from === null) return text
  const targets = Array.from(to ?? '')
  const map = new Map<string, string>()
  for (const [index, character] of Array.from(from).entries()) if (!map.has(character)) map.set(character, targets[index] ?? '')
  let result = ''
  for (const character of text) result += map.get(character) ?? character
  return result
}
