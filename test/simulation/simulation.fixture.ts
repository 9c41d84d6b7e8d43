/**
 * Histories of a statement: lives that are struck at some of their effects, one after another over the same world, until the work is
 * done. All chance comes from a seed.
 */
import { assert, type MillraceError } from '#base'
import { MemoryCatalog } from '#catalog'
import type { Connector, ConnectorTable } from '#connectors'
import { EmbeddedEngine, localHost } from '#engines'
import { QuerySession, UserFunctions } from '#query'
import { Dice } from '../oracle/random-query.ts'
import { type Blow, Life } from './life.fixture.ts'
import { ProgramCatcher } from './program-catcher.fixture.ts'
import { SimulatedBlobs, SimulatedDisk } from './simulated-disk.fixture.ts'
import { rowsOfSeed, sourceOf } from './simulated-source.fixture.ts'
import { SimulatedTable, sinkOf } from './simulated-table.fixture.ts'
import { functionsOf, type SimulatedStatement, tables } from './statements.fixture.ts'
import { VirtualTime } from './virtual-time.fixture.ts'

type EmbeddedProgram = Parameters<EmbeddedEngine['start']>[1]

/** What outlives a process. */
export class World {
  readonly #seed: number
  /** Whether tables that may have late rows have some. */
  readonly #isLate: boolean
  readonly disk = new SimulatedDisk()
  readonly written = new Map<string, SimulatedTable>()
  readonly #read = new Map<string, ReturnType<typeof rowsOfSeed>>()

  constructor(seed: number, isLate: boolean) {
    this.#seed = seed
    this.#isLate = isLate
  }

  rowsIn({ name, schema, options }: ConnectorTable): ReturnType<typeof rowsOfSeed> {
    const isLate = this.#isLate && options['late'] === 'true'
    const rows = this.#read.get(name) ?? rowsOfSeed(name, schema, Number(options['rows'] ?? 50), this.#seed, isLate)
    this.#read.set(name, rows)
    return rows
  }

  table(name: string): SimulatedTable {
    const table = this.written.get(name) ?? new SimulatedTable()
    this.written.set(name, table)
    return table
  }

  /** The rows of all tables that are written. */
  rows(): Record<string, string[]> {
    return Object.fromEntries([...this.written].map(([name, table]) => [name, table.rows()]))
  }
}

export interface LifeShape {
  readonly blow: Blow | null
  readonly workers: number
  /** Whether there is memory for state. */
  readonly hasMemory: boolean
  /** Null: the run is not durable. */
  readonly checkpointMs: number | null
}

export class Simulation {
  readonly time = new VirtualTime()
  readonly #functions = new UserFunctions(() => Promise.resolve(functionsOf(this.time)))
  #programs: { readonly withMemory: EmbeddedProgram; readonly without: EmbeddedProgram } | null = null
  #world = new World(0, false)
  #life = new Life(this.time, new Dice(0), null)

  private constructor() {}

  /** Compiles a statement once, for all its histories. */
  static async of({ sql, settings = {} }: SimulatedStatement): Promise<Simulation> {
    const simulation = new Simulation()
    const withMemory = await simulation.#compile(sql, settings)
    const without = await simulation.#compile(sql, { ...settings, 'taskmanager.memory.managed.size': '0' })
    simulation.#programs = { withMemory, without }
    return simulation
  }

  async #compile(sql: string, settings: Readonly<Record<string, string>>): Promise<EmbeddedProgram> {
    const catcher = new ProgramCatcher(this.#engine(null))
    const session = new QuerySession({
      createCatalog: () => new MemoryCatalog(),
      engine: catcher,
      settings,
      clock: this.time,
      loadFunction: (definition) => this.#functions.load(definition),
    })
    await session.run(`${tables};\n${sql}`, {}, new AbortController().signal)
    assert(catcher.caught !== null, 'the statement writes a table')
    return catcher.caught
  }

  #engine(life: Life | null): EmbeddedEngine {
    const openBlobs = () => new SimulatedBlobs(this.#world.disk, life ?? this.#life)
    const random = (): number => this.#life.dice.below(1 << 20) / (1 << 20)
    return new EmbeddedEngine({
      clock: this.time,
      openBlobs,
      workers: localHost({ clock: this.time, openBlobs, random, waitingBytesMax: 256 }),
      connectors: [this.#connector()],
      userFunction: (user) => this.#functions.callable(user),
    })
  }

  #connector(): Connector {
    return {
      name: 'simulated',
      options: [],
      source: (table) => sourceOf(table, () => ({ rows: this.#world.rowsIn(table), life: this.#life })),
      sink: (table) => {
        const takes = table.options['takes'] === 'upsert' ? 'upsert' : 'all'
        const written = (): SimulatedTable => {
          const found = this.#world.table(table.name)
          found.key = table.primaryKey.map((name) => table.schema.findIndex((column) => column.name === name))
          return found
        }
        return { takes, isShareable: true, open: (request) => sinkOf(written(), takes, () => this.#life).open(request) }
      },
    }
  }

  /** A new world. */
  begin(seed: number, isLate: boolean): World {
    this.#world = new World(seed, isLate)
    return this.#world
  }

  /** One life in the present world. Rejects with what made it fail but for a blow. */
  async live({ blow, workers, hasMemory, checkpointMs }: LifeShape, dice: Dice): Promise<Life> {
    const program = hasMemory ? this.#programs?.withMemory : this.#programs?.without
    assert(program !== undefined, 'the statement is compiled')
    const life = new Life(this.time, dice, blow)
    this.#life = life
    const durable =
      checkpointMs === null ? {} : { 'execution.checkpointing.dir': 'here', 'execution.checkpointing.interval': `${checkpointMs} ms` }
    const settings = { ...program.settings, 'parallelism.default': String(workers), ...durable }
    const engine = this.#engine(life)
    let isEnded = false
    let failure: unknown = null
    const begin = async (): Promise<void> => {
      await engine.start('job', { ...program, settings })
      engine
        .ended('job')
        .catch((error: unknown) => {
          failure = error
        })
        .finally(() => {
          isEnded = true
        })
    }
    try {
      await this.time.run(begin, () => isEnded || life.isDead)
    } catch (error) {
      failure = error
    }
    if (failure !== null && life.struck === null) throw failure as MillraceError
    life.isEnded = isEnded && failure === null
    life.isDead = true
    if (life.struck !== null) this.#world.disk.crash(dice)
    return life
  }
}
