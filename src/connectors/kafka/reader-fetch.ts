/**
 * The request for messages, and its answer with the bytes of each partition as they came. Brokers since 3.1 are asked by the ids of topics
 * (Fetch 13), so that a topic that was deleted and created again is never taken for the one before; older ones by names (Fetch 11).
 */
import { type Connection, Writer } from '@platformatic/kafka'
import { answered, answerName, type KafkaClient } from './client.ts'
import type { AbortedTransaction } from './record-batch-decoder.ts'

const fetchKey = 1
const versionByName = 11
const versionById = 13

/** Isolation levels by their names in options. */
const isolationLevels: Readonly<Record<string, number>> = { read_uncommitted: 0, read_committed: 1 }

export interface FetchSettings {
  readonly isolationLevel: string
  readonly bytesMin: number
  readonly bytesMax: number
  readonly partitionBytesMax: number
  readonly waitMsMax: number
  readonly rack: string
}

export interface WantedPartition {
  readonly topic: string
  /** Empty where brokers do not know. */
  readonly id: string
  readonly partition: number
  readonly leaderEpoch: number
  readonly offset: number
  readonly bytesMax: number
}

export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  /** The name of an error; null where there is none. */
  readonly trouble: string | null
  /** After the newest message, or after the newest that is committed. */
  readonly latest: number
  /** In order of their first offsets; null where messages of transactions count like all others. */
  readonly aborted: readonly AbortedTransaction[] | null
  readonly bytes: Uint8Array
}

/** Asks for messages; settles when there are some, or the time to wait is over. */
export async function fetchMessages(
  client: KafkaClient,
  connection: Connection,
  wanted: readonly WantedPartition[],
  settings: FetchSettings,
): Promise<readonly FetchedPartition[]> {
  const isById = wanted.every(({ id }) => id !== '') && (await client.knows(connection, fetchKey, versionById))
  const isCommitted = settings.isolationLevel === 'read_committed'
  const parse = (answer: Buffer): readonly FetchedPartition[] =>
    isById ? parseAnswerById(answer, wanted, isCommitted) : parseAnswerByName(answer, isCommitted)
  const { promise, resolve, reject } = Promise.withResolvers<readonly FetchedPartition[]>()
  connection.send(
    fetchKey,
    isById ? versionById : versionByName,
    () => (isById ? requestById(wanted, settings) : requestByName(wanted, settings)),
    (_correlation, _key, _version, reader) => parse(reader.buffer.buffer),
    isById,
    isById,
    (error, answer) => (error === null ? resolve(answer ?? []) : reject(error)),
  )
  return promise
}

function requestHead({ waitMsMax, bytesMin, bytesMax, isolationLevel }: FetchSettings): Writer {
  return Writer.create()
    .appendInt32(-1)
    .appendInt32(waitMsMax)
    .appendInt32(bytesMin)
    .appendInt32(bytesMax)
    .appendInt8(isolationLevels[isolationLevel] ?? 0)
    .appendInt32(0)
    .appendInt32(-1)
}

function requestByName(wanted: readonly WantedPartition[], settings: FetchSettings): Writer {
  const partition = (writer: Writer, each: WantedPartition): void => {
    writer
      .appendInt32(each.partition)
      .appendInt32(each.leaderEpoch)
      .appendInt64(BigInt(each.offset))
      .appendInt64(-1n)
      .appendInt32(each.bytesMax)
  }
  const topic = (writer: Writer, [name, all]: [string, WantedPartition[]]): void => {
    writer.appendString(name, false).appendArray(all, partition, false, false)
  }
  return requestHead(settings)
    .appendArray([...Map.groupBy(wanted, (each) => each.topic)], topic, false, false)
    .appendArray([], () => undefined, false, false)
    .appendString(settings.rack, false)
}

function requestById(wanted: readonly WantedPartition[], settings: FetchSettings): Writer {
  const partition = (writer: Writer, each: WantedPartition): void => {
    writer.appendInt32(each.partition).appendInt32(each.leaderEpoch).appendInt64(BigInt(each.offset))
    writer.appendInt32(-1).appendInt64(-1n).appendInt32(each.bytesMax)
  }
  const topic = (writer: Writer, [id, all]: [string, WantedPartition[]]): void => {
    writer.appendUUID(id).appendArray(all, partition)
  }
  return requestHead(settings)
    .appendArray([...Map.groupBy(wanted, ({ id }) => id)], topic)
    .appendArray([], () => undefined)
    .appendString(settings.rack)
    .appendTaggedFields()
}

