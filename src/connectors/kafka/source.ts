/** Topics of Kafka as a table that is read. */
import type { ConnectorTable, ReadRequest, Source } from '../connector.ts'
import { ConnectorMeter } from '../connector-meter.ts'
import { MessageTable } from '../message-table.ts'
import { KafkaClient, openingMsMax, type Patience } from './client.ts'
import { kafkaConnection } from './connection.ts'
import { kafkaErrors } from './errors.ts'
import { type KafkaKind, kafkaTableOptions, oneTopic, type Topics, topicsOf } from './options.ts'
import { KafkaReader, type KafkaReaderPlan } from './reader.ts'
import { kafkaMetadata } from './reader-columns.ts'
import { findTopics, type PartitionName, resolveBound } from './source-offsets.ts'
import {
  checkedPosition,
  dealPartitions,
  isNewOfShare,
  type KafkaPosition,
  type PartitionStart,
  type Share,
  startsOf,
} from './source-position.ts'
import { type ScanBounds, scanBounds } from './source-settings.ts'

/** Opening a table names this in errors. */
const action = 'read the table'

export function kafkaSource(table: ConnectorTable, kind: KafkaKind): Source {
  const options = kafkaTableOptions(table, kind)
  const messages = new MessageTable(table, options, {
    mode: kind === 'kafka' ? 'append' : 'upsert',
    metadata: kafkaMetadata,
    topic: oneTopic(options),
  })
  const topics = topicsOf(options, table.name)
  const bounds = scanBounds(options, table.name, kind)
  checkOffsets(topics, bounds, table.name)
  const connection = kafkaConnection(options, table.name)
  const isolationLevel = options.text('properties.isolation.level') ?? 'read_uncommitted'
  const discovery = options.number('scan.topic-partition-discovery.interval') ?? 300_000
  const scan: Scan = { topics, bounds, isolationLevel, table: table.name }
  const plan: KafkaReaderPlan = {
    table: messages,
    fetching: {
      isolationLevel,
      bytesMin: options.number('properties.fetch.min.bytes') ?? 1,
      bytesMax: options.number('properties.fetch.max.bytes') ?? 52_428_800,
      partitionBytesMax: options.number('properties.max.partition.fetch.bytes') ?? 1_048_576,
      waitMsMax: options.number('properties.fetch.max.wait.ms') ?? 500,
      rack: options.text('properties.client.rack') ?? '',
    },
    checksCrc: options.flag('properties.check.crcs'),
    bounds,
    discoveryMs: bounds.end === null && discovery > 0 ? discovery : null,
    group: options.flag('properties.commit.offsets.on.checkpoint') ? bounds.group : null,
    clock: table.clock,
    discover: (client, known, share) => discoverPartitions(client, scan, known, share, false),
  }
  const opening = (request: Pick<ReadRequest, 'meter' | 'signal'>): Patience => ({
    ...request,
    clock: table.clock,
    retryMsMax: openingMsMax,
  })
  return {
    bounded: bounds.end !== null,
    metadata: messages.metadata,
    ...(messages.changes === 'append' ? {} : { changes: messages.changes }),
    elsewhere: {
      beginsAlike: bounds.start.kind !== 'latest' && bounds.start.kind !== 'group',
      // Messages that replace others are read from the first on: what they replace is not kept elsewhere.
      optionsAt: (positions) => (kind === 'kafka' ? offsetOptions(knownPositions(positions, table.name)) : null),
    },
    divide: async (readers, positions) => {
      const client = new KafkaClient(connection)
      try {
        const patience = opening({ meter: new ConnectorMeter(table.clock), signal: new AbortController().signal })
        const before = positions === null ? null : knownPositions(positions, table.name)
        return dealPartitions(await client.persist(() => findStarts(client, scan, before, null), action, patience), readers)
      } finally {
        await client.close()
      }
    },
    open: async (request) => {
      const client = new KafkaClient(connection)
      const abort = (): void => void client.close()
      request.signal.addEventListener('abort', abort)
      try {
        const before = request.position === undefined ? null : checkedPosition(request.position, table.name)
        const share = before?.share ?? null
        const known = before === null ? null : startsOf([before])
        const starts = await client.persist(() => findStarts(client, scan, known, share), action, opening(request))
        return new KafkaReader(plan, request, client, starts, share)
      } catch (error) {
        await client.close()
        throw error
      } finally {
        request.signal.removeEventListener('abort', abort)
      }
    },
  }
}

