/** Tables of Kafka that are read without a statement, and messages of another client for them to read. */
import { type CompressionAlgorithmValue, Producer, stringSerializers } from '@platformatic/kafka'
import { type Clock, systemClock } from '#base'
import {
  ConnectorMeter,
  type ConnectorTable,
  connectorOf,
  type DeadLetter,
  loadConnector,
  type Source,
  type SourceReader,
} from '#connectors'
import { bigintType, changeNames, type DataType, rowAt, type Schema, stringType } from '#data'
import type { KafkaServer } from './kafka-server.fixture.ts'

export interface ReadTable {
  readonly types?: Readonly<Record<string, DataType>>
  readonly options?: Readonly<Record<string, string>>
  readonly connector?: 'kafka' | 'upsert-kafka'
  readonly primaryKey?: readonly string[]
  /** Keys of metadata to read besides. */
  readonly metadata?: readonly string[]
  readonly clock?: Clock
  readonly address?: string
}

export const fromStart = { 'scan.startup.mode': 'earliest-offset' }
export const toEnd = { ...fromStart, 'scan.bounded.mode': 'latest-offset' }

interface PreparedTable {
  readonly source: Source
  readonly schema: Schema
  readonly table: ConnectorTable
}

export async function sourceOf(server: KafkaServer, topic: string | null, given: ReadTable = {}): Promise<PreparedTable> {
  const options = {
    connector: given.connector ?? 'kafka',
    ...(topic === null ? {} : { topic }),
    'properties.bootstrap.servers': given.address ?? server.address,
    'value.format': 'json',
    ...given.options,
  }
  const schema = Object.entries(given.types ?? { id: bigintType, name: stringType }).map(([name, type]) => ({ name, type }))
  const table: ConnectorTable = {
    name: 'orders',
    schema,
    metadataColumns: (given.metadata ?? []).map((key) => ({ name: key, key, isVirtual: true })),
    options,
    primaryKey: given.primaryKey ?? [],
    partitionedBy: [],
    timeZone: 'UTC',
    clock: given.clock ?? systemClock,
  }
  await loadConnector(options)
  const source = connectorOf(table).source?.(table)
  if (source === undefined) throw new Error('the table cannot be read')
  return { source, schema, table }
}

export interface OpenedReader {
  readonly reader: SourceReader
  readonly meter: ConnectorMeter
  readonly deadLetters: readonly DeadLetter[]
  /** Splits of the batches so far. */
  readonly splits: ReadonlySet<string>
  /** At least so many rows, or all that come before the end: boxed values, or with `kinds` such as `+I`, before them. */
  next(count?: number): Promise<unknown[][]>
  /** Where it stands, as it is kept. */
  position(): unknown
  close(): Promise<void>
}

export interface ReadHow {
  readonly position?: unknown
  readonly hasDeadLetters?: boolean
}

export async function openReader(
  server: KafkaServer,
  topic: string | null,
  given: ReadTable = {},
  how: ReadHow = {},
): Promise<OpenedReader> {
  const { source, schema, table } = await sourceOf(server, topic, given)
  const wanted = [
    ...schema.map(({ name, type }) => ({ kind: 'physical' as const, key: name, type })),
    ...(given.metadata ?? []).map((key) => {
      const column = source.metadata.find(({ name }) => name === key)
      if (column === undefined) throw new Error(`there is no metadata ${key}`)
      return { kind: 'metadata' as const, key, type: column.type }
    }),
  ]
  const abort = new AbortController()
  const meter = new ConnectorMeter(table.clock)
  const reader = await source.open({
    columns: wanted,
    conditions: [],
    ...(how.position === undefined ? {} : { position: how.position }),
    signal: abort.signal,
    meter,
    hasDeadLetters: how.hasDeadLetters ?? false,
    work: null,
  })
  const rowSchema = wanted.map(({ key, type }) => ({ name: key, type }))
  const deadLetters: DeadLetter[] = []
  const splits = new Set<string>()
  const next = async (count = Number.POSITIVE_INFINITY): Promise<unknown[][]> => {
    const rows: unknown[][] = []
    while (rows.length < count) {
      const batch = await reader.read()
      if (batch === null) break
      deadLetters.push(...(batch.deadLetters ?? []))
      if (batch.batch.length > 0) splits.add(batch.split)
      for (let row = 0; row < batch.batch.length; row++) {
        const kind = batch.batch.kinds === null ? [] : [changeNames[(batch.batch.kinds[row] ?? 0) as 0]]
        rows.push([...kind, ...rowAt(batch.batch, rowSchema, row)])
      }
    }
    return rows
  }
  const close = async (): Promise<void> => {
    abort.abort()
    await reader.close()
  }
  return { reader, meter, deadLetters, splits, next, position: () => JSON.parse(JSON.stringify(reader.position())), close }
}

export interface SentMessage {
  readonly key?: string
  readonly value?: string | null
  readonly partition?: number
  readonly timestamp?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends messages as another client does, in one batch for each partition. */
export async function send(
  server: KafkaServer,
  topic: string,
  messages: readonly SentMessage[],
  compression: CompressionAlgorithmValue = 'none',
): Promise<void> {
  const producer = new Producer({ clientId: 'sending', bootstrapBrokers: [server.address], serializers: stringSerializers, retries: 20 })
  await producer.send({ messages: messages.map((each) => messageOf(topic, each)), compression })
  await producer.close()
}

export function messageOf(topic: string, { timestamp, value, partition = 0, ...rest }: SentMessage) {
  return {
    topic,
    partition,
    ...rest,
    ...(value === null ? {} : { value: value ?? '' }),
    ...(timestamp === undefined ? {} : { timestamp: BigInt(timestamp) }),
  } as {
    topic: string
    value: string
    partition: number
  }
}

/** Messages of rows with an id and a name. */
export function idsFrom(first: number, count: number, partitions = 1): SentMessage[] {
  return Array.from({ length: count }, (_, at) => ({
    key: `k${first + at}`,
    value: JSON.stringify({ id: first + at, name: `name ${first + at}` }),
    partition: (first + at) % partitions,
  }))
}

export function idsOf(rows: readonly (readonly unknown[])[]): unknown[] {
  return rows.map(([id]) => id).toSorted((a, b) => Number(a) - Number(b))
}

/** The numbers from 0 on. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at)
}

/** A clock whose time passes so many times faster, for what waits for long. */
export function hurriedClock(times: number): Clock {
  const startMs = systemClock.monotonicMs()
  return { ...systemClock, monotonicMs: () => startMs + (systemClock.monotonicMs() - startMs) * times, nowMs: () => systemClock.nowMs() }
}
