/** Stretches of the past that people look at, and in which steps they are drawn: some hundreds of them, whatever the stretch. */
import { clockText, timeText } from '../parts/amount.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const ranges = {
  '15m': { lengthMs: 15 * minuteMs, stepMs: 5000 },
  '1h': { lengthMs: hourMs, stepMs: 15_000 },
  '6h': { lengthMs: 6 * hourMs, stepMs: minuteMs },
  '24h': { lengthMs: dayMs, stepMs: 5 * minuteMs },
  '7d': { lengthMs: 7 * dayMs, stepMs: 30 * minuteMs },
  '30d': { lengthMs: 30 * dayMs, stepMs: 2 * hourMs },
} as const

export type TimeRange = keyof typeof ranges

export const timeRanges = Object.keys(ranges) as readonly TimeRange[]

export interface Stretch {
  /** Epoch milliseconds; `to` is not within. */
  readonly from: number
  readonly to: number
  readonly stepMs: number
}

/** The stretch that ends now, on the edges of its steps. */
export function stretchOf(range: TimeRange, now: number): Stretch {
  const { lengthMs, stepMs } = ranges[range]
  const to = Math.ceil(now / stepMs) * stepMs
  return { from: to - lengthMs, to, stepMs }
}

/** How often a stretch is worth asking for again. */
export function refreshMs(range: TimeRange): number {
  return Math.max(5000, ranges[range].stepMs / 4)
}

/** A moment as exactly as the range tells moments apart. */
export function momentText(at: number, range: TimeRange): string {
  const { lengthMs } = ranges[range]
  if (lengthMs <= hourMs) return clockText(at)
  return lengthMs < dayMs ? clockText(at).slice(0, 5) : timeText(at).slice(5, 16)
}
