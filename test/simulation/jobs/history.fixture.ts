/** One history of a few jobs: forty minutes of trouble, struck servers and wishes at random, then a long quiet time. All chance comes from a seed. */
import type { JobSpec, RestartPolicy } from '#jobs'
import { MemoryStore } from '#store'
import { Dice } from '../../oracle/random-query.ts'
import { VirtualTime } from '../virtual-time.fixture.ts'
import { isOfUser, ServerLife, storeTrouble } from './server-life.fixture.ts'
import { SimulatedHost } from './simulated-host.fixture.ts'
import { Truth } from './truth.fixture.ts'

const cruelMs = 2_400_000
const quietMs = 1_200_000

export interface History {
  readonly troubles: readonly string[]
  readonly story: readonly string[]
  readonly deaths: number
  readonly starts: number
}

export async function historyOf(seed: number): Promise<History> {
  const time = new VirtualTime(cruelMs + quietMs + 600_000)
  const world = new World(seed, time)
  try {
    await time.run(
      async () => void world.play(),
      () => world.isOver,
    )
  } catch (error) {
    world.truth.troubles.push(String(error))
  }
  return { troubles: world.truth.troubles, story: world.truth.history, deaths: world.deaths, starts: world.truth.starts }
}

class World {
  readonly #dice: Dice
  readonly #time: VirtualTime
  readonly truth: Truth
  readonly #hosts: { readonly embedded: SimulatedHost; readonly flink: SimulatedHost }
  readonly #clock: { nowMs(): number; monotonicMs(): number; after(ms: number): Promise<void> }
  #life: ServerLife
  #skewMs = 0
  #ids = 0
  #requests = 0
  #isCruel = true
  /** Whether all hosts keep out orders that are called off. */
  readonly #isWary: boolean
  isOver = false
  deaths = 0

