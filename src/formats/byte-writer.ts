/** A growing buffer of bytes, and the spellings of numbers, dates and times that Flink's text formats share: Java's. */
import {
  civilOf,
  dayMs,
  dayOf,
  monthOf,
  printDecimal,
  printDouble,
  printFloat,
  timestampMs,
  timestampNanos,
  writeDigits,
  writeShortest,
  yearOf,
} from '#data'
import { formatErrors } from './errors.ts'

const zero = 48
const minus = 45
const point = 46
const encoder = new TextEncoder()

/** Offsets of rows are 32-bit integers. */
const lengthMax = 2 ** 31 - 1

export class ByteWriter {
  data: Uint8Array
  /** Of the same bytes. */
  view: DataView
  length = 0
  /** The date last written and its bytes: rows near one another mostly have the same. */
  #dateDays = Number.NaN
  #dateBytes = new Uint8Array(0)

  constructor(capacity = 65_536) {
    this.data = new Uint8Array(capacity)
    this.view = new DataView(this.data.buffer)
  }

  /** Makes room for `count` more bytes. */
  ensure(count: number): void {
    const needed = this.length + count
    if (needed > this.data.length) this.#grow(needed)
  }

  #grow(needed: number): void {
    if (needed > lengthMax) throw formatErrors.FORMATS_OUTPUT_TOO_LONG({ most: lengthMax })
    const grown = roomFor(Math.min(lengthMax, Math.max(this.data.length * 2, needed)))
    grown.set(this.data.subarray(0, this.length))
    this.data = grown
    this.view = new DataView(grown.buffer)
  }

  byte(byte: number): void {
    this.ensure(1)
    this.data[this.length++] = byte
  }

  bytes(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.ensure(end - start)
    if (end - start > 64) {
      this.data.set(bytes.subarray(start, end), this.length)
    } else {
      for (let from = start, to = this.length; from < end; from++, to++) this.data[to] = bytes[from] as number
    }
    this.length += end - start
  }

  text(text: string): void {
    this.ensure(text.length * 3)
    const { data } = this
    let at = this.length
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code > 127) {
        this.length += encoder.encodeInto(text, data.subarray(this.length)).written
        return
      }
      data[at++] = code
    }
    this.length = at
  }

  /** A safe integer. */
  integer(value: number): void {
    this.ensure(20)
    let rest = value
    if (rest < 0) {
      this.data[this.length++] = minus
      rest = -rest
    }
    if (rest > 999_999_999) {
      const high = Math.floor(rest / 1e9)
      this.integer(high)
      this.#padded(rest - high * 1e9, 9)
    } else {
      this.#padded(rest, digitCount(rest | 0))
    }
  }

  /** So many digits of a whole number below 10^9, zeros in front. */
  #padded(value: number, digits: number): void {
    writeDigits(value, digits, this.data, this.length)
    this.length += digits
  }

  /** As Java's Double.toString: `1.0`, `0.001`, `1.0E10`, `NaN`. */
  double(value: number): void {
    const hundredfold = value * 100
    const rounded = Math.round(hundredfold)
    // A value of few digits is the quotient of two small whole numbers; its shortest spelling is theirs.
    if (rounded / 100 === value && rounded !== 0 && Math.abs(rounded) < 1e9 && Math.abs(value) >= 0.01) this.#hundredths(rounded)
    else if (!this.#shortest(value)) this.text(printDouble(value))
  }

  /** Writes most values without a string of them; false: it has written nothing. */
  #shortest(value: number): boolean {
    const size = Math.abs(value)
    if (!(size >= 1e-3 && size < 1e7) || Number.isInteger(value)) return false
    this.ensure(24)
    const start = value < 0 ? this.length + 1 : this.length
    const end = writeShortest(size, this.data, start)
    if (end < 0) return false
    if (value < 0) this.data[this.length] = minus
    this.length = end
    return true
  }

  /** As Java's Float.toString: the shortest digits that make the same float. */
  float(value: number): void {
    this.text(printFloat(value))
  }

  #hundredths(rounded: number): void {
    const size = Math.abs(rounded)
    if (rounded < 0) this.byte(minus)
    const whole = (size / 100) | 0
    const fraction = size - whole * 100
    this.integer(whole)
    this.ensure(3)
    this.data[this.length++] = point
    const tens = (fraction / 10) | 0
    this.data[this.length++] = zero + tens
    if (fraction !== tens * 10) this.data[this.length++] = zero + fraction - tens * 10
  }

  /** An unscaled value as Java's BigDecimal writes it, or without an exponent. */
  decimal(unscaled: number | bigint, scale: number, scientific: boolean): void {
    if (scale === 0 && typeof unscaled === 'number') this.integer(unscaled)
    else this.text(decimalText(unscaled, scale, scientific))
  }

  /** `2001-01-31` of days since 1970. */
  date(days: number): void {
    if (days !== this.#dateDays) {
      this.#dateDays = days
      this.#dateBytes = encoder.encode(dateText(days))
    }
    this.bytes(this.#dateBytes)
  }

  /** `12:30:59` with as many digits of the fraction as there are; `nanos` is the nanosecond of the second. */
  clock(secondOfDay: number, nanos: number): void {
    this.ensure(18)
    const minutes = (secondOfDay / 60) | 0
    const hours = (minutes / 60) | 0
    this.#padded(hours, 2)
    this.data[this.length++] = 58
    this.#padded(minutes - hours * 60, 2)
    this.data[this.length++] = 58
    this.#padded(secondOfDay - minutes * 60, 2)
    if (nanos === 0) return
    this.data[this.length++] = point
    let digits = 9
    let rest = nanos
    while (rest % 10 === 0) {
      rest /= 10
      digits--
    }
    this.#padded(rest, digits)
  }

  /** A time of day in milliseconds. */
  time(ms: number): void {
    const seconds = Math.floor(ms / 1000)
    this.clock(seconds, (ms - seconds * 1000) * 1_000_000)
  }

  /** A boxed time stamp; `separator` is the byte between date and time. */
  timestamp(value: number | bigint, precision: number, separator: number): void {
    const ms = timestampMs(value, precision)
    const days = Math.floor(ms / dayMs)
    const msOfDay = ms - days * dayMs
    const seconds = Math.floor(msOfDay / 1000)
    this.date(days)
    this.byte(separator)
    this.clock(seconds, (msOfDay - seconds * 1000) * 1_000_000 + timestampNanos(value, precision))
  }
}

