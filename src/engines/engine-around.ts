/** An engine that leaves everything to another: what those begin with that change some of it on the way. */
import type { ConnectionDefinition, Plan, Scan, TableDefinition, TableSize, Tables } from '#plan'
import type { Engine, KeptWork, Observation, Program, ResultListener, RunSettings, SourceChanges } from './engine.ts'

export class EngineAround<P extends Program = Program> implements Engine<P> {
  protected readonly engine: Engine<P>

  constructor(engine: Engine<P>) {
    this.engine = engine
  }

  get name(): Engine['name'] {
    return this.engine.name
  }

  get capabilities(): Engine['capabilities'] {
    return this.engine.capabilities
  }

  load(plan: Plan, tables: Tables): Promise<void> {
    return this.engine.load(plan, tables)
  }

  readsFields(scan: Scan, tables: Tables): boolean {
    return this.engine.readsFields(scan, tables)
  }

  changesOf(scan: Scan, tables: Tables): SourceChanges {
    return this.engine.changesOf(scan, tables)
  }

  sizeOf(scan: Scan, tables: Tables, isMeasured: boolean): Promise<TableSize | null> {
    return this.engine.sizeOf(scan, tables, isMeasured)
  }

  checkConnection(connection: ConnectionDefinition): Promise<void> {
    return this.engine.checkConnection(connection)
  }

  describeOptions(clause: TableDefinition['options']): ReturnType<Engine['describeOptions']> {
    return this.engine.describeOptions(clause)
  }

  waysOf(table: TableDefinition): ReturnType<Engine['waysOf']> {
    return this.engine.waysOf(table)
  }

  compile(plan: Plan, tables: Tables, settings: RunSettings): P {
    return this.engine.compile(plan, tables, settings)
  }

  keptWork(program: P): Promise<KeptWork> {
    return this.engine.keptWork(program)
  }

  start(jobId: string, program: P, results?: ResultListener): Promise<void> {
    return this.engine.start(jobId, program, results)
  }

  observe(jobId: string): Promise<Observation> {
    return this.engine.observe(jobId)
  }

  measure(jobId: string): ReturnType<Engine['measure']> {
    return this.engine.measure(jobId)
  }

  ended(jobId: string): Promise<void> {
    return this.engine.ended(jobId)
  }

  stop(jobId: string, how: 'now'): Promise<void> {
    return this.engine.stop(jobId, how)
  }

  forget(jobId: string): void {
    this.engine.forget(jobId)
  }
}
