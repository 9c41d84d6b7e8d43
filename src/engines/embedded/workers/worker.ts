/** One worker of a run: it runs its share of the plan, and follows the orders of its leader. */
import type { Clock } from '#base'
import type { BlobStore } from '#blobs'
import { packBatch, type WorkerPlace } from '#dataflow'
import { WorkerState } from '../checkpoint/worker-state.ts'
import { embeddedErrors } from '../errors.ts'
import type { CollectListener, Instance } from '../program.ts'
import { Run } from '../run.ts'
import { ToldMarks } from '../source-times.ts'
import { JointCommits } from './joint-commits.ts'
import { type Answer, type Order, sendError } from './messages.ts'

/** How often a worker tells how far it is. */
const progressMs = 250

/** Batches to be shown that may be on their way to the leader. */
const shownMax = 4

export interface WorkerShape {
  readonly place: WorkerPlace
  readonly clock: Clock
  /** Null where there is nothing to go on from. */
  readonly blobs: BlobStore | null
  readonly instantiate: (collect: CollectListener) => Instance
  readonly answer: (answer: Answer) => void
}

export class Worker {
  readonly #answer: (answer: Answer) => void
  readonly #state: WorkerState
  readonly #commits: JointCommits
  readonly #run: Run
  readonly #peers: ToldMarks
  readonly instance: Instance
  #showing = 0
  #shown = Promise.withResolvers<void>()

  constructor({ place, clock, blobs, instantiate, answer }: WorkerShape) {
    this.#answer = answer
    this.#peers = new ToldMarks((marks) => answer({ kind: 'aligned', marks }))
    this.instance = instantiate((output, _schema, batch) => this.#show(output, batch))
    this.#state = new WorkerState(this.instance, blobs, place)
    this.#commits = new JointCommits(place.index, this.#state, answer)
    this.#run = new Run(this.instance, clock, this.#commits, null, this.#peers)
  }

  /** Something has arrived from another worker. */
  wake(): void {
    this.#run.wake()
  }

  /** Runs to the end, and tells of it; never rejects. */
  async run(): Promise<void> {
    const progress = setInterval(() => this.#tell(), progressMs)
    let error: unknown = null
    try {
      await this.#run.run()
    } catch (caught) {
      error = caught
    }
    clearInterval(progress)
    this.#tell()
    this.#answer({ kind: 'ended', report: this.#run.report(), error: error === null ? null : sendError(error) })
  }

  #tell(): void {
    this.#answer({ kind: 'progress', report: this.#run.report(), metrics: this.#run.operatorMetrics() })
  }

  follow(order: Order): void {
    switch (order.kind) {
      case 'begin':
        void this.#begin(order)
        return
      case 'cut':
        this.#commits.ordered(order)
        return
      case 'commit':
        void this.#commits.release(order.sinks)
        return
      case 'enough':
        this.#run.readNoMore()
        return
      case 'stop':
        this.#run.stop()
        this.#answer({ kind: 'stopping' })
        return
      case 'align':
        this.#peers.hear(order.marks)
        this.#run.wake()
        return
      case 'shown':
        this.#showing -= 1
        this.#shown.resolve()
        this.#shown = Promise.withResolvers()
        return
      case 'abandon':
        this.#commits.abandon(embeddedErrors.ENGINE_WORKER_ABANDONED())
    }
  }

  async #begin({ beginning, workId, manifest }: Extract<Order, { kind: 'begin' }>): Promise<void> {
    this.#tell()
    try {
      this.#state.belongTo(workId)
      if (manifest !== null) await this.#state.restore(manifest)
      this.#commits.started({ ...beginning, sources: new Map(beginning.sources.map((source) => [source.id, source])) })
    } catch (error) {
      this.#commits.abandon(error)
    }
  }

  #show(output: number, batch: Parameters<CollectListener>[2]): void | Promise<void> {
    this.#showing += 1
    this.#answer({ kind: 'rows', output, rows: packBatch(batch, null, batch.length) })
    if (this.#showing > shownMax) return this.#untilShown()
  }

  async #untilShown(): Promise<void> {
    while (this.#showing > shownMax) await this.#shown.promise
  }
}
