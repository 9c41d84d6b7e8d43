/**
 * Several readers of the generator: the events are cut into runs, and each reader keeps the runs that fall to it. All of them draw every
 * event, for each draw depends on those before; what is not kept costs no more than its draws.
 */
import type { GeneratorPosition } from './event-generator.ts'

/** Events of a run. */
const runEvents = 1024

/** Where a reader stands, as JSON. */
export interface NexmarkPosition extends GeneratorPosition {
  /** When the first event was due by the clock, in epoch milliseconds. */
  readonly startedAtMs: number
  /** Left out: one reader reads everything. */
  readonly share?: EventShare
}

export interface EventShare {
  readonly reader: number
  readonly readers: number
  /** What was read before, by other numbers of readers: up to which event each of them had come. */
  readonly before: readonly (readonly number[])[]
}

/** Positions of so many readers, from the beginning or from where others stood. */
export function divideEvents(
  readers: number,
  before: readonly NexmarkPosition[],
): (Partial<NexmarkPosition> & { readonly share: EventShare })[] {
  const first = before.reduce<NexmarkPosition | undefined>((a, b) => (a === undefined || b.events < a.events ? b : a), undefined)
  const legs = first === undefined ? [] : [...(first.share?.before ?? []), before.map(({ events }) => events)]
  return Array.from({ length: readers }, (_, reader) => ({ ...first, share: { reader, readers, before: legs } }))
}

/** Which event of a run is the first that the reader does not keep, or the first that it keeps again. */
export function isKept({ reader, readers, before }: EventShare, event: number): boolean {
  const run = Math.floor(event / runEvents)
  return run % readers === reader && before.every((reached) => event >= (reached[run % reached.length] ?? 0))
}

/** The next event at which it may change whether events are kept. */
export function nextChange({ before }: EventShare, event: number): number {
  let next = (Math.floor(event / runEvents) + 1) * runEvents
  for (const reached of before) for (const end of reached) if (end > event) next = Math.min(next, end)
  return next
}
