/**
 * An engine whose runs are broken off and started again where a test says so. From outside it looks like one that was never disturbed.
 *
 * 1. A run that reads a table with restarts takes a checkpoint after every batch that it reads, but for the one before a restart.
 * 2. At a restart the run ends without another checkpoint, as a process does that is killed, and a new one goes on from the last.
 * 3. What the caller is shown belongs to the checkpoint taken next: what came after the last one is dropped with the run.
 */
import { MillraceError } from '#base'
import { type Batch, batchOf, rowsOf, type Schema } from '#data'
import type { Engine, InputProgress, Observation, Program, ResultListener, RunPacer, SourceChanges } from '#engines'
import {
  type ConnectionDefinition,
  type Plan,
  rootsOf,
  type Scan,
  type TableDefinition,
  type TableSize,
  type Tables,
  walkRelations,
} from '#plan'
import type { Restart } from './test-file.ts'

/** What a run has shown. */
interface Shown {
  readonly output: number
  readonly schema: Schema
  readonly batch: Batch
}

/** One statement's work, through all its runs. */
interface Work {
  readonly program: Program
  readonly results: ResultListener | undefined
  readonly pending: Restart[]
  readonly shown: Shown[]
  /** Of the last checkpoint: how much had been shown, and the rows read of each input until then. */
  saved: { readonly shown: number; readonly rows: readonly number[] }
  /** Rows of each input that earlier runs have read for this one. */
  rowsBefore: readonly number[]
  /** Whether the next question comes right after a checkpoint. */
  isCheckpointTaken: boolean
  ended: Promise<void>
}

export interface MissedRestart {
  readonly restart: Restart
  /** Whether a run has begun to read its table. */
  readonly isRead: boolean
}

export class RestartingEngine implements Engine, RunPacer {
  readonly #restarts: readonly Restart[]
  /** A folder that checkpoints are kept in. */
  readonly #folder: string
  readonly #engine: Engine
  readonly #works = new Map<string, Work>()
  readonly #programs = new WeakMap<Program, readonly Restart[]>()
  /** Those of tables that a run has begun to read. */
  readonly #begun = new Set<Restart>()
  readonly #taken = new Set<Restart>()
  #compiled = 0
  #current: Work | null = null

  /** `createEngine` makes the engine that is steered. */
  constructor(restarts: readonly Restart[], folder: string, createEngine: (pacer: RunPacer) => Engine) {
    this.#restarts = restarts
    this.#folder = folder
    this.#engine = createEngine(this)
  }

  get name(): Engine['name'] {
    return this.#engine.name
  }

  get capabilities(): Engine['capabilities'] {
    return this.#engine.capabilities
  }

