/**
 * Topics as another client sees them. Requests and records are the library's; which messages count is found here, since the library's
 * consumer shows some of aborted transactions where a producer has aborted several.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, fetchV12, type KafkaRecord } from '@platformatic/kafka'
import type { KafkaServer } from './kafka-server.fixture.ts'

export interface SeenMessage {
  readonly partition: number
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
  /** Epoch milliseconds. */
  readonly timestamp: number
  readonly headers: Readonly<Record<string, string | null>>
}

const readCommitted = 1
const readMsMax = 40_000
const controlBit = 1 << 5

/** All messages of a topic that are committed, by partition in order. Waits until no transaction is open. */
export async function readTopic(server: KafkaServer, topic: string, partitions = 1): Promise<SeenMessage[]> {
  const connection = new Connection('seeing')
  await connection.connect('127.0.0.1', server.port)
  try {
    const seen: SeenMessage[] = []
    for (let partition = 0; partition < partitions; partition++) seen.push(...(await readPartition(connection, topic, partition)))
    return seen
  } finally {
    await connection.close()
  }
}

async function readPartition(connection: Connection, topic: string, partition: number): Promise<SeenMessage[]> {
  const seen: SeenMessage[] = []
  let offset = 0n
  for (const startMs = performance.now(); performance.now() - startMs < readMsMax; ) {
    const wanted = { partition, currentLeaderEpoch: -1, fetchOffset: offset, lastFetchedEpoch: -1, partitionMaxBytes: 1_048_576 }
    const answer = await fetchV12.api.async(
      connection,
      100,
      1,
      10_485_760,
      readCommitted,
      0,
      -1,
      [{ topicId: topic, partitions: [wanted] }],
      [],
      '',
    )
    const [found] = answer.responses[0]?.partitions ?? []
    if (found === undefined) throw new Error(`partition ${partition} of ${topic} is not there`)
    offset = takeCommitted(found, offset, seen)
    if (offset >= found.highWatermark) return seen
    if (found.lastStableOffset < found.highWatermark && offset >= found.lastStableOffset) await sleep(50)
  }
  throw new Error(`partition ${partition} of ${topic} has a transaction that does not end`)
}

/** Returns where to go on. */
function takeCommitted(
  { partitionIndex, records, abortedTransactions }: fetchV12.FetchResponsePartition,
  from: bigint,
  seen: SeenMessage[],
): bigint {
  const aborted = [...(abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset - b.firstOffset))
  const within = new Set<bigint>()
  let offset = from
  for (const batch of records ?? []) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta)
    while ((aborted[0]?.firstOffset ?? last + 1n) <= last) within.add(aborted.shift()?.producerId ?? 0n)
    if (batch.attributes & controlBit) within.delete(batch.producerId)
    else if (!within.has(batch.producerId))
      for (const record of batch.records)
        if (batch.firstOffset + BigInt(record.offsetDelta) >= from) seen.push(seenOf(partitionIndex, batch, record))
    offset = last + 1n
  }
  return offset
}

interface BatchStart {
  readonly firstOffset: bigint
  readonly firstTimestamp: bigint
}

function seenOf(partition: number, { firstOffset, firstTimestamp }: BatchStart, record: KafkaRecord): SeenMessage {
  const text = (bytes: Buffer | null | undefined): string | null => bytes?.toString() ?? null
  return {
    partition,
    offset: Number(firstOffset) + record.offsetDelta,
    key: text(record.key),
    value: text(record.value),
    timestamp: Number(firstTimestamp + record.timestampDelta),
    headers: Object.fromEntries(record.headers.map(([name, value]) => [text(name) ?? '', text(value)])),
  }
}