interface Scan {
  readonly topics: Topics
  readonly bounds: ScanBounds
  readonly isolationLevel: string
  readonly table: string
}

/** Offsets that are written out have no topic with them. */
function checkOffsets(topics: Topics, bounds: ScanBounds, table: string): void {
  if ('names' in topics && topics.names.length === 1) return
  for (const [key, bound] of [['scan.startup.mode', bounds.start] as const, ['scan.bounded.mode', bounds.end] as const]) {
    if (bound?.kind !== 'offsets') continue
    throw kafkaErrors.CONNECTORS_KAFKA_OPTION_MISMATCH({ key, table }, { detail: 'Offsets can be written out for one topic only.' })
  }
}

/** Null where there is no topic, or more than one: offsets can be written out for one only. */
function offsetOptions(starts: readonly PartitionStart[]): Record<string, string> | null {
  if (new Set(starts.map(({ topic }) => topic)).size !== 1) return null
  const offsets = starts
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, offset }) => `partition:${partition},offset:${offset}`)
  return { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': offsets.join(';') }
}

function knownPositions(positions: readonly unknown[], table: string): readonly PartitionStart[] {
  const present = positions.filter((position) => position !== null && position !== undefined)
  return startsOf(present.map((position): KafkaPosition => checkedPosition(position, table)))
}

/** All partitions to read, with where each begins: as options say, or where another life of the work stood. */
async function findStarts(
  client: KafkaClient,
  scan: Scan,
  known: readonly PartitionStart[] | null,
  share: Share | null,
): Promise<readonly PartitionStart[]> {
  const { bounds } = scan
  if (known === null) {
    const partitions = await partitionsOf(client, scan.topics, true)
    const level = { isolationLevel: scan.isolationLevel, reset: bounds.reset }
    const starts = await resolveBound(client, bounds.start, partitions, level)
    return withEnds(
      client,
      scan,
      partitions.map((each, index) => ({ ...each, offset: starts[index] ?? 0 })),
    )
  }
  // What is read to an end has the partitions that were there when the end was found, and that stays unless the table had none before.
  if (bounds.end !== null && known.every(({ end }) => end !== Number.POSITIVE_INFINITY)) return known
  return withEnds(client, scan, [...known, ...(await discoverPartitions(client, scan, known, share, true))])
}

async function withEnds(
  client: KafkaClient,
  { bounds, isolationLevel }: Scan,
  partitions: readonly Omit<PartitionStart, 'end'>[],
): Promise<readonly PartitionStart[]> {
  if (bounds.end === null) return partitions.map((each) => ({ ...each, end: Number.POSITIVE_INFINITY }))
  const ends = await resolveBound(client, bounds.end, partitions, { isolationLevel, reset: bounds.reset })
  return partitions.map((each, index) => ({ ...each, end: ends[index] ?? 0 }))
}

interface FoundPartition extends PartitionName {
  readonly id: string
}

async function partitionsOf(client: KafkaClient, topics: Topics, areRequired: boolean): Promise<readonly FoundPartition[]> {
  const found = await findTopics(client, topics, areRequired)
  return found.flatMap(({ name, id, partitions }) => partitions.map(({ partition }) => ({ topic: name, id, partition })))
}

/** Partitions that have come since, from their beginning. */
async function discoverPartitions(
  client: KafkaClient,
  scan: Scan,
  known: readonly PartitionStart[],
  share: Share | null,
  areRequired: boolean,
): Promise<readonly PartitionStart[]> {
  const all = await partitionsOf(client, scan.topics, areRequired)
  const replaced = known.find((each) => all.some(({ topic, id }) => topic === each.topic && id !== each.id && id !== '' && each.id !== ''))
  if (replaced !== undefined) throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_REPLACED({ topic: replaced.topic })
  const fresh = all.filter(
    (each) => !known.some(({ topic, partition }) => topic === each.topic && partition === each.partition) && isNewOfShare(each, share),
  )
  const offsets = await resolveBound(client, { kind: 'earliest' }, fresh, { isolationLevel: scan.isolationLevel, reset: null })
  return fresh.map((each, index) => ({ ...each, offset: offsets[index] ?? 0, end: Number.POSITIVE_INFINITY }))
}
