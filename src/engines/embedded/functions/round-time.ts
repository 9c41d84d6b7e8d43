/** FLOOR and CEIL of points in time to a unit. What is finer than a millisecond is dropped, and only counts when rounding up to one. */
import { type DataType, dayMs, type ExactInteger, timeZone } from '#data'
import { ceilDate, floorDate, modulo } from './calendar.ts'
import type { CallShape, Evaluation, Session } from './evaluation.ts'
import { nanosOf, plainMsOf, timestampFrom } from './timestamp-parts.ts'

export const roundTimeEvaluations = {
  FLOOR_TIME: (shape) => rounded(shape, { date: floorDate, ms: (ms, lengthMs) => ms - modulo(ms, lengthMs), up: false }),
  CEIL_TIME: (shape) => rounded(shape, { date: ceilDate, ms: (ms, lengthMs) => ms + modulo(-ms, lengthMs), up: true }),
} satisfies Record<string, Evaluation>

interface Rounding {
  readonly date: (unit: string, days: number) => number
  readonly ms: (ms: number, lengthMs: number) => number
  readonly up: boolean
}

const unitMs: Readonly<Record<string, number>> = { DAY: dayMs, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000, MILLISECOND: 1 }

function rounded(
  { arguments: [type], constants: [, word], session }: CallShape,
  rounding: Rounding,
): (value: ExactInteger) => ExactInteger {
  const unit = String(word)
  switch (type?.kind) {
    case 'date':
      return (value) => rounding.date(unit, Number(value))
    case 'timestamp':
    case 'timestamp-ltz':
      return roundedTimestamp(type, unit, session, rounding)
    default: {
      const lengthMs = unitMs[unit] ?? 1
      return lengthMs >= dayMs ? (value) => value : (value) => rounding.ms(Number(value), lengthMs)
    }
  }
}

function roundedTimestamp(type: DataType, unit: string, session: Session, rounding: Rounding): (value: ExactInteger) => ExactInteger {
  const msOf = plainMsOf(type)
  const finer = nanosOf(type)
  const back = timestampFrom(type)
  const lengthMs = unitMs[unit]
  if (lengthMs === 1) return (value) => back(msOf(value) + (rounding.up && finer(value) > 0 ? 1 : 0))
  const zone = type.kind === 'timestamp-ltz' ? timeZone(session.timeZone) : null
  return (value) => {
    const ms = msOf(value)
    const offset = zone === null ? 0 : zone.offsetAt(ms)
    const local = ms + offset
    const result = lengthMs === undefined ? rounding.date(unit, Math.trunc(local / dayMs)) * dayMs : rounding.ms(local, lengthMs)
    return back(result - offset)
  }
}
