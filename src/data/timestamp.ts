/**
 * Timestamps in their units (type.ts): precision 0 to 3 counts milliseconds, 4 to 6 microseconds, 7 to 9 nanoseconds. A timestamp is
 * taken apart into whole milliseconds, rounded down, and the nanoseconds of the millisecond.
 */
import type { ExactInteger } from './decimal.ts'
import { boxExact } from './vector.ts'

const nanosPerMs = 1_000_000

/** How many units of TIMESTAMP(precision) make a millisecond: 1, 1000 or 1,000,000. */
export function timestampUnit(precision: number): 1 | 1000 | 1_000_000 {
  return precision <= 3 ? 1 : precision <= 6 ? 1000 : nanosPerMs
}

/** Whole milliseconds since the epoch, rounded down. */
export function timestampMs(value: ExactInteger, precision: number): number {
  if (precision <= 3) return Number(value)
  const unit = timestampUnit(precision)
  if (typeof value === 'number') return Math.floor(value / unit)
  const divisor = BigInt(unit)
  const quotient = value / divisor
  return Number(value < 0n && quotient * divisor !== value ? quotient - 1n : quotient)
}

/** The nanoseconds of the millisecond, 0 to 999,999. */
export function timestampNanos(value: ExactInteger, precision: number): number {
  if (precision <= 3) return 0
  const unit = timestampUnit(precision)
  const rest = typeof value === 'number' ? value % unit : Number(value % BigInt(unit))
  return (rest < 0 ? rest + unit : rest) * (nanosPerMs / unit) + 0
}

/** The boxed TIMESTAMP(precision) of milliseconds and nanoseconds of the millisecond; what is finer than the unit is cut off. */
export function timestampOf(ms: number, nanos: number, precision: number): ExactInteger {
  if (precision <= 3) return ms
  const unit = timestampUnit(precision)
  const rest = Math.floor(nanos / (nanosPerMs / unit))
  const value = ms * unit + rest
  return Number.isSafeInteger(value) ? value : boxExact(BigInt(ms) * BigInt(unit) + BigInt(rest))
}

/**
 * Casts between precisions. Digits are cut off: below the millisecond downwards, but above it towards zero, so that
 * 1969-12-31 12:30:59.123 as TIMESTAMP(2) is 12:30:59.13, as in Flink.
 */
export function castTimestamp(value: ExactInteger, from: number, to: number): ExactInteger {
  if (from === to || (from < to && timestampUnit(from) === timestampUnit(to))) return value
  const ms = timestampMs(value, from)
  const nanos = timestampNanos(value, from)
  if (to >= from) return timestampOf(ms, nanos, to)
  if (to <= 3) return cutMs(ms, to)
  const step = 10 ** (9 - to)
  return timestampOf(ms, nanos - (nanos % step), to)
}

/** Cuts milliseconds to a precision of 0 to 3 digits, towards zero. */
export function cutMs(ms: number, precision: number): number {
  const step = precision === 0 ? 1000 : precision === 1 ? 100 : precision === 2 ? 10 : 1
  return ms - (ms % step) + 0
}
