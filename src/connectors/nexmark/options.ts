/** The options of the connector: those of the Java source, by its names and with its defaults, and ours for runs that repeat. */
import type { Option, Options } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { option, tableOptions } from '../options.ts'
import { nexmarkErrors } from './errors.ts'

export const nexmarkOptions: readonly Option[] = [
  option('first-event.rate', 'integer', '10000', 'Events per second of event time.'),
  option('next-event.rate', 'integer', '10000', 'Has no effect, as in the Java source.'),
  option('rate.shape', { oneOf: ['SQUARE', 'SINE'] }, 'SQUARE', 'Has no effect, as in the Java source.'),
  option('rate.period', 'duration', '600 s', 'Has no effect, as in the Java source.'),
  option('rate.limited', 'boolean', 'false', 'Whether an event waits until the clock has reached its time; else the source never waits.'),
  option('max-emit-speed', 'boolean', 'true', "Whether the source never waits; 'false' is the same as 'rate.limited' = 'true'."),
  option('events.num', 'integer', '0', 'Number of events; 0 means that they never end.'),
  option('stop-at', 'integer', '-1', 'Ends the events earlier, after this many; -1 means that it does not.'),
  option('keep-alive', 'boolean', 'false', 'Whether the source waits for ever after its last event instead of ending.'),
  option('person.proportion', 'integer', '1', 'Persons among every sum of the three proportions.'),
  option('auction.proportion', 'integer', '3', 'Auctions among every sum of the three proportions.'),
  option('bid.proportion', 'integer', '46', 'Bids among every sum of the three proportions.'),
  option('person.avg-size', 'memory', '200b', 'Average size of a person.'),
  option('auction.avg-size', 'memory', '500b', 'Average size of an auction.'),
  option('bid.avg-size', 'memory', '100b', 'Average size of a bid.'),
  option('bid.hot-ratio.auctions', 'integer', '2', 'One of so many bids is not for the hot auction.'),
  option('bid.hot-ratio.bidders', 'integer', '4', 'One of so many bids is not by the hot bidder.'),
  option('auction.hot-ratio.sellers', 'integer', '4', 'One of so many auctions is not by the hot seller.'),
  option('base-time', 'integer', '1700000000000', 'Event time of the first event, in milliseconds since 1970-01-01 00:00:00 UTC.'),
  option('seed.events', 'integer', '3', 'Seed of the events. Equal seeds give equal events; the Java source draws a new one on each run.'),
  option('seed.channels', 'integer', '2', 'Seed of the channels and addresses of bids.'),
  option('seed.extra', 'integer', '1', 'Seed of the text that every extra is a slice of.'),
]

/** What the generator follows. */
export interface NexmarkSettings {
  readonly persons: number
  readonly auctions: number
  readonly bids: number
  /** The sum of the three: the events of an epoch. */
  readonly total: number
  readonly personBytes: number
  readonly auctionBytes: number
  readonly bidBytes: number
  readonly hotAuctionRatio: number
  readonly hotBidderRatio: number
  readonly hotSellerRatio: number
  readonly baseTimeMs: number
  /** Microseconds of event time between two events. */
  readonly delayUs: number
  /** Infinite when events never end. */
  readonly eventsMax: number
  readonly keepsAlive: boolean
  readonly paced: boolean
  readonly eventSeed: number
  readonly channelSeed: number
  readonly extraSeed: number
}

const intMax = 2147483647
/** `extra` is cut from a text of 1 MiB; longer ones than half of it would be drawn anew by the Java source. */
const averageBytesMax = 262144

/** The checked settings of a table. */
export function nexmarkSettings(table: ConnectorTable): NexmarkSettings {
  const options = tableOptions(table, nexmarkOptions)
  const number = (key: string, least: number, most: number) => numberIn(table, options, key, least, most)
  const persons = number('person.proportion', 0, 1_000_000)
  const auctions = number('auction.proportion', 0, 1_000_000)
  const bids = number('bid.proportion', 0, 1_000_000)
  if (persons + auctions + bids === 0) throw nexmarkErrors.CONNECTORS_NEXMARK_EVENTS_MISSING({ table: table.name })
  const events = number('events.num', 0, Number.MAX_SAFE_INTEGER)
  const stopAt = number('stop-at', -1, Number.MAX_SAFE_INTEGER)
  return {
    persons,
    auctions,
    bids,
    total: persons + auctions + bids,
    personBytes: number('person.avg-size', 0, averageBytesMax),
    auctionBytes: number('auction.avg-size', 0, averageBytesMax),
    bidBytes: number('bid.avg-size', 0, averageBytesMax),
    hotAuctionRatio: number('bid.hot-ratio.auctions', 1, intMax),
    hotBidderRatio: number('bid.hot-ratio.bidders', 1, intMax),
    hotSellerRatio: number('auction.hot-ratio.sellers', 1, intMax),
    baseTimeMs: number('base-time', -62_135_596_800_000, 253_402_300_799_999),
    delayUs: 1_000_000 / number('first-event.rate', 1, intMax),
    eventsMax: Math.min(events === 0 ? Number.POSITIVE_INFINITY : events, stopAt < 0 ? Number.POSITIVE_INFINITY : stopAt),
    keepsAlive: options.flag('keep-alive'),
    paced: options.flag('rate.limited') || !options.flag('max-emit-speed'),
    eventSeed: seed(table, options, 'seed.events'),
    channelSeed: seed(table, options, 'seed.channels'),
    extraSeed: seed(table, options, 'seed.extra'),
  }
}

function seed(table: ConnectorTable, options: Options, key: string): number {
  return numberIn(table, options, key, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
}

function numberIn(table: ConnectorTable, options: Options, key: string, least: number, most: number): number {
  const value = options.number(key) ?? 0
  if (value >= least && value <= most) return value
  const expected = `a number from ${least} to ${most}`
  throw nexmarkErrors.CONNECTORS_NEXMARK_OPTION_OUT_OF_RANGE({ key, table: table.name, expected, actual: value })
}
