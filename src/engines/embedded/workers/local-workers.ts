/** The workers of one run that take turns in this thread: see local-host.ts. */
import { type Carrier, Exchanges, type Frame, weightOf } from '#dataflow'
import type { HostedRun, StartWorker } from './host.ts'
import type { LinkListener, WorkerLink } from './leader.ts'
import type { LocalHostShape } from './local-host.ts'
import type { Answer, Order } from './messages.ts'
import { Worker } from './worker.ts'

interface LocalWorker {
  readonly exchanges: Exchanges
  readonly worker: Worker
}

/** Something on its way between two workers, or between a worker and its leader. */
interface Sending {
  readonly arrive: () => void
}

export class LocalWorkers {
  readonly #shape: LocalHostShape
  readonly #run: HostedRun
  readonly #workers: (LocalWorker | undefined)[] = []
  /** What is on its way, by sender and receiver: each way keeps its order. */
  readonly #ways = new Map<string, Sending[]>()
  readonly #waiting = new Map<string, number>()
  #isMoving = false

  constructor(shape: LocalHostShape, run: HostedRun) {
    this.#shape = shape
    this.#run = run
  }

  readonly start: StartWorker = (index, listener) => {
    const { program, workers, checkpoints } = this.#run
    const place = { index, count: workers }
    const exchanges = new Exchanges(place, this.#carrier(index))
    const worker = new Worker({
      place,
      clock: this.#shape.clock,
      blobs: checkpoints === null ? null : this.#shape.openBlobs(checkpoints),
      instantiate: (collect) => program.instantiate(collect, exchanges),
      answer: (answer) => this.#send(`${index}>leader`, structuredClone(answer), (sent) => listener.answered(sent)),
    })
    this.#workers[index] = { exchanges, worker }
    this.#begin(worker, listener)
    return this.#link(index, worker)
  }

  #begin(worker: Worker, listener: LinkListener): void {
    worker.run().catch((error: unknown) => listener.lost(error as Error))
  }

  #link(index: number, worker: Worker): WorkerLink {
    return {
      order: (order) => this.#send<Order>(`leader>${index}`, structuredClone(order), (sent) => worker.follow(sent)),
      kill: () => Promise.resolve(),
      busyWith: () => null,
    }
  }

  #carrier(from: number): Carrier {
    const key = (exchange: number, sender: number, receiver: number): string => `${exchange}:${sender}>${receiver}`
    const add = (name: string, weight: number): void => void this.#waiting.set(name, (this.#waiting.get(name) ?? 0) + weight)
    const waiting = (to: number, exchange: number): number => this.#waiting.get(key(exchange, from, to)) ?? 0
    return {
      send: (to, exchange, frame) => {
        if (frame.kind === 'rows') add(key(exchange, from, to), weightOf(frame.rows))
        this.#send<Frame>(`${from}>${to}`, structuredClone(frame), (sent) => {
          this.#workers[to]?.exchanges.receive(from, exchange, sent)
          this.#workers[to]?.worker.wake()
        })
      },
      isFull: (to, exchange) => waiting(to, exchange) >= this.#shape.waitingBytesMax,
      waiting,
      release: (sender, exchange, weight) => {
        add(key(exchange, sender, from), -weight)
        this.#workers[sender]?.worker.wake()
      },
    }
  }

  #send<Sent extends Frame | Order | Answer>(way: string, sent: Sent, arrive: (sent: Sent) => void): void {
    const sendings = this.#ways.get(way) ?? []
    this.#ways.set(way, sendings)
    sendings.push({ arrive: () => arrive(sent) })
    if (this.#isMoving) return
    this.#isMoving = true
    setImmediate(this.#move)
  }

  /** Lets one thing arrive, of any way. */
  readonly #move = (): void => {
    const ways = [...this.#ways.entries()].filter(([, sendings]) => sendings.length > 0)
    const [, sendings] = ways[Math.floor(this.#shape.random() * ways.length)] ?? []
    const sending = sendings?.shift()
    this.#isMoving = ways.length > 1 || (sendings?.length ?? 0) > 0
    if (this.#isMoving) setImmediate(this.#move)
    sending?.arrive()
  }
}
