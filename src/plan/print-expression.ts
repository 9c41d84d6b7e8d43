/** Writes expressions of a plan as SQL that people read: in EXPLAIN, and in errors about a part of a statement. */
import type { DataType } from '#data'
import { printType } from '#data'
import type { Call, Case, Cast, Expression, LiteralValue } from './plan.ts'
import { matchExpression } from './visit.ts'

/** How tightly things bind; what binds looser than the place it stands in gets parentheses. */
const loosest = 0
const tightest = 9
const infix: Partial<Record<string, { readonly word: string; readonly strength: number }>> = {
  OR: { word: 'OR', strength: 1 },
  AND: { word: 'AND', strength: 2 },
  '=': { word: '=', strength: 4 },
  '<>': { word: '<>', strength: 4 },
  '<': { word: '<', strength: 4 },
  '<=': { word: '<=', strength: 4 },
  '>': { word: '>', strength: 4 },
  '>=': { word: '>=', strength: 4 },
  'IS DISTINCT FROM': { word: 'IS DISTINCT FROM', strength: 4 },
  'IS NOT DISTINCT FROM': { word: 'IS NOT DISTINCT FROM', strength: 4 },
  '||': { word: '||', strength: 5 },
  '+': { word: '+', strength: 6 },
  '-': { word: '-', strength: 6 },
  PLUS_INTERVAL: { word: '+', strength: 6 },
  MINUS_INTERVAL: { word: '-', strength: 6 },
  '*': { word: '*', strength: 7 },
  TIMES_INTERVAL: { word: '*', strength: 7 },
  '/': { word: '/', strength: 7 },
  '%': { word: '%', strength: 7 },
}
const notStrength = 3
const testStrength = 4

/** One expression as SQL. */
export function printExpression(expression: Expression): string {
  return print(expression, loosest)
}

/** A name, in backticks when it is not a plain word. */
export function printName(name: string): string {
  return /^[\w$]+$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
}

/** A constant as SQL; `value` is a boxed value of the type (data/type.ts). */
function printLiteral(value: LiteralValue, type: DataType): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE'
    case 'char':
    case 'varchar':
      return printText(String(value))
    case 'binary':
    case 'varbinary':
      return `X'${String(value)}'`
    case 'decimal':
      return printScaled(BigInt(value as number | bigint), type.scale)
    case 'float':
    case 'double':
      return printApproximate(value as number)
    case 'date':
      return `DATE '${isoTime((value as number) * 86_400_000).slice(0, 10)}'`
    case 'time':
      return `TIME '${isoTime(value as number).slice(11)}'`
    case 'timestamp':
    case 'timestamp-ltz':
      return `${type.kind === 'timestamp' ? 'TIMESTAMP' : 'TIMESTAMP_LTZ'} '${printInstant(value as number | bigint, type.precision)}'`
    case 'interval-day-time':
      return printInterval(value as number, dayTimeUnits)
    case 'interval-year-month':
      return printInterval(value as number, yearMonthUnits)
    default:
      return String(value)
  }
}

function print(expression: Expression, strength: number): string {
  return matchExpression<string>(expression, {
    column: ({ name }) => printName(name),
    literal: ({ value, type }) => printLiteral(value, type),
    call: (call) => printCall(call, strength),
    case: printCase,
    cast: printCast,
  })
}

function printCall(call: Call, strength: number): string {
  const { arguments: args } = call
  const operator = infix[call.function]
  if (operator !== undefined && args.length >= 2) {
    const text = args.map((part, index) => print(part, operator.strength + (index === 0 ? 0 : 1))).join(` ${operator.word} `)
    return wrap(text, operator.strength, strength)
  }
  const [first, ...rest] = args
  if (first === undefined) return `${call.user?.name ?? call.function}()`
  if (call.function === 'NOT') return wrap(`NOT ${print(first, notStrength)}`, notStrength, strength)
  if (call.function.startsWith('IS ')) return wrap(`${print(first, testStrength + 1)} ${call.function}`, testStrength, strength)
  if (call.function === 'IN') {
    return wrap(`${print(first, testStrength + 1)} IN (${rest.map((part) => print(part, loosest)).join(', ')})`, testStrength, strength)
  }
  if (call.function === 'LIKE' || call.function === 'SIMILAR TO') {
    const [pattern, escaped] = rest.map((part) => print(part, testStrength + 1))
    const text = `${print(first, testStrength + 1)} ${call.function} ${pattern}${escaped === undefined ? '' : ` ESCAPE ${escaped}`}`
    return wrap(text, testStrength, strength)
  }
  return printPrefixed(call, first, rest)
}

