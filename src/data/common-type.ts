/**
 * The type that several types have in common: what CASE, COALESCE, UNION and array constructors give. Flink's
 * LogicalTypeMerging.findCommonType, step by step, because its answer may depend on the order of the types.
 */
import { implicitlyCastable } from './castable.ts'
import { decimalTypeOf, decimalUnionType } from './decimal-type.ts'
import { type DataType, familyOf, isNumeric, sameType, withNullable } from './type.ts'

/** Null when there is none. NULL alone has none either; it takes the type of whatever else there is. */
export function commonType(types: readonly DataType[]): DataType | null {
  const plain = types.map((type) => withNullable(type, true))
  const found = mergedType(plain) ?? castableType(plain)
  if (found === null || found.kind === 'null') return null
  return withNullable(
    found,
    types.some((type) => type.nullable),
  )
}

/** The type among them that all others turn into. */
function castableType(types: readonly DataType[]): DataType | null {
  let result = types[0] ?? null
  for (const type of types) {
    if (result === null || type.kind === 'null') continue
    if (classOf(type) !== classOf(result) && result.kind !== 'null') return null
    if (implicitlyCastable(result, type)) result = type
    else if (!implicitlyCastable(type, result)) return null
  }
  return result
}

function mergedType(types: readonly DataType[]): DataType | null {
  let result: DataType | null = null
  for (const type of types) {
    if (type.kind === 'null') continue
    if (type.kind === 'array' || type.kind === 'multiset' || type.kind === 'map' || type.kind === 'row') return nestedType(types)
    result = result === null ? type : (temporalOf(result, type) ?? merged(result, type))
    if (result === null) return null
  }
  return result ?? { kind: 'null', nullable: true }
}

/** Times beside intervals or whole numbers stay times. */
function temporalOf(a: DataType, b: DataType): DataType | null {
  if (isTemporal(a) && familyOf(b) === 'interval') return a
  if (familyOf(a) === 'interval' && isTemporal(b)) return b
  if (isDay(a) && isExact(b)) return a
  if (isExact(a) && isDay(b)) return b
  return null
}

function isTemporal(type: DataType): boolean {
  return isDay(type) || type.kind === 'time'
}

function isDay(type: DataType): boolean {
  return type.kind === 'date' || familyOf(type) === 'timestamp'
}

function isExact(type: DataType): boolean {
  return familyOf(type) === 'integer' || type.kind === 'decimal'
}

function merged(a: DataType, b: DataType): DataType | null {
  if (isNumeric(a) && isNumeric(b)) return mergedNumbers(a, b)
  if (isTextOrBytes(a) && isTextOrBytes(b)) return mergedLengths(a, b)
  if (a.kind === 'time' && b.kind === 'time') return a.precision >= b.precision ? a : b
  if (isTimestamp(a) && isTimestamp(b)) {
    const kind = a.kind === b.kind ? a.kind : 'timestamp-ltz'
    return { kind, precision: Math.max(a.precision, b.precision), nullable: true }
  }
  const simple = a.kind === 'date' || familyOf(a) === 'interval'
  return simple && a.kind === b.kind ? a : null
}

type LengthType = Extract<DataType, { length: number }>
type TimestampType = Extract<DataType, { kind: 'timestamp' | 'timestamp-ltz' | 'time' }> & { kind: 'timestamp' | 'timestamp-ltz' }

function isTextOrBytes(type: DataType): type is LengthType {
  return 'length' in type
}

function isTimestamp(type: DataType): type is TimestampType {
  return type.kind === 'timestamp' || type.kind === 'timestamp-ltz'
}

/** Not symmetric, as in Flink: FLOAT meets DECIMAL as DOUBLE, but DECIMAL meets FLOAT as FLOAT. */
function mergedNumbers(a: DataType, b: DataType): DataType {
  if (isExact(a) && isExact(b)) {
    if (a.kind !== 'decimal' && b.kind !== 'decimal') return rankOf(b) > rankOf(a) ? b : a
    if (sameType(a, b)) return a
    const left = decimalTypeOf(a)
    const right = decimalTypeOf(b)
    return left === null || right === null ? a : decimalUnionType(left, right)
  }
  if (isExact(a)) return b
  return b.kind === 'decimal' || b.kind === 'double' || a.kind === 'double' ? { kind: 'double', nullable: true } : a
}

function rankOf(type: DataType): number {
  return decimalTypeOf(type)?.precision ?? 0
}

/** Equal lengths keep the second kind unless the first is variable; different lengths are variable and as long as the longer. */
function mergedLengths(a: LengthType, b: LengthType): DataType | null {
  if (familyOf(a) !== familyOf(b)) return null
  const length = Math.max(a.length, b.length)
  const variable = familyOf(a) === 'text' ? 'varchar' : 'varbinary'
  if (a.kind === variable || a.length !== b.length) return { kind: variable, length, nullable: true }
  return { kind: b.kind, length, nullable: true }
}

/** Arrays, multisets, maps and rows: all of one kind, and each inner type in common. Rows take the names of the first. */
function nestedType(types: readonly DataType[]): DataType | null {
  const first = types[0]
  if (first === undefined) return null
  const count = partsOf(first).length
  if (types.some((type) => type.kind !== first.kind || partsOf(type).length !== count || classOf(type) !== classOf(first))) return null
  const inner: DataType[] = []
  for (let index = 0; index < count; index++) {
    const common = commonType(types.map((type) => partsOf(type)[index] ?? first))
    if (common === null) return null
    inner.push(common)
  }
  return withParts(first, inner)
}

/** Structured types are alike by their name. */
function classOf(type: DataType): string | undefined {
  return type.kind === 'row' ? type.className : undefined
}

function partsOf(type: DataType): readonly DataType[] {
  if ('element' in type) return [type.element]
  if (type.kind === 'map') return [type.key, type.value]
  return type.kind === 'row' ? type.fields.map((field) => field.type) : []
}

function withParts(type: DataType, parts: readonly DataType[]): DataType {
  const [first, second] = parts
  if ('element' in type) return { ...type, element: first ?? type.element }
  if (type.kind === 'map') return { ...type, key: first ?? type.key, value: second ?? type.value }
  if (type.kind === 'row') return { ...type, fields: type.fields.map((field, i) => ({ ...field, type: parts[i] ?? field.type })) }
  return type
}
