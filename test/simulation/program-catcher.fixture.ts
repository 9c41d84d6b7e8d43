/** An engine that compiles and does not run: whoever has the program may run it as often as it wants. */
import type { EmbeddedEngine, Engine, Observation } from '#engines'
import type { Plan, Scan, TableSize, Tables } from '#plan'

type EmbeddedProgram = Parameters<EmbeddedEngine['start']>[1]

export class ProgramCatcher implements Engine<EmbeddedProgram> {
  readonly #engine: EmbeddedEngine
  /** The program that was to be started last. */
  caught: EmbeddedProgram | null = null

  constructor(engine: EmbeddedEngine) {
    this.#engine = engine
  }

  get name(): Engine['name'] {
    return this.#engine.name
  }

  get capabilities(): Engine['capabilities'] {
    return this.#engine.capabilities
  }

  load(plan: Plan, tables: Tables): Promise<void> {
    return this.#engine.load(plan, tables)
  }

  readsFields(scan: Scan, tables: Tables): boolean {
    return this.#engine.readsFields(scan, tables)
  }

  sizeOf(scan: Scan, tables: Tables, isMeasured: boolean): Promise<TableSize | null> {
    return this.#engine.sizeOf(scan, tables, isMeasured)
  }

  compile(plan: Plan, tables: Tables, settings: Readonly<Record<string, string>>): EmbeddedProgram {
    return this.#engine.compile(plan, tables, settings)
  }

  start(_jobId: string, program: EmbeddedProgram): Promise<void> {
    this.caught = program
    return Promise.resolve()
  }

  measure(): Promise<null> {
    return Promise.resolve(null)
  }

  observe(): Promise<Observation> {
    const report = {
      resumedFrom: null,
      rowsIn: 0,
      rowsOut: 0,
      skippedRows: 0,
      lateRows: 0,
      watermarkMs: null,
      readyMs: null,
      pausesMs: [],
      spilledBytes: 0,
      startedAt: 0,
      durationMs: 0,
    }
    return Promise.resolve({ kind: 'present', source: 'nowhere', at: 0, state: 'finished', error: null, report })
  }

  ended(): Promise<void> {
    return Promise.resolve()
  }

  stop(): Promise<void> {
    return Promise.resolve()
  }

  forget(): void {}
}
