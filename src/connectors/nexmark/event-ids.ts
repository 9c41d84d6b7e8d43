/**
 * Which ids lie in the past, and which may be drawn. Event ids count events; persons and auctions have ids of their own, by their place in
 * the epoch: one round of the proportions, first the persons, then the auctions, then the bids.
 */
import type { NexmarkSettings } from './options.ts'
import type { SplittableRandom } from './random.ts'

export const firstPersonId = 1000
export const firstAuctionId = 1000
/** Ids this far ahead of the last one may be drawn, so that some events seem to have changed places. */
const idLead = 10
/** The hot id is the last multiple of this. */
const hotStep = 100
export const auctionsInFlight = 100
const activePersonsMax = 1000

/** The newest base-0 person id at a place in an epoch. */
export function lastPerson(settings: NexmarkSettings, epoch: number, offset: number): number {
  return epoch * settings.persons + Math.min(offset, settings.persons - 1)
}

/** The newest base-0 auction id at a place in an epoch. */
export function lastAuction(settings: NexmarkSettings, epoch: number, offset: number): number {
  const place = offset - settings.persons
  if (place < 0) return (epoch - 1) * settings.auctions + settings.auctions - 1
  return epoch * settings.auctions + Math.min(place, settings.auctions - 1)
}

export function hotId(last: number): number {
  return Math.trunc(last / hotStep) * hotStep
}

/** A range of ids to draw from. */
export interface IdRange {
  readonly first: number
  readonly count: number
}

/** Active persons and a few to come. */
export function personRange(last: number): IdRange {
  const active = Math.min(last + 1, activePersonsMax)
  return { first: last + 1 - active, count: active + idLead }
}

/** Auctions in flight and a few to come. */
export function auctionRange(last: number): IdRange {
  const first = Math.max(last - auctionsInFlight, 0)
  return { first, count: last - first + 1 + idLead }
}

/** `LongGenerator.nextLong`. */
export function drawLong(random: SplittableRandom, bound: number): number {
  return bound < 2147483647 ? random.below(bound) : drawHuge(random, bound)
}

/** As skewed as in Java, where the remainder of a negative number is negative. */
function drawHuge(random: SplittableRandom, bound: number): number {
  const rest = Number(random.long() % BigInt(bound))
  return Math.abs(rest)
}
