/** An engine that keeps what statements write from the tables outside, and shows it instead: whoever tests a script writes nothing. */
import type { Batch, Schema } from '#data'
import { type Engine, EngineAround, type Program, type ResultListener } from '#engines'
import { type Plan, type TablePath, type Tables, withOptions } from '#plan'

/** Sees the rows that a table would have got. The batch is only valid during the call. */
export type Recorder = (table: string, schema: Schema, batch: Batch) => void

export class RecordingEngine extends EngineAround {
  readonly #record: Recorder
  /** By program: the table whose rows an output shows. */
  readonly #shown = new WeakMap<Program, ReadonlyMap<number, TableShown>>()
  /** Whether statements are kept from their tables now. */
  records = false

  constructor(engine: Engine, record: Recorder) {
    super(engine)
    this.#record = record
  }

  override load(plan: Plan, tables: Tables): Promise<void> {
    const kept = this.#keep(plan, tables)
    return super.load(kept.plan, kept.tables)
  }

  override compile(plan: Plan, tables: Tables, settings: Readonly<Record<string, string>>): Program {
    const kept = this.#keep(plan, tables)
    const program = super.compile(kept.plan, kept.tables, settings)
    this.#shown.set(program, kept.shown)
    return program
  }

  /** Inserts go into nothing, and beside each its rows are shown. */
  #keep(plan: Plan, tables: Tables): { readonly plan: Plan; readonly tables: Tables; readonly shown: ReadonlyMap<number, TableShown> } {
    const inserts = plan.outputs.flatMap((output) => (output.kind === 'insert' ? [output] : []))
    if (!this.records || inserts.length === 0) return { plan, tables, shown: new Map() }
    const written = inserts.map(({ table }) => table)
    const shown = written.map((path, index) => [plan.outputs.length + index, { name: path[2], columns: columnsOf(path, tables) }] as const)
    const outputs = [
      ...plan.outputs.map((output) => (output.kind === 'insert' ? { ...output, overwrite: false, options: {} } : output)),
      ...inserts.map(({ input }) => ({ kind: 'collect', input }) as const),
    ]
    return { plan: { ...plan, outputs }, tables: withoutConnectors(tables, written), shown: new Map(shown) }
  }

  override start(jobId: string, program: Program, results?: ResultListener): Promise<void> {
    const shown = this.#shown.get(program)
    return super.start(jobId, program, {
      changes: (output, schema, batch) => {
        const table = shown?.get(output)
        if (table === undefined) return results?.changes(output, schema, batch)
        const named = schema.map((column, index) => ({ ...column, name: table.columns[index] ?? column.name }))
        return this.#record(table.name, named, batch)
      },
    })
  }
}

interface TableShown {
  readonly name: string
  /** The columns that are written. */
  readonly columns: readonly string[]
}

function columnsOf(path: TablePath, tables: Tables): string[] {
  const columns = tables.table(path)?.columns ?? []
  return columns.flatMap((column) => (column.kind === 'physical' || (column.kind === 'metadata' && !column.virtual) ? [column.name] : []))
}

function withoutConnectors(tables: Tables, written: readonly TablePath[]): Tables {
  const isWritten = (path: TablePath): boolean => written.some((each) => each.every((part, index) => part === path[index]))
  return {
    table: (path) => {
      const definition = tables.table(path)
      return definition === undefined || !isWritten(path) ? definition : withOptions(definition, { connector: 'blackhole' })
    },
  }
}
