/** Windows over local time stamps are cut in the session's time zone. */
import { localToInstant, zoneOffsetAt } from '#data'
import type { WindowClock } from '#dataflow'

const hourMs = 3_600_000

export function zoneClock(timeZone: string): WindowClock {
  const toEpochMs = (localMs: number): number => (Number.isFinite(localMs) ? localToInstant(timeZone, localMs) : localMs)
  return {
    toLocalMs: (epochMs) => epochMs + zoneOffsetAt(timeZone, epochMs),
    toEpochMs,
    passedAtMs: (localMs) => {
      if (!Number.isFinite(localMs)) return localMs
      // As Flink does, the hour behind a time tells whether the time is shown twice, or left out; changes are at full hours.
      const instant = toEpochMs(localMs)
      const hourLater = toEpochMs(localMs + hourMs)
      if (hourLater === instant) return Math.floor(instant / hourMs) * hourMs
      return hourLater - instant > hourMs ? hourLater - hourMs : instant
    },
  }
}
