/** How exactly samples are kept, and for how long: each of a day, and what became of each five minutes of thirty days. */
import type { LayoutColumn } from './layout.ts'

export interface Tier {
  readonly number: number
  /** Milliseconds from one sample to the next. */
  readonly stepMs: number
  /** Samples of this time are stored together. For the next tier they are one. */
  readonly windowMs: number
  readonly keptMs: number
  /** Of all bytes; what is oldest goes first. */
  readonly share: number
}

const minuteMs = 60_000
const dayMs = 86_400_000

export const fineTier: Tier = { number: 0, stepMs: 5000, windowMs: 5 * minuteMs, keptMs: dayMs, share: 0.5 }
export const coarseTier: Tier = { number: 1, stepMs: 5 * minuteMs, windowMs: 240 * minuteMs, keptMs: 30 * dayMs, share: 0.5 }
export const tiers: readonly Tier[] = [fineTier, coarseTier]

/** What is kept of many samples. */
export type Kept = 'mean' | 'min' | 'max' | 'last'

/** How many numbers a tier has of a column. */
function widthIn(tier: Tier, { keeps }: LayoutColumn): number {
  return tier === coarseTier && keeps === 'spread' ? spreadPlaces.length : 1
}

/** Where the numbers of each column begin. */
export function placesIn(tier: Tier, columns: readonly LayoutColumn[]): number[] {
  let next = 0
  return columns.map((column) => {
    const place = next
    next += widthIn(tier, column)
    return place
  })
}

/** The order of what a coarse sample has of a column. */
const spreadPlaces = ['mean', 'min', 'max'] as const

/** Which of the numbers of a column answers a question. */
export function placeOf(tier: Tier, column: LayoutColumn, kept: Kept): number {
  return widthIn(tier, column) === 1 || kept === 'last' ? 0 : spreadPlaces.indexOf(kept)
}

/** What a tier keeps of the samples of one layout in one window of the tier before. */
export function coarsened(columns: readonly LayoutColumn[], valuesOf: (column: number) => Float64Array): Float64Array {
  const kept: number[] = []
  for (const [index, column] of columns.entries()) {
    const known = valuesOf(index).filter((value) => !Number.isNaN(value))
    if (widthIn(coarseTier, column) === 1) kept.push(known.at(-1) ?? Number.NaN)
    else if (known.length === 0) kept.push(Number.NaN, Number.NaN, Number.NaN)
    else
      kept.push(
        roundedMean(known),
        known.reduce((a, b) => Math.min(a, b)),
        known.reduce((a, b) => Math.max(a, b)),
      )
  }
  return Float64Array.from(kept)
}

/** As exactly as samples themselves are kept, so that it takes as little room. */
function roundedMean(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.abs(mean) < 2 ** 40 ? Math.round(mean * 100) / 100 : Math.round(mean)
}
