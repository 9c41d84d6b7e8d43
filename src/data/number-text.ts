/**
 * Text of numbers as Java reads and prints it. DOUBLE and FLOAT print the shortest digits that make the same value again, at least one
 * after the point, with an exponent below 1e-3 and from 1e7 on: 1.0, 0.001, 1.0E-4, 1.0E7. Whole values that are not exact any more,
 * from 2^53 (FLOAT: 2^24) up to 2^63, print more digits, as Java does before version 19. There that Java prints a digit too many for
 * some fractions and larger values as well, such as 1.9999999999999998E23 for 2e23; here those are 2.0E23, as in newer ones.
 */
import type { ExactInteger } from './decimal.ts'
import { isNanText, parseDoubleBytes, unparsed } from './parse-bytes.ts'
import { boxExact } from './vector.ts'

export function printDouble(value: number): string {
  const size = Math.abs(value)
  if (size >= 2 ** 53 && size < 2 ** 63) return printWhole(value, 53)
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size === Number.POSITIVE_INFINITY || Number.isNaN(value)) return String(value)
  return withExponent(size < smallestNormal ? twoDigits(value) : value.toExponential())
}

/** Prints a whole value of `bits` significant bits: all its digits but those that the bits cannot tell apart. */
function printWhole(value: number, bits: number): string {
  const beyond = Math.floor(Math.log2(Math.abs(value))) - bits - 1
  const spare = beyond > 1 ? Math.floor(beyond * Math.LOG10E * Math.LN2) : 0
  const step = 10n ** BigInt(spare)
  const kept = (BigInt(Math.abs(value)) + step / 2n) / step
  const digits = String(kept)
  const fraction = digits.slice(1).replace(/0+$/, '')
  return `${value < 0 ? '-' : ''}${digits[0]}.${fraction === '' ? '0' : fraction}E${digits.length - 1 + spare}`
}

/** `1.5e-7` as `1.5E-7`, `1e+21` as `1.0E21`. */
function withExponent(text: string): string {
  const at = text.indexOf('e')
  const digits = text.slice(0, at)
  const exponent = text.slice(text[at + 1] === '+' ? at + 2 : at + 1)
  return `${digits}${digits.includes('.') ? '' : '.0'}E${exponent}`
}

const smallestNormal = 2.2250738585072014e-308
const smallestNormalFloat = 1.1754943508222875e-38

/** Subnormal doubles may be told apart by one digit, but two are printed when they come nearer. */
function twoDigits(value: number): string {
  const text = value.toExponential()
  const nearer = value.toExponential(1)
  return text.includes('.') || Number(nearer) !== value ? text : nearer
}

/** Prints a FLOAT. The value must be one that single precision holds. */
export function printFloat(value: number): string {
  const size = Math.abs(value)
  if (size === 0 || !Number.isFinite(value)) return printDouble(value)
  if (size >= 2 ** 24 && size < 2 ** 63) return printWhole(value, 24)
  // Six digits always survive the way to single precision and back, but not below the smallest normal number.
  for (let digits = size < smallestNormalFloat ? 2 : 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits))
    if (Math.fround(shorter) === value) return printDouble(shorter)
  }
  return printDouble(Number(value.toPrecision(9)))
}

/** Reads a DOUBLE as Java's Double.parseDouble does, blanks around it allowed. When the answer is NaN, ask isNanLiteral. */
export function parseDouble(text: string): number {
  const from = textStart(text)
  const to = textEnd(text, from)
  const bytes = asciiBytes(text, from, to)
  return bytes === null ? unparsed : parseDoubleBytes(bytes, 0, to - from)
}

/** Reads a FLOAT: the single precision number nearest to the text, which is not always the one nearest to its double. */
export function parseFloat32(text: string): number {
  const double = parseDouble(text)
  const single = Math.fround(double)
  return double !== single && isHalfway(double, single) ? towards(single, double, compareToText(double, text)) : single
}

/** Whether the text says NaN, which parseDouble cannot tell from text that is no number. */
export function isNanLiteral(text: string): boolean {
  const from = textStart(text)
  const to = textEnd(text, from)
  const bytes = asciiBytes(text, from, to)
  return bytes !== null && isNanText(bytes, 0, to - from)
}

function isHalfway(double: number, single: number): boolean {
  // Behind the largest float comes 2^128: what is nearer to that is infinite.
  const size = Math.min(Math.abs(single), 2 ** 128)
  return Math.abs(double) < 2 ** 128 && Math.abs(Math.abs(double) - size) === Math.abs(neighbour(single, double) - double)
}

/** The single precision number on the other side of the double. */
function neighbour(single: number, double: number): number {
  floats[0] = single
  const outward = double > single === single >= 0
  bits[0] = single === 0 ? (double < 0 ? 0x80000001 : 1) : (bits[0] as number) + (outward ? 1 : -1)
  return floats[0]
}

