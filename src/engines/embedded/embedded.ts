/** The embedded engine: runs plans in this process. */
import { type Clock, parseDurationMs, parseMemoryBytes } from '#base'
import type { BlobStore } from '#blobs'
import { type Connector, checkConnection, describeOptions, waysOf } from '#connectors'
import type { Exchanges } from '#dataflow'
import type { RunMetrics } from '#metrics'
import {
  type ConnectionDefinition,
  type Plan,
  planToJson,
  printPlan,
  rootsOf,
  type Scan,
  type TableDefinition,
  type TablePath,
  type TableSize,
  type Tables,
  type UpsertMaterialize,
  type UserFunction,
  userFunctionsIn,
  walkRelations,
} from '#plan'
import type { Engine, KeptWork, Observation, ResultListener, RunSettings, SourceChanges } from '../engine.ts'
import { embeddedCapabilities } from './capabilities.ts'
import type { DurableSettings } from './checkpoint/checkpointer.ts'
import { PlainCommits } from './commits.ts'
import { embeddedErrors } from './errors.ts'
import type { LoadedFunction, Session } from './functions/evaluation.ts'
import { asyncLimitsOf } from './lower/async-task.ts'
import { explanationOf } from './lower/explanation.ts'
import { lowerPlan, type RunShape, type RuntimeMode } from './lower/lower-plan.ts'
import { imaginedExchanges } from './lower/sharing.ts'
import { loadTables, TableAccess } from './lower/table-access.ts'
import type { CollectListener, EmbeddedProgram, Instance, ThreadShape } from './program.ts'
import { Run } from './run.ts'
import type { RunPacer } from './run-pacer.ts'
import type { WorkerHost } from './workers/host.ts'
import { stretchesOf } from './workers/long-stretches.ts'

export interface EmbeddedOptions {
  readonly clock: Clock
  /** Finds the place for checkpoints that an address names; by default a folder of this machine. */
  readonly openBlobs?: (address: string) => BlobStore
  /** Where the workers of a run live that several share. Without it every run has one worker. */
  readonly workers?: WorkerHost
  /** Memory for the state of a run whose settings do not say how much there is; left out: as much as it takes. */
  readonly stateBytes?: number
  /** For tests: steers runs, of which those that only show rows are durable then, too. */
  readonly pacer?: RunPacer
  /** For tests: connectors that only this engine has. Workers outside of this thread do not know them. */
  readonly connectors?: readonly Connector[]
  /** The loaded function that a user's function stands for. */
  userFunction(user: UserFunction): LoadedFunction
  /** The secret that options of tables name; null when there is none. Left out: there are none. */
  readonly secret?: Session['secret']
}

/** A run, of one worker or of several. */
type RunningJob = Pick<Run, 'run' | 'stop' | 'withCheckpoint' | 'state' | 'error' | 'report' | 'metrics'>

export class EmbeddedEngine implements Engine<EmbeddedProgram> {
  readonly name = 'embedded'
  readonly capabilities = embeddedCapabilities
  readonly #options: EmbeddedOptions
  readonly #runs = new Map<string, { readonly run: RunningJob; readonly place: string; readonly ended: Promise<void> }>()

  constructor(options: EmbeddedOptions) {
    this.#options = options
  }

  load(plan: Plan, tables: Tables): Promise<void> {
    return loadTables(plan, tables)
  }

