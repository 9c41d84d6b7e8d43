/** Tables of the connectors `kafka` and `upsert-kafka` as they are written. */
import { threadId } from 'node:worker_threads'
import type { ConnectorTable, DurableWork, Sink, WriteRequest } from '../connector.ts'
import { connectorErrors } from '../errors.ts'
import { MessageTable } from '../message-table.ts'
import { MessageWriter } from '../message-writer.ts'
import { KafkaClient, patienceOf } from './client.ts'
import { type KafkaConnection, kafkaConnection } from './connection.ts'
import { kafkaErrors } from './errors.ts'
import { type KafkaKind, kafkaTableOptions, oneTopic, topicsOf } from './options.ts'
import { idempotentSeat, namelessSeat, type ProducerSeat, transactionSeat } from './producer-seat.ts'
import { transactionIds } from './transaction-ids.ts'
import { type TransactionRecord, Transactions } from './transactions.ts'
import { KafkaWriter, refusedByBroker } from './writer.ts'
import { checkWrittenMetadata, WrittenMetadata } from './writer-metadata.ts'
import { BatchStock } from './writer-partition.ts'
import { Routes } from './writer-routes.ts'
import { Sender } from './writer-sender.ts'
import { type WriterSettings, writerSettings } from './writer-settings.ts'

const repeats = {
  'at-least-once': 'rows after the last checkpoint are sent again',
  none: 'rows after the last checkpoint are sent again',
} as const

/** Messages without keys go to another partition after so many bytes. */
const stickyBytesMax = 65_536

/** What is on its way when a writer is closed is waited for no longer. */
const closeMsMax = 2000

/** Work that is stopped may still be committed; a broker that is away is waited for no longer. */
const stopMsMax = 5000

interface SinkTable {
  readonly table: ConnectorTable
  readonly settings: WriterSettings
  readonly topics: readonly string[]
  readonly messages: MessageTable
  readonly connection: KafkaConnection
}

export function kafkaSink(table: ConnectorTable, kind: KafkaKind): Sink {
  const options = kafkaTableOptions(table, kind)
  const settings = writerSettings(options, table)
  const messages = new MessageTable(table, options, {
    mode: kind === 'kafka' ? 'append' : 'upsert',
    metadata: [],
    topic: oneTopic(options),
  })
  for (const part of [messages.key, messages.value]) {
    if (part?.codec.encoder === null) throw connectorErrors.CONNECTORS_MESSAGE_FORMAT_READ_ONLY({ format: part.format, table: table.name })
  }
  checkWrittenMetadata(table)
  const topics = topicsOf(options, table.name)
  if (!('names' in topics)) {
    throw kafkaErrors.CONNECTORS_KAFKA_OPTION_MISMATCH(
      { key: 'topic-pattern', table: table.name },
      { detail: 'Rows are written to topics that have names.', hint: 'Give "topic", with ; between several topics.' },
    )
  }
  const hasTopicColumn = table.metadataColumns.some(({ key, isVirtual }) => key === 'topic' && !isVirtual)
  if (topics.names.length > 1 && !hasTopicColumn) throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_COLUMN_MISSING({ table: table.name })
  const parts = { table, settings, topics: topics.names, messages, connection: kafkaConnection(options, table.name) }
  return {
    takes: messages.changes,
    isShareable: options.number('sink.parallelism') !== 1,
    isOrdered: messages.key !== null,
    ...(settings.guarantee === 'exactly-once' ? {} : { repeats: repeats[settings.guarantee] }),
    open: (request) => openWriter(parts, request, hasTopicColumn),
  }
}

