/**
 * PRINTF: the formats of java.util.Formatter, save for %t, %h and %a. NULL wherever Java would throw an exception. Doubles are rounded
 * half up in their shortest decimal text, as there.
 */
import { type DataType, printDecimal, printDouble, printFloat } from '#data'
import type { CallShape, Evaluation } from './evaluation.ts'

export const printfEvaluations = {
  PRINTF:
    ({ arguments: [, ...types] }: CallShape) =>
    (format: string | null, ...values: unknown[]) =>
      format === null ? null : print(format, values, types),
} satisfies Record<string, Evaluation>

interface Directive {
  readonly flags: string
  readonly width: number
  /** -1 when none is given. */
  readonly precision: number
  readonly conversion: string
}

const directive = /%(?:(\d+)\$|(<))?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/y

/** Null, here and below, where the format does not suit the values. */
function print(format: string, values: readonly unknown[], types: readonly DataType[]): string | null {
  let result = ''
  let ordinary = 0
  let last = -1
  for (let at = 0; at < format.length; ) {
    const percent = format.indexOf('%', at)
    if (percent < 0) return result + format.slice(at)
    result += format.slice(at, percent)
    directive.lastIndex = percent
    const found = directive.exec(format)
    if (found === null) return null
    at = directive.lastIndex
    const [, index, again, flags = '', width, precision, conversion = ''] = found
    const spec = { flags, width: Number(width ?? 0), precision: precision === undefined ? -1 : Number(precision), conversion }
    if (conversion === 'n' || conversion === '%') {
      result += conversion === 'n' ? '\n' : fill('%', spec)
      continue
    }
    last = index !== undefined ? Number(index) - 1 : again !== undefined ? last : ordinary++
    const type = types[last]
    const text = type === undefined ? null : printValue(values[last], type, spec)
    if (text === null) return null
    result += conversion === conversion.toLowerCase() ? text : text.toUpperCase()
  }
  return result
}

function printValue(value: unknown, type: DataType, spec: Directive): string | null {
  const conversion =
    spec.conversion === 'C' || spec.conversion === 'S' || spec.conversion === 'B' ? spec.conversion.toLowerCase() : spec.conversion
  if (conversion === 'b') return fill(cut(String(type.kind === 'boolean' ? value === true : value !== null), spec), spec)
  if (!'scdxXoeEfgG'.includes(conversion)) return null
  if (value === null) return fill(cut('null', spec), spec)
  switch (conversion) {
    case 's':
      return mapped(plainText(value, type), (text) => fill(cut(text, spec), spec))
    case 'c':
      return mapped(whole(value, type), (code) => (code < 0n || code > 0x10ffffn ? null : fill(String.fromCodePoint(Number(code)), spec)))
    case 'd':
      return mapped(whole(value, type), (number) => signed(grouped(String(number).replace('-', ''), spec), number < 0n, spec))
    case 'x':
    case 'X':
    case 'o':
      return unsignedText(value, type, spec)
    default:
      return realText(value, type, spec)
  }
}

function mapped<Value, Result>(value: Value | null, map: (value: Value) => Result | null): Result | null {
  return value === null ? null : map(value)
}

function plainText(value: unknown, type: DataType): string | null {
  switch (type.kind) {
    case 'double':
      return printDouble(value as number)
    case 'float':
      return printFloat(value as number)
    case 'decimal':
      return printDecimal(value as number | bigint, type.scale)
    case 'boolean':
    case 'char':
    case 'varchar':
    case 'date':
    case 'time':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return String(value)
    default:
      return null
  }
}

const integerBits: Partial<Record<DataType['kind'], number>> = { tinyint: 8, smallint: 16, integer: 32, bigint: 64 }

function whole(value: unknown, type: DataType): bigint | null {
  return integerBits[type.kind] === undefined ? null : BigInt(value as number | bigint)
}

/** Negative numbers appear in the two's complement of their type. */
function unsignedText(value: unknown, type: DataType, spec: Directive): string | null {
  const signedNumber = whole(value, type)
  if (signedNumber === null) return null
  const number = BigInt.asUintN(integerBits[type.kind] ?? 64, signedNumber)
  const octal = spec.conversion === 'o'
  const prefix = spec.flags.includes('#') ? (octal ? '0' : '0x') : ''
  const digits = number.toString(octal ? 8 : 16)
  const zeros = spec.flags.includes('0') ? '0'.repeat(Math.max(0, spec.width - prefix.length - digits.length)) : ''
  const text = fill(prefix + zeros + digits, spec)
  return spec.conversion === 'X' ? text.toUpperCase() : text
}

