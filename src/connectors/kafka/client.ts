/**
 * The client of a table: connections to brokers, what they know of topics and coordinators, and requests in the newest form that both
 * sides have. Requests that wait for messages have connections of their own, because a broker answers those of one connection in order.
 */
import * as kafka from '@platformatic/kafka'
import { type Clock, MillraceError } from '#base'
import { type Persistence, persistently } from '../failure.ts'
import type { KafkaConnection } from './connection.ts'
import { describeKafkaFailure, kafkaError, kafkaFailureKind } from './failure-of.ts'

/** The requests of the library that are asked by name; those of all versions take the same words. */
interface Requests {
  readonly metadata: Form<kafka.metadataV12.MetadataRequest, kafka.metadataV12.MetadataResponse>
  readonly findCoordinator: Form<kafka.findCoordinatorV4.FindCoordinatorRequest, kafka.findCoordinatorV4.FindCoordinatorResponse>
  readonly listOffsets: Form<kafka.listOffsetsV7.ListOffsetsRequest, kafka.listOffsetsV7.ListOffsetsResponse>
  readonly offsetFetch: Form<kafka.offsetFetchV8.OffsetFetchRequest, kafka.offsetFetchV8.OffsetFetchResponse>
  readonly offsetCommit: Form<kafka.offsetCommitV8.OffsetCommitRequest, kafka.offsetCommitV8.OffsetCommitResponse>
}
interface Form<Words extends unknown[], Answer> {
  readonly words: Words
  readonly answer: Answer
}

type AnyRequest = kafka.API<unknown[], unknown>

export interface TopicView {
  readonly name: string
  /** Tells a topic from one of the same name that was there before; empty where the broker does not know. */
  readonly id: string
  /** By partition, in order. */
  readonly partitions: readonly PartitionView[]
}
interface PartitionView {
  readonly partition: number
  /** The node that leads it; −1: none at the moment. */
  readonly leader: number
  readonly leaderEpoch: number
}

export interface Cluster {
  readonly topics: ReadonlyMap<string, TopicView>
  /** Topics that there was an error about, such as UNKNOWN_TOPIC_OR_PARTITION. */
  readonly troubles: ReadonlyMap<string, string>
}

/** How patient the client is, and whom it tells. */
export type Patience = Pick<Persistence, 'meter' | 'clock' | 'signal' | 'retryMsMax'>

/** For how long a broker that is not there is waited for before the work has begun. */
export const openingMsMax = 30_000

export class KafkaClient {
  readonly settings: KafkaConnection
  readonly #control: kafka.ConnectionPool
  readonly #data: kafka.ConnectionPool
  readonly #versions = new WeakMap<kafka.Connection, Promise<ReadonlyMap<number, VersionRange>>>()
  #brokers: ReadonlyMap<number, kafka.Broker> = new Map()
  readonly #watched = new WeakSet<kafka.Connection>()
  /** Why a connection ended last: what waited for answers there is told no more than that it did. */
  #lastTrouble: Error | null = null
  #hasConnected = false
  #isClosed = false

  constructor(settings: KafkaConnection) {
    this.settings = settings
    this.#control = new kafka.ConnectionPool(settings.clientId, settings.network)
    this.#data = new kafka.ConnectionPool(settings.clientId, settings.network)
  }

  /** What the brokers know of these topics; of all, with null. */
  async metadata(topics: readonly string[] | null): Promise<Cluster> {
    const connection = await this.anyConnection()
    const response = await this.ask(connection, 'metadata', topics === null ? null : [...topics], false, false).catch(
      responseIn<kafka.metadataV12.MetadataResponse>,
    )
    this.#brokers = new Map(response.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    const found = new Map<string, TopicView>()
    const troubles = new Map<string, string>()
    for (const topic of response.topics) {
      const name = topic.name ?? ''
      const trouble = answerName(topic.errorCode)
      if (trouble !== null) troubles.set(name, trouble)
      else if (topics !== null || !topic.isInternal) found.set(name, topicView(name, topic))
    }
    return { topics: found, troubles }
  }

