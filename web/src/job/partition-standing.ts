/** Which partition of a source holds its watermark back, as people are told. */
import type { TFunction } from 'i18next'
import type { Answer } from '../api/call.ts'
import { countText, durationText } from '../parts/amount.ts'

export type PartitionedSource = Answer<'GET /workspaces/:workspace/jobs/:job/partitions'>['sources'][number]

const plainKeys = {
  untimed: 'partitions.untimed',
  ended: 'partitions.ended',
  'all-idle': 'partitions.allIdle',
  'no-rows': 'partitions.noRows',
  alone: 'partitions.alone',
  level: 'partitions.level',
} as const satisfies Readonly<Record<Exclude<PartitionedSource['standing']['kind'], 'held'>, string>>

export function standingText({ standing }: PartitionedSource, t: TFunction): string {
  const { kind, partition, others: count, behindMs } = standing
  if (kind !== 'held') return t(plainKeys[kind])
  if (behindMs === null) return count === 0 ? t('partitions.silent', { partition }) : t('partitions.silentTogether', { partition, count })
  const time = durationText(behindMs)
  return count === 0 ? t('partitions.held', { partition, time }) : t('partitions.heldTogether', { partition, time, count })
}

/** What can be done about the partition that holds the watermark back; null where nothing has to be, or nobody knows. */
export function adviceText({ standing: { kind, pendingRecords } }: PartitionedSource, t: TFunction): string | null {
  if (kind !== 'held' || pendingRecords === null) return null
  return pendingRecords === 0 ? t('partitions.quiet') : t('partitions.slow', { amount: countText(pendingRecords) })
}

/** The source that a vertex of the topology shows. In the version that was seen last its number may have been that of another table. */
export function sourceOfVertex(
  sources: readonly PartitionedSource[],
  { id, name }: { readonly id: string; readonly name: string },
): PartitionedSource | undefined {
  return sources.find(
    ({ operatorId, operatorName, nodes }) => operatorName === name && (operatorId === id || nodes.some((node) => String(node) === id)),
  )
}

/** Which columns have something to say of a source. */
export function columnsOf({ partitions, isTimed }: PartitionedSource) {
  return {
    places: partitions.some(({ position }) => position !== null),
    lag: partitions.some(({ pendingRecords }) => pendingRecords !== null),
    times: isTimed,
  }
}
