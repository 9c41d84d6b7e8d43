/** `PriceGenerator`: round(10^(u × 6) × 100), by a table and a short series instead of a power, which would cost most of a bid. */

const steps = 1024
const stepExponent = (6 * Math.LN10) / steps
const powers = Float64Array.from({ length: steps }, (_, step) => 10 ** ((6 * step) / steps) * 100)

/** The price, in cents, for a draw from 0 up to 1. Where the quick value lies too near a half to be sure, the power decides. */
export function priceOf(fraction: number): number {
  const scaled = fraction * steps
  const step = scaled | 0
  const x = (scaled - step) * stepExponent
  const series = 1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120 + x * (1 / 720))))))
  const value = powers[step]! * series + 0.5
  const price = Math.floor(value)
  const above = value - price
  // The error of the quick value is below 1e-14 of it, so below 1e-6 for the highest price of 1e8.
  return above < 1e-6 || above > 1 - 1e-6 ? Math.round(10 ** (fraction * 6) * 100) : price
}
