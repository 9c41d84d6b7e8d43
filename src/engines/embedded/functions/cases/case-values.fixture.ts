/** Literals of case files as typed values, and values as case files write them. */
import { assert } from '#base'
import {
  bigintType,
  booleanType,
  boxExact,
  type DataType,
  dateType,
  decimalType,
  doubleType,
  integerType,
  printBitmap,
  printVariant,
  stringType,
  unboundedLength,
  withNullable,
} from '#data'
import { type CaseExpression, unescaped } from './read-cases.fixture.ts'

export interface TypedValue {
  readonly type: DataType
  readonly value: unknown
  readonly literal: boolean
}

const dayMs = 86_400_000

export function literalOf(expression: Exclude<CaseExpression, { kind: 'call' }>): TypedValue {
  switch (expression.kind) {
    case 'text':
      return notNull({ kind: 'char', length: Math.max(expression.text.length, 0), nullable: false }, expression.text)
    case 'word':
      return wordOf(expression.text)
    case 'typed':
      return typedOf(expression.prefix, expression.text, expression.suffix)
    case 'cast':
      return castOf(expression)
  }
}

function notNull(type: DataType, value: unknown): TypedValue {
  return { type: withNullable(type, false), value, literal: true }
}

function wordOf(text: string): TypedValue {
  if (text === 'TRUE' || text === 'FALSE') return notNull(booleanType, text === 'TRUE')
  if (/e/i.test(text)) return notNull(doubleType, Number(text))
  if (text.includes('.')) {
    const digits = text.replace(/^[-+]/, '')
    const scale = digits.length - digits.indexOf('.') - 1
    const precision = digits.length - 1
    return notNull(decimalType(precision, scale), boxExact(BigInt(text.replace('.', ''))))
  }
  const value = BigInt(text)
  const fits = value >= -2147483648n && value <= 2147483647n
  return notNull(fits ? integerType : bigintType, boxExact(value))
}

function typedOf(prefix: string, text: string, suffix: string): TypedValue {
  if (prefix === 'x') {
    const bytes = Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
    return notNull({ kind: 'binary', length: bytes.length, nullable: false }, bytes)
  }
  if (prefix === 'DATE') return notNull(dateType, Date.parse(`${text}T00:00:00Z`) / dayMs)
  if (prefix === 'TIME') return notNull({ kind: 'time', precision: 0, nullable: false }, timeOf(text))
  if (prefix === 'TIMESTAMP') {
    const precision = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
    return notNull({ kind: 'timestamp', precision, nullable: false }, timestampOf(text, precision))
  }
  const sign = prefix.endsWith('-') ? -1 : 1
  if (suffix.startsWith('YEAR') || suffix.startsWith('MONTH')) {
    const [first = '0', second = '0'] = text.split('-')
    const months = suffix.startsWith('YEAR') ? Number(first) * 12 + Number(second) : Number(first)
    return notNull({ kind: 'interval-year-month', nullable: false }, sign * months)
  }
  return notNull({ kind: 'interval-day-time', nullable: false }, sign * dayTimeOf(text, suffix))
}

function dayTimeOf(text: string, suffix: string): number {
  const unitMs: Record<string, number> = { DAY: dayMs, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000 }
  if (!suffix.includes(' TO ')) return Math.round(Number(text) * (unitMs[suffix] ?? 0))
  const [days = '0', time = '0:0:0'] = text.split(' ')
  return Number(days) * dayMs + timeOf(time)
}

function timeOf(text: string): number {
  const [hours = '0', minutes = '0', seconds = '0'] = text.split(':')
  return (Number(hours) * 60 + Number(minutes)) * 60_000 + Math.round(Number(seconds) * 1000)
}

function timestampOf(text: string, precision: number): number | bigint {
  const [whole = '', fraction = ''] = text.split('.')
  const ms = Date.parse(`${whole.replace(' ', 'T')}Z`)
  if (precision <= 3) return ms + Number(fraction.padEnd(3, '0'))
  const digits = precision <= 6 ? 6 : 9
  return boxExact((BigInt(ms) / 1000n) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, '0')))
}

function castOf({ value, type: typeText }: Extract<CaseExpression, { kind: 'cast' }>): TypedValue {
  const type = typeOf(typeText)
  if (value.kind === 'word' && value.text === 'NULL') return { type, value: null, literal: true }
  assert(value.kind === 'word' || value.kind === 'text', 'only literals are cast in cases')
  const { text } = value
  switch (type.kind) {
    case 'decimal': {
      const [whole = '', fraction = ''] = text.split('.')
      return notNull(type, boxExact(BigInt(whole + fraction.padEnd(type.scale, '0'))))
    }
    case 'float':
      return notNull(type, Math.fround(Number(text)))
    case 'double':
      return notNull(type, Number(text))
    case 'char':
      return notNull(type, text.padEnd(type.length))
    case 'varchar':
      return notNull(type, text)
    default:
      return notNull(type, boxExact(BigInt(text)))
  }
}

const namedTypes: Record<string, DataType> = {
  STRING: stringType,
  INT: integerType,
  BIGINT: bigintType,
  DOUBLE: doubleType,
  BOOLEAN: booleanType,
  DATE: dateType,
  BYTES: { kind: 'varbinary', length: unboundedLength, nullable: true },
  FLOAT: { kind: 'float', nullable: true },
  TINYINT: { kind: 'tinyint', nullable: true },
  SMALLINT: { kind: 'smallint', nullable: true },
}

