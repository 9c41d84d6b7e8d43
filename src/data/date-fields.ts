/** The fields that date patterns print, computed from local time when they are asked for. */
import { civilOf, dayMs, dayOf, daysOf, monthOf, yearOf } from './civil.ts'

export class DateFields {
  readonly days: number
  /** Milliseconds since midnight. */
  readonly timeMs: number
  /** Nanoseconds beyond the millisecond. */
  readonly nanos: number
  readonly #civil: number

  constructor(localMs: number, nanos: number) {
    this.days = Math.floor(localMs / dayMs)
    this.timeMs = localMs - this.days * dayMs
    this.nanos = nanos
    this.#civil = civilOf(this.days)
  }

  get year(): number {
    return yearOf(this.#civil)
  }
  /** Years count up from 1 in both eras. */
  get yearOfEra(): number {
    return this.year > 0 ? this.year : 1 - this.year
  }
  get month(): number {
    return monthOf(this.#civil)
  }
  get quarter(): number {
    return Math.ceil(this.month / 3)
  }
  get day(): number {
    return dayOf(this.#civil)
  }
  get dayOfYear(): number {
    return this.days - daysOf(this.year, 1, 1) + 1
  }
  /** 1 for Monday to 7 for Sunday. */
  get weekday(): number {
    return weekdayOf(this.days)
  }
  get hour(): number {
    return Math.floor(this.timeMs / 3_600_000)
  }
  /** 1 to 24. */
  get clockHour(): number {
    return this.hour === 0 ? 24 : this.hour
  }
  /** 0 to 11, before noon and after. */
  get halfHour(): number {
    return this.hour % 12
  }
  /** 1 to 12, before noon and after. */
  get clockHalfHour(): number {
    return this.halfHour === 0 ? 12 : this.halfHour
  }
  get minute(): number {
    return Math.floor(this.timeMs / 60_000) % 60
  }
  get second(): number {
    return Math.floor(this.timeMs / 1000) % 60
  }
  get millisecond(): number {
    return this.timeMs % 1000
  }
  get nanosecond(): number {
    return this.millisecond * 1_000_000 + this.nanos
  }
  /** Weeks begin on Sunday, and the first of a year is the one with 1 January, as in the United States. */
  get week(): { year: number; week: number } {
    const next = weekStart(daysOf(this.year + 1, 1, 1))
    if (this.days >= next) return { year: this.year + 1, week: 1 }
    return { year: this.year, week: Math.floor((this.days - weekStart(daysOf(this.year, 1, 1))) / 7) + 1 }
  }
  get weekOfMonth(): number {
    const first = this.days - this.day + 1
    return Math.floor((this.days - weekStart(first)) / 7) + 1
  }
}

/** 1 for Monday to 7 for Sunday. */
export function weekdayOf(days: number): number {
  const shifted = (days + 3) % 7
  return shifted < 0 ? shifted + 8 : shifted + 1
}

function weekStart(days: number): number {
  return days - (weekdayOf(days) % 7)
}
