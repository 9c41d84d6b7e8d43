/**
 * Sends what waits in the queues of partitions, to each broker what it leads.
 *
 * 1. Of a partition one batch is on its way at a time, and the next one follows when the broker has it: order is kept over all failures.
 * 2. A batch that is sent again has the same producer and sequence, and the broker leaves it out where it has it.
 * 3. What fails and may pass is tried again without end, after the leaders were looked for again; everything else ends the work.
 */
import { type Clock, timerMs } from '#base'
import type { ConnectorMeter } from '../connector-meter.ts'
import { pause } from '../pause.ts'
import type { KafkaClient, Patience } from './client.ts'
import { describeKafkaFailure } from './failure-of.ts'
import type { ProducerSeat } from './producer-seat.ts'
import type { CompressionName, PlacedRecord, ProducerIdentity } from './record-batch-encoder.ts'
import type { BatchStock, PartitionQueue } from './writer-partition.ts'
import { answerError, type ProduceAnswer, type ProducePart, produce } from './writer-produce.ts'
import type { Routes } from './writer-routes.ts'

export interface SenderSettings {
  readonly acks: number
  readonly compression: CompressionName
  readonly lingerMs: number
  readonly requestBytes: number
  readonly requestTimeoutMs: number
  /** Requests on their way to one broker. */
  readonly inFlightMax: number
  /** How often topics are looked at for new partitions. */
  readonly refreshMs: number
}

export interface SenderParts {
  readonly client: KafkaClient
  readonly routes: Routes
  readonly stock: BatchStock
  readonly seat: ProducerSeat
  readonly patience: Patience
  readonly meter: ConnectorMeter
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Takes a record that the broker refuses for good, or throws. */
  readonly refused: (queue: PartitionQueue, record: PlacedRecord, reason: string) => void
}

const pauseMsFirst = 100
const pauseMsMax = 10_000

/** Answers about records, not about the broker. */
const recordAnswers = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']

