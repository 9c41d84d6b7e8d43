/** Asks brokers which offsets a place in partitions stands for: the earliest, the latest, those of a time, those of a consumer group. */
import type * as kafka from '@platformatic/kafka'
import { answered, answerName, type Cluster, type KafkaClient, type TopicView } from './client.ts'
import { kafkaErrors } from './errors.ts'
import type { Topics } from './options.ts'
import type { Bound, ScanBounds } from './source-settings.ts'

export interface PartitionName {
  readonly topic: string
  readonly partition: number
}

/** An offset for each partition, in their order. */
type Offsets = readonly number[]

const latestMark = -1n
const earliestMark = -2n

/** The topics that a table names, or that fit its pattern. Where one that is named is not there, that is an error, or it is left out. */
export async function findTopics(client: KafkaClient, topics: Topics, areRequired: boolean): Promise<readonly TopicView[]> {
  if ('pattern' in topics) {
    const { topics: all } = await client.metadata(null)
    return [...all.values()].filter(({ name }) => topics.pattern.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1))
  }
  const cluster = await client.metadata(topics.names)
  return topics.names.flatMap((name) => (areRequired ? presentTopic(cluster, name) : (cluster.topics.get(name) ?? [])))
}

/** A topic that must be there, with all its partitions led by someone. */
function presentTopic({ topics, troubles }: Cluster, name: string): TopicView {
  const trouble = troubles.get(name)
  if (trouble === 'UNKNOWN_TOPIC_OR_PARTITION' || trouble === 'INVALID_TOPIC_EXCEPTION')
    throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_NOT_FOUND({ topic: name }, { hint: 'Create it first, or correct its name.' })
  if (trouble !== undefined) throw answered(trouble)
  const topic = topics.get(name)
  if (topic === undefined) throw answered('LEADER_NOT_AVAILABLE')
  return topic
}

/** Offsets of a bound; where it has none for a partition, those of `reset`, or an error. */
export async function resolveBound(
  client: KafkaClient,
  bound: Bound,
  partitions: readonly PartitionName[],
  { isolationLevel, reset }: { readonly isolationLevel: string; readonly reset: ScanBounds['reset'] },
): Promise<Offsets> {
  const list = (mark: bigint, of = partitions): Promise<Offsets> => listOffsets(client, of, mark, isolationLevel)
  switch (bound.kind) {
    case 'earliest':
      return list(earliestMark)
    case 'latest':
      return list(latestMark)
    case 'timestamp': {
      const found = await list(BigInt(bound.timestampMs))
      return withMissing(found, partitions, (missing) => list(latestMark, missing))
    }
    case 'offsets': {
      const named = partitions.map(({ partition }) => bound.offsets.get(partition) ?? -1)
      return withMissing(named, partitions, (missing) => list(earliestMark, missing))
    }
    case 'group': {
      const committed = await groupOffsets(client, bound.group, partitions)
      return withMissing(committed, partitions, (missing) => {
        if (reset !== null) return list(reset === 'earliest' ? earliestMark : latestMark, missing)
        const { topic = '', partition = 0 } = missing[0] ?? {}
        throw kafkaErrors.CONNECTORS_KAFKA_OFFSET_MISSING({ group: bound.group, topic, partition })
      })
    }
  }
}

async function withMissing(
  found: Offsets,
  partitions: readonly PartitionName[],
  fill: (missing: readonly PartitionName[]) => Promise<Offsets>,
): Promise<Offsets> {
  const missing = partitions.filter((_, index) => (found[index] ?? -1) < 0)
  if (missing.length === 0) return found
  const filled = [...(await fill(missing))]
  return found.map((offset) => (offset < 0 ? (filled.shift() ?? 0) : offset))
}

/** The offsets of a time, or of a mark; −1 where there is none. */
async function listOffsets(
  client: KafkaClient,
  partitions: readonly PartitionName[],
  timestamp: bigint,
  isolationLevel: string,
): Promise<Offsets> {
  if (partitions.length === 0) return []
  const cluster = await client.metadata([...new Set(partitions.map(({ topic }) => topic))])
  const byLeader = Map.groupBy(partitions, ({ topic, partition }) => leaderOf(presentTopic(cluster, topic), partition))
  const found = new Map<string, number>()
  for (const [leader, own] of byLeader) {
    const connection = await client.connectionTo(leader)
    const topics = [...Map.groupBy(own, ({ topic }) => topic)].map(([name, all]) => ({
      name,
      partitions: all.map(({ partition }) => ({ partitionIndex: partition, currentLeaderEpoch: -1, timestamp })),
    }))
    const response = await client.ask(connection, 'listOffsets', -1, isolationLevel === 'read_committed' ? 1 : 0, topics)
    for (const { name, partitions: all } of response.topics)
      for (const { partitionIndex, offset } of all) found.set(nameOf(name, partitionIndex), Number(offset))
  }
  return partitions.map(({ topic, partition }) => found.get(nameOf(topic, partition)) ?? -1)
}

function leaderOf({ name, partitions }: TopicView, partition: number): number {
  const found = partitions.find((each) => each.partition === partition)
  if (found === undefined) throw kafkaErrors.CONNECTORS_KAFKA_PARTITION_NOT_FOUND({ topic: name, partition })
  if (found.leader < 0) throw answered('LEADER_NOT_AVAILABLE')
  return found.leader
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}

function namesByTopic(partitions: readonly PartitionName[]): { name: string; partitionIndexes: number[] }[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, all]) => ({
    name,
    partitionIndexes: all.map(({ partition }) => partition),
  }))
}

/** −1 where the group has none. */
async function groupOffsets(client: KafkaClient, group: string, partitions: readonly PartitionName[]): Promise<Offsets> {
  const node = await client.coordinatorOf('group', group)
  const connection = await client.connectionTo(node)
  const groups = [{ groupId: group, memberId: null, memberEpoch: -1, topics: namesByTopic(partitions) }]
  const response = await client.ask(connection, 'offsetFetch', groups, true)
  const found = new Map<string, number>()
  // Older forms ask for one group.
  const { topics = response.groups.flatMap((each) => each.topics) } = response as Partial<kafka.offsetFetchV7.OffsetFetchResponse>
  for (const { name, partitions: all } of topics)
    for (const { partitionIndex, committedOffset } of all) found.set(nameOf(name, partitionIndex), Number(committedOffset))
  return partitions.map(({ topic, partition }) => found.get(nameOf(topic, partition)) ?? -1)
}

/** Tells a consumer group how far its partitions were read, without being one of its members. */
export async function commitGroupOffsets(
  client: KafkaClient,
  group: string,
  offsets: readonly (PartitionName & { readonly offset: number })[],
): Promise<void> {
  if (offsets.length === 0) return
  const node = await client.coordinatorOf('group', group)
  const connection = await client.connectionTo(node)
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, all]) => ({
    name,
    partitions: all.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: '',
    })),
  }))
  const response = await client.ask(connection, 'offsetCommit', group, -1, '', null, topics)
  for (const { partitions } of response.topics) {
    for (const { errorCode } of partitions) {
      const trouble = answerName(errorCode)
      if (trouble !== null) throw answered(trouble)
    }
  }
}
