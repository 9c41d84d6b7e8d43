/**
 * Casts of boxed values from type to type, with the answers of Flink 2.3. NULL stays NULL. Which types can be cast to which is in
 * castable.ts.
 */
import { shortened } from '#base'
import { castToBoolean, castToDecimal, castToDouble, castToFloat, castToInteger } from './cast-number.ts'
import { castToBytes, castToText } from './cast-text.ts'
import { castToDate, castToTime, castToTimestamp } from './cast-time.ts'
import { explicitlyCastable } from './castable.ts'
import { type Convert, refused } from './convert.ts'
import { dataErrors } from './errors.ts'
import { wrapInteger } from './number-text.ts'
import { timeZone } from './time-zone.ts'
import { type DataType, printType, sameType } from './type.ts'
import { tooLongOr } from './value-length.ts'
import { textFunction } from './value-text.ts'

export interface CastContext {
  /** The session's time zone: what TIMESTAMP_LTZ shows. */
  readonly timeZone: string
}

/**
 * The function behind CAST. A value that cannot be converted raises DATA_CAST_FAILED; types that cannot be cast raise
 * DATA_CAST_UNSUPPORTED here and now. A decimal that does not fit becomes NULL, except when it comes from text.
 */
export function castFunction(from: DataType, to: DataType, context: CastContext): Convert {
  const fail = (value: unknown, inner: DataType, target: DataType) => {
    throw dataErrors.DATA_CAST_FAILED({
      value: shownValue(value, inner, context.timeZone),
      from: shortened(printType({ ...inner, nullable: true }), 30),
      to: shortened(printType({ ...target, nullable: true }), 30),
    })
  }
  return checked(conversion(from, to, context, fail))
}

/** The function behind TRY_CAST: NULL for a value that cannot be converted, or that holds one inside. */
export function tryCastFunction(from: DataType, to: DataType, context: CastContext): Convert {
  const convert = checked(conversion(from, to, context, () => refused))
  return (value) => {
    const result = convert(value)
    return result === refused ? null : result
  }
}

/** NULL stays NULL, and a value that grows too long raises DATA_VALUE_TOO_LONG. */
function checked(convert: Convert): Convert {
  return (value) => {
    if (value === null) return null
    try {
      return convert(value)
    } catch (error) {
      throw tooLongOr(error)
    }
  }
}

function nullSafe(convert: Convert): Convert {
  return (value) => (value === null ? null : convert(value))
}

type Fail = (value: unknown, from: DataType, to: DataType) => unknown

function conversion(from: DataType, to: DataType, context: CastContext, fail: Fail): Convert {
  if (!explicitlyCastable(from, to)) {
    throw dataErrors.DATA_CAST_UNSUPPORTED({ from: printType({ ...from, nullable: true }), to: printType({ ...to, nullable: true }) })
  }
  if (from.kind === 'null') return () => null
  if (sameType({ ...from, nullable: true }, { ...to, nullable: true })) return (value) => value
  if (from.kind === to.kind) {
    const nested = nestedConversion(from, to, (inner, target) => conversion(inner, target, context, fail))
    if (nested !== null) return nested
  }
  const convert = plainConversion(from, to, context)
  return (value) => {
    const result = convert(value)
    return result === refused ? fail(value, from, to) : result
  }
}

function plainConversion(from: DataType, to: DataType, context: CastContext): Convert {
  switch (to.kind) {
    case 'boolean':
      return castToBoolean(from)
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return castToInteger(from, to.kind)
    case 'decimal':
      return castToDecimal(from, to)
    case 'float':
      return castToFloat(from)
    case 'double':
      return castToDouble(from)
    case 'char':
    case 'varchar':
      return castToText(from, to, context.timeZone)
    case 'binary':
    case 'varbinary':
      return castToBytes(from, to)
    case 'date':
      return castToDate(from, timeZone(context.timeZone))
    case 'time':
      return castToTime(from, to, timeZone(context.timeZone))
    case 'timestamp':
    case 'timestamp-ltz':
      return castToTimestamp(from, to, timeZone(context.timeZone))
    case 'interval-year-month':
      return (value) => wrapInteger(value as number | bigint, 'integer')
    default:
      return (value) => value
  }
}

/** Converts what arrays, maps, multisets and rows hold; null for other types. One refused value refuses the whole. */
function nestedConversion(from: DataType, to: DataType, inner: (from: DataType, to: DataType) => Convert): Convert | null {
  if (from.kind === 'array' && to.kind === 'array') {
    const element = nullSafe(inner(from.element, to.element))
    return (value) => convertAll(value as readonly unknown[], () => element)
  }
  if (from.kind === 'row' && to.kind === 'row') {
    const fields = from.fields.map((field, index) => nullSafe(inner(field.type, to.fields[index]?.type ?? field.type)))
    return (value) => convertAll(value as readonly unknown[], (index) => fields[index])
  }
  if (from.kind === 'map' && to.kind === 'map') {
    return convertEntries(nullSafe(inner(from.key, to.key)), nullSafe(inner(from.value, to.value)))
  }
  if (from.kind === 'multiset' && to.kind === 'multiset') {
    return convertEntries(nullSafe(inner(from.element, to.element)), (count) => count)
  }
  return null
}

function convertAll(values: readonly unknown[], convertAt: (index: number) => Convert | undefined): unknown {
  const converted: unknown[] = []
  for (const [index, value] of values.entries()) {
    const result = convertAt(index)?.(value)
    if (result === refused) return refused
    converted.push(result)
  }
  return converted
}

function convertEntries(key: Convert, held: Convert): Convert {
  return (value) => {
    const converted = new Map<unknown, unknown>()
    for (const entry of value as ReadonlyMap<unknown, unknown>) {
      const [newKey, newValue] = [key(entry[0]), held(entry[1])]
      if (newKey === refused || newValue === refused) return refused
      converted.set(newKey, newValue)
    }
    return converted
  }
}

/** The value in an error: quoted if it is text, and short. */
function shownValue(value: unknown, type: DataType, zoneId: string): string {
  const text = textFunction(type, zoneId, 'hex')(value)
  const isText = type.kind === 'char' || type.kind === 'varchar'
  return isText ? `'${shortened(text, 28)}'` : shortened(text, 30)
}