  readsFields(scan: Scan, tables: Tables): boolean {
    return new TableAccess(tables, this.#session({}), this.#options.connectors).source(scan).readsFields === true
  }

  changesOf(scan: Scan, tables: Tables): SourceChanges {
    return new TableAccess(tables, this.#session({}), this.#options.connectors).source(scan).changes ?? 'append'
  }

  sizeOf(scan: Scan, tables: Tables, isMeasured: boolean): Promise<TableSize | null> {
    return new TableAccess(tables, this.#session({}), this.#options.connectors).sizeOf(scan, isMeasured)
  }

  checkConnection({ path, options }: ConnectionDefinition): Promise<void> {
    return checkConnection(path[2], options)
  }

  describeOptions(clause: TableDefinition['options']): ReturnType<Engine['describeOptions']> {
    return describeOptions(clause)
  }

  waysOf({ options }: TableDefinition): ReturnType<Engine['waysOf']> {
    return waysOf(options)
  }

  #session(settings: RunSettings): Session {
    const { clock } = this.#options
    return {
      timeZone: settings['table.local-time-zone'] ?? 'UTC',
      clock,
      // In streaming mode functions of the clock read it for each row, as in Flink; a batch has one time.
      startedAtMs: runtimeMode(settings) === 'batch' ? clock.nowMs() : Number.NaN,
      userFunction: (user) => this.#options.userFunction(user),
      secret: this.#options.secret,
    }
  }

  /** How many workers share a run. */
  #workersOf(settings: RunSettings): number {
    return this.#options.workers === undefined ? 1 : Number(settings['parallelism.default'] ?? 1)
  }

  /** Checks that the plan can run here and that its tables can be read and written; opens nothing. */
  compile(plan: Plan, tables: Tables, settings: RunSettings): EmbeddedProgram {
    const session = this.#session(settings)
    const environment = new TableAccess(tables, session, this.#options.connectors)
    const shape: RunShape = {
      mode: runtimeMode(settings),
      stateTtlMs: parseDurationMs(settings['table.exec.state.ttl'] ?? '') ?? 0,
      sourceIdleMs: parseDurationMs(settings['table.exec.source.idle-timeout'] ?? '') ?? 0,
      upsertMaterialize: upsertMaterialize(settings),
      lookups: {
        capacity: Number(settings['table.exec.async-lookup.buffer-capacity'] ?? 100),
        timeoutMs: parseDurationMs(settings['table.exec.async-lookup.timeout'] ?? '') ?? 180_000,
      },
      asyncCalls: asyncLimitsOf(settings),
      memory: {
        stateBytes:
          parseMemoryBytes(settings['taskmanager.memory.managed.size'] ?? '') ?? this.#options.stateBytes ?? Number.POSITIVE_INFINITY,
        folder: settings['io.tmp.dirs'] ?? '',
      },
    }
    const instantiate = (collect: CollectListener, exchanges: Exchanges | null = null): Instance =>
      lowerPlan(plan, session, environment, shape, collect, exchanges)
    const sample = instantiate(() => undefined)
    const workers = this.#workersOf(settings)
    const userFunctions = userFunctionsIn(plan)
    const inCode = userFunctions.find(({ isInCode }) => isInCode === true)
    if (inCode !== undefined && workers > 1 && this.#options.workers?.isBeside === true) {
      throw embeddedErrors.ENGINE_FUNCTION_IN_CODE({ name: inCode.name })
    }
    return {
      engine: 'embedded',
      outputs: sample.outputs,
      settings,
      plan: printPlan(plan),
      instantiate,
      stretches: stretchesOf(plan, shape.mode !== 'streaming'),
      userFunctions,
      toThreads: () => threadShapeOf(plan, tables, session, shape),
      explain: () => {
        const isDurable = (settings['execution.checkpointing.dir'] ?? '') !== '' && sample.sinks.length > 0
        const shared = workers > 1 ? instantiate(() => undefined, imaginedExchanges(workers)) : sample
        return explanationOf(plan, sample, { stateTtlMs: shape.stateTtlMs, isDurable }, shared)
      },
    }
  }

  /** Starts a job; a job that was started before goes on as it is. */
  async start(jobId: string, program: EmbeddedProgram, results?: ResultListener): Promise<void> {
    if (this.#runs.has(jobId)) return
    const run = (await this.#sharedRun(program, results)) ?? (await this.#ownRun(program, results))
    if (this.#runs.has(jobId)) return
    const ended = run.run()
    ended.catch(() => undefined)
    this.#runs.set(jobId, { run, place: program.settings['execution.checkpointing.dir'] ?? '', ended })
  }

  /** A run in this thread. */
  async #ownRun(program: EmbeddedProgram, results: ResultListener | undefined): Promise<RunningJob> {
    const instance = program.instantiate((output, schema, batch) => results?.changes(output, schema, batch))
    const { clock, pacer = null } = this.#options
    const durable = await this.#durableSettings(program, instance)
    const { DurableRun } = durable === null ? {} : await import('./checkpoint/durable-run.ts')
    const commits =
      durable === null || DurableRun === undefined
        ? new PlainCommits(instance.sinks, clock, commitEveryMs(instance, program.settings))
        : new DurableRun(durable, instance, clock)
    return new Run(instance, clock, commits, pacer)
  }

  /** A run that several threads share; null where one is enough. What only such runs need is loaded for them. */
  async #sharedRun(program: EmbeddedProgram, results: ResultListener | undefined): Promise<RunningJob | null> {
    const { workers: host, clock } = this.#options
    const workers = this.#workersOf(program.settings)
    if (host === undefined || (workers <= 1 && !isApart(program, host))) return null
    const { createLeader } = await import('./workers/create-leader.ts')
    const instance = program.instantiate(() => undefined)
    const durable = await this.#durableSettings(program, instance)
    const everyMs = durable?.intervalMs ?? commitEveryMs(instance, program.settings)
    return createLeader({ program, workers, host, clock, results, durable, commitEveryMs: everyMs })
  }

  /** A run whose settings name a place for checkpoints is durable. What only such runs need is loaded for them. */
  async #durableSettings({ settings, plan }: EmbeddedProgram, instance: Instance): Promise<DurableSettings | null> {
    const place = settings['execution.checkpointing.dir'] ?? ''
    // What is only shown cannot be taken back, nor shown again; whoever steers runs keeps it.
    if (place === '' || (instance.sinks.length === 0 && this.#options.pacer === undefined)) return null
    const [blobsRoom, { startPoint }] = await Promise.all([import('#blobs'), import('./checkpoint/start-point.ts')])
    const openBlobs = this.#options.openBlobs ?? blobsRoom.openBlobs
    const dropsState = settings['execution.state-recovery.ignore-unclaimed-state'] === 'true'
    const intervalMs = checkpointEveryMs(settings)
    const start = startPoint(settings['execution.state-recovery.path'] ?? '', place, openBlobs)
    return { blobs: openBlobs(place), intervalMs, dropsState, plan, start }
  }

  async keptWork(program: EmbeddedProgram): Promise<KeptWork> {
    const instance = program.instantiate(() => undefined)
    const durable = await this.#durableSettings(program, instance)
    if (durable === null) throw embeddedErrors.ENGINE_WORK_NOT_KEPT()
    const { PlacedWork } = await import('./checkpoint/placed-work.ts')
    return new PlacedWork(durable, instance, () => this.#settle(program))
  }

  /** Goes on with durable work, and stops it before it reads further than a batch. */
  async #settle(program: EmbeddedProgram): Promise<void> {
    const jobId = `settle ${program.settings['execution.checkpointing.dir']}`
    await this.start(jobId, program)
    const ended = this.ended(jobId)
    await this.stop(jobId)
    try {
      await ended
    } finally {
      this.forget(jobId)
    }
  }

  /**
   * Takes a checkpoint of a running job, and copies it to a place that has none yet, from where a run can start; the job goes on meanwhile.
   * Gives the bytes of state that it holds. One that is stopped right after this call ends with that checkpoint.
   */
  async savepoint(jobId: string, address: string): Promise<{ readonly checkpoint: number; readonly bytes: number }> {
    const known = this.#runs.get(jobId)
    if (known === undefined) throw embeddedErrors.ENGINE_CHECKPOINT_NOT_TAKEN()
    return known.run.withCheckpoint(async (checkpoint) => {
      const { exportRunning } = await import('./checkpoint/checkpoint-places.ts')
      return { checkpoint, bytes: await exportRunning(known.place, address, checkpoint, this.#options.openBlobs) }
    })
  }

  observe(jobId: string): Promise<Observation> {
    const at = this.#options.clock.nowMs()
    const known = this.#runs.get(jobId)
    if (known === undefined) return Promise.resolve({ kind: 'absent', source: 'this process', at })
    const { run } = known
    return Promise.resolve({ kind: 'present', source: 'this process', at, state: run.state, error: run.error, report: run.report() })
  }

  measure(jobId: string): Promise<RunMetrics | null> {
    return Promise.resolve(this.#runs.get(jobId)?.run.metrics() ?? null)
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

/**
 * Whether a run of one worker has a thread of its own: what a user wrote may never return, and a row may meet a billion others. Such runs
 * are ended by force, from outside. What only this process knows cannot be called in another thread.
 */
function isApart({ userFunctions, stretches }: EmbeddedProgram, host: WorkerHost): boolean {
  if (userFunctions.some(({ isInCode }) => isInCode === true)) return false
  if (userFunctions.length > 0) return true
  return host.isBeside === true && (stretches === 'long' || (stretches !== 'short' && host.isWatched === true))
}

function upsertMaterialize(settings: RunSettings): UpsertMaterialize {
  const mode = settings['table.exec.sink.upsert-materialize']?.toLowerCase()
  return mode === 'none' || mode === 'force' ? mode : 'auto'
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

/** What threads need to make the same operators of the same plan. */
function threadShapeOf(plan: Plan, tables: Tables, { timeZone, startedAtMs }: Session, shape: RunShape): ThreadShape {
  const used = new Map<string, TableDefinition>()
  const add = (path: TablePath): void => {
    const definition = tables.table(path)
    if (definition !== undefined) used.set(path.join('\u0000'), definition)
  }
  walkRelations(rootsOf(plan), (relation) => {
    if (relation.kind === 'scan') add(relation.table)
  })
  for (const output of plan.outputs) if (output.kind === 'insert') add(output.table)
  return { plan: planToJson(plan), tables: [...used.values()], shape, timeZone, startedAtMs }
}
