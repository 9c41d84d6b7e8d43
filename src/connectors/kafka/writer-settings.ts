/** What the options of a table say of how it is written. */
import type { Options } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { kafkaErrors } from './errors.ts'
import type { PartitionerKind } from './partitioner.ts'
import type { CompressionName } from './record-batch-encoder.ts'
import type { SenderSettings } from './writer-sender.ts'

type Guarantee = 'none' | 'at-least-once' | 'exactly-once'

export interface WriterSettings extends SenderSettings {
  readonly guarantee: Guarantee
  /** Of the ids of transactions; empty without them. */
  readonly prefix: string
  readonly transactionTimeoutMs: number
  readonly isIdempotent: boolean
  readonly partitioner: PartitionerKind
  readonly batchBytes: number
  readonly bufferBytes: number
  readonly flushRows: number
  readonly flushMs: number
}

const timeoutKey = 'properties.transaction.timeout.ms'

export function writerSettings(options: Options, { name: table }: ConnectorTable): WriterSettings {
  const guarantee = (options.text('sink.delivery-guarantee') ?? 'at-least-once') as Guarantee
  const acks = acksOf(options)
  const requestBytes = least(options, table, 'properties.max.request.size', 1)
  return {
    guarantee,
    prefix: prefixOf(options, table, guarantee),
    transactionTimeoutMs: least(options, table, timeoutKey, 1),
    isIdempotent: idempotenceOf(options, table, guarantee, acks),
    partitioner: partitionerOf(options, table),
    acks,
    compression: (options.text('properties.compression.type') ?? 'none') as CompressionName,
    lingerMs: least(options, table, 'properties.linger.ms', 0),
    requestBytes,
    requestTimeoutMs: least(options, table, 'properties.request.timeout.ms', 1),
    inFlightMax: least(options, table, 'properties.max.in.flight.requests.per.connection', 1),
    refreshMs: least(options, table, 'properties.metadata.max.age.ms', 0),
    batchBytes: Math.min(requestBytes, least(options, table, 'properties.batch.size', 0)),
    bufferBytes: least(options, table, 'properties.buffer.memory', 1),
    ...flushingOf(options, table),
  }
}

function acksOf(options: Options): number {
  const text = options.text('properties.acks') ?? 'all'
  return text === 'all' ? -1 : Number(text)
}

function prefixOf(options: Options, table: string, guarantee: Guarantee): string {
  const key = 'sink.transactional-id-prefix'
  const prefix = options.text(key) ?? ''
  if (guarantee !== 'exactly-once') return ''
  if (prefix !== '') return prefix
  throw kafkaErrors.CONNECTORS_KAFKA_OPTION_MISSING(
    { key, table, because: "'sink.delivery-guarantee' = 'exactly-once'" },
    { hint: 'Give each run a prefix of its own, such as the name of its work.' },
  )
}

function idempotenceOf(options: Options, table: string, guarantee: Guarantee, acks: number): boolean {
  const isWanted = options.flag('properties.enable.idempotence')
  const isAsked = options.isGiven('properties.enable.idempotence') && isWanted
  if (acks !== -1 && (guarantee === 'exactly-once' || isAsked)) {
    const because = guarantee === 'exactly-once' ? 'With exactly-once' : "With 'properties.enable.idempotence' = 'true'"
    throw mismatch('properties.acks', table, `${because} all replicas must have a message before it counts as written.`, "Set it to 'all'.")
  }
  if (!isWanted && guarantee === 'exactly-once')
    throw mismatch('properties.enable.idempotence', table, 'Transactions cannot be without it.', 'Leave it out.')
  return isWanted && acks === -1
}

function partitionerOf(options: Options, table: string): PartitionerKind {
  const name = options.text('sink.partitioner') ?? 'default'
  if (name !== 'default' && name !== 'fixed' && name !== 'round-robin')
    throw mismatch('sink.partitioner', table, `Expected default, fixed or round-robin, got "${name}".`, 'Leave it out to go by the key.')
  if (name === 'round-robin' && options.text('key.fields') !== undefined)
    throw mismatch('sink.partitioner', table, 'With round-robin a row has no key that its partition goes by.', "Leave 'key.fields' out.")
  return name
}

function flushingOf(options: Options, table: string): { readonly flushRows: number; readonly flushMs: number } {
  const rowsKey = 'sink.buffer-flush.max-rows'
  const intervalKey = 'sink.buffer-flush.interval'
  const flushRows = options.number(rowsKey) ?? 0
  const flushMs = options.number(intervalKey) ?? 0
  if (flushRows > 0 === flushMs > 0) return { flushRows, flushMs }
  const [given, missing] = flushRows > 0 ? [rowsKey, intervalKey] : [intervalKey, rowsKey]
  throw mismatch(given, table, `It goes together with "${missing}".`, 'Give both, larger than 0, or none.')
}

function least(options: Options, table: string, key: string, min: number): number {
  const value = options.number(key) ?? min
  if (value < min || value > 2 ** 31 - 1) throw mismatch(key, table, `Expected a number from ${min} to 2147483647, got ${value}.`)
  return value
}

function mismatch(key: string, table: string, detail: string, hint?: string): Error {
  return kafkaErrors.CONNECTORS_KAFKA_OPTION_MISMATCH({ key, table }, { detail, hint })
}
