/** Auctions. Draws, in order: hot seller? or which; category; initial bid; expiry; item name; description; reserve; size and place of extra. */
import type { EventColumns } from './event-columns.ts'
import { auctionsInFlight, drawLong, firstAuctionId, firstPersonId, hotId, lastAuction, lastPerson, personRange } from './event-ids.ts'
import { eventTimeMs } from './event-time.ts'
import type { NexmarkSettings } from './options.ts'
import { priceOf } from './price.ts'
import type { SplittableRandom } from './random.ts'
import { drawExtraLength, extraTextBytes, skipText, writeText } from './text.ts'

const firstCategory = 10
const categories = 5
const nameLength = 20
const descriptionLength = 100
/** Size of an auction without its texts. */
const auctionBytes = 48

export class AuctionGenerator {
  readonly #settings: NexmarkSettings
  readonly #random: SplittableRandom
  readonly #columns: EventColumns
  readonly #wantsPrices: boolean
  readonly #wantsName: boolean
  readonly #wantsDescription: boolean
  /** Events until as many auctions are made as are in flight. */
  readonly #horizonEvents: number

  constructor(settings: NexmarkSettings, random: SplittableRandom, columns: EventColumns, wanted: ReadonlySet<string>) {
    this.#settings = settings
    this.#random = random
    this.#columns = columns
    this.#wantsPrices = wanted.has('auction.initialBid') || wanted.has('auction.reserve')
    this.#wantsName = wanted.has('auction.itemName')
    this.#wantsDescription = wanted.has('auction.description')
    this.#horizonEvents = settings.auctions === 0 ? 0 : Math.floor((auctionsInFlight * settings.total) / settings.auctions)
  }

  next(row: number, epoch: number, offset: number, eventNumber: number): void {
    const random = this.#random
    const columns = this.#columns
    const settings = this.#settings
    columns.ids[row] = lastAuction(settings, epoch, offset) + firstAuctionId
    columns.sellers[row] = this.#drawSeller(epoch, offset) + firstPersonId
    columns.categories[row] = firstCategory + random.below(categories)
    const initialBid = this.#drawPrice()
    columns.initialBids[row] = initialBid
    const timeMs = eventTimeMs(settings, eventNumber)
    const horizonMs = eventTimeMs(settings, eventNumber + this.#horizonEvents) - timeMs
    columns.expiries[row] = timeMs + 1 + drawLong(random, Math.max(horizonMs * 2, 1))
    const nameBytes = this.#wantsName ? this.#writeName(row) : skipText(random, nameLength)
    const descriptionBytes = this.#wantsDescription ? this.#writeDescription(row) : skipText(random, descriptionLength)
    columns.reserves[row] = initialBid + this.#drawPrice()
    const length = drawExtraLength(random, auctionBytes + nameBytes + descriptionBytes, settings.auctionBytes)
    const start = length < 0 ? 0 : random.below(extraTextBytes - length)
    columns.extraStarts[row] = start
    columns.extraEnds[row] = length < 0 ? 0 : start + length
  }

  #drawSeller(epoch: number, offset: number): number {
    const last = lastPerson(this.#settings, epoch, offset)
    if (this.#random.below(this.#settings.hotSellerRatio) > 0) return hotId(last)
    const range = personRange(last)
    return range.first + this.#random.below(range.count)
  }

  #drawPrice(): number {
    if (this.#wantsPrices) return priceOf(this.#random.fraction())
    this.#random.skip()
    return 0
  }

  #writeName(row: number): number {
    const columns = this.#columns
    const start = columns.textBytes
    const end = writeText(this.#random, nameLength, columns.texts, start)
    columns.firstStarts[row] = start
    columns.firstEnds[row] = end
    columns.textBytes = end
    return end - start
  }

  #writeDescription(row: number): number {
    const columns = this.#columns
    const start = columns.textBytes
    const end = writeText(this.#random, descriptionLength, columns.texts, start)
    columns.secondStarts[row] = start
    columns.secondEnds[row] = end
    columns.textBytes = end
    return end - start
  }
}
