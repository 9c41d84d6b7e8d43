/** The options of the connectors `kafka` and `upsert-kafka`: Flink's, by Flink's names, and those of Kafka's clients behind `properties.`. */
import { type Option, type Options, readOptions } from '#formats'
import type { ConnectorTable } from '../connector.ts'
import { messageOptions } from '../message-options.ts'
import { partOfClause } from '../message-ways.ts'
import { option, requiredOption, secretOption, tableOptions } from '../options.ts'
import { kafkaErrors } from './errors.ts'

export type KafkaKind = 'kafka' | 'upsert-kafka'

const ofBoth: readonly Option[] = [
  requiredOption('properties.bootstrap.servers', 'text', 'Brokers to begin with, as host:port with commas between them.'),
  option('topic', 'text', null, 'The topic; for reading also several, with ; between them.'),
  option('topic-pattern', 'text', null, 'Topics whose whole name matches the regular expression are read.'),
  option(
    'scan.bounded.mode',
    { oneOf: ['unbounded', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'] },
    'unbounded',
    'Where reading ends. A durable run that goes on keeps the end that it has found.',
  ),
  option('scan.bounded.specific-offsets', 'text', null, 'With specific-offsets: partition:0,offset:42;partition:1,offset:300.'),
  option('scan.bounded.timestamp-millis', 'integer', null, 'With timestamp: reading ends at the first message of this time or later.'),
  option('scan.parallelism', 'integer', null, 'Taken for the sake of Flink; the workers of the run share the partitions.'),
  option('sink.delivery-guarantee', { oneOf: ['none', 'at-least-once', 'exactly-once'] }, 'at-least-once', 'What holds after a crash.'),
  option('sink.transactional-id-prefix', 'text', null, 'With exactly-once: what the ids of transactions begin with.'),
  option(
    'sink.transaction-naming-strategy',
    { oneOf: ['INCREMENTING', 'POOLING'] },
    'INCREMENTING',
    'Taken for the sake of Flink; ids of transactions are used again here.',
  ),
  option('sink.parallelism', 'integer', null, 'With 1 one writer writes all rows; else each worker of the run writes its own.'),
]

const ofKafka: readonly Option[] = [
  option(
    'scan.startup.mode',
    { oneOf: ['earliest-offset', 'latest-offset', 'group-offsets', 'timestamp', 'specific-offsets'] },
    'group-offsets',
    'Where reading begins.',
  ),
  option('scan.startup.specific-offsets', 'text', null, 'With specific-offsets: partition:0,offset:42;partition:1,offset:300.'),
  option('scan.startup.timestamp-millis', 'integer', null, 'With timestamp: reading begins at the first message of this time or later.'),
  option('scan.topic-partition-discovery.interval', 'duration', '5 min', 'How often new partitions and topics are looked for; 0 s: never.'),
  option('sink.partitioner', 'text', 'default', 'Which partition a row goes to: default, fixed or round-robin.'),
]

const ofUpsertKafka: readonly Option[] = [
  option('sink.buffer-flush.max-rows', 'integer', '0', 'Rows that are held back so that only the newest of each key is sent.'),
  option('sink.buffer-flush.interval', 'duration', '0 s', 'How long rows are held back for that.'),
]

const property = (key: string, type: Option['type'], fallback: string | null, description: string): Option =>
  option(`properties.${key}`, type, fallback, description)

const connectionProperties: readonly Option[] = [
  property('client.id', 'text', null, 'The name by which the brokers know the client.'),
  property(
    'security.protocol',
    { oneOf: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] },
    'PLAINTEXT',
    'Whether the connection is encrypted, and whether the client has to say who it is.',
  ),
  property('sasl.mechanism', { oneOf: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] }, null, 'How the client says who it is.'),
  secretOption('properties.sasl.jaas.config', 'Name and password, as a login module with username="…" and password="…".'),
  property('ssl.truststore.location', 'text', null, 'A PEM file with the certificates that are trusted.'),
  property('ssl.truststore.certificates', 'text', null, 'The certificates that are trusted, as PEM.'),
  property('ssl.truststore.type', { oneOf: ['PEM'] }, null, 'The kind of the file; only PEM.'),
  secretOption('properties.ssl.truststore.password', 'Taken for the sake of Kafka; a PEM file of certificates has none.'),
  property('ssl.keystore.location', 'text', null, 'A PEM or PKCS12 file with the key and the certificates of the client.'),
  property('ssl.keystore.type', { oneOf: ['PEM', 'PKCS12'] }, null, 'The kind of the file; left out: as its beginning says.'),
  property('ssl.keystore.certificate.chain', 'text', null, 'The certificates of the client, as PEM.'),
  secretOption('properties.ssl.keystore.key', 'The key of the client, as PEM.'),
  secretOption('properties.ssl.keystore.password', 'The password of the PKCS12 file.'),
  secretOption('properties.ssl.key.password', 'The password of the key.'),
  property(
    'ssl.endpoint.identification.algorithm',
    'text',
    'https',
    'With https the certificate of a broker must be for its name; empty: for any.',
  ),
  property('request.timeout.ms', 'integer', '30000', 'How long an answer is waited for.'),
  property('socket.connection.setup.timeout.ms', 'integer', '10000', 'How long a connection is waited for.'),
]