interface Waiter {
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class Sender {
  readonly #settings: SenderSettings
  readonly #parts: SenderParts
  readonly #inFlight = new Map<number, number>()
  #waiters: Waiter[] = []
  #flushing = 0
  #timer: NodeJS.Timeout | null = null
  #recovery: Promise<void> | null = null
  #troubles = 0
  #refreshedMs: number
  #failure: { readonly error: unknown } | null = null
  #isClosed = false

  constructor(settings: SenderSettings, parts: SenderParts) {
    this.#settings = settings
    this.#parts = parts
    this.#refreshedMs = parts.clock.monotonicMs()
    parts.signal.addEventListener('abort', () => this.#settle())
  }

  /** Throws what has ended the work. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error
  }

  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#parts.meter.wait(null)
    this.#settle()
  }

  /** Sends what is due, and sees to it that the rest is sent later. */
  pump(): void {
    if (this.#failure !== null || this.#isClosed) return
    if (this.#recovery === null) {
      this.#lookForPartitions()
      this.#sendDue()
    }
    if (this.#timer !== null || this.#parts.stock.bytes === 0) return
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        this.pump()
      },
      timerMs(Math.max(1, this.#settings.lingerMs)),
    )
  }

  /** Once in a while, beside the sending; what goes wrong is tried again the next time. */
  #lookForPartitions(): void {
    const { clock, patience, routes } = this.#parts
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#refreshedMs < this.#settings.refreshMs) return
    this.#refreshedMs = nowMs
    void routes.refresh({ ...patience, retryMsMax: 0 }).catch(() => undefined)
  }

  #sendDue(): void {
    const sinceMs = this.#flushing > 0 ? Number.POSITIVE_INFINITY : this.#parts.clock.monotonicMs() - this.#settings.lingerMs
    const due = new Map<number, PartitionQueue[]>()
    for (const queue of this.#parts.routes.queues()) {
      if (!queue.isDue(sinceMs)) continue
      const ofLeader = due.get(queue.leader)
      if (ofLeader === undefined) due.set(queue.leader, [queue])
      else ofLeader.push(queue)
    }
    if (due.delete(-1)) this.#recover(null)
    for (const [node, queues] of due) this.#sendTo(node, queues)
  }

  #sendTo(node: number, queues: readonly PartitionQueue[]): void {
    for (let from = 0; from < queues.length; ) {
      const underWay = this.#inFlight.get(node) ?? 0
      if (underWay >= this.#settings.inFlightMax) return
      let bytes = 0
      let to = from
      for (; to < queues.length; to++) {
        bytes += queues[to]?.first().length ?? 0
        if (to > from && bytes > this.#settings.requestBytes) break
      }
      this.#inFlight.set(node, underWay + 1)
      void this.#send(node, queues.slice(from, to))
      from = to
    }
  }

  async #send(node: number, queues: readonly PartitionQueue[]): Promise<void> {
    for (const queue of queues) queue.isBusy = true
    try {
      const producer = await this.#parts.seat.take(queues)
      const answers = await this.#request(node, producer, queues)
      for (const queue of queues) this.#answered(queue, answerFor(queue, answers, this.#settings.acks))
    } catch (error) {
      this.#trouble(error, queues[0]?.topic ?? '')
    } finally {
      for (const queue of queues) queue.isBusy = false
      this.#inFlight.set(node, (this.#inFlight.get(node) ?? 1) - 1)
      this.pump()
      this.#settle()
    }
  }

  async #request(node: number, producer: ProducerIdentity, queues: readonly PartitionQueue[]): Promise<ProduceAnswer[]> {
    const { client, seat, meter } = this.#parts
    const connection = await client.connectionTo(node, 'data')
    const { transactionalId } = seat
    const isTransactional = transactionalId !== null
    const parts = queues.map((queue): ProducePart => {
      const seal = { producer, baseSequence: queue.sequenceFor(producer), isTransactional }
      return { topic: queue.topic, partition: queue.partition, bytes: queue.first().seal(seal, this.#settings.compression) }
    })
    for (const { bytes } of parts) meter.bytes += bytes.length
    const { acks, requestTimeoutMs } = this.#settings
    return produce(client, connection, { transactionalId, acks, timeoutMs: requestTimeoutMs }, parts)
  }

  #answered(queue: PartitionQueue, { error, message }: Pick<ProduceAnswer, 'error' | 'message'>): void {
    const { seat, meter } = this.#parts
    if (error === null || error === 'DUPLICATE_SEQUENCE_NUMBER') {
      queue.acknowledge()
      this.#troubles = 0
      if (meter.waiting !== null && this.#recovery === null) meter.wait(null)
      return
    }
    if (recordAnswers.includes(error)) {
      if (queue.split()) return
      const record = queue.drop()
      if (record !== undefined) this.#parts.refused(queue, record, message ?? error)
      return
    }
    // Who writes has another name from now on, and counts from the beginning.
    if (!seat.renewsFor(error)) this.#trouble(seat.errorOf(error) ?? answerError(error), queue.topic)
  }

  #trouble(error: unknown, topic: string): void {
    const { client } = this.#parts
    const kind = client.kindOf(error)
    if (this.#isClosed) return
    if (kind === 'unreachable' || kind === 'busy' || kind === 'gone') this.#recover(error)
    else this.fail(client.coded(error, `write to topic "${topic}"`))
  }

  /** Pauses and looks for the leaders again. Nothing is sent meanwhile. */
  #recover(error: unknown): void {
    if (this.#recovery !== null) return
    const { meter, patience, routes } = this.#parts
    const reason = error === null ? 'a partition has no leader' : describeKafkaFailure(error)
    const again = async (): Promise<void> => {
      await this.#pause(reason)
      await routes.refresh(patience)
    }
    meter.retries++
    this.#recovery = again()
      .catch((cause: unknown) => this.fail(cause))
      .finally(() => {
        this.#recovery = null
        if (this.#failure === null && this.#troubles > 1) meter.wait(reason)
        this.pump()
      })
  }

  async #pause(reason: string): Promise<void> {
    const { meter, clock, signal } = this.#parts
    meter.wait(reason)
    const durationMs = Math.min(pauseMsMax, pauseMsFirst * 2 ** this.#troubles++) * (0.5 + Math.random() / 2)
    const untilMs = clock.monotonicMs() + durationMs
    while (!signal.aborted && !this.#isClosed && clock.monotonicMs() < untilMs) await pause(untilMs - clock.monotonicMs(), signal)
  }

  /** Sends everything, and resolves when the brokers have it. */
  async flush(): Promise<void> {
    this.check()
    this.#flushing++
    try {
      this.pump()
      await this.until(0)
    } finally {
      this.#flushing--
    }
  }

  /** Resolves when no more than so many bytes are on their way. */
  until(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ bytes, resolve, reject })
      this.#settle()
    })
  }

  #settle(): void {
    const { stock, signal } = this.#parts
    const failure = this.#failure ?? (this.#isClosed || signal.aborted ? { error: signal.reason } : null)
    const left: Waiter[] = []
    for (const waiter of this.#waiters) {
      if (failure !== null) waiter.reject(failure.error)
      else if (stock.bytes <= waiter.bytes) waiter.resolve()
      else left.push(waiter)
    }
    this.#waiters = left
  }

  /** Sends nothing more. Resolves when no request is on its way, or some time later. */
  async close(msMax: number): Promise<void> {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#parts.meter.wait(null)
    this.#settle()
    const { clock } = this.#parts
    const untilMs = clock.monotonicMs() + msMax
    const never = new AbortController().signal
    while ([...this.#inFlight.values()].some((count) => count > 0) && clock.monotonicMs() < untilMs) await pause(5, never)
  }
}

function answerFor(queue: PartitionQueue, answers: readonly ProduceAnswer[], acks: number): Pick<ProduceAnswer, 'error' | 'message'> {
  const found = answers.find(({ topic, partition }) => topic === queue.topic && partition === queue.partition)
  // Without acknowledgements what was sent counts as there.
  return found ?? { error: acks === 0 ? null : 'NETWORK_EXCEPTION', message: null }
}
