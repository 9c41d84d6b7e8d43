/** Tables of Kafka that are written row by row, without a statement. */
import { type Clock, systemClock } from '#base'
import {
  ConnectorMeter,
  type ConnectorTable,
  connectorOf,
  type DeadLetter,
  type DurableWork,
  loadConnector,
  type SinkWriter,
} from '#connectors'
import { batchOf, bigintType, type DataType, type Schema, stringType } from '#data'
import type { KafkaServer } from './kafka-server.fixture.ts'
import type { SeenMessage } from './kafka-topic.fixture.ts'

export interface WrittenTable {
  readonly types?: Readonly<Record<string, DataType>>
  readonly options?: Readonly<Record<string, string>>
  readonly connector?: 'kafka' | 'upsert-kafka'
  readonly primaryKey?: readonly string[]
  /** Types by metadata key; a column has the name of its key. */
  readonly metadata?: Readonly<Record<string, DataType>>
  readonly durable?: DurableWork
  readonly deadLetters?: (letter: DeadLetter) => void
  readonly clock?: Clock
  readonly address?: string
}

export interface OpenedTable {
  readonly writer: SinkWriter
  readonly meter: ConnectorMeter
  readonly abort: AbortController
  /** Writes rows, of these kinds of change; waits where it is asked to. */
  write(rows: readonly (readonly unknown[])[], kinds?: readonly number[]): Promise<void>
  /** Writes what was prepared into the topic for good. */
  commit(): Promise<void>
}

export const idAndName = { id: bigintType, name: stringType }

export async function openTable(server: KafkaServer, topic: string, given: WrittenTable = {}): Promise<OpenedTable> {
  const options = {
    connector: given.connector ?? 'kafka',
    topic,
    'properties.bootstrap.servers': given.address ?? server.address,
    'value.format': 'json',
    ...given.options,
  }
  const columns = (types: Readonly<Record<string, DataType>>): Schema => Object.entries(types).map(([name, type]) => ({ name, type }))
  const physical = columns(given.types ?? idAndName)
  const metadata = columns(given.metadata ?? {})
  const table: ConnectorTable = {
    name: 'orders',
    schema: physical,
    metadataColumns: metadata.map(({ name }) => ({ name, key: name, isVirtual: false })),
    options,
    primaryKey: given.primaryKey ?? [],
    partitionedBy: [],
    timeZone: 'UTC',
    clock: given.clock ?? systemClock,
  }
  await loadConnector(options)
  const sink = connectorOf(table).sink?.(table)
  if (sink === undefined) throw new Error('the table cannot be written')
  const schema = [...physical, ...metadata]
  const abort = new AbortController()
  const meter = new ConnectorMeter(table.clock)
  const { durable, deadLetters = null } = given
  const writer = await sink.open({
    schema,
    overwrite: false,
    signal: abort.signal,
    meter,
    deadLetters,
    ...(durable === undefined ? {} : { durable }),
  })
  return {
    writer,
    meter,
    abort,
    write: async (rows, kinds) => writer.write(batchOf(schema, rows, kinds)),
    commit: async () => writer.commit(await writer.prepare()),
  }
}

/** Work that goes on from what its last life had prepared. */
export function workAt(place: string, record: unknown = null, index = 0, count = 1, left: readonly unknown[] = []): DurableWork {
  return { name: `${place}/statement-1#orders-1`, id: `${place}#orders-1`, record, writer: { index, count }, left }
}

/** Options of a table whose rows are part of transactions. */
export const exactlyOnce = (prefix: string): Record<string, string> => ({
  'sink.delivery-guarantee': 'exactly-once',
  'sink.transactional-id-prefix': prefix,
})

/** Options of a table whose messages have its names as their keys. */
export const keyed = { 'key.format': 'raw', 'key.fields': 'name' }

/** Rows with numbers one after the other, and some dozen names. */
export const rowsFrom = (first: number, count: number): [number, string][] =>
  Array.from({ length: count }, (_, at) => [first + at, `name ${(first + at) % 50}`])
export const idOf = (json: string): number => (JSON.parse(json) as { id: number }).id
export const idsOf = (seen: readonly SeenMessage[]): number[] => seen.map(({ value }) => idOf(value ?? '{}'))
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at)
export const sorted = (ids: readonly number[]): number[] => ids.toSorted((a, b) => a - b)

export interface Failure {
  readonly code: string
  readonly message: string
  readonly detail: string
  readonly hint: string
}
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work
  } catch (error) {
    return error as Failure
  }
  throw new Error('it did not fail')
}

/** Topics and tables of one server, which are closed after each test. */
export class WrittenTopics {
  #topics = 0
  readonly #server: KafkaServer
  readonly #tables: OpenedTable[] = []

  constructor(server: KafkaServer) {
    this.#server = server
  }

  async create(partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const topic = `topic-${++this.#topics}`
    await this.#server.createTopic(topic, partitions, configs)
    return topic
  }

  async open(topic: string, given: WrittenTable = {}): Promise<OpenedTable> {
    const table = await openTable(this.#server, topic, given)
    this.#tables.push(table)
    return table
  }

  async close(): Promise<void> {
    for (const table of this.#tables.splice(0)) await table.writer.close()
  }
}
