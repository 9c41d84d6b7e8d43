/**
 * The transactions of one writer: one is open, and takes the messages from one checkpoint to the next; what was prepared waits for its
 * commit, which may come in a later life.
 *
 * An id is taken over anew each time before it is used, by the producer that had it: another run that took it over meanwhile is noticed,
 * and what an old checkpoint names is never mistaken for what is open now.
 */
import type { Clock } from '#base'
import type { KafkaClient, Patience } from './client.ts'
import { kafkaErrors } from './errors.ts'
import type { ProducerIdentity } from './record-batch-encoder.ts'
import type { TransactionIds } from './transaction-ids.ts'
import { answerAmong, type TopicPartitions, TransactionRequests } from './transaction-requests.ts'

/** What a checkpoint keeps of a transaction, as JSON. */
export interface TransactionRecord {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
  /** Epoch milliseconds. */
  readonly begunAtMs: number
  readonly timeoutMs: number
}

export interface TransactionSettings {
  readonly client: KafkaClient
  readonly ids: TransactionIds
  readonly prefix: string
  readonly table: string
  readonly timeoutMs: number
  readonly clock: Clock
}

interface Turn {
  readonly id: string
  producer: ProducerIdentity
  isUsed: boolean
}

/** Answers that say that the producer is not, or is no more, the one that may write. */
const fencedAnswers = [
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTION_COORDINATOR_FENCED',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
  'UNKNOWN_PRODUCER_ID',
  'TRANSACTION_ABORTABLE',
]

export class Transactions {
  readonly #settings: TransactionSettings
  readonly #requests: TransactionRequests
  readonly #turns: Turn[] = []
  #current = 0
  #begun: Promise<ProducerIdentity> | null = null
  #begunAtMs: number | null = null
  #added: Promise<void> = Promise.resolve()
  /** What was added last. */
  #topics: TopicPartitions[] = []
  /** Prepared, and not committed. */
  readonly #pending = new Set<string>()
  #patience: Patience

  constructor(settings: TransactionSettings, opening: Patience) {
    this.#settings = settings
    this.#requests = new TransactionRequests(settings.client)
    this.#patience = opening
  }

  /** Commits what a life before had prepared, `own` being this writer's, and then takes its ids over, which aborts all else. */
  async open(own: TransactionRecord | null, left: readonly TransactionRecord[], writers: number | null): Promise<void> {
    const records = own === null ? left : [own, ...left]
    for (const record of records) await this.commit(record)
    const { ids } = this.#settings
    const turns = ids.own.map(async (id): Promise<Turn> => {
      const committed = records.find(({ transactionalId }) => transactionalId === id)
      return committed === undefined
        ? { id, producer: await this.#init(id, null), isUsed: false }
        : { id, producer: producerOf(committed), isUsed: true }
    })
    this.#turns.push(...(await Promise.all(turns)))
    this.#current = (this.#turns.findIndex(({ isUsed }) => isUsed) + 1) % this.#turns.length
    if (writers !== null) await this.#abortFrom(writers, new Set(records.map(({ transactionalId }) => transactionalId)))
  }

  /** From here on brokers are waited for as long as that may take. */
  run(patience: Patience): void {
    this.#patience = patience
  }

  get id(): string {
    return this.#turn.id
  }

  get #turn(): Turn {
    return this.#turns[this.#current] as Turn
  }

  /** Whether the open transaction has messages. */
  get isOpen(): boolean {
    return this.#begunAtMs !== null
  }

  /** Begins a transaction, if none is begun, and says who writes in it. */
  begin(): Promise<ProducerIdentity> {
    this.#begun ??= this.#begin(this.#turn)
    this.#begun.catch(() => undefined)
    return this.#begun
  }