const readingProperties: readonly Option[] = [
  property('group.id', 'text', null, 'The consumer group that progress is told to when a checkpoint is complete.'),
  property(
    'auto.offset.reset',
    { oneOf: ['earliest', 'latest', 'none'] },
    null,
    'Where to go on in a partition whose wanted offset is not there; without it that is an error.',
  ),
  property(
    'isolation.level',
    { oneOf: ['read_uncommitted', 'read_committed'] },
    'read_committed',
    'Whether messages of transactions that are open or were aborted are left out. Where nothing is said, clients of Kafka read them.',
  ),
  property('fetch.min.bytes', 'integer', '1', 'A broker waits until it has so many bytes to give, but not longer than fetch.max.wait.ms.'),
  property('fetch.max.wait.ms', 'integer', '500', 'How long a broker waits for messages before it answers with none.'),
  property('fetch.max.bytes', 'integer', '52428800', 'About how many bytes one answer has at most.'),
  property('max.partition.fetch.bytes', 'integer', '1048576', 'About how many bytes of one partition an answer has at most.'),
  property('commit.offsets.on.checkpoint', 'boolean', 'true', 'Whether progress is told to the consumer group.'),
  property('client.rack', 'text', null, 'Where the client is, for the brokers.'),
  property('check.crcs', 'boolean', 'true', 'Whether damaged messages are looked for.'),
]

const writingProperties: readonly Option[] = [
  property('acks', { oneOf: ['all', '-1', '1', '0'] }, 'all', 'How many replicas must have a message before it counts as written.'),
  property('compression.type', { oneOf: ['none', 'gzip', 'snappy', 'lz4', 'zstd'] }, 'none', 'How messages are compressed.'),
  property('batch.size', 'integer', '524288', 'About how many bytes of one partition are sent together.'),
  property('linger.ms', 'integer', '5', 'How long messages wait for others.'),
  property('metadata.max.age.ms', 'integer', '300000', 'How often it is looked for new partitions of the topics that are written.'),
  property('buffer.memory', 'integer', '33554432', 'How many bytes wait to be sent at most.'),
  property('max.request.size', 'integer', '1048576', 'How many bytes a request has at most.'),
  property('delivery.timeout.ms', 'integer', null, 'Taken for the sake of Kafka; a broker that is away is waited for.'),
  property('transaction.timeout.ms', 'integer', '900000', 'How long a transaction may stay open: longer than a run is ever away.'),
  property('enable.idempotence', 'boolean', 'true', 'Whether the brokers leave out what was sent twice.'),
  property('max.in.flight.requests.per.connection', 'integer', '5', 'How many requests may wait for answers at once.'),
]

