/** Where a reader of a topic stands, as JSON, and how partitions are dealt to several readers. */
import type { Topic } from '#topics'
import type { ScanBounds } from './scan-bounds.ts'

export interface TopicPosition {
  /** The offset of the next record, by partition. */
  readonly offsets: Readonly<Record<number, number>>
  /** Where reading ends, by partition; null where it does not. */
  readonly ends: Readonly<Record<number, number>> | null
  /** Partitions that come later are this reader's where their number is congruent. */
  readonly share: { readonly index: number; readonly count: number }
}

/** Where one reader of all partitions begins. */
export async function firstPosition(topic: Topic, { start, end }: ScanBounds): Promise<TopicPosition> {
  const offsets: Record<number, number> = {}
  const ends: Record<number, number> = {}
  for (let partition = 0; partition < topic.partitions; partition++) {
    offsets[partition] = await topic.startOf(partition, start)
    if (end !== null) ends[partition] = await endOf(topic, partition, end)
  }
  return { offsets, ends: end === null ? null : ends, share: { index: 0, count: 1 } }
}

/**
 * Where a reader goes on with the bounds that the table has now: what reading ends at stays as it was found first, unless the table has
 * got or lost its bound since.
 */
export async function continuedPosition(topic: Topic, position: TopicPosition, bounds: ScanBounds): Promise<TopicPosition> {
  if ((position.ends === null) === (bounds.end === null)) return position
  if (bounds.end === null) return { ...position, ends: null }
  const { index, count } = position.share
  const { ends } = await firstPosition(topic, bounds)
  const own = Object.entries(ends ?? {}).filter(([partition]) => Number(partition) % count === index)
  const offsets = Object.fromEntries(own.map(([partition]) => [partition, position.offsets[Number(partition)] ?? 0]))
  return { ...position, offsets, ends: Object.fromEntries(own) }
}

/** A bound that names no offset of a partition leaves nothing of it to read. */
async function endOf(topic: Topic, partition: number, end: NonNullable<ScanBounds['end']>): Promise<number> {
  const latest = await topic.latest(partition)
  return Math.min(latest, await topic.startOf(partition, end))
}

/** Deals what several readers had left, or one, to so many readers; null for those that get no partition. */
export function dividePosition(positions: readonly TopicPosition[], readers: number): (TopicPosition | null)[] {
  const offsets = Object.assign({}, ...positions.map((each) => each.offsets)) as Record<number, number>
  const ends = positions.some((each) => each.ends === null)
    ? null
    : (Object.assign({}, ...positions.map((each) => each.ends)) as Record<number, number>)
  const partitions = Object.keys(offsets).map(Number)
  // A reader without a partition would hold back the watermark of all.
  const count = Math.max(1, Math.min(readers, partitions.length))
  return Array.from({ length: readers }, (_, index) => {
    if (index >= count) return null
    const own = (all: Readonly<Record<number, number>>): Record<number, number> =>
      Object.fromEntries(
        partitions.filter((each) => each % count === index).flatMap((each) => (all[each] === undefined ? [] : [[each, all[each]]])),
      )
    return { offsets: own(offsets), ends: ends === null ? null : own(ends), share: { index, count } }
  })
}
