/** Points in time and intervals: moving by an interval, differences, overlaps. Instants are moved by months of UTC, as in Flink. */
import { type DataType, dayMs, type ExactInteger, familyOf } from '#data'
import { wrapTo } from './arithmetic.ts'
import { addMonths, modulo, monthsBetween } from './calendar.ts'
import type { CallShape, Evaluation } from './evaluation.ts'
import { moveTimestamp, plainMsOf, timestampFrom } from './timestamp-parts.ts'

type Move = (value: ExactInteger, amount: ExactInteger) => ExactInteger

export const intervalEvaluations = {
  PLUS_INTERVAL: ({ arguments: [type, interval] }) => moved(type, interval),
  MINUS_INTERVAL: ({ arguments: [type, interval] }) => {
    const move = moved(type, interval)
    return (value: ExactInteger, amount: ExactInteger) => move(value, -Number(amount))
  },
  TIMES_INTERVAL: ({ result }) => {
    const wrap = wrapTo(result)
    return (interval: ExactInteger, factor: ExactInteger) => wrap(Number(interval) * Number(factor) + 0)
  },
  TIMESTAMPADD: (shape) => added(shape),
  TIMESTAMPDIFF: (shape) => difference(shape),
  OVERLAPS: (shape) => overlaps(shape),
} satisfies Record<string, Evaluation>

function moved(type: DataType | undefined, interval: DataType | undefined): Move {
  const months = interval?.kind === 'interval-year-month'
  switch (type?.kind) {
    case 'date':
      return months
        ? (value, amount) => addMonths(Number(value), Number(amount))
        : (value, amount) => Number(value) + Math.trunc(Number(amount) / dayMs)
    case 'time':
      return months ? (value) => value : (value, amount) => modulo(Number(value) + Number(amount), dayMs)
    case 'timestamp':
    case 'timestamp-ltz':
      return months ? movedByMonths(type) : movedByMs(type)
    default:
      return (value, amount) => Number(value) + Number(amount)
  }
}

function movedByMs(type: DataType): Move {
  const move = moveTimestamp(type)
  return (value, amount) => move(value, Number(amount))
}

function movedByMonths(type: DataType): Move {
  const move = moveTimestamp(type)
  const msOf = plainMsOf(type)
  return (value, amount) => {
    const days = Math.floor(msOf(value) / dayMs)
    return move(value, (addMonths(days, Number(amount)) - days) * dayMs)
  }
}

const unitMonths: Readonly<Record<string, number>> = { YEAR: 12, QUARTER: 3, MONTH: 1 }
const unitMs: Readonly<Record<string, number>> = {
  WEEK: 7 * dayMs,
  DAY: dayMs,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
  MILLISECOND: 1,
}

const monthsType: DataType = { kind: 'interval-year-month', nullable: true }
const msType: DataType = { kind: 'interval-day-time', nullable: true }

function added({
  arguments: [, , type],
  constants: [word],
  result,
}: CallShape): (unit: string, count: ExactInteger, value: ExactInteger) => ExactInteger {
  const unit = String(word)
  const months = unitMonths[unit]
  const size = months ?? unitMs[unit] ?? 0
  if (type?.kind === 'date' && result.kind === 'timestamp') {
    const back = timestampFrom(result)
    return (_, count, days) => back(Number(days) * dayMs + Number(count) * size)
  }
  const move = moved(type, months === undefined ? msType : monthsType)
  return (_, count, value) => move(value, Number(count) * size)
}

function difference({
  arguments: [, fromType, toType],
  constants: [word],
  result,
}: CallShape): (unit: string, from: ExactInteger, to: ExactInteger) => ExactInteger {
  const unit = String(word)
  const fromMs = plainMsOf(fromType)
  const toMs = plainMsOf(toType)
  const months = unitMonths[unit]
  const wrap = wrapTo(result)
  if (months !== undefined) return (_, from, to) => Math.trunc(monthsFrom(fromMs(from), toMs(to)) / months) + 0
  const size = unitMs[unit] ?? 1
  return (_, from, to) => wrap(Math.trunc((toMs(to) - fromMs(from)) / size) + 0)
}

/** Whole months by the date; one less where the dates are a whole number apart and the time of day has not come yet. */
function monthsFrom(fromMs: number, toMs: number): number {
  const fromDay = Math.floor(fromMs / dayMs)
  const toDay = Math.floor(toMs / dayMs)
  const months = monthsBetween(toDay, fromDay)
  const short = addMonths(fromDay, months) === toDay && modulo(toMs, dayMs) < modulo(fromMs, dayMs)
  return short ? months - 1 : months
}

/** Periods that touch overlap. Ends before starts are exchanged with them. */
function overlaps({ arguments: [startType, end1Type, , end2Type] }: CallShape): (...values: ExactInteger[]) => boolean {
  const end1 = endOf(startType, end1Type)
  const end2 = endOf(startType, end2Type)
  const msOf = plainMsOf(startType)
  return (start1 = 0, to1 = 0, start2 = 0, to2 = 0) => {
    const [a, b] = [msOf(start1), msOf(end1(start1, to1))]
    const [c, d] = [msOf(start2), msOf(end2(start2, to2))]
    return Math.max(a, b) >= Math.min(c, d) && Math.max(c, d) >= Math.min(a, b)
  }
}

function endOf(startType: DataType | undefined, endType: DataType | undefined): Move {
  return endType !== undefined && familyOf(endType) === 'interval' ? moved(startType, endType) : (_, end) => end
}