const floats = new Float32Array(1)
const bits = new Int32Array(floats.buffer)

/** Where the text lies beyond the double that is halfway, the number on that side is nearer. */
function towards(single: number, double: number, order: number): number {
  const other = neighbour(single, double)
  return order === 0 || order > 0 === single > other ? single : other
}

/** A double halfway between two floats has fewer digits than this. */
const halfwayDigitsMax = 200

/** The sign of (text − double), exactly. */
function compareToText(double: number, text: string): number {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?[dDfF]?$/.exec(trimBlanks(text))
  if (parts === null) return 0
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  // Of the digits beyond those, it only counts whether there is one.
  const rest = /[^0]/.test(digits.slice(halfwayDigitsMax)) ? 1 : 0
  const shown = BigInt(`0${digits.slice(0, halfwayDigitsMax)}${rest}`) * (sign === '-' ? -1n : 1n)
  const tens = Number(exponent) + Math.max(0, digits.length - halfwayDigitsMax) - fraction.length - 1
  let scaled = double
  let twos = 0
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    twos++
  }
  // shown × 10^tens against scaled × 2^-twos
  const left = shown * 10n ** BigInt(Math.max(tens, 0)) * 2n ** BigInt(twos)
  const right = BigInt(scaled) * 10n ** BigInt(Math.max(-tens, 0))
  return left < right ? -1 : left > right ? 1 : 0
}

export type IntegerKind = 'tinyint' | 'smallint' | 'integer' | 'bigint'

const integerBits: Record<IntegerKind, number> = { tinyint: 8, smallint: 16, integer: 32, bigint: 64 }

/**
 * Reads an integer as Flink's CAST does: spaces around it and a fraction, which is cut off, are allowed (` 12.9 ` is 12 and `.` is 0).
 * `unparsed` when it is none or beyond the range of its kind.
 */
export function parseInteger(text: string, kind: IntegerKind): ExactInteger {
  let from = 0
  let to = text.length
  while (from < to && text.charCodeAt(from) === 32) from++
  while (to > from && text.charCodeAt(to - 1) === 32) to--
  const first = text.charCodeAt(from)
  const negative = first === 45
  const start = negative || first === 43 ? from + 1 : from
  if (start >= to) return unparsed
  let value = 0
  let at = start
  for (; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit === -2) break
    if (digit < 0 || digit > 9) return unparsed
    value = value * 10 + digit
  }
  for (let rest = at + 1; rest < to; rest++) {
    const digit = text.charCodeAt(rest) - 48
    if (digit < 0 || digit > 9) return unparsed
  }
  // A number of many digits need not be exact to be seen to be beyond every range.
  if (value > 1e19) return unparsed
  const exact = Number.isSafeInteger(value) ? (negative ? 0 - value : value) : boxExact(BigInt(text.slice(from, at)))
  return fitsInteger(exact, kind) ? exact : unparsed
}

/** Whether an exact integer is within the range of its kind. */
export function fitsInteger(value: ExactInteger, kind: IntegerKind): boolean {
  if (typeof value === 'number') {
    const limit = 2 ** (integerBits[kind] - 1)
    return value >= -limit && value < limit
  }
  return kind === 'bigint' && value >= -0x8000000000000000n && value < 0x8000000000000000n
}

/** An exact integer as Java narrows it: the lowest bits, with their sign. */
export function wrapInteger(value: ExactInteger, kind: IntegerKind): ExactInteger {
  if (kind === 'bigint') return typeof value === 'number' ? value : boxExact(BigInt.asIntN(64, value))
  // The operators of 32-bit integers keep the low bits of every safe number.
  const low = typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value))
  return kind === 'integer' ? low : kind === 'smallint' ? (low << 16) >> 16 : (low << 24) >> 24
}

const scratch = new Uint8Array(64)

/** The ASCII bytes of a part of a text, in a buffer that the next call fills again; null when there is anything but ASCII. */
export function asciiBytes(text: string, from: number, to: number): Uint8Array | null {
  const length = to - from
  const bytes = length <= scratch.length ? scratch : new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(from + i)
    if (unit > 127) return null
    bytes[i] = unit
  }
  return bytes
}

/** The text without blanks around it, as Java's trim has it: what comes up to the space. */
export function trimBlanks(text: string): string {
  const from = textStart(text)
  return text.slice(from, textEnd(text, from))
}

function textStart(text: string): number {
  let from = 0
  while (from < text.length && text.charCodeAt(from) <= 32) from++
  return from
}

function textEnd(text: string, from: number): number {
  let to = text.length
  while (to > from && text.charCodeAt(to - 1) <= 32) to--
  return to
}