/** The answers behind their heads; every length in them is checked against what is there. */
export function parseAnswerByName(answer: Buffer, isCommitted: boolean): readonly FetchedPartition[] {
  const input = new AnswerBytes(answer)
  checkHead(input)
  const partitions: FetchedPartition[] = []
  for (let topics = input.int32(); topics > 0; topics--) {
    const topic = input.text()
    for (let count = input.int32(); count > 0; count--) {
      const head = parseHead(input)
      const aborted: AbortedTransaction[] = []
      for (let left = input.int32(); left > 0; left--) aborted.push({ producer: input.int64(), firstOffset: input.int64() })
      input.skip(4)
      partitions.push(fetched(topic, head, aborted, input.bytes(input.int32()), isCommitted))
    }
  }
  return partitions
}

export function parseAnswerById(answer: Buffer, wanted: readonly WantedPartition[], isCommitted: boolean): readonly FetchedPartition[] {
  const input = new AnswerBytes(answer)
  checkHead(input)
  const names = new Map(wanted.map(({ id, topic }) => [id, topic]))
  const partitions: FetchedPartition[] = []
  for (let topics = input.compact(); topics > 0; topics--) {
    const topic = names.get(input.id()) ?? ''
    for (let count = input.compact(); count > 0; count--) {
      const head = parseHead(input)
      const aborted: AbortedTransaction[] = []
      for (let left = input.compact(); left > 0; left--) {
        aborted.push({ producer: input.int64(), firstOffset: input.int64() })
        input.skipTags()
      }
      input.skip(4)
      partitions.push(fetched(topic, head, aborted, input.bytes(input.compact()), isCommitted))
      input.skipTags()
    }
    input.skipTags()
  }
  return partitions
}

function checkHead(input: AnswerBytes): void {
  input.skip(4)
  const trouble = answerName(input.int16())
  if (trouble !== null) throw answered(trouble)
  input.skip(4)
}

interface PartitionHead {
  readonly partition: number
  readonly trouble: string | null
  readonly highWatermark: number
  readonly lastStable: number
}

function parseHead(input: AnswerBytes): PartitionHead {
  const head = { partition: input.int32(), trouble: answerName(input.int16()), highWatermark: input.int64(), lastStable: input.int64() }
  // Where the partition begins.
  input.skip(8)
  return head
}

function fetched(
  topic: string,
  { partition, trouble, highWatermark, lastStable }: PartitionHead,
  aborted: readonly AbortedTransaction[],
  bytes: Uint8Array,
  isCommitted: boolean,
): FetchedPartition {
  return {
    topic,
    partition,
    trouble,
    latest: isCommitted && lastStable >= 0 ? lastStable : highWatermark,
    aborted: isCommitted ? aborted.toSorted((a, b) => a.firstOffset - b.firstOffset) : null,
    bytes,
  }
}

/** Numbers, texts and bytes one after another. A read behind the end fails. */
class AnswerBytes {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  skip(bytes: number): void {
    this.#at += bytes
  }
  int16(): number {
    this.#at += 2
    return this.#bytes.readInt16BE(this.#at - 2)
  }
  int32(): number {
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }
  /** Exact up to 53 bits. */
  int64(): number {
    return this.int32() * 4_294_967_296 + (this.int32() >>> 0)
  }
  text(): string {
    const length = this.int16()
    this.#at += length
    return this.#bytes.toString('utf8', this.#at - length, this.#at)
  }
  /** A topic's, as metadata has it. */
  id(): string {
    this.#at += 16
    const hex = this.#bytes.toString('hex', this.#at - 16, this.#at)
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }
  /** A count that is one more than that of what follows; 0: there is nothing. */
  compact(): number {
    return this.#unsigned() - 1
  }
  #unsigned(): number {
    let value = 0
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
    throw unclear('the answer has a count that is too large')
  }
  /** What newer brokers add. */
  skipTags(): void {
    for (let tags = this.#unsigned(); tags > 0; tags--) {
      this.#unsigned()
      this.#at += this.#unsigned()
    }
  }
  bytes(length: number): Uint8Array {
    if (length <= 0) return noBytes
    const start = this.#bytes.byteOffset + this.#at
    this.#at += length
    if (this.#at > this.#bytes.length) throw unclear('the answer ends too early')
    return new Uint8Array(this.#bytes.buffer, start, length)
  }
}

const noBytes = new Uint8Array(0)

function unclear(message: string): Error {
  return new RangeError(message)
}