function printPrefixed(call: Call, first: Expression, rest: readonly Expression[]): string {
  const list = call.arguments.map((part) => print(part, loosest)).join(', ')
  switch (call.function) {
    case 'ARRAY':
    case 'MAP':
      return `${call.function}[${list}]`
    case 'ITEM':
      return `${print(first, tightest)}[${rest.map((part) => print(part, loosest)).join(', ')}]`
    case 'NEGATE':
      return negated(print(first, tightest))
    case 'FLOOR_TIME':
    case 'CEIL_TIME':
      return `${call.function.slice(0, -'_TIME'.length)}(${print(first, loosest)} TO ${unitName(rest[0])})`
    case 'FIELD':
      return `${print(first, tightest)}.${fieldName(first.type, rest[0])}`
    default:
      return `${call.user?.name ?? call.function}(${list})`
  }
}

/** Two minus signs side by side would begin a comment. */
function negated(text: string): string {
  return text.startsWith('-') ? `-(${text})` : `-${text}`
}

function unitName(unit: Expression | undefined): string {
  return unit?.kind === 'literal' ? String(unit.value) : ''
}

function fieldName(type: DataType, place: Expression | undefined): string {
  const index = place?.kind === 'literal' ? Number(place.value) : -1
  const field = type.kind === 'row' ? type.fields[index] : undefined
  return field === undefined ? String(index) : printName(field.name)
}

function printCase({ branches, otherwise }: Case): string {
  const parts = branches.map(({ when, then }) => `WHEN ${print(when, loosest)} THEN ${print(then, loosest)}`)
  return `CASE ${parts.join(' ')} ELSE ${print(otherwise, loosest)} END`
}

function printCast({ value, type, failing }: Cast): string {
  const name = printType({ ...type, nullable: true })
  return `${failing === 'null' ? 'TRY_CAST' : 'CAST'}(${print(value, loosest)} AS ${name})`
}

function wrap(text: string, own: number, place: number): string {
  return own < place ? `(${text})` : text
}

/** A text between quotes, as SQL has it. */
export function printText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function printScaled(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const sign = unscaled < 0n ? '-' : ''
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function printApproximate(value: number): string {
  const text = String(value)
  return /^-?[\d.]+$/.test(text) ? `${text}E0` : text.toUpperCase()
}

function isoTime(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '')
}

function printInstant(value: number | bigint, precision: number): string {
  const digits = precision <= 3 ? 3 : precision <= 6 ? 6 : 9
  const unit = 10n ** BigInt(digits)
  const exact = BigInt(value)
  const fraction = ((exact % unit) + unit) % unit
  const text = isoTime(Number((exact - fraction) / unit) * 1000)
  return precision === 0 ? text : `${text}.${String(fraction).padStart(digits, '0').slice(0, precision)}`
}

type Units = readonly (readonly [unit: string, size: number])[]
const dayTimeUnits: Units = [
  ['DAY', 86_400_000],
  ['HOUR', 3_600_000],
  ['MINUTE', 60_000],
]
const yearMonthUnits: Units = [
  ['YEAR', 12],
  ['MONTH', 1],
]

/** In the largest unit that leaves no rest; milliseconds are a fraction of a second. */
function printInterval(value: number, units: Units): string {
  const [unit, size] =
    units.find(([, each]) => value !== 0 && value % each === 0) ?? (units === dayTimeUnits ? ['SECOND', 1000] : ['MONTH', 1])
  return `INTERVAL ${value < 0 ? '-' : ''}'${Math.abs(value) / size}' ${unit}`
}
