/**
 * What each partition of a source stands at, those that hold the watermark back first. A source may have thousands of them: only the first
 * are told one by one, the others are counted.
 */

/** One that is paused waits for other sources of its group; one that is idle is waited for by nobody. */
type PartitionState = 'active' | 'idle' | 'paused' | 'ended'

export interface PartitionMetrics {
  /** Such as `orders-3`. */
  readonly partition: string
  readonly state: PartitionState
  /** Where reading goes on, such as the offset of the next row; null where that is no one place. */
  readonly currentOffset: number | string | null
  /** Behind the last row that is there, or where reading ends; null where that is not known. */
  readonly endOffset: number | string | null
  /** Rows that are there and not read; null where that is not known. */
  readonly pendingRecords: number | null
  /** Epoch milliseconds; null before the first. */
  readonly currentWatermark: number | null
}

export interface SourcePartitions {
  /** Whether its rows say what time it is. */
  readonly isTimed: boolean
  /** Of all partitions, by state. */
  readonly counts: Readonly<Record<PartitionState, number>>
  /** The greatest of all partitions, in epoch milliseconds; null before the first. */
  readonly newestWatermark: number | null
  /** How many that are waited for stand where the first of them does. */
  readonly atLeast: number
  /** Furthest behind first; what more there are is only counted. */
  readonly partitions: readonly PartitionMetrics[]
}

/** So many are told one by one. */
export const partitionsMax = 256

/** What follows for the watermark of a source. */
export type WatermarkStanding =
  /** Its rows do not say what time it is. */
  | { readonly kind: 'untimed' }
  /** Nothing is read any more. */
  | { readonly kind: 'ended' }
  /** Nobody waits for it. */
  | { readonly kind: 'all-idle' }
  /** No row has come that says what time it is. */
  | { readonly kind: 'no-rows' }
  /** There is one partition. */
  | { readonly kind: 'alone' }
  /** All that are waited for have come about as far as the newest. */
  | { readonly kind: 'level' }
  | {
      readonly kind: 'held'
      readonly partition: string
      /** How many stand where it does. */
      readonly others: number
      /** Behind the newest partition; null: no row of it has said what time it is. */
      readonly behindMs: number | null
      /** Rows of it that are there and not read; null where that is not known. */
      readonly pendingRecords: number | null
    }

/** Partitions that are so close to one another hold nothing back that anybody would notice. */
const levelMsMax = 1000

export function sourcePartitions(isTimed: boolean, all: readonly PartitionMetrics[]): SourcePartitions {
  const sorted = all.toSorted(furthestBehindFirst)
  const counts = { active: 0, idle: 0, paused: 0, ended: 0 }
  let newest: number | null = null
  for (const { state, currentWatermark } of all) {
    counts[state]++
    if (currentWatermark !== null && (newest === null || currentWatermark > newest)) newest = currentWatermark
  }
  const [first] = sorted
  return {
    isTimed,
    counts,
    newestWatermark: newest,
    atLeast: sorted.filter((each) => isAwaited(each) && each.currentWatermark === first?.currentWatermark).length,
    partitions: sorted.slice(0, partitionsMax),
  }
}

/** The partitions of several readers of one source, each of which has its own. */
export function joinPartitions(readers: readonly SourcePartitions[]): SourcePartitions {
  const firsts = readers.flatMap(({ partitions: [first] }) => (first !== undefined && isAwaited(first) ? [first] : []))
  const [first] = firsts.toSorted(furthestBehindFirst)
  const newest = readers.flatMap(({ newestWatermark }) => newestWatermark ?? [])
  const count = (state: PartitionState): number => readers.reduce((sum, { counts }) => sum + counts[state], 0)
  return {
    isTimed: readers.some(({ isTimed }) => isTimed),
    counts: { active: count('active'), idle: count('idle'), paused: count('paused'), ended: count('ended') },
    newestWatermark: newest.length === 0 ? null : newest.reduce((a, b) => Math.max(a, b)),
    atLeast: readers.reduce(
      (sum, { atLeast, partitions: [own] }) => (own?.currentWatermark === first?.currentWatermark ? sum + atLeast : sum),
      0,
    ),
    partitions: readers
      .flatMap(({ partitions }) => partitions)
      .sort(furthestBehindFirst)
      .slice(0, partitionsMax),
  }
}

/** Leaves each reader only those of its partitions that are among the first of all readers. */
export function boundTogether(readers: readonly (SourcePartitions | null)[]): readonly (SourcePartitions | null)[] {
  const known = readers.filter((each) => each !== null)
  if (known.reduce((sum, { partitions }) => sum + partitions.length, 0) <= partitionsMax) return readers
  const kept = new Set(joinPartitions(known).partitions)
  return readers.map((each) => (each === null ? null : { ...each, partitions: each.partitions.filter((one) => kept.has(one)) }))
}

export function watermarkStanding({ isTimed, counts, newestWatermark, atLeast, partitions }: SourcePartitions): WatermarkStanding {
  const awaited = counts.active + counts.paused
  if (!isTimed) return { kind: 'untimed' }
  if (awaited === 0) return { kind: counts.idle > 0 ? 'all-idle' : 'ended' }
  if (newestWatermark === null) return { kind: 'no-rows' }
  if (awaited + counts.idle + counts.ended === 1) return { kind: 'alone' }
  const [first] = partitions
  if (first === undefined) return { kind: 'level' }
  const { partition, currentWatermark, pendingRecords } = first
  const behindMs = currentWatermark === null ? null : newestWatermark - currentWatermark
  if (behindMs !== null && behindMs <= levelMsMax) return { kind: 'level' }
  return { kind: 'held', partition, others: Math.max(0, atLeast - 1), behindMs, pendingRecords }
}

const ranks: Readonly<Record<PartitionState, number>> = { active: 0, paused: 0, idle: 1, ended: 2 }

function isAwaited({ state }: PartitionMetrics): boolean {
  return ranks[state] === 0
}

function furthestBehindFirst(a: PartitionMetrics, b: PartitionMetrics): number {
  return (
    ranks[a.state] - ranks[b.state] ||
    compareTimes(a.currentWatermark, b.currentWatermark) ||
    (b.pendingRecords ?? 0) - (a.pendingRecords ?? 0) ||
    compareNames(a.partition, b.partition)
  )
}

function compareTimes(a: number | null, b: number | null): number {
  if (a === b) return 0
  return a === null ? -1 : b === null ? 1 : a - b
}

/** The tenth comes after the second. */
function compareNames(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
