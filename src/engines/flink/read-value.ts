/** Values of rows as a gateway writes them in JSON, read into boxed ones. Numbers come as their text, so that none loses a digit. */
import { boxExact, type DataType, parseDate, parseDecimal, parseTimestamp } from '#data'

type ReadValue = (value: unknown) => unknown

/** A function from JSON values to boxed values of a type, NULL included. */
export function valueReader(type: DataType): ReadValue {
  const read = notNullReader(type)
  return (value) => (value === null || value === undefined ? null : read(value))
}

function notNullReader(type: DataType): ReadValue {
  switch (type.kind) {
    case 'boolean':
      return (value) => value === true || value === 'true'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'float':
    case 'double':
    case 'interval-year-month':
    case 'interval-day-time':
      return Number
    case 'bigint':
      return (value) => boxExact(BigInt(String(value)))
    case 'decimal':
      return (value) => parseDecimal(String(value), type.precision, type.scale)
    case 'binary':
    case 'varbinary':
      return (value) => new Uint8Array(Buffer.from(String(value), 'base64'))
    case 'date':
      return (value) => parseDate(String(value))
    case 'time':
      return (value) => timeOf(String(value))
    case 'timestamp':
    case 'timestamp-ltz':
      return (value) => parseTimestamp(seconds(String(value).replace('T', ' ').replace(/Z$/, '')), type.precision)
    case 'array': {
      const element = valueReader(type.element)
      return (value) => (value as readonly unknown[]).map(element)
    }
    case 'map':
      return entriesReader(valueReader(type.key), valueReader(type.value))
    case 'multiset':
      return entriesReader(valueReader(type.element), Number)
    case 'row': {
      const fields = type.fields.map((field) => ({ name: field.name, read: valueReader(field.type) }))
      return (value) => fields.map(({ name, read }) => read((value as Readonly<Record<string, unknown>>)[name]))
    }
    default:
      return (value) => (typeof value === 'string' ? value : JSON.stringify(value))
  }
}

function entriesReader(key: ReadValue, held: ReadValue): ReadValue {
  return (value) => new Map(Object.entries(value as Readonly<Record<string, unknown>>).map(([name, item]) => [key(name), held(item)]))
}

/** Java leaves out seconds that are none. */
function seconds(text: string): string {
  return /\d{2}:\d{2}:\d{2}/.test(text) ? text : `${text}:00`
}

/** Milliseconds of a time of day, such as `12:30:59.5`. */
function timeOf(text: string): number {
  const [hours = '0', minutes = '0', rest = '0'] = text.split(':')
  return Math.trunc((Number(hours) * 3600 + Number(minutes) * 60) * 1000 + Number(rest) * 1000)
}

/** JSON in which each number is the text of its digits. */
export function parseWithDigits(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value,
  )
}
