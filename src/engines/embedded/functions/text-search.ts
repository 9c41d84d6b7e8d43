/** Functions that find places in texts or take texts apart. Places count code points from 1; 0 says that there is none. */
import { pointCount, pointsBefore, unitOfPoint, wellFormed } from './code-points.ts'
import { functionErrors } from './errors.ts'
import type { Evaluation } from './evaluation.ts'
import { javaPattern } from './java-pattern.ts'

export const textSearchEvaluations = {
  POSITION: () => locate,
  LOCATE: () => locate,
  INSTR: () => instr,
  STARTSWITH: () => (value: string | Uint8Array, start: string | Uint8Array) =>
    typeof value === 'string' ? value.startsWith(start as string) : hasBytesAt(value, start as Uint8Array, 0),
  ENDSWITH: () => (value: string | Uint8Array, end: string | Uint8Array) =>
    typeof value === 'string' ? value.endsWith(end as string) : hasBytesAt(value, end as Uint8Array, value.length - end.length),
  SPLIT: () => (text: string, separator: string) => (text === '' ? [] : text.split(separator).map(wellFormed)),
  SPLIT_INDEX: () => splitIndex,
  STR_TO_MAP: () => textToMap,
} satisfies Record<string, Evaluation>

function locate(search: string, text: string, start: number | bigint = 1): number {
  if (search === '') return 1
  const unit = text.indexOf(search, unitOfPoint(text, Math.max(Number(start), 1) - 1))
  return unit < 0 ? 0 : pointsBefore(text, unit) + 1
}

/** A negative start counts from the end and searches backwards. */
function instr(text: string, search: string, start: number | bigint = 1, occurrence: number | bigint = 1): number {
  if (occurrence <= 0) throw functionErrors.ENGINE_ARGUMENT_REFUSED({ function: 'INSTR', argument: `occurrence ${occurrence}` })
  if (search === '') return 1
  if (start === 0) return 0
  const first = Number(start)
  const backwards = first < 0
  const point = backwards ? pointCount(text) + first : first - 1
  if (point < 0) return 0
  let unit = unitOfPoint(text, point)
  for (let found = 1; ; found++) {
    unit = backwards ? text.lastIndexOf(search, unit) : text.indexOf(search, unit)
    if (unit < 0) return 0
    if (found === Number(occurrence)) return pointsBefore(text, unit) + 1
    unit += backwards ? -1 : 1
    if (unit < 0) return 0
  }
}

function hasBytesAt(value: Uint8Array, part: Uint8Array, at: number): boolean {
  return at >= 0 && part.every((byte, index) => value[at + index] === byte)
}

/** The index counts from 0. The separator is a text or the code of a character up to 255; an empty one stands for any blank. */
function splitIndex(text: string, separator: string | number | bigint, index: number | bigint): string | null {
  if (text === '' || index < 0) return null
  if (typeof separator !== 'string' && (separator < 1 || separator > 255)) return null
  const wanted = typeof separator === 'string' ? separator : String.fromCharCode(Number(separator))
  const parts = wanted === '' ? text.split(/\s/) : text.split(wanted)
  return parts[Number(index)] ?? null
}

/** Both separators are regular expressions. */
function textToMap(text: string, pairSeparator = ',', keySeparator = '='): Map<string, string | null> {
  const map = new Map<string, string | null>()
  if (text === '') return map
  const key = javaPattern(keySeparator)
  for (const pair of javaPattern(pairSeparator).split(text)) {
    const [name = '', value = null] = key.split(pair, 2)
    map.set(name, value)
  }
  return map
}
