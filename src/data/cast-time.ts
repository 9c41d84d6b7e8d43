/**
 * Casts to dates, times, timestamps and intervals. TIMESTAMP to DATE cuts towards 1970, so that 1969-12-31 12:00:00 is 1970-01-01, as in
 * Flink; TIMESTAMP_LTZ to DATE does not.
 */
import { dayMs } from './civil.ts'
import { type Convert, orRefused, refused } from './convert.ts'
import { parseDate, parseTime, parseTimestamp, parseTimestampLtz } from './datetime-text.ts'
import type { ExactInteger } from './decimal.ts'
import type { TimeZone } from './time-zone.ts'
import { castTimestamp, cutMs, timestampMs, timestampNanos, timestampOf } from './timestamp.ts'
import type { DataType } from './type.ts'

export type TimestampType = Extract<DataType, { kind: 'time' | 'timestamp' | 'timestamp-ltz' }>

export function castToDate(from: DataType, zone: TimeZone): Convert {
  switch (from.kind) {
    case 'timestamp':
      return (value) => Math.trunc(timestampMs(value as ExactInteger, from.precision) / dayMs) + 0
    case 'timestamp-ltz':
      return (value) => Math.floor(localMs(value, from.precision, zone) / dayMs)
    default:
      return (value) => orRefused(parseDate(value as string))
  }
}

export function castToTime(from: DataType, to: TimestampType, zone: TimeZone): Convert {
  const { precision } = to
  switch (from.kind) {
    case 'time':
      return from.precision <= precision ? (value) => value : (value) => cutMs(value as number, precision)
    case 'timestamp':
      return (value) => {
        const timeMs = cutMs(timestampMs(value as ExactInteger, from.precision) % dayMs, precision)
        return timeMs < 0 ? timeMs + dayMs : timeMs
      }
    case 'timestamp-ltz':
      return (value) => {
        const ms = localMs(value, from.precision, zone)
        return cutMs(ms - Math.floor(ms / dayMs) * dayMs, precision)
      }
    default:
      return (value) => {
        const timeMs = parseTime(value as string)
        return Number.isNaN(timeMs) ? refused : cutMs(timeMs, precision)
      }
  }
}

export function castToTimestamp(from: DataType, to: TimestampType, zone: TimeZone): Convert {
  const { precision } = to
  const zoned = to.kind === 'timestamp-ltz'
  const instantOf = (ms: number) => (zoned ? zone.instantOf(ms) : ms)
  switch (from.kind) {
    case 'date':
      return (value) => timestampOf(instantOf((value as number) * dayMs), 0, precision)
    case 'time':
      return (value) => timestampOf(instantOf(value as number), 0, precision)
    case 'timestamp':
    case 'timestamp-ltz': {
      if (from.kind === to.kind) return (value) => castTimestamp(value as ExactInteger, from.precision, precision)
      return (value) => {
        const ms = timestampMs(value as ExactInteger, from.precision)
        const shifted = zoned ? zone.instantOf(ms) : ms + zone.offsetAt(ms)
        const moved = timestampOf(shifted, timestampNanos(value as ExactInteger, from.precision), from.precision)
        return castTimestamp(moved, from.precision, precision)
      }
    }
    default:
      return zoned
        ? (value) => orRefused(parseTimestampLtz(value as string, precision, zone))
        : (value) => orRefused(parseTimestamp(value as string, precision))
  }
}

function localMs(value: unknown, precision: number, zone: TimeZone): number {
  const ms = timestampMs(value as ExactInteger, precision)
  return ms + zone.offsetAt(ms)
}
