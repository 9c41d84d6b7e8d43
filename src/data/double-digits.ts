/**
 * Doubles and their decimal digits, by arithmetic on pairs of doubles whose sum is exact: Dekker, "A floating-point technique for extending
 * the available precision" (1971). Where a pair cannot decide, the caller asks the platform, which always can and takes longer.
 */
const zero = 48
const point = 46
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/** Powers of ten that a double holds exactly: 0 to 22. */
export function powerOfTen(exponent: number): number {
  return powers[exponent] as number
}

/** What is missing from a product of two doubles that was rounded: with it the product is exact. */
export function productError(left: number, right: number, product: number): number {
  const splitLeft = 134_217_729 * left
  const leftHigh = splitLeft - (splitLeft - left)
  const leftLow = left - leftHigh
  const splitRight = 134_217_729 * right
  const rightHigh = splitRight - (splitRight - right)
  const rightLow = right - rightHigh
  return leftHigh * rightHigh - product + leftHigh * rightLow + leftLow * rightHigh + leftLow * rightLow
}

/** The double nearest to (high + low) / divisor, `low` being small beside `high`; NaN where two are about as near. */
export function nearestQuotient(high: number, low: number, divisor: number): number {
  const first = high / divisor
  const product = first * divisor
  const second = (high - product - productError(first, divisor, product) + low) / divisor
  const sum = first + second
  const rest = second - (sum - first)
  return sum + rest * 1.000_000_000_1 === sum ? sum : Number.NaN
}

/**
 * Writes the shortest digits that make a double again, the nearest of those, as in `0.001` or `1234.5678`.
 *
 * @param size from 1e-3 to below 1e7, and no whole number
 * @returns the place after the digits, at most 22 bytes behind `at`; −1 where the platform has to be asked
 */
export function writeShortest(size: number, data: Uint8Array, at: number): number {
  const whole = wholeDigits(size)
  const scale = powerOfTen(15 - whole)
  const digits = Math.round(size * scale)
  // Whatever has no more than 15 digits is the quotient of two whole doubles.
  if (digits / scale === size) return trimmed(data, writePlaced(digits, 0, 15, whole, data, at))
  for (const count of [16, 17]) {
    const factor = powerOfTen(count - whole)
    const product = size * factor
    const high = Math.floor(product)
    const beyond = product - high + productError(size, factor, product)
    const down = Math.floor(beyond)
    if (Math.abs(beyond - down - 0.5) < 1e-6) return -1
    const low = beyond - down > 0.5 ? down + 1 : down
    if (count === 16) {
      const again = nearestQuotient(high, low, factor)
      if (Number.isNaN(again)) return -1
      if (again !== size) continue
    }
    return high + low < powerOfTen(count) ? writePlaced(high, low, count, whole, data, at) : -1
  }
  return -1
}

/** How many digits stand before the point; 0 and less: how many zeros stand behind it, negative. */
function wholeDigits(size: number): number {
  if (size < 1) return size >= 0.1 ? 0 : size >= 0.01 ? -1 : -2
  if (size < 1000) return size < 10 ? 1 : size < 100 ? 2 : 3
  return size < 10_000 ? 4 : size < 100_000 ? 5 : size < 1_000_000 ? 6 : 7
}

/** Writes the `count` digits of high + low with the point in its place. */
function writePlaced(high: number, low: number, count: number, whole: number, data: Uint8Array, at: number): number {
  let upper = Math.floor(high / 1e8)
  let lower = high - upper * 1e8 + low
  if (lower < 0) {
    upper--
    lower += 1e8
  } else if (lower >= 1e8) {
    upper++
    lower -= 1e8
  }
  const lead = whole > 0 ? 1 : 2 - whole
  writeDigits(lower, 8, data, at + lead + count - 8)
  writeDigits(upper, count - 8, data, at + lead)
  if (whole > 0) {
    for (let digit = 0; digit < whole; digit++) data[at + digit] = data[at + digit + 1] as number
    data[at + whole] = point
  } else {
    data.fill(zero, at, at + lead)
    data[at + 1] = point
  }
  return at + lead + count
}

/** Writes so many digits of a whole number below 10^9, zeros in front. */
export function writeDigits(value: number, count: number, data: Uint8Array, at: number): void {
  let rest = value | 0
  for (let place = at + count - 1; place >= at; place--) {
    const tenth = (rest / 10) | 0
    data[place] = zero + rest - tenth * 10
    rest = tenth
  }
}

function trimmed(data: Uint8Array, end: number): number {
  let to = end
  while (data[to - 1] === zero) to--
  return to
}
