/** SQL values as JSON: JSON_STRING, JSON_OBJECT, JSON_ARRAY and JSON. Times are written in ISO 8601, instants in UTC. */
import { base64Text, type DataType, type ExactInteger, printDecimal, printDouble, printTimestamp, printVariant } from '#data'
import { functionErrors } from './errors.ts'
import type { CallShape, Evaluation } from './evaluation.ts'
import { parseJson } from './json-reader.ts'
import { bigDecimalText, JsonNumber, JsonText, type JsonValue, writeJson } from './json-text.ts'

type ToJson = (value: unknown) => JsonValue

export const jsonBuildEvaluations = {
  JSON_STRING: ({ arguments: [type] }) => {
    const toJson = jsonOf(type)
    return (value: unknown) => writeJson(toJson(value))
  },
  JSON_OBJECT: (shape) => {
    const convert = converters(shape, (index) => 3 + 2 * index)
    const [absent] = modeOf(shape)
    return (_: string, __: string, ...rest: unknown[]) => {
      const fields = new Map<string, JsonValue>()
      for (const [index, toJson] of convert.entries()) {
        const value = toJson(rest[2 * index + 1])
        if (value !== null || !absent) fields.set(String(rest[2 * index]), value)
      }
      return writeJson(fields)
    }
  },
  JSON_ARRAY: (shape) => {
    const convert = converters(shape, (index) => 2 + index)
    const [absent] = modeOf(shape)
    return (_: string, __: string, ...rest: unknown[]) => {
      const items = convert.map((toJson, index) => toJson(rest[index]))
      return writeJson(absent ? items.filter((item) => item !== null) : items)
    }
  },
  JSON: () => (text: string) => {
    const value = readJson(text)
    return value === null ? null : writeJson(value)
  },
} satisfies Record<string, Evaluation>

/** How a value becomes JSON: form `j` is JSON text already. */
export function jsonValueOf(form: string, type: DataType | undefined): ToJson {
  return form === 'j' ? (value) => (value === null ? null : readJson(value as string)) : jsonOf(type)
}

function modeOf({ constants: [onNull, forms] }: CallShape): readonly [absent: boolean, forms: string] {
  return [onNull === 'ABSENT', typeof forms === 'string' ? forms : '']
}

/** How each value becomes JSON; `placeOf` tells which argument it is. */
function converters(shape: CallShape, placeOf: (index: number) => number): ToJson[] {
  const [, forms] = modeOf(shape)
  return Array.from(forms, (form, index) => jsonValueOf(form, shape.arguments[placeOf(index)]))
}

/** JSON text inserted as it is. An empty text stands for NULL. */
function readJson(text: string): JsonValue {
  if (text.trim() === '') return null
  const value = parseJson(text)
  if (value === undefined) throw functionErrors.ENGINE_JSON_REFUSED({ function: 'JSON', problem: 'the text is not JSON' })
  return value
}

/** How values of a type are written, as JSON_STRING writes them. */
export function jsonPrinter(type: DataType): (value: unknown) => string {
  const toJson = jsonOf(type)
  return (value) => writeJson(toJson(value))
}

function jsonOf(type: DataType | undefined): ToJson {
  const toJson = plainJsonOf(type)
  return (value) => (value === null || value === undefined ? null : toJson(value))
}

function plainJsonOf(type: DataType | undefined): ToJson {
  switch (type?.kind) {
    case 'boolean':
      return (value) => value === true
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (value) => new JsonNumber(String(value))
    case 'decimal':
      return (value) => new JsonNumber(bigDecimalText(printDecimal(value as ExactInteger, type.scale)))
    case 'float':
    case 'double':
      return (value) => (Number.isFinite(value) ? new JsonNumber(printDouble(value as number)) : String(value))
    case 'binary':
    case 'varbinary':
      return (value) => base64Text(value as Uint8Array)
    case 'timestamp':
      return (value) => isoText(value as ExactInteger, type.precision)
    case 'timestamp-ltz':
      return (value) => `${isoText(value as ExactInteger, type.precision)}Z`
    case 'variant':
      return (value) => new JsonText(printVariant(value as string))
    case 'array': {
      const element = jsonOf(type.element)
      return (value) => (value as readonly unknown[]).map(element)
    }
    case 'map':
    case 'multiset': {
      const held = jsonOf(type.kind === 'map' ? type.value : { kind: 'integer', nullable: false })
      return (value) => new Map(Array.from(value as ReadonlyMap<unknown, unknown>, ([key, item]) => [String(key), held(item)]))
    }
    case 'row': {
      const fields = type.fields.map((field) => ({ name: field.name, toJson: jsonOf(field.type) }))
      return (value) => new Map(fields.map(({ name, toJson }, index) => [name, toJson((value as readonly unknown[])[index])]))
    }
    default:
      return String
  }
}

/** With as many digits of a fraction as it takes. */
function isoText(value: ExactInteger, precision: number): string {
  const text = printTimestamp(value, precision).replace(' ', 'T')
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
