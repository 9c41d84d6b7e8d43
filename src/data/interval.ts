/** How CAST prints intervals: months, or milliseconds. */

/** `+1-02`: years and months. */
export function printMonths(months: number): string {
  const size = Math.abs(months)
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${String(size % 12).padStart(2, '0')}`
}

/** `+1 10:00:00.123`: days and time of day. */
export function printDays(ms: number): string {
  const size = Math.abs(ms)
  const seconds = Math.floor(size / 1000)
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  return `${ms < 0 ? '-' : '+'}${Math.floor(seconds / 86_400)} ${clock.join(':')}.${String(size % 1000).padStart(3, '0')}`
}
