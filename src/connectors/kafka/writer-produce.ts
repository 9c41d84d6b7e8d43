/** The request that sends batches to the broker that leads their partitions; written here since the library's takes messages one by one. */
import { type Connection, ProtocolError, protocolErrors, type Reader, Writer } from '@platformatic/kafka'
import { answerName, type KafkaClient } from './client.ts'

export interface ProduceHead {
  readonly transactionalId: string | null
  readonly acks: number
  /** For how long the broker may wait for its replicas. */
  readonly timeoutMs: number
}

export interface ProducePart {
  readonly topic: string
  readonly partition: number
  readonly bytes: Buffer
}

export interface ProduceAnswer {
  readonly topic: string
  readonly partition: number
  /** The name of an error; null where all went well. */
  readonly error: string | null
  /** What the broker says of it. */
  readonly message: string | null
}

const apiKey = 0

/** The last form that is not written compactly. Since the one before, brokers take zstd; in this one they say which record they do not take. */
const versionMax = 8

/** Sends at most one batch of a partition. With `acks` of 0 there are no answers. */
export async function produce(
  client: KafkaClient,
  connection: Connection,
  head: ProduceHead,
  parts: readonly ProducePart[],
): Promise<ProduceAnswer[]> {
  const { version } = await client.requestOf(connection, 'produce', versionMax)
  return new Promise((resolve, reject) => {
    connection.send<ProduceAnswer[]>(
      apiKey,
      version,
      () => request(head, parts),
      (_id, _key, _version, reader) => answersIn(reader, version),
      false,
      false,
      (error, answers) => {
        if (error) reject(error)
        else resolve(Array.isArray(answers) ? answers : [])
      },
    )
  })
}

function request({ transactionalId, acks, timeoutMs }: ProduceHead, parts: readonly ProducePart[]): Writer {
  const topics = [...Map.groupBy(parts, ({ topic }) => topic)]
  const writer = Writer.create()
    .appendString(transactionalId, false)
    .appendInt16(acks)
    .appendInt32(timeoutMs)
    .appendArray(topics, (topicWriter, [topic, own]) => partsOf(topicWriter.appendString(topic, false), own), false, false)
  if (acks === 0) writer.context['noResponse'] = true
  return writer
}

function partsOf(writer: Writer, parts: ProducePart[]): void {
  writer.appendArray(
    parts,
    (each, { partition, bytes }) => each.appendInt32(partition).appendInt32(bytes.length).append(bytes),
    false,
    false,
  )
}

function answersIn(reader: Reader, version: number): ProduceAnswer[] {
  const topics = reader.readArray(
    (ofTopic) => {
      const topic = ofTopic.readString(false)
      return ofTopic.readArray((each) => answerIn(each, topic, version), false, false)
    },
    false,
    false,
  )
  return topics.flat()
}

function answerIn(reader: Reader, topic: string, version: number): ProduceAnswer {
  const partition = reader.readInt32()
  const error = answerName(reader.readInt16())
  // The offset of the first record, the time of the broker and, from form 5 on, the offset of the oldest record.
  reader.skip(version >= 5 ? 24 : 16)
  if (version < 8) return { topic, partition, error, message: null }
  const records = reader.readArray((each) => ({ place: each.readInt32(), message: each.readNullableString(false) }), false, false)
  const message = reader.readNullableString(false)
  return { topic, partition, error, message: records.find((each) => each.message !== null)?.message ?? message }
}

/** The error of an answer, as the library raises it. */
export function answerError(answer: string): Error {
  return new ProtocolError(Object.hasOwn(protocolErrors, answer) ? answer : 'UNKNOWN_SERVER_ERROR')
}
