/** Times that timers can take: a longer one would be over at once. */
const longestMs = 2 ** 31 - 1

/** A time as timers take it, which is at most about 24 days. */
export function timerMs(ms: number): number {
  return Math.min(ms, longestMs)
}
