/**
 * A host of jobs in a world that can be cruel: orders are lost, late or doubled, answers do not come, it cannot be reached for minutes, its
 * runs die, and so does it. What it keeps is what a real one keeps: the newest attempt of each job, and checkpoints.
 */
import type { Failure } from '#base'
import type { JobHost, RunEvidence, RunOrder, RunState, SavepointOrder, SavepointSight, SeenRun } from '#jobs'
import type { Dice } from '../../oracle/random-query.ts'
import type { Truth } from './truth.fixture.ts'

export interface HostShape {
  readonly source: string
  /** Whether its runs end when the server does. */
  readonly isEmbedded: boolean
  /** Whether a stop keeps out the start that comes after it. */
  readonly isWary: boolean
}

/** Virtual time, as the world sees it. */
export interface Time {
  nowMs(): number
  after(ms: number): Promise<void>
}

interface SimulatedRun {
  readonly order: RunOrder
  state: RunState
  readonly startedAt: number
  endedAt: number | null
  failure: Failure | null
  /** Whether the host knows of it now; one that has just been started anew may not. */
  isKnown: boolean
}

type Fate = 'ok' | 'lost' | 'late' | 'doubled' | 'unanswered' | 'refused'

export class SimulatedHost implements JobHost {
  readonly source: string
  readonly isEmbedded: boolean
  readonly #isWary: boolean
  readonly #truth: Truth
  readonly #time: Time
  readonly #dice: Dice
  readonly #runs = new Map<string, SimulatedRun>()
  /** Attempts up to which a job has had its runs here, or was told that it will have none. */
  readonly #known = new Map<string, number>()
  readonly #savepoints = new Map<string, SavepointSight>()
  isReachable = true
  /** Whether the world does its worst. */
  isCruel = true

  constructor({ source, isEmbedded, isWary }: HostShape, truth: Truth, time: Time, dice: Dice) {
    this.source = source
    this.isEmbedded = isEmbedded
    this.#isWary = isWary
    this.#truth = truth
    this.#time = time
    this.#dice = dice
  }

  async start(order: RunOrder): Promise<void> {
    this.#truth.ordered(order)
    await this.#deliver(() => this.#arriveStart(order))
  }

  async stop(jobId: string, attempt: number, how: 'checkpoint' | 'now'): Promise<void> {
    await this.#deliver(() => this.#arriveStop(jobId, attempt, how))
  }

  async savepoint(jobId: string, attempt: number, { savepointId, stops }: SavepointOrder): Promise<SavepointSight> {
    return this.#deliver(() => this.#arriveSavepoint(jobId, attempt, savepointId, stops))
  }