function roomFor(length: number): Uint8Array {
  try {
    return new Uint8Array(length)
  } catch (error) {
    // There is less memory than that.
    throw formatErrors.FORMATS_OUTPUT_TOO_LONG({ most: length - 1 }, { cause: error })
  }
}

/** Of a whole number below 10^9. */
function digitCount(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 1_000_000) return value < 100_000 ? 5 : 6
  return value < 100_000_000 ? (value < 10_000_000 ? 7 : 8) : 9
}

function decimalText(unscaled: number | bigint, scale: number, scientific: boolean): string {
  const text = unscaled < 0 ? String(-unscaled) : String(unscaled)
  const exponent = text.length - 1 - scale
  if (!scientific || exponent >= -6) return printDecimal(unscaled, scale)
  return `${unscaled < 0 ? '-' : ''}${text[0]}${text.length > 1 ? `.${text.slice(1)}` : ''}E${exponent}`
}

/** ISO 8601: years beyond 9999 carry a sign. */
function dateText(days: number): string {
  const civil = civilOf(days)
  const year = yearOf(civil)
  const size = Math.abs(year).toString().padStart(4, '0')
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  return `${sign}${size}-${pair(monthOf(civil))}-${pair(dayOf(civil))}`
}

function pair(value: number): string {
  return value.toString().padStart(2, '0')
}
