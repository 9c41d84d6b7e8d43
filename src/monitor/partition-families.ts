/** The partitions of sources as families of metrics: how many there are in each state, and how far apart. Single ones are too many. */
import { shortened } from '#base'
import type { SourceStanding } from '#metrics'
import type { MetricFamily, MetricSample } from './exposition.ts'
import { labelsOf, nameLengthMax, type ObservedJob } from './job-families.ts'
import { partitionSnapshot } from './partition-snapshot.ts'

/** Of further sources nothing is listed. */
const sourcesMax = 5000

export function partitionFamilies(observed: readonly ObservedJob[]): MetricFamily[] {
  const counts: MetricSample[] = []
  const behind: MetricSample[] = []
  let sources = 0
  for (const { job, latest } of observed) {
    if (latest === null) continue
    for (const source of partitionSnapshot(latest.metrics).sources) {
      if (++sources > sourcesMax) break
      const labels = {
        ...labelsOf(job),
        operator_id: source.operatorId,
        operator_name: shortened(source.operatorName, nameLengthMax),
      }
      counts.push(...Object.entries(source.counts).map(([state, value]) => ({ labels: { ...labels, state }, value })))
      behind.push({ labels, value: behindSeconds(source) })
    }
  }
  return [
    {
      name: 'millrace_operator_partitions',
      type: 'gauge',
      help: 'Partitions that a source reads, by state.',
      samples: counts,
    },
    {
      name: 'millrace_operator_partition_behind_seconds',
      type: 'gauge',
      help: 'Seconds in event time that the partition which holds the watermark back is behind the newest one.',
      samples: behind,
    },
  ]
}

/** Null where nobody can say. */
function behindSeconds({ standing }: SourceStanding): number | null {
  if (standing.kind === 'held') return standing.behindMs === null ? null : standing.behindMs / 1000
  return standing.kind === 'level' || standing.kind === 'alone' ? 0 : null
}
