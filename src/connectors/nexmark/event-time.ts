import type { NexmarkSettings } from './options.ts'

/** The time of an event by its number, in whole milliseconds since the epoch: whole microseconds first, as the Java generator counts. */
export function eventTimeMs(settings: NexmarkSettings, eventNumber: number): number {
  return settings.baseTimeMs + Math.floor(Math.floor(eventNumber * settings.delayUs) / 1000)
}
