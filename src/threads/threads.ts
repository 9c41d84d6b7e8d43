/** Starts the threads of a run, and carries orders and answers between each of them and its leader. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { MessageChannel, type MessagePort, Worker as Thread } from 'node:worker_threads'
import type { Answer, HostedRun, LinkListener, Order, ThreadShape, UserCall, WorkerLink } from '#engines'
import type { UserFunction } from '#plan'
import type { ThreadData } from './run-thread.ts'
import { createCounts } from './thread-carrier.ts'

const bytesPerMb = 1_048_576

/**
 * A thread that has come to its limit gets 16 MB more to end in. What is young and becomes old by then has to fit into that, or the whole
 * process ends; with Node's 48 MB it does not.
 */
const maxYoungGenerationSizeMb = 16

export class Threads {
  readonly #entry: URL
  readonly #hosted: HostedRun
  readonly #run: ThreadShape
  readonly #secrets: Readonly<Record<string, string>>
  readonly #counts: SharedArrayBuffer
  readonly #busy: SharedArrayBuffer
  readonly #showing: SharedArrayBuffer
  readonly #ports: (MessagePort | null)[][]

  constructor(entry: URL, hosted: HostedRun, secrets: Readonly<Record<string, string>>) {
    const { program, workers, exchanges } = hosted
    // Else a thread at its limit may end the process before it is ended itself.
    setFlagsFromString('--no-detect-ineffective-gcs-near-heap-limit')
    this.#entry = entry
    this.#hosted = hosted
    this.#secrets = secrets
    this.#run = program.toThreads()
    this.#counts = createCounts(workers, exchanges)
    this.#busy = new SharedArrayBuffer(workers * 8)
    this.#showing = new SharedArrayBuffer(workers * 4)
    this.#ports = Array.from({ length: workers }, () => Array.from({ length: workers }, () => null))
    for (let from = 0; from < workers; from++) for (let to = from + 1; to < workers; to++) this.#connect(from, to)
  }

  #connect(from: number, to: number): void {
    const { port1, port2 } = new MessageChannel()
    const [own, other] = [this.#ports[from], this.#ports[to]]
    if (own !== undefined) own[to] = port1
    if (other !== undefined) other[from] = port2
  }

  start(index: number, listener: LinkListener): WorkerLink {
    const { workers, checkpoints, program } = this.#hosted
    const functions = program.userFunctions
    const ports = this.#ports[index] ?? []
    const place = { index, count: workers }
    const shared = { busy: this.#busy, showing: this.#showing }
    const data: ThreadData = {
      run: this.#run,
      place,
      checkpoints,
      ports,
      counts: this.#counts,
      ...shared,
      functions,
      secrets: this.#secrets,
    }
    const transferList = ports.filter((port) => port !== null)
    // Without limits of its own a thread that needs too much memory takes the process with it.
    const maxOldGenerationSizeMb = Math.floor(getHeapStatistics().heap_size_limit / bytesPerMb)
    const resourceLimits = { maxOldGenerationSizeMb, maxYoungGenerationSizeMb }
    const thread = new Thread(this.#entry, { workerData: data, transferList, resourceLimits })
    return new ThreadLink(thread, index, shared, functions, listener)
  }
}

class ThreadLink implements WorkerLink {
  readonly #thread: Thread
  readonly #index: number
  readonly #busy: Int32Array
  readonly #showing: Int32Array
  readonly #functions: readonly UserFunction[]
  #isOver = false

  constructor(
    thread: Thread,
    index: number,
    shared: Pick<ThreadData, 'busy' | 'showing'>,
    functions: readonly UserFunction[],
    listener: LinkListener,
  ) {
    this.#thread = thread
    this.#index = index
    this.#busy = new Int32Array(shared.busy)
    this.#showing = new Int32Array(shared.showing)
    this.#functions = functions
    thread.on('message', (answer: Answer) => {
      if (answer.kind === 'ended') this.#isOver = true
      listener.answered(answer)
    })
    thread.on('error', (error) => this.#lose(listener, error))
    thread.on('exit', () => this.#lose(listener, null))
  }

  order(order: Order): void {
    if (order.kind === 'shown') {
      Atomics.sub(this.#showing, this.#index, 1)
      Atomics.notify(this.#showing, this.#index)
    }
    this.#thread.postMessage(order)
  }

  async kill(): Promise<void> {
    this.#isOver = true
    await this.#thread.terminate()
  }

  busyWith(): UserCall | null {
    const name = this.#functions[Atomics.load(this.#busy, this.#index * 2) - 1]?.name
    return name === undefined ? null : { name, number: Atomics.load(this.#busy, this.#index * 2 + 1) }
  }

  #lose(listener: LinkListener, error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    listener.lost(error)
  }
}