  constructor(seed: number, time: VirtualTime) {
    this.#dice = new Dice(seed)
    this.#time = time
    this.#clock = {
      nowMs: () => time.nowMs() + this.#skewMs,
      monotonicMs: () => time.monotonicMs(),
      after: (ms) => time.after(ms),
    }
    this.truth = new Truth(new MemoryStore(this.#clock), () => time.nowMs())
    const isWary = this.#dice.chance(70)
    this.#isWary = isWary
    const host = (source: string, isEmbedded: boolean) =>
      new SimulatedHost({ source, isEmbedded, isWary: isWary || isEmbedded }, this.truth, this.#clock, this.#dice)
    this.#hosts = { embedded: host('processes', true), flink: host('cluster', false) }
    this.#life = this.#nextLife()
  }

  async play(): Promise<void> {
    try {
      await this.#life.begin()
      await this.#create()
      this.#strike()
      void this.#servers()
      void this.#users()
      for (const host of Object.values(this.#hosts)) void this.#blows(host)
      void this.#clockJumps()
      await this.#time.after(cruelMs)
      await this.#calm()
      await this.#time.after(quietMs)
      this.truth.checkQuiet()
    } catch (error) {
      this.truth.troubles.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    this.isOver = true
  }

  async #create(): Promise<void> {
    for (let index = 0; index < 4; index++) {
      const spec = specOf(this.#dice, index)
      await this.#again(async () => void (await this.#life.jobs()?.create(spec, { by: 'ada', requestId: `create ${index}` })))
    }
  }

  /** Asks until the store has answered. */
  async #again(ask: () => Promise<void>): Promise<void> {
    for (let isDone = false; !isDone; ) {
      try {
        await ask()
        isDone = true
      } catch (error) {
        if (!(error instanceof Error) || error.message !== storeTrouble) throw error
      }
    }
  }

  async #calm(): Promise<void> {
    this.#isCruel = false
    for (const host of Object.values(this.#hosts)) {
      host.isCruel = false
      host.isReachable = true
    }
    this.truth.tell('quiet now')
    if (this.#life.isDead) return
    this.#life.isDead = true
    await Promise.all(Object.values(this.#hosts).map((host) => host.serverDied()))
  }

  #strike(): void {
    if (this.#isCruel) this.#life.strikeAt(1 + this.#dice.below(this.#dice.pick([5, 30, 150])))
  }

  #nextLife(): ServerLife {
    return new ServerLife({
      truth: this.truth,
      time: this.#clock,
      dice: this.#dice,
      hosts: this.#hosts,
      createId: () => `id${++this.#ids}`,
      noticed: () => this.#someoneAsks(),
    })
  }

  /** Servers that are struck, one after another. */
  async #servers(): Promise<void> {
    for (;;) {
      await this.#time.after(500)
      if (!this.#life.isDead) continue
      this.deaths += 1
      await this.#time.after(this.#dice.below(20_000))
      this.#life = this.#nextLife()
      this.#strike()
      this.truth.tell('a server begins')
      await this.#life.begin()
    }
  }

  async #blows(host: SimulatedHost): Promise<void> {
    for (;;) {
      await this.#time.after(20_000 + this.#dice.below(600_000))
      if (!this.#isCruel) return
      if (this.#dice.chance(60)) {
        this.truth.tell(`${host.source} cannot be reached`)
        host.isReachable = false
        await this.#time.after(5000 + this.#dice.below(400_000))
        host.isReachable = true
        this.truth.tell(`${host.source} can be reached`)
      } else {
        const blankMs = host.isEmbedded || this.#dice.chance(50) ? 0 : this.#dice.below(35_000)
        this.truth.tell(`${host.source} is started anew, blank for ${blankMs} ms`)
        await host.restart(blankMs)
      }
    }
  }

  /** Wall clocks are set; what lasts is measured by another one. */
  async #clockJumps(): Promise<void> {
    for (;;) {
      await this.#time.after(60_000 + this.#dice.below(900_000))
      if (!this.#isCruel) return
      this.#skewMs += this.#dice.pick([-7_200_000, -60_000, 60_000, 7_200_000, 0])
      this.truth.tell(`the clock jumps to ${this.#skewMs} ms`)
    }
  }

  async #users(): Promise<void> {
    for (;;) {
      await this.#time.after(1000 + this.#dice.below(90_000))
      this.#someoneAsks()
    }
  }

  /** Whoever asks a server that dies never hears of it. */
  #someoneAsks(): void {
    if (!this.#isCruel) return
    void this.#ask(`r${++this.#requests}`).catch((error: unknown) => {
      if (!isOfUser(error)) this.truth.troubles.push(error instanceof Error ? (error.stack ?? error.message) : String(error))
    })
  }

  async #ask(requestId: string): Promise<void> {
    const jobs = this.#life.jobs()
    const found = jobs?.list({ limit: 100 }).items ?? []
    if (jobs === null || found.length === 0) return
    const { card } = this.#dice.pick(found)
    const { id } = card
    const ask = { by: 'ada', requestId }
    const wish = this.#dice.pick(['start', 'start', 'start', 'restart', 'stop', 'change', 'change', 'savepoint', 'from', 'remove'] as const)
    this.truth.tell(`a user asks ${id} to ${wish}`)
    switch (wish) {
      case 'start':
        await jobs.start(id, {}, ask)
        return
      case 'restart':
        await jobs.restart(id, {}, ask)
        return
      case 'from':
        await this.#from(id, requestId)
        return
      case 'stop':
        await jobs.stop(id, this.#dice.pick(['checkpoint', 'savepoint', 'now']), ask)
        return
      case 'change': {
        const spec = { ...(await jobs.get(id)).spec, program: { kind: 'sql' as const, text: scriptOf(this.#dice) } }
        await jobs.change(id, spec, card.version, { restarts: this.#dice.chance(80) }, ask)
        return
      }
      case 'savepoint':
        await jobs.savepoint(id, ask)
        return
      case 'remove':
        // Whom an order reaches after a stop, it can reach after the end of a job, too: such a host breaks the rules.
        if (this.#isWary && this.#dice.chance(20)) await jobs.remove(id, this.#dice.pick(['stopped', 'stop-first']), ask)
    }
  }

  async #from(id: string, requestId: string): Promise<void> {
    const jobs = this.#life.jobs()
    const [savepoint] = jobs?.savepoints(id).filter(({ value }) => value.state === 'completed') ?? []
    const from =
      savepoint !== undefined && this.#dice.chance(60) ? { kind: 'savepoint' as const, id: savepoint.id } : { kind: 'empty' as const }
    await jobs?.restart(id, { from }, { by: 'ada', requestId })
  }
}

function scriptOf(dice: Dice): string {
  return dice.pick(['INSERT INTO a SELECT 1', 'INSERT INTO a SELECT 2', 'INSERT INTO a SELECT 3', 'bounded', 'wrong'])
}

function specOf(dice: Dice, index: number): JobSpec {
  const restart: RestartPolicy = dice.chance(15)
    ? { kind: 'never' }
    : { kind: 'back-off', delayMs: 1000, delayMsMax: 60_000, failuresMax: dice.pick([3, 20]), windowMs: 600_000 }
  return {
    name: `job ${index}`,
    description: '',
    folder: '',
    tags: [],
    owner: 'ada',
    program: { kind: 'sql', text: 'INSERT INTO a SELECT 0' },
    engine: dice.chance(50) ? { kind: 'embedded' } : { kind: 'flink', cluster: 'dev' },
    settings: {},
    variables: {},
    parallelism: 1,
    checkpointIntervalMs: 10_000,
    restart,
    upgrade: dice.chance(80) ? 'keep-state' : 'drop-state',
    latencyTier: 'seconds',
  }
}
