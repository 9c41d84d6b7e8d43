/**
 * Days since 1970-01-01 and civil dates, in the proleptic Gregorian calendar (the year before 1 is 0, and leap). The algorithms count
 * days from 1 March, so that the leap day ends its year: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */

export const dayMs = 86_400_000

/** Days since 1970-01-01. The month may be any whole number (13 is the next January), and so may the day. */
export function daysOf(year: number, month: number, day: number): number {
  const monthIndex = month - 1
  const extraYears = monthIndex >= 0 && monthIndex < 12 ? 0 : Math.floor(monthIndex / 12)
  const fromMarch = (monthIndex - extraYears * 12 + 10) % 12
  const marchYear = year + extraYears - (fromMarch >= 10 ? 1 : 0)
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = (((153 * fromMarch + 2) / 5) | 0) + day - 1
  return era * 146_097 + yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear - 719_468
}

/** The civil date of a day as one number, year × 512 + month × 32 + day: unpack it with yearOf, monthOf and dayOf. */
export function civilOf(days: number): number {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0))
  const fromMarch = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * fromMarch + 2) / 5) | 0) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return year * 512 + month * 32 + day
}

export function yearOf(civil: number): number {
  return Math.floor(civil / 512)
}

export function monthOf(civil: number): number {
  return (civil >> 5) & 15
}

export function dayOf(civil: number): number {
  return civil & 31
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** How many days a month (1 to 12) has. */
export function monthDays(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
