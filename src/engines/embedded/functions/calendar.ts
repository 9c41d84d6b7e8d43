/**
 * Parts of dates and arithmetic with months, in days since 1970-01-01. Sources: Flink's DateTimeUtils, whose answers are kept where they
 * surprise, and ISO 8601 for weeks.
 */
import { civilOf, dayOf, daysOf, monthDays, monthOf, yearOf } from '#data'

/** A part of a date, by the name that EXTRACT has for it. Weeks start on Monday but DOW counts from Sunday, both from 1. */
export function datePart(unit: string, days: number): number {
  const civil = civilOf(days)
  const year = yearOf(civil)
  switch (unit) {
    case 'YEAR':
      return year
    case 'QUARTER':
      return Math.ceil(monthOf(civil) / 3)
    case 'MONTH':
      return monthOf(civil)
    case 'DAY':
      return dayOf(civil)
    case 'DOY':
      return days - daysOf(year, 1, 1) + 1
    case 'DOW':
      return modulo(days + 4, 7) + 1
    case 'ISODOW':
      return isoWeekday(days)
    case 'WEEK':
      return isoWeek(days).week
    case 'ISOYEAR':
      return isoWeek(days).year
    case 'DECADE':
      return Math.trunc(year / 10)
    case 'CENTURY':
      return roundedAway(year, 100)
    default:
      return roundedAway(year, 1000)
  }
}

/** Years 1 to 100 are the first century; there is no century 0. */
function roundedAway(year: number, length: number): number {
  return Math.trunc((year > 0 ? year + length - 1 : year - length + 1) / length)
}

export function modulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor
}

/** 1 for Monday to 7 for Sunday. */
function isoWeekday(days: number): number {
  return modulo(days + 3, 7) + 1
}

/** A week belongs to the year that has its Thursday. */
function isoWeek(days: number): { year: number; week: number } {
  const thursday = days - isoWeekday(days) + 4
  const year = yearOf(civilOf(thursday))
  return { year, week: Math.floor((thursday - daysOf(year, 1, 1)) / 7) + 1 }
}

/** Rounds a date down to a unit of a day and longer. */
export function floorDate(unit: string, days: number): number {
  const civil = civilOf(days)
  const year = yearOf(civil)
  switch (unit) {
    case 'YEAR':
      return daysOf(year, 1, 1)
    case 'QUARTER':
      return daysOf(year, Math.ceil(monthOf(civil) / 3) * 3 - 2, 1)
    case 'MONTH':
      return daysOf(year, monthOf(civil), 1)
    case 'WEEK':
      return days - modulo(days + 4, 7)
    case 'DECADE':
      return daysOf(Math.trunc(year / 10) * 10, 1, 1)
    case 'CENTURY':
      return daysOf(Math.trunc((year + 99) / 100) * 100 - 99, 1, 1)
    case 'MILLENNIUM':
      return daysOf(Math.trunc((year + 999) / 1000) * 1000 - 999, 1, 1)
    default:
      return days
  }
}

/**
 * Rounds a date up. A day becomes the next day, decades and longer become the next ones, and a quarter only stays where it is on the
 * first of January, all as in Flink.
 */
export function ceilDate(unit: string, days: number): number {
  const civil = civilOf(days)
  const year = yearOf(civil)
  const month = monthOf(civil)
  switch (unit) {
    case 'YEAR':
      return daysOf(month > 1 || dayOf(civil) > 1 ? year + 1 : year, 1, 1)
    case 'QUARTER':
      return daysOf(year, (Math.ceil(month / 3) + (month > 1 || dayOf(civil) > 1 ? 1 : 0)) * 3 - 2, 1)
    case 'MONTH':
      return daysOf(year, dayOf(civil) > 1 ? month + 1 : month, 1)
    case 'WEEK':
      return days + modulo(-(days + 4), 7)
    case 'DAY':
      return days + 1
    case 'DECADE':
      return daysOf((Math.trunc(year / 10) + 1) * 10, 1, 1)
    case 'CENTURY':
      return daysOf(Math.trunc((year + 99) / 100) * 100 + 1, 1, 1)
    case 'MILLENNIUM':
      return daysOf(Math.trunc((year + 999) / 1000) * 1000 + 1, 1, 1)
    default:
      return days
  }
}

/** The same day of another month, or its last when it has fewer. */
export function addMonths(days: number, months: number): number {
  const civil = civilOf(days)
  const total = yearOf(civil) * 12 + monthOf(civil) - 1 + months
  const year = Math.floor(total / 12)
  const month = modulo(total, 12) + 1
  return daysOf(year, month, Math.min(dayOf(civil), monthDays(year, month)))
}

/** How many whole months lie between two dates, negative when the second is later than the first. */
export function monthsBetween(later: number, earlier: number): number {
  if (later < earlier) return -monthsBetween(earlier, later)
  let months = Math.floor((later - earlier) / 31)
  while (addMonths(earlier, months) < later && addMonths(earlier, months + 1) <= later) months++
  return months
}