  async observe(jobIds: readonly string[]): Promise<ReadonlyMap<string, RunEvidence>> {
    await this.#time.after(1 + this.#dice.below(this.isCruel ? 300 : 20))
    if (!this.isReachable) {
      if (this.#dice.chance(30)) await never()
      if (this.#dice.chance(30)) throw new Error(`refused, try ${this.#dice.below(1000)}`)
      return new Map(jobIds.map((id) => [id, { kind: 'unreachable', source: this.source, at: this.#time.nowMs(), reason: 'refused' }]))
    }
    const seen = new Map(jobIds.map((id) => [id, this.#evidence(id)]))
    await this.#time.after(1 + this.#dice.below(this.isCruel ? 300 : 20))
    return seen
  }

  async measure(): Promise<null> {
    return null
  }

  async forget(jobId: string): Promise<void> {
    await this.#deliver(() => {
      const run = this.#runs.get(jobId)
      if (run !== undefined && !isUp(run)) this.#runs.delete(jobId)
    })
  }

  async removeSavepoint(): Promise<void> {
    await this.#deliver(() => undefined)
  }

  #evidence(jobId: string): RunEvidence {
    const at = this.#time.nowMs()
    const run = this.#runs.get(jobId)
    if (run === undefined || !run.isKnown) return { kind: 'absent', source: this.source, at }
    const { order, state, startedAt, endedAt, failure } = run
    const seen: SeenRun = { attempt: order.attempt, version: order.version, state, startedAt, endedAt, failure, report: null }
    return { kind: 'present', source: this.source, at, run: seen }
  }

  /** What becomes of an order and of its answer. */
  async #deliver<T>(arrive: () => T): Promise<T> {
    const fate = this.#fate()
    await this.#time.after(1 + this.#dice.below(this.isCruel ? 2000 : 20))
    switch (fate) {
      case 'refused':
        throw new Error('refused')
      case 'lost':
        return never()
      case 'late':
        this.#arriveLater(arrive)
        return never()
      case 'doubled':
        this.#arriveLater(arrive)
        break
      case 'unanswered':
        arrive()
        return never()
      case 'ok':
        break
    }
    const answer = arrive()
    await this.#time.after(1 + this.#dice.below(this.isCruel ? 2000 : 20))
    return answer
  }

  #fate(): Fate {
    if (!this.isReachable) return this.#dice.pick(['refused', 'lost', 'late'])
    if (!this.isCruel || this.#dice.chance(70)) return 'ok'
    return this.#dice.pick(['lost', 'late', 'doubled', 'unanswered', 'refused'])
  }

  #arriveLater(arrive: () => unknown): void {
    void this.#time.after(5000 + this.#dice.below(150_000)).then(() => {
      try {
        arrive()
      } catch {
        // Nobody waits for the answer any more.
      }
    })
  }

  #arriveStart(order: RunOrder): void {
    const { jobId, attempt } = order
    if (attempt <= (this.#known.get(jobId) ?? 0)) return
    const before = this.#runs.get(jobId)
    if (before !== undefined && isUp(before)) throw new Error(`attempt ${before.order.attempt} is alive`)
    const run: SimulatedRun = { order, state: 'starting', startedAt: this.#time.nowMs(), endedAt: null, failure: null, isKnown: true }
    this.#known.set(jobId, attempt)
    this.#runs.set(jobId, run)
    this.#truth.began(this.source, order)
    void this.#live(run)
  }

  async #live(run: SimulatedRun): Promise<void> {
    await this.#time.after(this.#dice.below(this.isCruel ? 20_000 : 2000))
    if (run.state !== 'starting') return
    if (run.order.script.includes('wrong')) {
      this.#end(run, 'failed', failure('SQL_COLUMN_NOT_FOUND', 'user'))
      return
    }
    run.state = 'running'
    for (;;) {
      await this.#time.after(20_000 + this.#dice.below(60_000))
      if (run.state !== 'running') return
      if (run.isKnown || this.isEmbedded) this.#truth.checkpointed(run.order)
      if (this.isCruel && run.order.script.includes('bounded') && this.#dice.chance(20)) this.#end(run, 'finished')
      else if (this.isCruel && this.#dice.chance(8)) this.die(run)
    }
  }

  /** It fails; or is gone, and nobody knows why. */
  die(run: SimulatedRun): void {
    this.#end(run, 'failed', failure('PROCESS_DIED', this.#dice.pick(['external', 'internal'])))
    if (this.#dice.chance(30)) this.#runs.delete(run.order.jobId)
  }

  #end(run: SimulatedRun, state: 'finished' | 'stopped' | 'failed', why: Failure | null = null): void {
    if (!isUp(run)) return
    run.state = state
    run.endedAt = this.#time.nowMs()
    run.failure = why
    this.#truth.ended(this.source, run.order, state, why)
  }

  #arriveStop(jobId: string, attempt: number, how: 'checkpoint' | 'now'): void {
    if (this.#isWary) this.#known.set(jobId, Math.max(attempt, this.#known.get(jobId) ?? 0))
    const run = this.#runs.get(jobId)
    if (run === undefined || run.order.attempt !== attempt || !isUp(run)) return
    const wasRunning = run.state === 'running'
    run.state = 'stopping'
    void this.#time.after(how === 'now' ? 100 : this.#dice.below(15_000)).then(() => {
      if (run.state !== 'stopping') return
      if (this.isCruel && this.#dice.chance(5)) this.die(run)
      else {
        if (how === 'checkpoint' && wasRunning) this.#truth.checkpointed(run.order)
        this.#end(run, 'stopped')
      }
    })
  }

  #arriveSavepoint(jobId: string, attempt: number, savepointId: string, stops: boolean): SavepointSight {
    const known = this.#savepoints.get(savepointId)
    if (known !== undefined) return known
    const run = this.#runs.get(jobId)
    const isHere = run !== undefined && run.order.attempt === attempt && run.state === 'running'
    const sight: SavepointSight = isHere ? { state: 'in-progress' } : { state: 'failed', failure: failure('NOT_RUNNING', 'user') }
    this.#savepoints.set(savepointId, sight)
    if (isHere) void this.#save(run, savepointId, stops)
    return sight
  }

  async #save(run: SimulatedRun, savepointId: string, stops: boolean): Promise<void> {
    await this.#time.after(this.#dice.below(20_000))
    const fails = run.state !== 'running' || (this.isCruel && this.#dice.chance(20))
    const place = `place of ${savepointId}`
    this.#savepoints.set(
      savepointId,
      fails ? { state: 'failed', failure: failure('CHECKPOINT_TIMEOUT', 'external') } : { state: 'completed', place, bytes: 7 },
    )
    if (fails || !stops) return
    this.#truth.saved(run.order, place)
    this.#end(run, 'stopped')
  }

  /** Its runs die with it; or, where it finds them again, it does not know them for a while. */
  async restart(blankMs: number): Promise<void> {
    const runs = [...this.#runs.values()].filter(isUp)
    if (blankMs === 0) {
      for (const run of runs) this.die(run)
      return
    }
    for (const run of runs) run.isKnown = false
    await this.#time.after(blankMs)
    for (const run of runs) run.isKnown = true
  }

  /** The server is gone: what ran in processes of it takes a last checkpoint and ends. */
  async serverDied(): Promise<void> {
    if (!this.isEmbedded) return
    for (const run of [...this.#runs.values()].filter(isUp)) {
      if (run.state === 'running') this.#truth.checkpointed(run.order)
      this.#end(run, 'stopped')
    }
  }

  up(): readonly RunOrder[] {
    return [...this.#runs.values()].filter(isUp).map(({ order }) => order)
  }
}

function isUp({ state }: SimulatedRun): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping'
}

function failure(code: string, blame: Failure['blame']): Failure {
  return { code, blame, message: `it failed as ${code}`, detail: null, hint: null, position: null, causes: [] }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