  /** Restarts that no run came to, and whether one reads their table. */
  get missed(): readonly MissedRestart[] {
    const missed = this.#restarts.filter((restart) => !this.#taken.has(restart))
    return missed.map((restart) => ({ restart, isRead: this.#begun.has(restart) }))
  }

  load(plan: Plan, tables: Tables): Promise<void> {
    return this.#engine.load(plan, tables)
  }

  readsFields(scan: Scan, tables: Tables): boolean {
    return this.#engine.readsFields(scan, tables)
  }

  changesOf(scan: Scan, tables: Tables): SourceChanges {
    return this.#engine.changesOf(scan, tables)
  }

  checkConnection(connection: ConnectionDefinition): Promise<void> {
    return this.#engine.checkConnection(connection)
  }

  describeOptions(clause: TableDefinition['options']): ReturnType<Engine['describeOptions']> {
    return this.#engine.describeOptions(clause)
  }

  waysOf(table: TableDefinition): ReturnType<Engine['waysOf']> {
    return this.#engine.waysOf(table)
  }

  sizeOf(scan: Scan, tables: Tables, isMeasured: boolean): Promise<TableSize | null> {
    return this.#engine.sizeOf(scan, tables, isMeasured)
  }

  keptWork(program: Program): ReturnType<Engine['keptWork']> {
    return this.#engine.keptWork(program)
  }

  compile(plan: Plan, tables: Tables, settings: Readonly<Record<string, string>>): Program {
    const read = new Set<string>()
    walkRelations(rootsOf(plan), (relation) => {
      if (relation.kind === 'scan') read.add(relation.table[2])
    })
    const restarts = this.#restarts.filter(({ table }) => read.has(table))
    if (restarts.length === 0) return this.#engine.compile(plan, tables, settings)
    this.#compiled += 1
    const program = this.#engine.compile(plan, tables, {
      ...settings,
      'execution.checkpointing.dir': `${this.#folder}/${this.#compiled}`,
      'execution.checkpointing.interval': '1 d',
    })
    this.#programs.set(program, restarts)
    return program
  }

  async start(jobId: string, program: Program, results?: ResultListener): Promise<void> {
    const pending = this.#programs.get(program)
    if (pending === undefined) return this.#engine.start(jobId, program, results)
    for (const restart of pending) this.#begun.add(restart)
    const work: Work = {
      program,
      results,
      pending: [...pending],
      shown: [],
      saved: { shown: 0, rows: [] },
      rowsBefore: [],
      isCheckpointTaken: false,
      ended: Promise.resolve(),
    }
    this.#works.set(jobId, work)
    this.#current = work
    await this.#startRun(jobId, work)
    work.ended = this.#finish(jobId, work)
    work.ended.catch(() => undefined)
  }

  #startRun(jobId: string, work: Work): Promise<void> {
    work.rowsBefore = work.saved.rows
    work.isCheckpointTaken = false
    return this.#engine.start(jobId, work.program, {
      changes: (output, schema, batch) => {
        const copy = batchOf(schema, rowsOf(batch, schema), batch.kinds === null ? undefined : [...batch.kinds.subarray(0, batch.length)])
        work.shown.push({ output, schema, batch: copy })
      },
    })
  }

  /** Starts the work again until it comes to its end, then shows what it has to show. */
  async #finish(jobId: string, work: Work): Promise<void> {
    try {
      while (!(await this.#isEnded(jobId))) {
        this.#engine.forget(jobId)
        work.shown.length = work.saved.shown
        await this.#startRun(jobId, work)
      }
    } finally {
      this.#current = null
    }
    for (const { output, schema, batch } of work.shown) await work.results?.changes(output, schema, batch)
  }

  /** Waits for the end of a run; false when it was broken off. */
  async #isEnded(jobId: string): Promise<boolean> {
    try {
      await this.#engine.ended(jobId)
      return true
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'ENGINE_RUN_BROKEN_OFF') return false
      throw error
    }
  }

  next(inputs: readonly InputProgress[]): 'go-on' | 'checkpoint' | 'break-off' {
    const work = this.#current
    if (work === null) return 'go-on'
    const rows = inputs.map((input, index) => input.rows + (work.rowsBefore[index] ?? 0))
    if (work.isCheckpointTaken) work.saved = { shown: work.shown.length, rows }
    work.isCheckpointTaken = rows.some((count, index) => count > (work.saved.rows[index] ?? 0))
    const due = work.pending.findIndex(({ table, afterRows }) =>
      inputs.every((input, index) => input.table !== table || (rows[index] ?? 0) >= afterRows),
    )
    const restart = work.pending[due]
    if (restart === undefined || (work.isCheckpointTaken && !restart.rereads)) return work.isCheckpointTaken ? 'checkpoint' : 'go-on'
    work.pending.splice(due, 1)
    this.#taken.add(restart)
    return 'break-off'
  }

  ended(jobId: string): Promise<void> {
    return this.#works.get(jobId)?.ended ?? this.#engine.ended(jobId)
  }

  observe(jobId: string): Promise<Observation> {
    return this.#engine.observe(jobId)
  }

  measure(jobId: string): ReturnType<Engine['measure']> {
    return this.#engine.measure(jobId)
  }

  stop(jobId: string, how: 'now'): Promise<void> {
    return this.#engine.stop(jobId, how)
  }

  forget(jobId: string): void {
    this.#works.delete(jobId)
    this.#engine.forget(jobId)
  }
}