async function openWriter(sink: SinkTable, request: WriteRequest, hasTopicColumn: boolean): Promise<KafkaWriter> {
  const { table, settings, topics } = sink
  // What has to do with the columns alone goes wrong before anything is opened.
  const messages = new MessageWriter(sink.messages, request.schema)
  const metadata = new WrittenMetadata(table, request.schema)
  const client = new KafkaClient(sink.connection)
  try {
    const { meter, signal, durable } = request
    const stopping = stopSignal(signal)
    const opening = patienceOf({ meter, clock: table.clock, signal }).opening
    const patience = { opening, running: patienceOf({ meter, clock: table.clock, signal: stopping }).running }
    const stock = new BatchStock(settings.batchBytes, settings.bufferBytes)
    const stickyBytes = Math.min(stickyBytesMax, Math.max(1, settings.batchBytes))
    const writer = durable?.writer?.index ?? threadId
    const routes = new Routes(client, stock, { kind: settings.partitioner, writer, stickyBytes, random: Math.random })
    await routes.open(topics, patience.opening)
    const transactions = await openTransactions(sink, client, patience, durable)
    const seat = await seatOf(settings, client, transactions, patience)
    const { running } = patience
    const refused = refusedByBroker(request)
    const sender = new Sender(settings, {
      client,
      routes,
      stock,
      seat,
      patience: running,
      meter,
      clock: table.clock,
      signal: stopping,
      refused,
    })
    const route = hasTopicColumn ? null : routes.of(topics[0] ?? '')
    const end = () => endWriting(client, sender, transactions, durable === undefined, running)
    return new KafkaWriter({ table, settings, request, messages, metadata, routes, route, stock, sender, transactions, end })
  } catch (error) {
    await Promise.all([client.close(), messages.close()])
    throw error
  }
}

/** Aborted some time after another signal. */
function stopSignal(signal: AbortSignal): AbortSignal {
  const late = new AbortController()
  const stop = (): void => {
    setTimeout(() => late.abort(signal.reason), stopMsMax).unref()
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return late.signal
}

type Patiences = ReturnType<typeof patienceOf>

/** Null without exactly-once; what a life before had prepared is committed all the same. */
async function openTransactions(
  { table, settings }: SinkTable,
  client: KafkaClient,
  patience: Patiences,
  durable: DurableWork | undefined,
): Promise<Transactions | null> {
  const { prefix, transactionTimeoutMs: timeoutMs, guarantee } = settings
  const own = (durable?.record ?? null) as TransactionRecord | null
  const left = ((durable?.left ?? []) as readonly (TransactionRecord | null)[]).filter((record) => record !== null)
  if (guarantee !== 'exactly-once' && own === null && left.length === 0) return null
  const ids = transactionIds(prefix, durable)
  const transactions = new Transactions({ client, ids, prefix, table: table.name, timeoutMs, clock: table.clock }, patience.opening)
  if (guarantee !== 'exactly-once') {
    for (const record of own === null ? left : [own, ...left]) {
      await transactions.commit(record).catch((error: unknown) => {
        // Who wants no guarantee goes on without what is lost.
        if (guarantee !== 'none' || (error as { code?: unknown }).code !== 'CONNECTORS_KAFKA_TRANSACTION_LOST') throw error
      })
    }
    return null
  }
  const { index = 0, count = 1 } = durable?.writer ?? {}
  await transactions.open(own, left, durable !== undefined && index === 0 ? count : null)
  transactions.run(patience.running)
  return transactions
}

async function seatOf(
  { isIdempotent }: WriterSettings,
  client: KafkaClient,
  transactions: Transactions | null,
  patience: Patiences,
): Promise<ProducerSeat> {
  if (transactions !== null) return transactionSeat(transactions)
  return isIdempotent ? idempotentSeat(client, patience) : namelessSeat()
}

/** Aborts what is open; `all`: what was prepared, too, since nobody will commit it. */
async function endWriting(
  client: KafkaClient,
  sender: Sender,
  transactions: Transactions | null,
  all: boolean,
  patience: Patiences['running'],
): Promise<void> {
  await sender.close(closeMsMax)
  if (transactions !== null) {
    const signal = AbortSignal.timeout(closeMsMax)
    const given = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    await Promise.race([transactions.abort(all, { ...patience, signal, retryMsMax: closeMsMax }), given])
  }
  await client.close()
}
