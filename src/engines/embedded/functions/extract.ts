/**
 * EXTRACT and its short forms. Like Flink, parts of timestamps before 1970 are found by dividing towards zero, so that the last second
 * of 1969 counts to 1970-01-01.
 */
import { type DataType, dayMs, type ExactInteger } from '#data'
import { datePart } from './calendar.ts'
import type { CallShape, Evaluation, Session } from './evaluation.ts'
import { localMsOf, nanosOf } from './timestamp-parts.ts'

export const extractEvaluations = {
  EXTRACT: ({ constants: [unit], arguments: [, type], session }) => {
    const part = partOf(String(unit), type, session)
    return (_: string, value: ExactInteger) => part(value)
  },
  YEAR: (shape) => named('YEAR', shape),
  QUARTER: (shape) => named('QUARTER', shape),
  MONTH: (shape) => named('MONTH', shape),
  WEEK: (shape) => named('WEEK', shape),
  DAYOFYEAR: (shape) => named('DOY', shape),
  DAYOFMONTH: (shape) => named('DAY', shape),
  DAYOFWEEK: (shape) => named('DOW', shape),
  HOUR: (shape) => named('HOUR', shape),
  MINUTE: (shape) => named('MINUTE', shape),
  SECOND: (shape) => named('SECOND', shape),
} satisfies Record<string, Evaluation>

type Part = (value: ExactInteger) => number

function named(unit: string, { arguments: [type], session }: CallShape): Part {
  return partOf(unit, type, session)
}

/** Parts of the clock: how long the next longer one is, and how long they are. */
const clockParts: Readonly<Record<string, readonly [whole: number, part: number]>> = {
  HOUR: [dayMs, 3_600_000],
  MINUTE: [3_600_000, 60_000],
  SECOND: [60_000, 1000],
  MILLISECOND: [1000, 1],
}

function partOf(unit: string, type: DataType | undefined, session: Session): Part {
  if (type?.kind === 'interval-year-month') return monthsPart(unit)
  const localMs = localMsOf(type, session)
  const clock = clockParts[unit]
  if (clock !== undefined) {
    const [whole, part] = clock
    return (value) => Math.trunc((localMs(value) % whole) / part) + 0
  }
  const nanos = nanosOf(type)
  switch (unit) {
    case 'EPOCH':
      return (value) => Math.trunc(localMs(value) / 1000) + 0
    case 'MICROSECOND':
      return (value) => (localMs(value) % 1000) * 1000 + Math.trunc(nanos(value) / 1000)
    case 'NANOSECOND':
      return (value) => (localMs(value) % 1000) * 1_000_000 + nanos(value)
    default:
      if (type?.kind === 'interval-day-time') return (value) => Math.trunc(Number(value) / dayMs) + 0
      return (value) => datePart(unit, Math.trunc(localMs(value) / dayMs))
  }
}

function monthsPart(unit: string): Part {
  if (unit === 'YEAR') return (value) => Math.trunc(Number(value) / 12) + 0
  if (unit === 'MONTH') return (value) => (Number(value) % 12) + 0
  return (value) => Math.trunc((Number(value) % 12) / 3) + 1
}
