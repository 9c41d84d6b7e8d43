/** Rows as Flink's gateway writes them: JSON values, or the text that its SQL client prints. */
import { isoJsonFunction, printValue, type Schema } from '#data'

export const rowFormats = ['JSON', 'PLAIN_TEXT'] as const
export type RowFormat = (typeof rowFormats)[number]

export interface ResultRow {
  /** Place in `changeNames`. */
  readonly kind: number
  /** Boxed, one for each column. */
  readonly values: readonly unknown[]
}

/** Kinds of change by their places: inserts, updates before and after, deletes. */
const kindNames = ['INSERT', 'UPDATE_BEFORE', 'UPDATE_AFTER', 'DELETE']

/** A function from rows to JSON; local time stamps are those of `timeZone`, in JSON with the Z that Flink writes behind them. */
export function rowWriter(schema: Schema, format: RowFormat, timeZone: string): (row: ResultRow) => string {
  const fields = schema.map(({ type }) =>
    format === 'JSON'
      ? isoJsonFunction(type, timeZone)
      : (value: unknown) => (value === null ? 'null' : JSON.stringify(printValue(value, type, timeZone))),
  )
  return ({ kind, values }) =>
    `{"kind":"${kindNames[kind]}","fields":[${fields.map((field, column) => field(values[column] ?? null)).join(',')}]}`
}

const valueBytes = 16

/** About how much memory a value takes: enough to keep what waits for a client within bounds. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return valueBytes + 2 * value.length
  if (typeof value !== 'object' || value === null) return valueBytes
  if (value instanceof Uint8Array) return valueBytes + value.length
  let size = valueBytes
  for (const part of value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value)) size += sizeOf(part)
  return size
}