function realText(value: unknown, type: DataType, spec: Directive): string | null {
  if (type.kind !== 'double' && type.kind !== 'float') return null
  const number = value as number
  if (!Number.isFinite(number)) return infinite(number, spec)
  const shortest = type.kind === 'double' ? printDouble(Math.abs(number)) : printFloat(Math.abs(number))
  const precision = spec.precision < 0 ? 6 : spec.precision
  const negative = number < 0 || Object.is(number, -0)
  const lower = spec.conversion.toLowerCase()
  const body = lower === 'f' ? fixed(shortest, precision) : lower === 'e' ? scientific(shortest, precision) : general(shortest, precision)
  const text = signed(grouped(body, spec), negative, spec)
  return spec.conversion === lower ? text : text.toUpperCase()
}

function infinite(value: number, spec: Directive): string {
  const text = Number.isNaN(value) ? 'NaN' : 'Infinity'
  const plain = { ...spec, flags: spec.flags.replaceAll('0', '') }
  return Number.isNaN(value) ? fill(text, plain) : signed(text, value < 0, plain)
}

/** The digits of a positive number in Java's text, and the power of ten of the last. */
function digitsOf(text: string): { digits: bigint; scale: number } {
  const [mantissa = '', exponent = '0'] = text.split('E')
  const [integer = '', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(integer + fraction), scale: fraction.length - Number(exponent) }
}

function roundedTo(text: string, scale: number): bigint {
  const number = digitsOf(text)
  if (number.scale <= scale) return number.digits * 10n ** BigInt(scale - number.scale)
  const unit = 10n ** BigInt(number.scale - scale)
  return (2n * number.digits + unit) / (2n * unit)
}

function fixed(text: string, precision: number): string {
  const digits = roundedTo(text, precision)
    .toString()
    .padStart(precision + 1, '0')
  return precision === 0 ? digits : `${digits.slice(0, -precision)}.${digits.slice(-precision)}`
}

function scientific(text: string, precision: number): string {
  const { digits, scale } = digitsOf(text)
  let exponent = digits === 0n ? 0 : digits.toString().length - 1 - scale
  let rounded = roundedTo(text, precision - exponent).toString()
  if (rounded.length > precision + 1) {
    exponent++
    rounded = rounded.slice(0, -1)
  }
  const padded = rounded.padEnd(precision + 1, '0')
  const sign = exponent < 0 ? '-' : '+'
  return `${padded[0]}${precision === 0 ? '' : `.${padded.slice(1)}`}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function general(text: string, wanted: number): string {
  const precision = wanted === 0 ? 1 : wanted
  const { digits, scale } = digitsOf(text)
  if (digits === 0n) return fixed(text, precision - 1)
  const exponent = Number(scientific(text, precision - 1).split('e')[1])
  if (digits.toString().length - scale < -3 || exponent >= precision) return scientific(text, precision - 1)
  return fixed(text, precision - exponent - 1)
}

/** Commas between thousands, when the flag asks for them. */
function grouped(text: string, { flags }: Directive): string {
  if (!flags.includes(',')) return text
  const [integer = '', ...rest] = text.split('.')
  return [integer.replace(/\B(?=(?:\d{3})+$)/g, ','), ...rest].join('.')
}

function signed(text: string, negative: boolean, spec: Directive): string {
  const { flags, width } = spec
  const before = negative ? (flags.includes('(') ? '(' : '-') : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const after = negative && flags.includes('(') ? ')' : ''
  const zeros = flags.includes('0') ? '0'.repeat(Math.max(0, width - before.length - text.length - after.length)) : ''
  return fill(before + zeros + text + after, spec)
}

function cut(text: string, { precision }: Directive): string {
  return precision < 0 ? text : text.slice(0, precision)
}

function fill(text: string, { flags, width }: Directive): string {
  return flags.includes('-') ? text.padEnd(width) : text.padStart(width)
}
