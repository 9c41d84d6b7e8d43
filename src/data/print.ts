/**
 * How results are shown: text for tables and CSV, as Flink's SQL client shows it, and JSON. Numbers in JSON have all their digits, also
 * those that no double holds; NaN and the infinities become text, bytes base64, and maps, multisets and rows objects.
 */
import { type ExactInteger, printDecimal } from './decimal.ts'
import { printFloat } from './number-text.ts'
import type { DataType } from './type.ts'
import { type TextOf, textFunction } from './value-text.ts'

/** Text of a value, NULL inside arrays, maps and rows included; NULL itself is `NULL`. Bytes are written as `x'6162'`. */
export function printValue(value: unknown, type: DataType, timeZone: string): string {
  if (value === null) return 'NULL'
  return keptFunction(prints, type, timeZone, (kind, zone) => textFunction(kind, zone, 'hex'))(value)
}

/** A value as JSON text. Times are text as printValue writes them, TIMESTAMP_LTZ in the given time zone. */
export function jsonText(value: unknown, type: DataType, timeZone: string): string {
  return keptFunction(jsons, type, timeZone, jsonFunction)(value)
}

interface Kept {
  readonly timeZone: string
  readonly textOf: TextOf
}

const prints = new WeakMap<DataType, Kept>()
const jsons = new WeakMap<DataType, Kept>()

/** The function of a type is made once as long as the time zone stays the same. */
function keptFunction(
  kept: WeakMap<DataType, Kept>,
  type: DataType,
  timeZone: string,
  make: (type: DataType, zone: string) => TextOf,
): TextOf {
  const known = kept.get(type)
  if (known?.timeZone === timeZone) return known.textOf
  const textOf = make(type, timeZone)
  kept.set(type, { timeZone, textOf })
  return textOf
}

/** A function from values of a type, NULL included, to JSON text. */
export function jsonFunction(type: DataType, timeZone: string): TextOf {
  const text = plainJson(type, timeZone)
  return (value) => (value === null ? 'null' : text(value))
}

function plainJson(type: DataType, timeZone: string): TextOf {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return String
    case 'decimal':
      return (value) => printDecimal(value as ExactInteger, type.scale)
    case 'float':
      return (value) => (Number.isFinite(value) ? String(Number(printFloat(value as number))) : `"${String(value)}"`)
    case 'double':
      return (value) => (Number.isFinite(value) ? String(value) : `"${String(value)}"`)
    case 'binary':
    case 'varbinary':
      return (value) => `"${base64Text(value as Uint8Array)}"`
    case 'array': {
      const element = jsonFunction(type.element, timeZone)
      return (value) => `[${(value as readonly unknown[]).map((item) => element(item)).join(',')}]`
    }
    case 'map':
      return jsonEntries(keyText(type.key, timeZone), jsonFunction(type.value, timeZone))
    case 'multiset':
      return jsonEntries(keyText(type.element, timeZone), String)
    case 'row': {
      const fields = type.fields.map((field) => ({ name: JSON.stringify(field.name), text: jsonFunction(field.type, timeZone) }))
      return (value) =>
        `{${fields.map(({ name, text }, index) => `${name}:${text((value as readonly unknown[])[index] ?? null)}`).join(',')}}`
    }
    default: {
      const text = textFunction(type, timeZone)
      return (value) => JSON.stringify(text(value))
    }
  }
}

function keyText(type: DataType, timeZone: string): TextOf {
  const text = textFunction(type, timeZone, 'hex')
  return (key) => JSON.stringify(key === null ? 'null' : text(key))
}

function jsonEntries(key: TextOf, held: TextOf): TextOf {
  return (value) => `{${Array.from(value as ReadonlyMap<unknown, unknown>, (entry) => `${key(entry[0])}:${held(entry[1])}`).join(',')}}`
}

const base64Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 with padding (RFC 4648). */
export function base64Text(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]]
    text += base64Letters[first >> 2]
    text += base64Letters[((first & 3) << 4) | ((second ?? 0) >> 4)]
    text += second === undefined ? '=' : base64Letters[((second & 15) << 2) | ((third ?? 0) >> 6)]
    text += third === undefined ? '=' : base64Letters[third & 63]
  }
  return text
}
