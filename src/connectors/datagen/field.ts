/** How the values of each type are made. */
import { boxExact, type DataType, dayMs, parseDecimal, parseDouble, type TimeZone, timestampOf, unboundedLength } from '#data'
import { datagenErrors } from './errors.ts'
import type { FieldOption, FieldOptions } from './field-options.ts'
import type { PlaceRandom } from './random.ts'

/** What a value may depend on. */
export interface Place {
  readonly row: number
  readonly nowMs: number
  readonly zone: TimeZone
}

/** Makes the boxed value of a place. */
export type MakeValue = (random: PlaceRandom, place: Place) => unknown

export interface Field {
  readonly make: MakeValue
  /** Rows until the field ends: infinite but for sequences. */
  readonly rows: number
}

const defaultTextLength = 100
const defaultElements = 3
const lengthMax = 1 << 24
const longMin = -(2n ** 63n)
const longMax = 2n ** 63n - 1n
const monthsMax = 120_000
const intervalMsMax = 10_000 * 365 * dayMs
const floatMax = 3.4028234663852886e38

/** A field at a path such as `user.name`, by its type and options. */
export function fieldOf(path: string, type: DataType, options: FieldOptions): Field {
  if (options.text(path, 'kind') === 'sequence') return sequenceOf(path, type, options)
  const { make, suiting, rows = Number.POSITIVE_INFINITY } = randomOf(path, type, options)
  options.take(path, type, ['kind', 'null-rate', ...suiting])
  const nullRate = options.number(path, 'null-rate', 0, 0, 1)
  const nullable: MakeValue = (random, place) => (random.fraction() < nullRate ? null : make(random, place))
  return { make: nullRate === 0 ? make : nullable, rows }
}

function sequenceOf(path: string, type: DataType, options: FieldOptions): Field {
  const convert = sequenceValue(type)
  options.take(path, type, convert === null ? ['kind', 'null-rate'] : ['kind', 'start', 'end'])
  if (convert === null) throw options.mismatch(path, 'kind', '"random", which alone suits the type')
  const start = options.bound(path, 'start')
  const end = options.bound(path, 'end')
  if (start > end) throw datagenErrors.CONNECTORS_DATAGEN_RANGE_EMPTY({ field: path, table: options.table.name, min: start, max: end })
  const [least, most] = integerRange(type) ?? countableRange(type)
  if (BigInt(start) < least) throw options.mismatch(path, 'start', `at least ${least}`)
  if (BigInt(end) > most) throw options.mismatch(path, 'end', `at most ${most}`)
  return { make: (_random, { row }) => convert(start + row), rows: end - start + 1 }
}

/** Null for types that cannot be counted. */
function sequenceValue(type: DataType): ((count: number) => unknown) | null {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'double':
      return (count) => count
    case 'float':
      return Math.fround
    case 'decimal': {
      const unit = 10n ** BigInt(type.scale)
      return (count) => boxExact(BigInt(count) * unit)
    }
    case 'char':
    case 'varchar':
      return String
    default:
      return null
  }
}

/** Whole numbers of types that have others, too. */
function countableRange(type: DataType): readonly [bigint, bigint] {
  if (type.kind !== 'decimal') return [longMin, longMax]
  const most = 10n ** BigInt(type.precision - type.scale) - 1n
  return [-most, most]
}

/** Null for types other than integers. */
function integerRange(type: DataType): readonly [bigint, bigint] | null {
  switch (type.kind) {
    case 'tinyint':
      return [-128n, 127n]
    case 'smallint':
      return [-32_768n, 32_767n]
    case 'integer':
      return [-2_147_483_648n, 2_147_483_647n]
    case 'bigint':
      return [longMin, longMax]
    case 'interval-year-month':
      return [0n, BigInt(monthsMax)]
    case 'interval-day-time':
      return [0n, BigInt(intervalMsMax)]
    default:
      return null
  }
}

interface RandomField {
  readonly make: MakeValue
  readonly suiting: readonly FieldOption[]
  /** Rows until a sequence within ends; without one they never end. */
  readonly rows?: number
}

