/** Jobs of a server without HTTP: records in memory, a clock that tests move, hosts that do what tests say. */
import type { Clock } from '#base'
import {
  ControlLoop,
  JobBook,
  type JobHost,
  type JobSpec,
  Jobs,
  type Planner,
  type RunEvidence,
  type RunOrder,
  type RunState,
  type SavepointSight,
  type SeenRun,
} from '#jobs'
import { MemoryStore } from '#store'

/** Time that stands still until it is moved; timers of the process run as they do. */
export class TestClock implements Clock {
  ms = 1_700_000_000_000

  nowMs(): number {
    return this.ms
  }

  monotonicMs(): number {
    return performance.now()
  }
}

/** A host whose runs begin at once, and which counts what it is asked. */
class TestHost implements JobHost {
  readonly source = 'test host'
  readonly runs = new Map<string, SeenRun>()
  readonly orders: RunOrder[] = []
  readonly disposed: string[] = []
  readonly calls = { observe: 0, observed: 0, start: 0, stop: 0, savepoint: 0, forget: 0 }
  /** Whether a call never ends. */
  hangs = false
  refuses: Error | null = null
  savepointSight: SavepointSight = { state: 'completed', place: 'a place', bytes: 5 }

  async start(order: RunOrder): Promise<void> {
    this.calls.start += 1
    await this.#answer()
    if (this.refuses !== null) throw this.refuses
    this.orders.push(order)
    this.set(order.jobId, 'running', { attempt: order.attempt, version: order.version })
  }

  async observe(jobIds: readonly string[]): Promise<ReadonlyMap<string, RunEvidence>> {
    this.calls.observe += 1
    this.calls.observed += jobIds.length
    await this.#answer()
    return new Map(jobIds.map((id) => [id, this.#evidence(id)]))
  }

  async stop(jobId: string, attempt: number): Promise<void> {
    this.calls.stop += 1
    await this.#answer()
    if (this.runs.get(jobId)?.attempt === attempt) this.set(jobId, 'stopped', { attempt })
  }

  async savepoint(jobId: string, attempt: number, { stops }: { readonly stops: boolean }): Promise<SavepointSight> {
    this.calls.savepoint += 1
    await this.#answer()
    if (stops && this.savepointSight.state === 'completed') this.set(jobId, 'stopped', { attempt })
    return this.savepointSight
  }

  async measure(): Promise<null> {
    return null
  }

  async forget(jobId: string): Promise<void> {
    this.calls.forget += 1
    await this.#answer()
    this.runs.delete(jobId)
  }

  async removeSavepoint(_jobId: string, _savepointId: string, place: string): Promise<void> {
    this.disposed.push(place)
  }

  set(jobId: string, state: RunState, changes: Partial<SeenRun> = {}): void {
    const before = this.runs.get(jobId)
    const first: SeenRun = { attempt: 1, version: 1, state, startedAt: 0, endedAt: null, failure: null, report: null }
    this.runs.set(jobId, { ...first, ...before, state, ...changes })
  }

  async #answer(): Promise<void> {
    if (this.hangs) await new Promise(() => undefined)
  }

  #evidence(jobId: string): RunEvidence {
    const run = this.runs.get(jobId)
    const at = 1_700_000_000_000
    return run === undefined ? { kind: 'absent', source: this.source, at } : { kind: 'present', source: this.source, at, run }
  }
}

const pace = { observeMs: 40, eagerMs: 5, repeatMs: 20, lossMs: 0 }

export class TestServer {
  readonly clock = new TestClock()
  readonly embedded = new TestHost()
  readonly flink = new TestHost()
  readonly reported: unknown[] = []
  #commits = 0
  #ids = 0
  #running: { readonly loop: ControlLoop; readonly jobs: Jobs; readonly book: JobBook } | null = null
  readonly store: MemoryStore
  readonly #planner: Planner | null

  constructor({ planner = null, store }: { readonly planner?: Planner | null; readonly store?: MemoryStore } = {}) {
    this.store = store ?? new MemoryStore(this.clock)
    this.#planner = planner
    this.store.watch(() => {
      this.#commits += 1
    })
  }

  async start(options: { readonly lookMsMax?: number; readonly orderMsMax?: number; readonly observeMs?: number } = {}): Promise<this> {
    const { clock, store } = this
    const book = await JobBook.load(store, clock)
    const paces = { ...pace, observeMs: options.observeMs ?? pace.observeMs }
    const loop = new ControlLoop({
      book,
      clock,
      hostOf: (engine) => (engine.kind === 'embedded' ? this.embedded : engine.cluster === 'dev' ? this.flink : null),
      paces: { embedded: paces, flink: paces },
      limits: { batchMax: 200, looksMax: 2, turnsMax: 32, lookMsMax: options.lookMsMax ?? 1000 },
      orderMsMax: options.orderMsMax ?? 1000,
      report: (error) => this.reported.push(error),
    })
    const jobs = new Jobs({ book, loop, planner: this.#planner, clock, createId: () => `id${++this.#ids}` })
    loop.start()
    this.#running = { loop, jobs, book }
    return this
  }

  async stop(): Promise<void> {
    await this.#running?.loop.stop()
  }

  get loop(): ControlLoop {
    return this.#parts().loop
  }

  get jobs(): Jobs {
    return this.#parts().jobs
  }

  get commits(): number {
    return this.#commits
  }

  #parts(): { readonly loop: ControlLoop; readonly jobs: Jobs } {
    if (this.#running === null) throw new Error('the server is started')
    return this.#running
  }
}

export function specOf(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    name: 'orders',
    description: 'what was ordered',
    folder: 'sales/daily',
    tags: ['gold'],
    owner: 'ada',
    program: { kind: 'sql', text: "INSERT INTO sums SELECT * FROM orders WHERE country = '${country}'" },
    engine: { kind: 'embedded' },
    settings: {},
    variables: { country: 'NL' },
    parallelism: 1,
    checkpointIntervalMs: 10_000,
    restart: { kind: 'back-off', delayMs: 100, delayMsMax: 60_000, failuresMax: 5, windowMs: 3_600_000 },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
    ...changes,
  }
}

export const ask = { by: 'ada' }
