/** The embedded engine: runs plans in this process. */
import { type Clock, parseDurationMs } from '#base'
import type { BlobStore } from '#blobs'
import { type Plan, printPlan, type Scan, type Tables, type UserFunction } from '#plan'
import type { Engine, Observation, ResultListener, RunSettings } from '../engine.ts'
import { embeddedCapabilities } from './capabilities.ts'
import type { DurableRun } from './checkpoint/durable-run.ts'
import type { ScalarFunction, Session } from './functions/evaluation.ts'
import { costOf } from './lower/cost.ts'
import { lowerPlan, type RunShape, type RuntimeMode } from './lower/lower-plan.ts'
import { loadTables, TableAccess } from './lower/table-access.ts'
import type { CollectListener, EmbeddedProgram, Instance } from './program.ts'
import { Run } from './run.ts'

export interface EmbeddedOptions {
  readonly clock: Clock
  /** Finds the place for checkpoints that an address names; by default a folder of this machine. */
  readonly openBlobs?: (address: string) => BlobStore
  /** The loaded function that a user's function stands for. */
  userFunction(user: UserFunction): ScalarFunction
}

export class EmbeddedEngine implements Engine<EmbeddedProgram> {
  readonly name = 'embedded'
  readonly capabilities = embeddedCapabilities
  readonly #options: EmbeddedOptions
  readonly #runs = new Map<string, { readonly run: Run; readonly ended: Promise<void> }>()

  constructor(options: EmbeddedOptions) {
    this.#options = options
  }

  load(plan: Plan, tables: Tables): Promise<void> {
    return loadTables(plan, tables)
  }

  readsFields(scan: Scan, tables: Tables): boolean {
    return new TableAccess(tables, this.#session({})).source(scan).readsFields === true
  }

  #session(settings: RunSettings): Session {
    const { clock } = this.#options
    return {
      timeZone: settings['table.local-time-zone'] ?? 'UTC',
      clock,
      // In streaming mode functions of the clock read it for each row, as in Flink; a batch has one time.
      startedAtMs: runtimeMode(settings) === 'batch' ? clock.nowMs() : Number.NaN,
      userFunction: (user) => this.#options.userFunction(user),
    }
  }

  /** Checks that the plan can run here and that its tables can be read and written; opens nothing. */
  compile(plan: Plan, tables: Tables, settings: RunSettings): EmbeddedProgram {
    const session = this.#session(settings)
    const environment = new TableAccess(tables, session)
    const shape: RunShape = {
      mode: runtimeMode(settings),
      stateTtlMs: parseDurationMs(settings['table.exec.state.ttl'] ?? '') ?? 0,
      lookups: {
        capacity: Number(settings['table.exec.async-lookup.buffer-capacity'] ?? 100),
        timeoutMs: parseDurationMs(settings['table.exec.async-lookup.timeout'] ?? '') ?? 180_000,
      },
    }
    const instantiate = (collect: CollectListener): Instance => lowerPlan(plan, session, environment, shape, collect)
    const sample = instantiate(() => undefined)
    return {
      engine: 'embedded',
      outputs: sample.outputs,
      settings,
      plan: printPlan(plan),
      instantiate,
      cost: () => costOf(plan, shape),
    }
  }

  /** Starts a job; a job that was started before goes on as it is. */
  async start(jobId: string, program: EmbeddedProgram, results?: ResultListener): Promise<void> {
    if (this.#runs.has(jobId)) return
    const instance = program.instantiate((output, schema, batch) => results?.changes(output, schema, batch))
    const { clock } = this.#options
    const durable = await this.#durableRun(program, instance)
    if (this.#runs.has(jobId)) return
    const run = new Run(instance, clock, commitEveryMs(instance, program.settings), durable)
    const ended = run.run()
    ended.catch(() => undefined)
    this.#runs.set(jobId, { run, ended })
  }

  /** A run whose settings name a place for checkpoints is durable. What only such runs need is loaded for them. */
  async #durableRun({ settings, plan }: EmbeddedProgram, instance: Instance): Promise<DurableRun | null> {
    const place = settings['execution.checkpointing.dir'] ?? ''
    // What is only shown cannot be taken back, nor shown again.
    if (place === '' || instance.sinks.length === 0) return null
    const [{ openBlobs }, { DurableRun }] = await Promise.all([import('#blobs'), import('./checkpoint/durable-run.ts')])
    const blobs = (this.#options.openBlobs ?? openBlobs)(place)
    const dropsState = settings['execution.state-recovery.ignore-unclaimed-state'] === 'true'
    return new DurableRun({ blobs, intervalMs: checkpointEveryMs(settings), dropsState, plan }, instance, this.#options.clock)
  }

  observe(jobId: string): Promise<Observation> {
    const at = this.#options.clock.nowMs()
    const known = this.#runs.get(jobId)
    if (known === undefined) return Promise.resolve({ kind: 'absent', source: 'this process', at })
    const { run } = known
    return Promise.resolve({ kind: 'present', source: 'this process', at, state: run.state, error: run.error, report: run.report() })
  }

  /** Waits for the end of a job; rejects with what made it fail. */
  async ended(jobId: string): Promise<void> {
    await this.#runs.get(jobId)?.ended
  }

  forget(jobId: string): void {
    if (this.#runs.get(jobId)?.run.state !== 'running') this.#runs.delete(jobId)
  }

  async stop(jobId: string): Promise<void> {
    const known = this.#runs.get(jobId)
    known?.run.stop()
    await known?.ended.catch(() => undefined)
  }
}

function runtimeMode(settings: RunSettings): RuntimeMode {
  const mode = settings['execution.runtime-mode']?.toLowerCase()
  return mode === 'batch' || mode === 'automatic' ? mode : 'streaming'
}

/** How often a run that does not end makes its rows visible; one that ends does so then, all at once. */
function commitEveryMs({ scans, sinks }: Instance, settings: RunSettings): number | null {
  const lasts = scans.some((task) => !task.source.bounded) && sinks.length > 0 && !sinks.some((task) => task.overwrite)
  return lasts ? checkpointEveryMs(settings) : null
}

function checkpointEveryMs(settings: RunSettings): number {
  return Math.max(1, parseDurationMs(settings['execution.checkpointing.interval'] ?? '') ?? 10_000)
}
