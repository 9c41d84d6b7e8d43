/** Bids. Draws, in order: hot auction? or which; hot bidder? or which; price; hot channel? which; size and place of extra. */
import type { EventColumns } from './event-columns.ts'
import { auctionRange, firstAuctionId, firstPersonId, hotId, lastAuction, lastPerson, personRange } from './event-ids.ts'
import type { NexmarkSettings } from './options.ts'
import { priceOf } from './price.ts'
import type { SplittableRandom } from './random.ts'
import { drawExtraLength, extraTextBytes, hotChannels, rareChannels } from './text.ts'

/** Size of a bid without its extra, by the rules of the Java generator: channel and address do not count. */
const bidBytes = 32

export class BidGenerator {
  readonly #settings: NexmarkSettings
  readonly #random: SplittableRandom
  readonly #columns: EventColumns
  readonly #wantsPrice: boolean
  readonly #wantsExtra: boolean
  #hotAuction = 0
  #firstAuction = 0
  #auctionCount = 0
  #hotBidder = 0
  #firstBidder = 0
  #bidderCount = 0

  constructor(settings: NexmarkSettings, random: SplittableRandom, columns: EventColumns, wanted: ReadonlySet<string>) {
    this.#settings = settings
    this.#random = random
    this.#columns = columns
    this.#wantsPrice = wanted.has('bid.price')
    this.#wantsExtra = wanted.has('bid.extra')
  }

  /** All bids of an epoch draw from the same ids. */
  startEpoch(epoch: number): void {
    const { total } = this.#settings
    const auction = lastAuction(this.#settings, epoch, total - 1)
    const auctions = auctionRange(auction)
    this.#hotAuction = hotId(auction) + firstAuctionId
    this.#firstAuction = auctions.first + firstAuctionId
    this.#auctionCount = auctions.count
    const bidder = lastPerson(this.#settings, epoch, total - 1)
    const bidders = personRange(bidder)
    // The Java generator adds the first person id twice. The hot bidder is one off, so that it is never the hot seller.
    this.#hotBidder = hotId(bidder) + 1 + 2 * firstPersonId
    this.#firstBidder = bidders.first + 2 * firstPersonId
    this.#bidderCount = bidders.count
  }

  /** Draws a run of bids into the rows from `row` on; those that are not kept go into that row, one over the other. */
  next(row: number, count: number, kept: boolean): void {
    const random = this.#random
    const { auctions, bidders, prices, channels, extraStarts, extraEnds } = this.#columns
    const { hotAuctionRatio, hotBidderRatio, bidBytes: averageBytes } = this.#settings
    const wantsPrice = this.#wantsPrice
    const wantsExtra = this.#wantsExtra
    for (let i = 0; i < count; i++) {
      const at = kept ? row + i : row
      auctions[at] = random.below(hotAuctionRatio) > 0 ? this.#hotAuction : this.#firstAuction + random.below(this.#auctionCount)
      bidders[at] = random.below(hotBidderRatio) > 0 ? this.#hotBidder : this.#firstBidder + random.below(this.#bidderCount)
      if (wantsPrice) prices[at] = priceOf(random.fraction())
      else random.skip()
      channels[at] = random.below(2) > 0 ? random.below(hotChannels) : hotChannels + random.below(rareChannels)
      const length = drawExtraLength(random, bidBytes, averageBytes)
      if (wantsExtra) {
        const start = length < 0 ? 0 : random.below(extraTextBytes - length)
        extraStarts[at] = start
        extraEnds[at] = length < 0 ? 0 : start + length
      } else if (length >= 0) {
        random.skipBelow(extraTextBytes - length)
      }
    }
  }
}