function typeOf(text: string): DataType {
  const named = namedTypes[text]
  if (named !== undefined) return named
  const [, name = '', inner = ''] = /^(\w+)[(<](.*)[)>]$/.exec(text) ?? []
  const [first = '', second = ''] = inner.split(',').map((part) => part.trim())
  switch (name) {
    case 'ARRAY':
      return { kind: 'array', element: typeOf(inner), nullable: true }
    case 'MAP':
      return { kind: 'map', key: typeOf(first), value: typeOf(second), nullable: true }
    case 'DECIMAL':
      return decimalType(Number(first), Number(second))
    case 'CHAR':
    case 'VARCHAR':
      return { kind: name === 'CHAR' ? 'char' : 'varchar', length: Number(first), nullable: true }
    default:
      assert(name === 'TIMESTAMP' || name === 'TIMESTAMP_LTZ', `no type ${text}`)
      return { kind: name === 'TIMESTAMP' ? 'timestamp' : 'timestamp-ltz', precision: Number(first), nullable: true }
  }
}

/** A value as case files write it. */
export function show(value: unknown, type: DataType, timeZone: string): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return showText(value as string)
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE'
    case 'decimal':
      return showDecimal(BigInt(value as number | bigint), type.scale)
    case 'float':
    case 'double':
      return showNumber(value as number, type.kind === 'float')
    case 'variant':
      return printVariant(value as string)
    case 'bitmap':
      return printBitmap(value as Uint8Array)
    case 'binary':
    case 'varbinary':
      return `x'${Buffer.from(value as Uint8Array).toString('hex')}'`
    case 'date':
      return new Date((value as number) * dayMs).toISOString().slice(0, 10)
    case 'time':
      return new Date(value as number).toISOString().slice(11, 19)
    case 'timestamp':
      return showTimestamp(value as number | bigint, type.precision)
    case 'timestamp-ltz':
      return `${showTimestamp(localOf(value as number | bigint, type.precision, timeZone), type.precision)}Z`
    case 'array':
      return `[${(value as unknown[]).map((item) => show(item, type.element, timeZone)).join(', ')}]`
    case 'map':
      return showMap(value as ReadonlyMap<unknown, unknown>, type, timeZone)
    case 'row':
      return `(${type.fields.map((field, i) => show((value as unknown[])[i], field.type, timeZone)).join(', ')})`
    default:
      return `${value as number}`
  }
}

function showText(text: string): string {
  if (!/[^ -\uffff]/.test(text)) return `'${text.replaceAll("'", "''")}'`
  const body = text.replaceAll('\\', '\\\\').replaceAll("'", "''")
  return `U&'${Array.from(body, (char) => (char < ' ' ? `\\${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char)).join('')}'`
}

function showDecimal(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`
  return value < 0n ? `-${text}` : text
}

/** As a decimal number of the fewest digits; single precision in as many as a FLOAT has. */
function showNumber(value: number, single: boolean): string {
  if (!Number.isFinite(value)) return String(value)
  const text = single ? String(Number(value.toPrecision(7))) : String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}

function showTimestamp(value: number | bigint, precision: number): string {
  const digits = precision <= 3 ? 3 : precision <= 6 ? 6 : 9
  const scaled = BigInt(value)
  const unit = 10n ** BigInt(digits)
  const seconds = scaled >= 0n ? scaled / unit : -((-scaled + unit - 1n) / unit)
  const fraction = (scaled - seconds * unit).toString().padStart(digits, '0').slice(0, precision)
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')
  return precision === 0 ? text : `${text}.${fraction}`
}

function localOf(value: number | bigint, precision: number, timeZone: string): bigint {
  const unit = precision <= 3 ? 1n : precision <= 6 ? 1000n : 1_000_000n
  const ms = Number(BigInt(value) / unit)
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).formatToParts(ms)
  const get = (name: string) => Number(parts.find((part) => part.type === name)?.value ?? '0')
  const local = Date.UTC(get('year'), get('month') - 1, get('day'), get('hour'), get('minute'), get('second'))
  const offsetMs = local - Math.floor(ms / 1000) * 1000
  return BigInt(value) + BigInt(offsetMs) * unit
}

function showMap(value: ReadonlyMap<unknown, unknown>, type: Extract<DataType, { kind: 'map' }>, timeZone: string): string {
  const entries = [...value].map(([key, held]) => `${show(key, type.key, timeZone)}: ${show(held, type.value, timeZone)}`)
  return `{${entries.sort((a, b) => (a < b ? -1 : 1)).join(', ')}}`
}

/** Whether two printed values are the same. The last bits of a double may differ: so do the libraries behind SIN and its like. */
export function sameShown(shown: string, expected: string, type: DataType): boolean {
  if (type.kind === 'float' || type.kind === 'double') return nearly(Number(shown), Number(expected))
  if (expected.startsWith("U&'") && shown.startsWith("U&'")) return unescaped(shown.slice(3, -1)) === unescaped(expected.slice(3, -1))
  return shown === expected
}

function nearly(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= Math.abs(b) * 2 ** -51
}
