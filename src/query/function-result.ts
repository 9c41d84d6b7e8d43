/**
 * Checks what users' functions give. The engine trusts its values: a text in a column of numbers would become 0, and a promise an empty
 * answer, without a word.
 */
import { boxExact, type DataType, printType } from '#data'
import { queryErrors } from './errors.ts'

/** Gives the value back as the engine keeps it, or undefined when it is none of the type. */
type ValueReader = (value: unknown) => unknown

/** A function that checks each result of a user's function and throws one that says what was wrong. */
export function resultReader(name: string, type: DataType, isTable: boolean): ValueReader {
  const read = isTable && type.kind === 'array' ? listReader(presentReader(type.element)) : valueReader(type)
  const expected = isTable ? `a list of rows of ${type.kind === 'array' ? printType(type.element) : printType(type)}` : printType(type)
  return (value) => {
    const result = read(value)
    if (result !== undefined) return result
    throw queryErrors.QUERY_FUNCTION_RESULT({ name, expected, got: described(value) }, { hint: hintFor(value) })
  }
}

export function valueReader(type: DataType): ValueReader {
  const read = presentReader(type)
  const { nullable } = type
  return (value) => (value === null ? (nullable ? null : undefined) : read(value))
}

function presentReader(type: DataType): ValueReader {
  switch (type.kind) {
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : undefined)
    case 'float':
    case 'double':
      return (value) => (typeof value === 'number' ? value : undefined)
    case 'char':
    case 'varchar':
      return (value) => (typeof value === 'string' ? value : undefined)
    case 'binary':
    case 'varbinary':
      return (value) => (value instanceof Uint8Array ? value : undefined)
    case 'array':
      return listReader(valueReader(type.element))
    case 'row':
      return rowReader(type.fields.map((field) => valueReader(field.type)))
    case 'map':
      return mapReader(valueReader(type.key), valueReader(type.value))
    case 'multiset':
      return mapReader(valueReader(type.element), wholeReader(1n, limits.integer[1]))
    case 'null':
      return () => undefined
    default:
      return wholeReader(...rangeOf(type))
  }
}

const limits = {
  tinyint: [-(2n ** 7n), 2n ** 7n - 1n],
  smallint: [-(2n ** 15n), 2n ** 15n - 1n],
  integer: [-(2n ** 31n), 2n ** 31n - 1n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
  safe: [BigInt(Number.MIN_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER)],
  day: [0n, 86_399_999n],
} as const

function rangeOf(type: DataType): readonly [min: bigint, max: bigint] {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
      return limits[type.kind]
    case 'date':
    case 'interval-year-month':
      return limits.integer
    case 'time':
      return limits.day
    case 'interval-day-time':
      return limits.safe
    case 'decimal':
      return [1n - 10n ** BigInt(type.precision), 10n ** BigInt(type.precision) - 1n]
    case 'timestamp':
    case 'timestamp-ltz':
      // Finer units count the same instants, in longer numbers.
      return type.precision <= 3 ? limits.safe : [-(2n ** 83n), 2n ** 83n]
    default:
      return limits.long
  }
}

/** Whole numbers: a number while it is exact, else a bigint. */
function wholeReader(min: bigint, max: bigint): ValueReader {
  const [least, most] = [Number(min), Number(max)]
  return (value) => {
    if (typeof value === 'number') return Number.isSafeInteger(value) && value >= least && value <= most ? value + 0 : undefined
    return typeof value === 'bigint' && value >= min && value <= max ? boxExact(value) : undefined
  }
}

function listReader(element: ValueReader): ValueReader {
  return (value) => (Array.isArray(value) ? allOf(value, () => element) : undefined)
}

function rowReader(fields: readonly ValueReader[]): ValueReader {
  return (value) => (Array.isArray(value) && value.length === fields.length ? allOf(value, (index) => fields[index]) : undefined)
}

function allOf(values: readonly unknown[], readerAt: (index: number) => ValueReader | undefined): unknown[] | undefined {
  const read = Array.from(values, (value, index) => readerAt(index)?.(value))
  return read.includes(undefined) ? undefined : read
}

function mapReader(key: ValueReader, value: ValueReader): ValueReader {
  return (map) => {
    if (!(map instanceof Map)) return undefined
    const read = new Map<unknown, unknown>()
    for (const [from, to] of map) {
      const [readKey, readValue] = [key(from), value(to)]
      if (readKey === undefined || readValue === undefined) return undefined
      read.set(readKey, readValue)
    }
    return read
  }
}

/** What a value is, and itself where that is short: never a whole row. */
export function described(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'string') return value.length <= 30 ? `the text "${value}"` : `a text of ${value.length} characters`
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value instanceof Promise) return 'a promise'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function hintFor(value: unknown): string | undefined {
  if (value instanceof Promise) return 'Write "async: true" beside "evaluate", or give the value at once.'
  return value === undefined ? 'Write return null for NULL.' : undefined
}
