/** An engine that also shows the rows that its plans write: each insert gets a second output that collects. */
import type { Batch, Schema } from '#data'
import { type Engine, EngineAround, type Program, type ResultListener } from '#engines'
import type { Plan, Tables } from '#plan'

/** Sees the rows that a statement writes to its tables, as they go there. The batch is only valid during the call. */
export type InsertWatch = (table: string, schema: Schema, batch: Batch) => void

export class WatchedEngine<P extends Program> extends EngineAround<P> {
  readonly #watch: InsertWatch
  /** The tables that a program writes, by the output that collects their rows. */
  readonly #watched = new WeakMap<P, ReadonlyMap<number, string>>()

  constructor(engine: Engine<P>, watch: InsertWatch) {
    super(engine)
    this.#watch = watch
  }

  override compile(plan: Plan, tables: Tables, settings: Readonly<Record<string, string>>): P {
    const written = plan.outputs.flatMap((output) => (output.kind === 'insert' ? [output] : []))
    const collected = written.map(({ input }) => ({ kind: 'collect', input }) as const)
    const program = super.compile({ outputs: [...plan.outputs, ...collected] }, tables, settings)
    this.#watched.set(program, new Map(written.map((output, index) => [plan.outputs.length + index, output.table[2]])))
    return program
  }

  override start(jobId: string, program: P, results?: ResultListener): Promise<void> {
    return super.start(jobId, program, {
      changes: (output, schema, batch) => {
        const table = this.#watched.get(program)?.get(output)
        return table === undefined ? results?.changes(output, schema, batch) : this.#watch(table, schema, batch)
      },
    })
  }
}
