/** What the sources of a run stand at, each with all its readers, and which of its partitions holds its watermark back. */
import type { OperatorMetrics } from './run-metrics.ts'
import { joinPartitions, type SourcePartitions, type WatermarkStanding, watermarkStanding } from './source-partitions.ts'

export interface SourceStanding
  extends Pick<OperatorMetrics, 'operatorId' | 'operatorName' | 'nodes'>,
    Pick<SourcePartitions, 'isTimed' | 'counts' | 'newestWatermark' | 'partitions'> {
  readonly standing: WatermarkStanding
  /** How many partitions there are besides those that are told one by one. */
  readonly leftOut: number
}

/** Those whose partitions are known, in the order of the plan; `partitionsMax` of all of them together, of each those furthest behind. */
export function sourceStandings(operators: readonly OperatorMetrics[], partitionsMax: number): readonly SourceStanding[] {
  const readers = operators.filter(({ partitions }) => partitions !== null)
  const groups = [...Map.groupBy(readers, ({ operatorId }) => operatorId).values()].slice(0, partitionsMax)
  const share = Math.floor(partitionsMax / Math.max(1, groups.length))
  return groups.flatMap((subtasks) => {
    const [first] = subtasks
    if (first === undefined) return []
    const { operatorId, operatorName, nodes } = first
    const { atLeast, ...joined } = joinPartitions(subtasks.flatMap(({ partitions }) => partitions ?? []))
    const partitions = joined.partitions.slice(0, share)
    const count = Object.values(joined.counts).reduce((sum, each) => sum + each, 0)
    const standing = watermarkStanding({ ...joined, atLeast })
    return [{ operatorId, operatorName, nodes, ...joined, partitions, standing, leftOut: count - partitions.length }]
  })
}