  async #begin(turn: Turn): Promise<ProducerIdentity> {
    if (turn.isUsed) turn.producer = await this.#init(turn.id, turn.producer)
    turn.isUsed = true
    return turn.producer
  }

  /** Messages of these partitions follow. */
  add(topics: TopicPartitions[]): Promise<void> {
    // The coordinator answers one after the other.
    const added = this.#added.then(() => this.#add(topics))
    this.#added = added.catch(() => undefined)
    return added
  }

  async #add(topics: TopicPartitions[]): Promise<void> {
    this.#topics = topics
    const producer = await this.begin()
    this.#begunAtMs ??= this.#settings.clock.nowMs()
    try {
      await this.#requests.addPartitions(this.id, producer, topics, this.#patience)
    } catch (error) {
      throw this.errorOf(error)
    }
  }

  /** Lets the open transaction wait for its commit; null when there is none. All its messages have arrived. */
  async prepare(): Promise<TransactionRecord | null> {
    const begunAtMs = this.#begunAtMs
    if (begunAtMs === null) return null
    // Adding again what it has changes nothing; it fails where the transaction is open no more, while nothing is lost yet.
    await this.add(this.#topics)
    const { id, producer } = this.#turn
    this.#begunAtMs = null
    this.#begun = null
    this.#current = (this.#current + 1) % this.#turns.length
    this.#pending.add(id)
    const { timeoutMs } = this.#settings
    return { transactionalId: id, producerId: String(producer.id), producerEpoch: producer.epoch, begunAtMs, timeoutMs }
  }

  async commit(record: TransactionRecord): Promise<void> {
    try {
      await this.#requests.end(record.transactionalId, producerOf(record), true, this.#patience)
      this.#pending.delete(record.transactionalId)
    } catch (error) {
      const answer = answerAmong(error, fencedAnswers)
      throw answer === null ? this.#coded(error) : this.#lost(record, answer)
    }
  }

  /** Aborts what is open, and with `all` also what was prepared and not committed. */
  async abort(all: boolean, patience: Patience): Promise<void> {
    const ids = new Set([...(this.isOpen ? [this.id] : []), ...(all ? this.#pending : [])])
    const aborted = this.#turns.flatMap(({ id, producer }) => (ids.has(id) ? [this.#requests.end(id, producer, false, patience)] : []))
    await Promise.allSettled(aborted)
  }

  /** Aborts what writers left open that are no more. */
  async #abortFrom(writers: number, committed: ReadonlySet<string>): Promise<void> {
    const { ids } = this.#settings
    const open = await this.#requests.openIds(this.#patience)
    if (open !== null) {
      const gone = open.filter((id) => (ids.writerOf(id) ?? -1) >= writers && !committed.has(id))
      await Promise.all(gone.map((id) => this.#init(id, null)))
      return
    }
    for (let writer = writers; ; writer++) {
      const rest = ids.of(writer).filter((id) => !committed.has(id))
      const producers = await Promise.all(rest.map((id) => this.#init(id, null)))
      // Ids that are new to the broker: nobody has ever been this writer.
      if (rest.length === ids.of(writer).length && producers.every(({ epoch }) => epoch === 0)) return
    }
  }

  async #init(id: string, owner: ProducerIdentity | null): Promise<ProducerIdentity> {
    try {
      return await this.#requests.init(id, this.#settings.timeoutMs, owner, this.#patience)
    } catch (error) {
      throw this.errorOf(error)
    }
  }

  /** What an error means for the transaction that is open. */
  errorOf(error: unknown): Error {
    const answer = answerAmong(error, fencedAnswers)
    return (answer === null ? null : this.fenced(answer)) ?? this.#coded(error)
  }

  /** The error of an answer that says that this producer may not write any more; null for others. */
  fenced(answer: string): Error | null {
    if (!fencedAnswers.includes(answer)) return null
    const { prefix, timeoutMs, table } = this.#settings
    const begunAtMs = this.#begunAtMs
    if (begunAtMs !== null && this.#settings.clock.nowMs() - begunAtMs >= timeoutMs)
      return kafkaErrors.CONNECTORS_KAFKA_TRANSACTION_TIMED_OUT({ table, timeoutMs })
    return kafkaErrors.CONNECTORS_KAFKA_WRITER_FENCED({ table, prefix })
  }

  #coded(error: unknown): Error {
    const { client, table, timeoutMs, prefix } = this.#settings
    if (answerAmong(error, ['INVALID_TRANSACTION_TIMEOUT']) !== null)
      return kafkaErrors.CONNECTORS_KAFKA_TRANSACTION_TIMEOUT_REFUSED({ table, timeoutMs })
    return client.coded(error, `write transactions "${prefix}-…" of table "${table}"`)
  }

  #lost({ transactionalId, begunAtMs, timeoutMs }: TransactionRecord, answer: string): Error {
    const openMs = this.#settings.clock.nowMs() - begunAtMs
    const reason = answer === 'INVALID_PRODUCER_ID_MAPPING' ? 'forgotten' : openMs >= timeoutMs ? 'expired' : 'taken-over'
    const { detail, hint } = lossReasons[reason]
    return kafkaErrors.CONNECTORS_KAFKA_TRANSACTION_LOST(
      { id: transactionalId, table: this.#settings.table },
      {
        detail: detail(Math.round(openMs / 1000), timeoutMs),
        hint: `${hint} To go on without these rows, start once with 'sink.delivery-guarantee' = 'none'.`,
      },
    )
  }
}

interface LossReason {
  readonly detail: (openSeconds: number, timeoutMs: number) => string
  readonly hint: string
}

const lossReasons: Readonly<Record<'forgotten' | 'expired' | 'taken-over', LossReason>> = {
  forgotten: {
    detail: () => "Kafka has forgotten it, as it does after 'transactional.id.expiration.ms'. It may have been committed before that.",
    hint: "Raise 'transactional.id.expiration.ms' of the brokers to more than a run is ever away.",
  },
  expired: {
    detail: (openSeconds, timeoutMs) => `It was begun ${openSeconds} s ago, and Kafka aborts transactions after ${timeoutMs} ms.`,
    hint: "Set 'properties.transaction.timeout.ms', and 'transaction.max.timeout.ms' of the brokers, to more than a run is ever away.",
  },
  'taken-over': {
    detail: () => 'Another run that has the same ids of transactions has aborted it, or has used its id again.',
    hint: "Give each run a 'sink.transactional-id-prefix' of its own.",
  },
}

function producerOf({ producerId, producerEpoch }: TransactionRecord): ProducerIdentity {
  return { id: BigInt(producerId), epoch: producerEpoch }
}
