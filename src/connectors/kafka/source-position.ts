/** Where reading stands in the partitions of a table, as JSON, and how partitions are shared among readers. */
import { kafkaErrors } from './errors.ts'

export interface KafkaPosition {
  readonly topics: readonly TopicPosition[]
  /** Of several readers: which one this is. Left out: it reads all. */
  readonly share?: Share
}
interface TopicPosition {
  readonly topic: string
  /** Tells the topic from a later one of the same name; empty where brokers do not know. */
  readonly id: string
  /** By partition: its number, the offset to go on from, and the offset to end before, where there is one. */
  readonly partitions: readonly (readonly [number, number, (number | null)?])[]
}
/** Which of several readers one is. */
export interface Share {
  readonly index: number
  readonly count: number
  /** The numbers of partitions, by topic, that were dealt out to the readers; each knows its own by its position. */
  readonly dealt: Readonly<Record<string, number>>
}

export interface PartitionStart {
  readonly topic: string
  readonly id: string
  readonly partition: number
  readonly offset: number
  /** Infinite where reading does not end. */
  readonly end: number
}

export function positionOf(partitions: readonly PartitionStart[], share: Share | null): KafkaPosition {
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, all]): TopicPosition => {
    const sorted = all.toSorted((a, b) => a.partition - b.partition)
    return {
      topic,
      id: sorted[0]?.id ?? '',
      partitions: sorted.map(({ partition, offset, end }) =>
        end === Number.POSITIVE_INFINITY ? ([partition, offset] as const) : ([partition, offset, end] as const),
      ),
    }
  })
  return { topics, ...(share === null ? {} : { share }) }
}

/** The partitions of positions that readers had together. */
export function startsOf(positions: readonly KafkaPosition[]): readonly PartitionStart[] {
  return positions.flatMap(({ topics }) =>
    topics.flatMap(({ topic, id, partitions }) =>
      partitions.map(([partition, offset, end]) => ({ topic, id, partition, offset, end: end ?? Number.POSITIVE_INFINITY })),
    ),
  )
}

/** What another life, or another connector, has left. */
export function checkedPosition(position: unknown, table: string): KafkaPosition {
  const { topics, share } = (position ?? {}) as Partial<KafkaPosition>
  const isOne = Array.isArray(topics) && topics.every((each) => typeof each.topic === 'string' && Array.isArray(each.partitions))
  if (!isOne) throw kafkaErrors.CONNECTORS_KAFKA_POSITION_MISMATCH({ table })
  return { topics, ...(share === undefined ? {} : { share }) }
}

/** Deals partitions out in turn, so that each of `readers` has one where there are as many. Null for those for whom nothing is left. */
export function dealPartitions(partitions: readonly PartitionStart[], readers: number): readonly (KafkaPosition | null)[] {
  const dealt: Record<string, number> = {}
  for (const { topic, partition } of partitions) dealt[topic] = Math.max(dealt[topic] ?? 0, partition + 1)
  const count = Math.max(1, Math.min(readers, partitions.length))
  return Array.from({ length: readers }, (_, index) => {
    if (index >= count) return null
    const own = partitions.filter((_partition, at) => at % count === index)
    return positionOf(own, { index, count, dealt })
  })
}

/** Whether a partition that has come since the others were dealt out is for this reader. */
export function isNewOfShare({ topic, partition }: { readonly topic: string; readonly partition: number }, share: Share | null): boolean {
  if (share === null) return true
  if (Object.hasOwn(share.dealt, topic) && partition < (share.dealt[topic] ?? 0)) return false
  let turn = partition
  for (let at = 0; at < topic.length; at++) turn = (turn + topic.charCodeAt(at)) % 65_536
  return turn % share.count === share.index
}

/** Partitions have watermarks of their own. */
export function splitName(topic: string, partition: number): string {
  return `${topic}-${partition}`
}
