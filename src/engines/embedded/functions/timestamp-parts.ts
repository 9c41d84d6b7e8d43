/** Points in time of any type as days and milliseconds, and back. */
import { boxExact, type DataType, dayMs, type ExactInteger, timestampMs, timestampNanos, timestampOf, timestampUnit, timeZone } from '#data'
import type { Session } from './evaluation.ts'

/** Reads a point in time as local milliseconds: a date is its midnight, a time of day is one of 1970-01-01, an instant is a wall clock. */
export function localMsOf(type: DataType | undefined, session: Session): (value: ExactInteger) => number {
  switch (type?.kind) {
    case 'date':
      return (value) => Number(value) * dayMs
    case 'timestamp': {
      const { precision } = type
      return (value) => timestampMs(value, precision)
    }
    case 'timestamp-ltz': {
      const { precision } = type
      const zone = timeZone(session.timeZone)
      return (value) => {
        const ms = timestampMs(value, precision)
        return ms + zone.offsetAt(ms)
      }
    }
    default:
      return Number
  }
}

/** The same without looking at the zone: instants stay instants. */
export function plainMsOf(type: DataType | undefined): (value: ExactInteger) => number {
  if (type?.kind === 'date') return (value) => Number(value) * dayMs
  if (type?.kind !== 'timestamp' && type?.kind !== 'timestamp-ltz') return Number
  const { precision } = type
  return (value) => timestampMs(value, precision)
}

/** Nanoseconds beyond the millisecond. */
export function nanosOf(type: DataType | undefined): (value: ExactInteger) => number {
  if (type?.kind !== 'timestamp' && type?.kind !== 'timestamp-ltz') return () => 0
  const { precision } = type
  return (value) => timestampNanos(value, precision)
}

/** A timestamp of the type from milliseconds. */
export function timestampFrom(type: DataType, nanos = 0): (ms: number) => ExactInteger {
  const precision = 'precision' in type ? type.precision : 3
  return (ms) => timestampOf(ms, nanos, precision)
}

/** Moves a timestamp by milliseconds and keeps what is finer. */
export function moveTimestamp(type: DataType): (value: ExactInteger, ms: number) => ExactInteger {
  const unit = timestampUnit('precision' in type ? type.precision : 3)
  // Milliseconds are kept as numbers, even those of years that nobody writes.
  if (unit === 1) return (value, ms) => Number(value) + ms
  return (value, ms) => {
    const moved = Number(value) + ms * unit
    return typeof value === 'number' && Number.isSafeInteger(moved) ? moved : boxExact(BigInt(value) + BigInt(ms) * BigInt(unit))
  }
}