  /** The nodes that are known. */
  get nodes(): readonly number[] {
    return [...this.#brokers.keys()]
  }

  /** A connection to any broker. */
  async anyConnection(): Promise<kafka.Connection> {
    const known = [...this.#brokers.values()]
    return this.#opened(await this.#control.getFirstAvailable([...known, ...this.settings.brokers]))
  }

  /** A connection to a node that the metadata fetched last has; for requests that wait, with `data`. */
  async connectionTo(node: number, use: 'control' | 'data' = 'control'): Promise<kafka.Connection> {
    const broker = this.#brokers.get(node)
    if (broker === undefined) throw new kafka.NetworkError(`Node ${node} is not there.`)
    return this.#opened(await (use === 'data' ? this.#data : this.#control).get(broker))
  }

  #opened(connection: kafka.Connection): kafka.Connection {
    this.#hasConnected = true
    if (!this.#watched.has(connection)) {
      this.#watched.add(connection)
      connection.on('error', (error) => {
        this.#lastTrouble = error
      })
    }
    return connection
  }

  /** The node that coordinates a consumer group or a transactional id. */
  async coordinatorOf(kind: 'group' | 'transaction', name: string): Promise<number> {
    const connection = await this.anyConnection()
    const { coordinators } = await this.ask(connection, 'findCoordinator', kind === 'group' ? 0 : 1, [name])
    const [found] = coordinators
    if (found === undefined) throw new kafka.ProtocolError('COORDINATOR_NOT_AVAILABLE')
    this.#brokers = new Map([...this.#brokers, [found.nodeId, { host: found.host, port: found.port }]])
    return found.nodeId
  }

  /** Asks in the newest form that both sides have. */
  async ask<Name extends keyof Requests>(
    connection: kafka.Connection,
    name: Name,
    ...words: Requests[Name]['words']
  ): Promise<Requests[Name]['answer']> {
    const api = await this.requestOf(connection, name)
    return (await api.async(connection, ...words)) as Requests[Name]['answer']
  }

  /** The newest form of a request, such as `initProducerId`, that a broker and the library have, up to a version. */
  async requestOf(connection: kafka.Connection, name: string, versionMax = 32): Promise<AnyRequest> {
    const forms = formsOf(name)
    const versions = await this.#versionsOf(connection)
    const range = versions.get(forms[0]?.key ?? -1)
    const fitting = forms.filter(({ version }) => range !== undefined && version >= range.min && version <= Math.min(range.max, versionMax))
    const [newest] = fitting.sort((a, b) => b.version - a.version)
    if (newest === undefined) throw new kafka.UnsupportedApiError(`No form of ${name} suits the broker.`)
    return newest
  }

  /** Whether a broker knows a version of the request with a number. */
  async knows(connection: kafka.Connection, request: number, version: number): Promise<boolean> {
    const range = (await this.#versionsOf(connection)).get(request)
    return range !== undefined && version >= range.min && version <= range.max
  }

  #versionsOf(connection: kafka.Connection): Promise<ReadonlyMap<number, VersionRange>> {
    const known = this.#versions.get(connection)
    if (known !== undefined) return known
    const asked = askVersions(connection)
    this.#versions.set(connection, asked)
    asked.catch(() => this.#versions.delete(connection))
    return asked
  }

  /** Tries something again while that may help. The error at the end is a coded one; `action` says what was tried. */
  async persist<T>(attempt: () => Promise<T>, action: string, patience: Patience): Promise<T> {
    try {
      const telling = (): Promise<T> => this.#tellingWhy(attempt)
      return await persistently(telling, { ...patience, kindOf: (error) => this.kindOf(error), describe: describeKafkaFailure })
    } catch (error) {
      throw this.coded(error, action)
    }
  }

  async #tellingWhy<T>(attempt: () => Promise<T>): Promise<T> {
    this.#lastTrouble = null
    try {
      return await attempt()
    } catch (error) {
      const trouble: Error | null = this.#lastTrouble
      throw trouble === null || error instanceof MillraceError ? error : new AggregateError([error, trouble])
    }
  }

  kindOf(error: unknown): ReturnType<typeof kafkaFailureKind> {
    // What waits for answers fails when the client is closed, and that does not pass.
    return this.#isClosed ? 'unknown' : kafkaFailureKind(error, this.#hasConnected)
  }

  coded(error: unknown, action: string): ReturnType<typeof kafkaError> {
    return kafkaError(error, { address: this.settings.address, action })
  }

  /** Ends all connections; what waits for an answer fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.#control.close(), this.#data.close()])
  }
}

/** How patient a client is while its work is opened, and once it has begun. */
export function patienceOf(how: { readonly meter: Persistence['meter']; readonly clock: Clock; readonly signal: AbortSignal }): {
  readonly opening: Patience
  readonly running: Patience
} {
  return { opening: { ...how, retryMsMax: openingMsMax }, running: { ...how, retryMsMax: Number.POSITIVE_INFINITY } }
}

interface VersionRange {
  readonly min: number
  readonly max: number
}

async function askVersions(connection: kafka.Connection): Promise<ReadonlyMap<number, VersionRange>> {
  const ask = async (api: typeof kafka.apiVersionsV3.api): Promise<kafka.apiVersionsV3.ApiVersionsResponse> =>
    api.async(connection, 'millrace', '1')
  const { apiKeys } = await ask(kafka.apiVersionsV3.api).catch((error: unknown) => {
    if (kafka.findErrorBy(error as Error, 'apiId', 'UNSUPPORTED_VERSION') === null) throw error
    return ask(kafka.apiVersionsV1.api)
  })
  return new Map(apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, { min: minVersion, max: maxVersion }]))
}

const library: Readonly<Record<string, unknown>> = kafka

function formsOf(name: string): AnyRequest[] {
  return Array.from({ length: 33 }, (_, version) => (library[`${name}V${version}`] as { api?: AnyRequest } | undefined)?.api).filter(
    (api) => api !== undefined,
  )
}

function topicView(name: string, { topicId, partitions }: kafka.metadataV12.MetadataResponseTopic): TopicView {
  const views = partitions.map(({ partitionIndex, leaderId, leaderEpoch, errorCode }) => ({
    partition: partitionIndex,
    leader: answerName(errorCode) === 'LEADER_NOT_AVAILABLE' ? -1 : leaderId,
    leaderEpoch,
  }))
  return { name, id: topicId ?? '', partitions: views.sort((a, b) => a.partition - b.partition) }
}

/** The name of an error in an answer; null where there is none. */
export function answerName(code: number): string | null {
  return code === 0 ? null : (kafka.protocolErrorsCodesById[code] ?? `error ${code}`)
}

/** In the shape of the errors of the library. */
class AnswerError extends Error {
  readonly apiId: string

  constructor(apiId: string) {
    super(`Kafka answered ${apiId}`)
    this.apiId = apiId
  }
}

/** An error for what Kafka answered with, by the name of the answer. */
export function answered(name: string): Error {
  return new AnswerError(name)
}

/** The answer that an error about parts of it holds: what each part says is looked at there. */
function responseIn<T>(error: unknown): T {
  const { response } = error as { response?: T }
  if (response === undefined) throw error
  return response
}
