/** Windows over local time stamps are cut in the session's time zone. */
import { localToInstant, zoneOffsetAt } from '#data'
import type { WindowClock } from '#dataflow'

export function zoneClock(timeZone: string): WindowClock {
  return {
    toLocalMs: (epochMs) => epochMs + zoneOffsetAt(timeZone, epochMs),
    toEpochMs: (localMs) => (Number.isFinite(localMs) ? localToInstant(timeZone, localMs) : localMs),
  }
}