function randomOf(path: string, type: DataType, options: FieldOptions): RandomField {
  const range = integerRange(type)
  if (range !== null) return { make: randomInteger(path, range, options), suiting: ['min', 'max'] }
  switch (type.kind) {
    case 'boolean':
      return { make: (random) => random.bits() >= 0x80000000, suiting: [] }
    case 'float':
    case 'double':
      return { make: randomDouble(path, type.kind, options), suiting: ['min', 'max'] }
    case 'decimal':
      return { make: randomDecimal(path, type, options), suiting: ['min', 'max'] }
    case 'char':
      return { make: randomText(path, type.length, options, true), suiting: [] }
    case 'varchar':
      return { make: randomText(path, type.length, options, false), suiting: ['length', 'var-len'] }
    case 'binary':
      return { make: randomBytes(path, type.length, options, true), suiting: [] }
    case 'varbinary':
      return { make: randomBytes(path, type.length, options, false), suiting: ['length', 'var-len'] }
    case 'date':
      return { make: (_random, place) => Math.floor(localMs(place) / dayMs), suiting: [] }
    case 'time':
      return { make: (_random, place) => ((localMs(place) % dayMs) + dayMs) % dayMs, suiting: [] }
    case 'timestamp':
    case 'timestamp-ltz':
      return { make: randomTimestamp(path, type, options), suiting: ['max-past'] }
    default:
      return randomCollection(path, type, options)
  }
}

function randomInteger(path: string, range: readonly [bigint, bigint], options: FieldOptions): MakeValue {
  const least = integerBound(path, 'min', range[0], range, options)
  const most = integerBound(path, 'max', range[1], range, options)
  checkRange(path, least, most, options)
  if (most - least < 2n ** 53n && Number.isSafeInteger(Number(least)) && Number.isSafeInteger(Number(most))) {
    const [from, to] = [Number(least), Number(most)]
    return (random) => random.between(from, to)
  }
  return (random) => boxExact(random.betweenExact(least, most))
}

function integerBound(
  path: string,
  name: 'min' | 'max',
  otherwise: bigint,
  range: readonly [bigint, bigint],
  options: FieldOptions,
): bigint {
  const text = options.text(path, name)?.trim()
  if (text === undefined) return otherwise
  const value = /^[+-]?\d{1,20}$/.test(text) ? BigInt(text.replace('+', '')) : null
  if (value !== null && value >= range[0] && value <= range[1]) return value
  throw options.mismatch(path, name, `a whole number from ${range[0]} to ${range[1]}`)
}

function checkRange(path: string, min: number | bigint, max: number | bigint, options: FieldOptions): void {
  if (min > max) throw datagenErrors.CONNECTORS_DATAGEN_RANGE_EMPTY({ field: path, table: options.table.name, min, max })
}

function randomDouble(path: string, kind: 'float' | 'double', options: FieldOptions): MakeValue {
  const bound = (name: 'min' | 'max', otherwise: number) => {
    const text = options.text(path, name)
    const value = text === undefined ? otherwise : parseDouble(text)
    if (Number.isFinite(kind === 'float' ? Math.fround(value) : value)) return value
    throw options.mismatch(path, name, `a number that fits into ${kind.toUpperCase()}`)
  }
  const least = bound('min', 0)
  const most = bound('max', kind === 'float' ? floatMax : Number.MAX_VALUE)
  checkRange(path, least, most, options)
  // The difference of two large bounds may be infinite, the sum of their shares is not.
  const draw = (random: PlaceRandom) => {
    const share = random.fraction()
    return least * (1 - share) + most * share
  }
  return kind === 'float' ? (random) => Math.fround(draw(random)) : draw
}

type DecimalShape = { readonly precision: number; readonly scale: number }

function randomDecimal(path: string, type: DecimalShape, options: FieldOptions): MakeValue {
  const bound = (name: 'min' | 'max', otherwise: bigint) => {
    const text = options.text(path, name)
    if (text === undefined) return otherwise
    const value = parseDecimal(text.trim(), type.precision, type.scale)
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) return BigInt(value)
    throw options.mismatch(path, name, `a number that fits into DECIMAL(${type.precision}, ${type.scale})`)
  }
  const least = bound('min', 0n)
  const most = bound('max', 10n ** BigInt(type.precision) - 1n)
  checkRange(path, least, most, options)
  return (random) => boxExact(random.betweenExact(least, most))
}

