/**
 * One connection to a server, made anew where it was lost. Nothing is sent twice by itself: what was on its way when the connection broke
 * fails, and whoever sent it says whether it may be sent again.
 */
import { Command, Redis } from 'ioredis'
import type { Clock } from '#base'
import type { ConnectorMeter } from '../connector-meter.ts'
import { persistently } from '../failure.ts'
import { redisError, redisErrors, redisFailureKind, redisTrouble, replyText } from './errors.ts'
import type { RedisServer } from './options.ts'
import { answersOtherwise } from './tls-probe.ts'

export type Word = string | Buffer | number
export type RedisCommand = readonly Word[]
/** Texts and bytes come as bytes. */
export type Reply = Buffer | number | null | Error | readonly Reply[]

/** How long a server that is down is waited for when a run begins. */
const openingMsMax = 30_000

export interface ConnectionContext {
  readonly meter: ConnectorMeter
  readonly clock: Clock
  readonly signal: AbortSignal
}

export class RedisConnection {
  readonly #server: RedisServer
  readonly #context: ConnectionContext
  #client: Promise<Redis> | null = null
  #closed = false

  constructor(server: RedisServer, context: ConnectionContext) {
    this.#server = server
    this.#context = context
  }

  get address(): string {
    return this.#server.address
  }

  /** Does something again as long as the server is down; what fails for good is a coded error. */
  persist<T>(attempt: () => Promise<T>, retryMsMax = Number.POSITIVE_INFINITY): Promise<T> {
    const { meter, clock, signal } = this.#context
    const how = { kindOf: redisFailureKind, describe: redisTrouble, retryMsMax, meter, clock, signal }
    return persistently(attempt, how).catch((error: unknown) => {
      throw redisError(error, this.#server.address)
    })
  }

  /** Connects, and fails soon where that can never work. */
  async open(): Promise<void> {
    await this.persist(() => this.call('PING'), openingMsMax)
  }

  /** Sends commands together and gives a reply for each, which may be an error. Fails where the connection does. */
  async send(commands: readonly RedisCommand[], answerMsMax = this.#server.answerMsMax): Promise<Reply[]> {
    const client = await this.#connected()
    const sent = commands.map((words) => this.#sendOne(client, words))
    const timer = setTimeout(() => this.#drop(client), answerMsMax)
    try {
      const replies = await Promise.all(sent)
      const fatal = replies.find((reply) => reply instanceof Error && isOfConnection(reply))
      if (fatal instanceof Error) throw fatal
      return replies
    } catch (error) {
      this.#drop(client)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  /** One command; its error reply is raised. */
  async call(...words: RedisCommand): Promise<Reply> {
    const [reply = null] = await this.send([words])
    if (reply instanceof Error) throw reply
    return reply
  }

  /** All commands or, where the server takes one of them not at all, none. Gives a reply for each. */
  async transact(commands: readonly RedisCommand[]): Promise<readonly Reply[]> {
    const replies = await this.send([['MULTI'], ...commands, ['EXEC']])
    const answer = replies.at(-1) ?? null
    if (Array.isArray(answer)) return answer as readonly Reply[]
    const refusal = replies.find((reply) => reply instanceof Error)
    throw refusal ?? redisErrors.CONNECTORS_REDIS_UNREACHABLE({ address: this.#server.address })
  }

  /** What was on its way fails. */
  close(): void {
    this.#closed = true
    const client = this.#client
    this.#client = null
    client?.then(
      (open) => open.disconnect(),
      () => undefined,
    )
  }

  async #sendOne(client: Redis, words: RedisCommand): Promise<Reply> {
    const [name = '', ...rest] = words
    for (const word of words) this.#context.meter.bytes += typeof word === 'number' ? 8 : word.length
    try {
      return (await client.sendCommand(new Command(String(name), [...rest], { replyEncoding: null }))) as Reply
    } catch (error) {
      return error as Error
    }
  }

  #drop(client: Redis): void {
    client.disconnect()
    const known = this.#client
    void known?.then((open) => {
      if (open === client && this.#client === known) this.#client = null
    })
  }

  #connected(): Promise<Redis> {
    if (this.#closed) return Promise.reject(redisErrors.CONNECTORS_REDIS_UNREACHABLE({ address: this.#server.address }))
    if (this.#client !== null) return this.#client
    const opening = connect(this.#server)
    this.#client = opening
    opening.then(
      (client) => {
        if (this.#closed) client.disconnect()
        client.once('end', () => this.#drop(client))
      },
      () => {
        if (this.#client === opening) this.#client = null
      },
    )
    return opening
  }
}

/** Names the user and the database itself: the client would write what is wrong with a password to the console. */
async function connect(server: RedisServer): Promise<Redis> {
  const client = new Redis({
    host: server.host,
    port: server.port,
    ...(server.tls === null ? {} : { tls: server.tls }),
    connectTimeout: server.connectMsMax,
    protocol: 2,
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    disableClientInfo: true,
    retryStrategy: null,
    maxRetriesPerRequest: null,
  })
  let trouble: unknown
  client.on('error', (error: unknown) => {
    trouble ??= error
  })
  try {
    await client.connect()
    const { username, password, database } = server
    if (password !== null) await client.call('AUTH', ...(username === null ? [password] : [username, password]))
    await client.call('SELECT', String(database))
    return client
  } catch (error) {
    client.disconnect()
    // What is wrong with the socket says more than that it was closed.
    const first = isOfConnection(error) && trouble !== undefined ? trouble : error
    if (!isSilent(first) || !(await answersOtherwise(server))) throw first
    const detail = server.tls === null ? 'The server speaks TLS, and the table does not.' : 'The table speaks TLS, and the server does not.'
    throw redisErrors.CONNECTORS_REDIS_TLS_MISMATCH({ address: server.address }, { detail })
  }
}

/** Whether somebody is there, but does not answer. */
function isSilent(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return isOfConnection(error) && code !== 'ECONNREFUSED' && code !== 'EHOSTUNREACH' && code !== 'ENETUNREACH'
}

/** Whether an error says that there is no connection, or none of use: a server that turned into a replica is left. */
function isOfConnection(error: unknown): boolean {
  const text = error instanceof Error ? replyText(error.message) : ''
  return redisFailureKind(error) === 'unreachable' && !/^(?:LOADING|MASTERDOWN|NOREPLICAS) /.test(text)
}
