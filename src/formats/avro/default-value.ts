/** Default values of fields, which schemas give as JSON, as boxed values of a table's type. */
import { boxExact, type DataType, fitDecimal } from '#data'

/** Undefined where the JSON is no value of the type. Bytes are a text of the characters 0 to 255. */
export function defaultValue(json: unknown, type: DataType): unknown {
  if (json === null) return type.nullable ? null : undefined
  switch (type.kind) {
    case 'boolean':
      return typeof json === 'boolean' ? json : undefined
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamp-ltz':
      return typeof json === 'number' && Number.isSafeInteger(json) ? json : undefined
    case 'float':
    case 'double':
      return typeof json === 'number' ? (type.kind === 'float' ? Math.fround(json) : json) : undefined
    case 'char':
    case 'varchar':
      return typeof json === 'string' ? json : undefined
    case 'binary':
    case 'varbinary':
      return latinBytes(json)
    case 'decimal': {
      const bytes = latinBytes(json)
      return bytes === undefined ? undefined : (fitDecimal(unscaledOf(bytes, 0, bytes.length), type.precision) ?? undefined)
    }
    default:
      return containerDefault(json, type)
  }
}

function containerDefault(json: unknown, type: DataType): unknown {
  if (type.kind === 'array') {
    const values = Array.isArray(json) ? json.map((item) => defaultValue(item, type.element)) : [undefined]
    return values.includes(undefined) ? undefined : values
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  if (type.kind === 'map' || type.kind === 'multiset') {
    const valueType: DataType = type.kind === 'map' ? type.value : { kind: 'integer', nullable: false }
    const entries = Object.entries(json).map(([key, item]) => [key, defaultValue(item, valueType)] as const)
    return entries.some(([, value]) => value === undefined) ? undefined : new Map(entries)
  }
  if (type.kind !== 'row') return undefined
  const values = type.fields.map((field) => defaultValue((json as Readonly<Record<string, unknown>>)[field.name] ?? null, field.type))
  return values.includes(undefined) ? undefined : values
}

function latinBytes(json: unknown): Uint8Array | undefined {
  if (typeof json !== 'string') return undefined
  const codes = Array.from(json, (letter) => letter.charCodeAt(0))
  return codes.every((code) => code < 256) ? Uint8Array.from(codes) : undefined
}

/** The whole number that bytes are in two's complement, the highest first. */
export function unscaledOf(bytes: Uint8Array, start: number, end: number): number | bigint {
  if (start >= end) return 0
  if (end - start <= 6) {
    let value = ((bytes[start] as number) << 24) >> 24
    for (let at = start + 1; at < end; at++) value = value * 256 + (bytes[at] as number)
    return value
  }
  let value = 0n
  for (let at = start; at < end; at++) value = (value << 8n) | BigInt(bytes[at] as number)
  return boxExact(BigInt.asIntN(8 * (end - start), value))
}
