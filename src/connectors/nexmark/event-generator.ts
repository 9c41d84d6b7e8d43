/**
 * Draws events in the order and by the rules of the Java generator. Every event takes its draws, also where it or a field of it is not
 * wanted, so that what is asked for never changes what comes.
 */
import { AuctionGenerator } from './auction-generator.ts'
import { BidGenerator } from './bid-generator.ts'
import type { EventColumns } from './event-columns.ts'
import { eventTimeMs } from './event-time.ts'
import { auctionKind, bidKind, personKind } from './fields.ts'
import type { NexmarkSettings } from './options.ts'
import { PersonGenerator } from './person-generator.ts'
import { SplittableRandom } from './random.ts'

/** The first event has number 1 and id 2, as in the Java source. */
const firstEventNumber = 1
const firstEventId = 2

/** Bids are drawn in runs: so many take no more draws than are reserved for an event. */
const bidsAtOnce = 32

const nothingKept: readonly boolean[] = [false, false, false]

/** Where the generator stands, as JSON. */
export interface GeneratorPosition {
  /** Events drawn so far. */
  readonly events: number
  readonly random: string
}

export class EventGenerator {
  readonly #settings: NexmarkSettings
  readonly #columns: EventColumns
  readonly #random: SplittableRandom
  readonly #persons: PersonGenerator
  readonly #auctions: AuctionGenerator
  readonly #bids: BidGenerator
  /** Whether events of a kind become rows, by kind. */
  readonly #kept: readonly boolean[]
  readonly #wantsTime: boolean
  #events: number

  constructor(
    settings: NexmarkSettings,
    columns: EventColumns,
    wanted: ReadonlySet<string>,
    kept: readonly boolean[],
    position: GeneratorPosition | null,
  ) {
    const random = position === null ? SplittableRandom.seeded(settings.eventSeed) : SplittableRandom.at(position.random)
    this.#settings = settings
    this.#columns = columns
    this.#random = random
    this.#persons = new PersonGenerator(settings, random, columns, wanted)
    this.#auctions = new AuctionGenerator(settings, random, columns, wanted)
    this.#bids = new BidGenerator(settings, random, columns, wanted)
    this.#kept = kept
    this.#wantsTime = wanted.has('person.dateTime') || wanted.has('auction.dateTime') || wanted.has('bid.dateTime')
    this.#events = position?.events ?? 0
  }

  /** Events drawn so far. */
  get events(): number {
    return this.#events
  }

  position(): GeneratorPosition {
    return { events: this.#events, random: this.#random.state() }
  }

  /** The time that the next event will have, in milliseconds since the epoch. */
  nextTimeMs(): number {
    return eventTimeMs(this.#settings, this.#events + firstEventNumber)
  }

  /** Draws events of which none becomes a row; there are `rows` already. */
  skip(events: number, rows: number): void {
    const { textBytes } = this.#columns
    this.#draw(rows + 1, events, rows, nothingKept)
    this.#columns.textBytes = textBytes
  }

  /** Draws at most `eventsMax` events behind the first `rows`, until there are `rowsMax`; returns the count of rows. */
  draw(rowsMax: number, eventsMax: number, rows = 0): number {
    return this.#draw(rowsMax, eventsMax, rows, this.#kept)
  }

  #draw(rowsMax: number, eventsMax: number, rows: number, kept: readonly boolean[]): number {
    const { persons, auctions, total } = this.#settings
    const end = this.#events + eventsMax
    let epoch = Math.floor((this.#events + firstEventId) / total)
    let offset = (this.#events + firstEventId) % total
    let row = rows
    if (rows === 0) this.#columns.textBytes = 0
    this.#bids.startEpoch(epoch)
    while (row < rowsMax && this.#events < end) {
      this.#random.reserve()
      const eventNumber = this.#events + firstEventNumber
      let kind = bidKind
      let count = 1
      if (offset < persons) {
        kind = personKind
        this.#persons.next(row, epoch, offset)
      } else if (offset < persons + auctions) {
        kind = auctionKind
        this.#auctions.next(row, epoch, offset, eventNumber)
      } else {
        count = Math.min(bidsAtOnce, total - offset, end - this.#events, rowsMax - row)
        this.#bids.next(row, count, kept[bidKind] === true)
      }
      if (kept[kind] === true) {
        this.#mark(row, count, kind, eventNumber)
        row += count
      }
      this.#events += count
      offset += count
      if (offset === total) {
        offset = 0
        this.#bids.startEpoch(++epoch)
      }
    }
    return row
  }

  /** Says of rows which kind they are, and when they happened. */
  #mark(row: number, count: number, kind: number, eventNumber: number): void {
    const { absent, eventTypes, times } = this.#columns
    for (let i = 0; i < count; i++) {
      eventTypes[row + i] = kind
      absent[personKind][row + i] = kind === personKind ? 0 : 1
      absent[auctionKind][row + i] = kind === auctionKind ? 0 : 1
      absent[bidKind][row + i] = kind === bidKind ? 0 : 1
      if (this.#wantsTime) times[row + i] = eventTimeMs(this.#settings, eventNumber + i)
    }
  }
}
