/** What the sources of a job stood at when it was sampled last, partition by partition; it outlives the run. */
import { type RunMetrics, type SourceStanding, sourceStandings } from '#metrics'

export interface PartitionSnapshot {
  /** Epoch milliseconds. */
  readonly takenAt: number
  /** Those whose partitions are known. */
  readonly sources: readonly SourceStanding[]
}

/** Of all sources of a job together. */
const partitionsMax = 512

export function partitionSnapshot({ takenAt, operators }: RunMetrics): PartitionSnapshot {
  return { takenAt, sources: sourceStandings(operators, partitionsMax) }
}

/** Null where it is not what was written. */
export function readPartitionSnapshot(text: string): PartitionSnapshot | null {
  try {
    const { takenAt, sources } = JSON.parse(text) as Partial<PartitionSnapshot>
    return typeof takenAt === 'number' && Array.isArray(sources) ? { takenAt, sources } : null
  } catch {
    return null
  }
}
