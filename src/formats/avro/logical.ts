/** The logical types that matter to tables; others are as if they were not there, as the specification says. */
export type Logical =
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  /** A count of units since 1970, or since midnight: so many of them make a second. */
  | { readonly kind: 'date' }
  | { readonly kind: 'time' | 'timestamp'; readonly perSecond: number; readonly isLocal: boolean }

const thousand = 1000
const million = 1_000_000
const milliard = 1_000_000_000

const timeTypes: Readonly<Record<string, { readonly on: 'int' | 'long'; readonly logical: Logical }>> = {
  date: { on: 'int', logical: { kind: 'date' } },
  'time-millis': { on: 'int', logical: { kind: 'time', perSecond: thousand, isLocal: true } },
  'time-micros': { on: 'long', logical: { kind: 'time', perSecond: million, isLocal: true } },
  'timestamp-millis': { on: 'long', logical: { kind: 'timestamp', perSecond: thousand, isLocal: false } },
  'timestamp-micros': { on: 'long', logical: { kind: 'timestamp', perSecond: million, isLocal: false } },
  'timestamp-nanos': { on: 'long', logical: { kind: 'timestamp', perSecond: milliard, isLocal: false } },
  'local-timestamp-millis': { on: 'long', logical: { kind: 'timestamp', perSecond: thousand, isLocal: true } },
  'local-timestamp-micros': { on: 'long', logical: { kind: 'timestamp', perSecond: million, isLocal: true } },
  'local-timestamp-nanos': { on: 'long', logical: { kind: 'timestamp', perSecond: milliard, isLocal: true } },
}

export function isLogical(json: Readonly<Record<string, unknown>>): boolean {
  return typeof json['logicalType'] === 'string'
}

/** The logical type of a schema's JSON, or null where it is unheard of or does not go with the type it stands on. */
export function logicalOf(json: Readonly<Record<string, unknown>>, on: string, size?: number): Logical | null {
  const name = String(json['logicalType'])
  if (name === 'decimal' && (on === 'bytes' || on === 'fixed')) return decimalOf(json['precision'], json['scale'] ?? 0, size)
  const type = Object.hasOwn(timeTypes, name) ? timeTypes[name] : undefined
  return type !== undefined && type.on === on ? type.logical : null
}

function decimalOf(precision: unknown, scale: unknown, size: number | undefined): Logical | null {
  if (typeof precision !== 'number' || typeof scale !== 'number' || !Number.isInteger(precision) || !Number.isInteger(scale)) return null
  const most = size === undefined ? 1000 : Math.floor(Math.log10(2) * (8 * size - 1))
  return precision < 1 || scale < 0 || scale > precision || precision > most ? null : { kind: 'decimal', precision, scale }
}

/** The name of a logical type in JSON. */
export function logicalName(logical: Logical): string {
  if (logical.kind === 'decimal' || logical.kind === 'date') return logical.kind
  const unit = logical.perSecond === thousand ? 'millis' : logical.perSecond === million ? 'micros' : 'nanos'
  return `${logical.isLocal && logical.kind === 'timestamp' ? 'local-' : ''}${logical.kind}-${unit}`
}
