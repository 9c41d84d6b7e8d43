/**
 * Time zones: what a wall clock shows at an instant, and the instant at which it shows something. Regions are read from the runtime's
 * time zone data through Intl, which is slow, so their offsets are kept as spans of time within blocks of about 12 days; a block with
 * two changes that cancel out would be missed, but no region has one.
 */
import { shortened } from '#base'
import { dayMs } from './civil.ts'
import { dataErrors } from './errors.ts'

/** What to take when the clock shows a time twice, as clocks are set back. Java's time package takes the earlier, its Calendar the later. */
type Overlap = 'earlier' | 'later'

export interface TimeZone {
  readonly id: string
  /** Local time minus UTC at an instant, in milliseconds. */
  offsetAt(epochMs: number): number
  /**
   * The instant at which the clock shows a local time (as milliseconds, as if it were UTC). A time that is skipped as clocks are set
   * forward counts by the offset before the change, and so lands as much after it.
   */
  instantOf(localMs: number, overlap?: Overlap): number
}

/** Regions asked for, by their names in small letters: Intl takes any, and names come with the data. */
const regions = new Map<string, TimeZone>()

/** The zone of a name: `UTC`, `GMT+08:00`, `Europe/Paris`. Raises DATA_TIME_ZONE_NOT_FOUND. */
export function timeZone(id: string): TimeZone {
  const zone = findTimeZone(id)
  if (zone === null) throw dataErrors.DATA_TIME_ZONE_NOT_FOUND({ zone: shortened(id, 60) })
  return zone
}

/** The zone of a name, or null when there is none. */
export function findTimeZone(id: string): TimeZone | null {
  const offset = fixedOffset(id)
  if (offset !== null) return fixedZone(id, offset)
  const name = id.toLowerCase()
  const known = regions.get(name)
  if (known !== undefined) return known
  const zone = createRegion(id)
  if (zone !== null) regions.set(name, zone)
  return zone
}

let lastZone: TimeZone = fixedZone('UTC', 0)

function zoneOf(id: string): TimeZone {
  if (lastZone.id !== id) lastZone = timeZone(id)
  return lastZone
}

/** Local time minus UTC at an instant, in milliseconds. */
export function zoneOffsetAt(id: string, epochMs: number): number {
  return zoneOf(id).offsetAt(epochMs)
}

/** The instant at which the clock of a zone shows a local time; of two, the earlier. */
export function localToInstant(id: string, localMs: number): number {
  return zoneOf(id).instantOf(localMs)
}

function createRegion(id: string): TimeZone | null {
  if (!/^[A-Za-z]/.test(id)) return null
  try {
    return new RegionZone(id, new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' }))
  } catch {
    return null
  }
}

/** `UTC`, `Z`, `+8`, `+08:00`, `GMT+8`, `UTC-08:00:30` in milliseconds; null for anything else or beyond 18 hours. */
function fixedOffset(id: string): number | null {
  if (['UTC', 'GMT', 'UT', 'Z', 'Etc/UTC', 'Etc/GMT'].includes(id)) return 0
  const parts = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?([0-5]\d))?(?::?([0-5]\d))?$/.exec(id)
  if (parts === null) return null
  const seconds = Number(parts[2]) * 3600 + Number(parts[3] ?? 0) * 60 + Number(parts[4] ?? 0)
  if (seconds > 18 * 3600) return null
  return (parts[1] === '-' ? -seconds : seconds) * 1000 + 0
}

function fixedZone(id: string, offset: number): TimeZone {
  return { id, offsetAt: () => offset, instantOf: (localMs) => localMs - offset }
}

/** A time during which the offset stays the same, from `start` up to `end`. */
interface Span {
  readonly start: number
  readonly end: number
  readonly offset: number
}

const blockMs = 2 ** 30
const blocksMax = 20_000
/** The last instant that a JavaScript date can stand for. */
const dateMsMax = 8.64e15

class RegionZone implements TimeZone {
  readonly id: string
  readonly #format: Intl.DateTimeFormat
  readonly #blocks = new Map<number, readonly Span[]>()
  #span: Span = { start: 0, end: 0, offset: 0 }

  constructor(id: string, format: Intl.DateTimeFormat) {
    this.id = id
    this.#format = format
  }

  offsetAt(epochMs: number): number {
    const span = this.#span
    return epochMs >= span.start && epochMs < span.end ? span.offset : this.#findSpan(epochMs).offset
  }

  instantOf(localMs: number, overlap: Overlap = 'earlier'): number {
    const { start, end, offset } = this.#span
    const guess = localMs - offset
    if (guess >= start + dayMs && guess < end - dayMs) return guess
    // A day to either side lies beyond every offset, so these are the offsets before and after whatever happens here.
    const before = this.offsetAt(localMs - dayMs)
    const after = this.offsetAt(localMs + dayMs)
    const first = localMs - before
    const second = localMs - after
    if (before === after || (overlap === 'earlier' && this.offsetAt(first) === before)) return first
    return this.offsetAt(second) === after ? second : first
  }

  #findSpan(epochMs: number): Span {
    if (!Number.isFinite(epochMs)) return { start: epochMs, end: epochMs, offset: 0 }
    const block = Math.floor(epochMs / blockMs)
    const spans = this.#blocks.get(block) ?? this.#readBlock(block)
    for (const span of spans) {
      if (epochMs < span.end) {
        this.#span = span
        return span
      }
    }
    return this.#span
  }

  #readBlock(block: number): readonly Span[] {
    const end = (block + 1) * blockMs
    const last = this.#readOffset(end - 1)
    const spans: Span[] = []
    let start = block * blockMs
    let offset = this.#readOffset(start)
    while (offset !== last) {
      const change = this.#findChange(start, end - 1, offset)
      spans.push({ start, end: change, offset })
      start = change
      offset = this.#readOffset(start)
    }
    spans.push({ start, end, offset })
    if (this.#blocks.size >= blocksMax) this.#blocks.clear()
    this.#blocks.set(block, spans)
    return spans
  }

  /** The first instant with another offset; `high` has one. */
  #findChange(low: number, high: number, offset: number): number {
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#readOffset(middle) === offset) low = middle
      else high = middle
    }
    return high
  }

  /** Reads `GMT-04:56:02` at the end of the formatted text. */
  #readOffset(epochMs: number): number {
    const text = this.#format.format(Math.min(Math.max(epochMs, -dateMsMax), dateMsMax))
    const parts = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
    const seconds = Number(parts?.[2] ?? 0) * 3600 + Number(parts?.[3] ?? 0) * 60 + Number(parts?.[4] ?? 0)
    return (parts?.[1] === '-' ? 0 - seconds : seconds) * 1000
  }
}
