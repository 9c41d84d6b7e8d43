/** Values of rows as a gateway writes them in JSON, read into boxed ones. Numbers come as their text, so that none loses a digit. */
import { boxExact, type DataType, parseDate, parseDecimal, parseTimestamp, parseTimestampLtz, printType, timeZone } from '#data'
import { flinkErrors } from './errors.ts'

type ReadValue = (value: unknown) => unknown

/** A function from JSON values to boxed values of a type, NULL included; `zone` names the time zone of local time stamps. */
export function valueReader(type: DataType, zone: string): ReadValue {
  const read = notNullReader(type, zone)
  return (value) => (value === null || value === undefined ? null : read(value))
}

function notNullReader(type: DataType, zone: string): ReadValue {
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
      return (value) => known(parseTimestamp(withSeconds(value), type.precision), value, type)
    case 'timestamp-ltz': {
      // Flink writes a Z behind the local time.
      const local = timeZone(zone)
      return (value) => known(parseTimestampLtz(withSeconds(String(value).replace(/Z$/, '')), type.precision, local), value, type)
    }
    case 'array': {
      const element = valueReader(type.element, zone)
      return (value) => (value as readonly unknown[]).map(element)
    }
    case 'map':
      return entriesReader(valueReader(type.key, zone), valueReader(type.value, zone))
    case 'multiset':
      return entriesReader(valueReader(type.element, zone), Number)
    case 'row': {
      const fields = type.fields.map((field) => ({ name: field.name, read: valueReader(field.type, zone) }))
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
function withSeconds(value: unknown): string {
  const text = String(value).replace('T', ' ')
  return /\d{2}:\d{2}:\d{2}/.test(text) ? text : `${text}:00`
}

/** Flink has times of years that no type of SQL reaches. */
function known<T>(time: T, value: unknown, type: DataType): T {
  if (Number.isNaN(time)) throw flinkErrors.ENGINE_FLINK_VALUE({ type: printType(type), value: String(value) })
  return time
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
