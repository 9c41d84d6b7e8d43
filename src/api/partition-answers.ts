/** What the partitions of sources stand at, as the contract shows it. */
import type { SourceStanding } from '#metrics'
import type { PartitionSnapshot } from '#monitor'
import type { Frozen } from './call.ts'
import type { monitorRoutes } from './contract/monitor-routes.ts'
import type { AnswerOf } from './contract/route.ts'

type PartitionsAnswer = Frozen<AnswerOf<(typeof monitorRoutes)['GET /workspaces/:workspace/jobs/:job/partitions']>>
type SourceAnswer = PartitionsAnswer['sources'][number]

export function partitionsOf(snapshot: PartitionSnapshot | null): PartitionsAnswer {
  return { takenAt: snapshot?.takenAt ?? null, sources: snapshot?.sources.map(sourceOf) ?? [] }
}

function sourceOf({ standing, partitions, newestWatermark, ...source }: SourceStanding): SourceAnswer {
  const { operatorId, operatorName, nodes, isTimed, counts, leftOut } = source
  return {
    operatorId,
    operatorName,
    nodes,
    isTimed,
    newestWatermark,
    counts,
    standing: { ...noHolder, ...standing },
    partitions: partitions.map(({ partition, state, currentOffset, endOffset, pendingRecords, currentWatermark }) => ({
      name: partition,
      state,
      position: textOf(currentOffset),
      end: textOf(endOffset),
      pendingRecords,
      watermark: currentWatermark,
      behindMs: newestWatermark === null || currentWatermark === null ? null : newestWatermark - currentWatermark,
    })),
    leftOut,
  }
}

const noHolder = { partition: null, others: 0, behindMs: null, pendingRecords: null }

/** Offsets may be numbers, ids of entries or whatever else a system has. */
function textOf(place: number | string | null): string | null {
  return place === null ? null : String(place)
}