/** Settings of Kafka's own client that change nothing of what is read and written. */
const harmlessProperties: readonly Option[] = `
  enable.auto.commit allow.auto.create.topics exclude.internal.topics register.consumer.metrics
  auto.commit.interval.ms max.poll.records max.poll.interval.ms session.timeout.ms
  heartbeat.interval.ms default.api.timeout.ms connections.max.idle.ms
  reconnect.backoff.ms reconnect.backoff.max.ms retry.backoff.ms retry.backoff.max.ms
  retries max.block.ms receive.buffer.bytes send.buffer.bytes
  socket.connection.setup.timeout.max.ms partition.discovery.interval.ms client.id.prefix client.dns.lookup
  ssl.protocol ssl.enabled.protocols partition.assignment.strategy group.instance.id
  group.protocol`
  .trim()
  .split(/\s+/)
  .map((key) => property(key, 'text', null, "Taken for the sake of Kafka's own client; has no effect here."))

const optionsByKind: Readonly<Record<KafkaKind, readonly Option[]>> = {
  kafka: [...ofBoth, ...ofKafka],
  'upsert-kafka': [...ofBoth, ...ofUpsertKafka],
}

/** The rows of options of a kind, without those of messages and formats. */
export function kafkaOptions(kind: KafkaKind): readonly Option[] {
  return [...optionsByKind[kind], ...connectionProperties, ...readingProperties, ...writingProperties, ...harmlessProperties]
}

/** Only what says where the messages are, and how the brokers are reached. */
export function kafkaPlaceOptions(clause: ConnectorTable['options'], table: string): Options {
  const rows = [
    ...ofBoth.filter(({ key }) => /^(?:topic|topic-pattern|properties\.bootstrap\.servers)$/.test(key)),
    ...connectionProperties,
  ]
  return readOptions(
    `table "${table}"`,
    rows,
    partOfClause(clause, (key) => rows.some((row) => row.key === key)),
  )
}

/** Checks the options of a table, those of its formats included. */
export function kafkaTableOptions(table: ConnectorTable, kind: KafkaKind): Options {
  return tableOptions(table, [...kafkaOptions(kind), ...messageOptions(table.options)])
}

/** The topics that a table names, or the pattern of their names. */
export type Topics = { readonly names: readonly string[] } | { readonly pattern: RegExp; readonly text: string }

export function topicsOf(options: Options, table: string): Topics {
  const list = options.text('topic')
  const pattern = options.text('topic-pattern')
  if ((list === undefined) === (pattern === undefined)) {
    const detail = list === undefined ? 'None of them is given.' : 'Both are given.'
    throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_UNCLEAR({ table }, { detail })
  }
  if (pattern !== undefined) return { pattern: wholePattern(pattern, table), text: pattern }
  const names = [...new Set((list ?? '').split(';').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])))]
  for (const name of names) {
    if (!/^[\w.-]{1,249}$/.test(name) || name === '.' || name === '..')
      throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_NAME_MISMATCH({ topic: name, table })
  }
  if (names.length === 0) throw kafkaErrors.CONNECTORS_KAFKA_TOPIC_UNCLEAR({ table }, { detail: "'topic' holds no name." })
  return { names }
}

/** The topic of a table that has one; undefined of others. */
export function oneTopic(options: Options): string | undefined {
  const topic = options.text('topic')?.trim()
  return topic?.includes(';') === true ? undefined : topic
}

function wholePattern(text: string, table: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`)
  } catch (error) {
    throw kafkaErrors.CONNECTORS_KAFKA_PATTERN_MISMATCH(
      { table },
      { detail: `Expected a regular expression: ${(error as Error).message}.` },
    )
  }
}