/** Length of texts and bytes: fixed by CHAR and BINARY, else by options, at most that of the type. */
function drawLength(path: string, typeLength: number, options: FieldOptions, isFixed: boolean): (random: PlaceRandom) => number {
  if (isFixed) return () => typeLength
  const most = Math.min(typeLength, lengthMax)
  const length = options.number(
    path,
    'length',
    typeLength === unboundedLength ? defaultTextLength : Math.min(most, defaultTextLength),
    0,
    most,
  )
  return options.flag(path, 'var-len') ? (random) => random.between(Math.min(1, length), length) : () => length
}

let hexWords: readonly string[] | undefined

/** Four hexadecimal digits. */
function hexOf(bits: number): string {
  hexWords ??= Array.from({ length: 65_536 }, (_, word) => word.toString(16).padStart(4, '0'))
  return hexWords[bits] as string
}

function randomText(path: string, typeLength: number, options: FieldOptions, isFixed: boolean): MakeValue {
  const lengthOf = drawLength(path, typeLength, options, isFixed)
  return (random) => {
    const length = lengthOf(random)
    let text = ''
    while (text.length < length) {
      const bits = random.bits()
      text += `${hexOf(bits >>> 16)}${hexOf(bits & 0xffff)}`
    }
    return text.slice(0, length)
  }
}

function randomBytes(path: string, typeLength: number, options: FieldOptions, isFixed: boolean): MakeValue {
  const lengthOf = drawLength(path, typeLength, options, isFixed)
  return (random) => {
    const bytes = new Uint8Array(lengthOf(random))
    for (let index = 0; index < bytes.length; index++) bytes[index] = random.bits()
    return bytes
  }
}

function localMs({ nowMs, zone }: Place): number {
  return nowMs + zone.offsetAt(nowMs)
}

function randomTimestamp(path: string, type: { readonly kind: string; readonly precision: number }, options: FieldOptions): MakeValue {
  const pastMs = options.number(path, 'max-past', 0, 0, Number.MAX_SAFE_INTEGER)
  return (random, place) => {
    const nowMs = type.kind === 'timestamp' ? localMs(place) : place.nowMs
    return timestampOf(nowMs - (pastMs === 0 ? 0 : random.between(0, pastMs)), 0, type.precision)
  }
}

function randomCollection(path: string, type: DataType, options: FieldOptions): RandomField {
  const elements = () => options.number(path, 'length', defaultElements, 0, lengthMax)
  switch (type.kind) {
    case 'array': {
      const length = elements()
      const { make, rows } = fieldOf(`${path}.element`, type.element, options)
      return { make: (random, place) => Array.from({ length }, () => make(random, place)), suiting: ['length'], rows }
    }
    case 'map': {
      const length = elements()
      const key = fieldOf(`${path}.key`, type.key, options)
      const value = fieldOf(`${path}.value`, type.value, options)
      const pair = (random: PlaceRandom, place: Place) => [key.make(random, place), value.make(random, place)] as const
      const make: MakeValue = (random, place) => new Map(Array.from({ length }, () => pair(random, place)))
      return { make, suiting: ['length'], rows: Math.min(key.rows, value.rows) }
    }
    case 'multiset': {
      const length = elements()
      const { make, rows } = fieldOf(`${path}.element`, type.element, options)
      return { make: (random, place) => counted(Array.from({ length }, () => make(random, place))), suiting: ['length'], rows }
    }
    case 'row': {
      const fields = type.fields.map((field) => fieldOf(`${path}.${field.name}`, field.type, options))
      const rows = Math.min(...fields.map((field) => field.rows))
      return { make: (random, place) => fields.map(({ make }) => make(random, place)), suiting: [], rows }
    }
    case 'bitmap':
    case 'variant':
      throw datagenErrors.CONNECTORS_DATAGEN_TYPE_UNSUPPORTED({ field: path, table: options.table.name, type: type.kind.toUpperCase() })
    default:
      return { make: () => null, suiting: [] }
  }
}

function counted(elements: readonly unknown[]): Map<unknown, number> {
  const counts = new Map<unknown, number>()
  for (const element of elements) counts.set(element, (counts.get(element) ?? 0) + 1)
  return counts
}
