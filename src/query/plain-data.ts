/** Data that can be written down and read back as it was: values, and lists, objects, maps and sets of them. */

/** Nested deeper than anyone means to. */
const depthMax = 100

type Shape = 'value' | 'list' | 'map' | 'set' | 'bytes' | 'object' | 'other'

export function shapeOf(value: unknown): Shape {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return 'other'
  if (value === null || typeof value !== 'object') return 'value'
  if (Array.isArray(value)) return 'list'
  if (value instanceof Map) return 'map'
  if (value instanceof Set) return 'set'
  if (value instanceof Uint8Array) return 'bytes'
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null ? 'object' : 'other'
}

/** A part that is no plain data; null when all is. What is in a circle counts as none. */
export function impureIn(value: unknown, depth = 0): { readonly value: unknown } | null {
  const shape = shapeOf(value)
  if (shape === 'other' || depth > depthMax) return { value }
  for (const part of partsOf(value, shape)) {
    const impure = impureIn(part, depth + 1)
    if (impure !== null) return impure
  }
  return null
}

function partsOf(value: unknown, shape: Shape): readonly unknown[] {
  if (shape === 'list') return value as readonly unknown[]
  if (shape === 'map') return [...(value as ReadonlyMap<unknown, unknown>)].flat()
  if (shape === 'set') return [...(value as ReadonlySet<unknown>)]
  return shape === 'object' ? Object.values(value as object) : []
}

/** Plain data as JSON: what JSON has no form for is a list that begins with the name of its form. */
export function writePlain(value: unknown): string {
  return JSON.stringify(written(value))
}

function written(value: unknown): unknown {
  switch (shapeOf(value)) {
    case 'list':
      return ['list', ...(value as readonly unknown[]).map(written)]
    case 'map':
      return ['map', ...[...(value as ReadonlyMap<unknown, unknown>)].map((entry) => entry.map(written))]
    case 'set':
      return ['set', ...[...(value as ReadonlySet<unknown>)].map(written)]
    case 'bytes':
      return ['bytes', ...(value as Uint8Array)]
    case 'object':
      return Object.fromEntries(Object.entries(value as object).map(([name, part]) => [name, written(part)]))
    default:
      return typeof value === 'bigint' ? ['bigint', String(value)] : typeof value === 'number' ? writtenNumber(value) : value
  }
}

function writtenNumber(value: number): unknown {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : ['number', Object.is(value, -0) ? '-0' : String(value)]
}

export function readPlain(text: string): unknown {
  return read(JSON.parse(text))
}

function read(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (!Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, read(part)]))
  const [form, ...parts] = value as [string, ...unknown[]]
  switch (form) {
    case 'map':
      return new Map((parts as [unknown, unknown][]).map(([key, part]) => [read(key), read(part)]))
    case 'set':
      return new Set(parts.map(read))
    case 'bytes':
      return Uint8Array.from(parts as number[])
    case 'bigint':
      return BigInt(parts[0] as string)
    case 'number':
      return Number(parts[0])
    default:
      return parts.map(read)
  }
}
