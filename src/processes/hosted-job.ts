/**
 * One job and its runs, at most one at a time:
 *
 *     nothing known ── start ──► live ── its process ends ──► ended ── start, of a later attempt ──► live
 *     found from an earlier server: ended, or stray: its process is still there, and is brought to its end first
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, type Failure, failureOf } from '#base'
import { isDead } from '#blobs'
import { findCheckpoints } from '#engines'
import { jobErrors, type RunOrder, type SavepointOrder, type SavepointSight, type SeenRun } from '#jobs'
import type { RunMetrics } from '#metrics'
import { endStray } from './end-stray.ts'
import type { ProcessShape } from './engine-process.ts'
import { processErrors } from './errors.ts'
import { checkFolderName } from './folder-name.ts'
import { JobLog, type LogLimits } from './job-log.ts'
import { jobSettings } from './job-settings.ts'
import { LiveRun, type RunPatience } from './live-run.ts'
import type { JobShape, WorkspaceView } from './protocol.ts'
import { type KeptRun, type RunEnd, RunRecords } from './run-records.ts'

export interface HostPatience extends RunPatience {
  /** How long a process may take to end by itself when its server is gone. */
  readonly graceMs: number
}

export interface HostedJobShape {
  readonly jobId: string
  /** The folder of the job. */
  readonly folder: string
  readonly process: ProcessShape
  readonly patience: HostPatience
  readonly logLimits: LogLimits
  readonly workersMax: number
  /** For state that memory has no room for; empty: that of the system. */
  readonly temporaryFolder: string
  readonly viewOf: (workspace: string) => WorkspaceView
}

export class HostedJob {
  readonly #shape: HostedJobShape
  readonly #clock: Clock
  readonly #records: RunRecords
  readonly #savepoints = new Map<string, SavepointSight>()
  #log: JobLog | null = null
  /** The newest run that has ended, or that an earlier server has started. */
  #kept: KeptRun | null
  #live: LiveRun | null = null
  /** Starts come one after another. */
  #turn: Promise<void> = Promise.resolve()
  /** Settles when the live run has ended, and that is noted. */
  #settled: Promise<void> = Promise.resolve()

  private constructor(shape: HostedJobShape, records: RunRecords, kept: KeptRun | null) {
    this.#shape = shape
    this.#clock = shape.process.clock
    this.#records = records
    this.#kept = kept
  }

  /** Fails where what is kept of it cannot be read. */
  static async open(shape: HostedJobShape): Promise<HostedJob> {
    const records = new RunRecords(path.join(shape.folder, 'runs'))
    const job = new HostedJob(shape, records, await records.newest())
    await job.#judgeKept()
    return job
  }

  get log(): JobLog {
    const { folder, jobId, logLimits } = this.#shape
    this.#log ??= new JobLog(path.join(folder, 'logs'), jobId, this.#clock, logLimits)
    return this.#log
  }

  /** A run whose end nobody noted has either lost its process, or still has it, which then is ended. */
  async #judgeKept(): Promise<void> {
    if (this.#kept === null || this.#kept.end !== null) return
    const { identity } = this.#kept.record
    if (await isDead(identity)) return this.#noteStrayEnd()
    const { graceMs, terminatedMs } = this.#shape.patience
    endStray(identity, { graceMs, terminatedMs }, this.#clock)
      .then(() => this.#noteStrayEnd())
      // What cannot be noted now is judged again by the next server.
      .catch((error: unknown) => this.#noteTrouble(error))
  }

  async #noteStrayEnd(): Promise<void> {
    const { record } = this.#kept ?? {}
    if (record === undefined) return
    const lost: RunEnd = {
      state: 'failed',
      endedAt: this.#clock.nowMs(),
      failure: failureOf(processErrors.PROCESSES_PROCESS_LOST()),
      report: null,
    }
    const end = await this.#keepEnd(record.attempt, lost)
    this.#kept = { record, end }
  }

  /** What the process noted itself holds; else it is noted for it. */
  async #keepEnd(attempt: number, end: RunEnd): Promise<RunEnd> {
    try {
      await this.#records.end(attempt, end)
      return (await this.#records.readEnd(attempt)) ?? end
    } catch (error) {
      this.#noteTrouble(error)
      return end
    }
  }

  #noteTrouble(error: unknown): void {
    const attempt = this.#live?.order.attempt ?? this.#kept?.record.attempt ?? 0
    const version = this.#live?.order.version ?? this.#kept?.record.version ?? 0
    const { message, detail } = failureOf(error)
    this.log.append({ attempt, version, level: 'error', source: 'engine', text: detail === null ? message : `${message}. ${detail}` })
  }

  /** Null where it never ran. */
  seen(): SeenRun | null {
    if (this.#live !== null) return this.#live.seen()
    if (this.#kept === null) return null
    const { record, end } = this.#kept
    const { attempt, version, startedAt } = record
    return {
      attempt,
      version,
      startedAt,
      // The process of a server that is gone is about to end, by itself or by force.
      state: end?.state ?? 'stopping',
      endedAt: end?.endedAt ?? null,
      failure: end?.failure ?? null,
      report: end?.report ?? null,
    }
  }

  start(order: RunOrder): Promise<void> {
    const started = this.#turn.then(() => this.#start(order))
    this.#turn = started.catch(() => undefined)
    return started
  }

  async #start(order: RunOrder): Promise<void> {
    const { jobId } = this.#shape
    const newest = this.seen()
    if (newest !== null && newest.attempt >= order.attempt) return
    if (newest !== null && newest.endedAt === null) throw jobErrors.JOBS_RUN_IN_THE_WAY({ attempt: newest.attempt, job: jobId })
    if (order.from.kind !== 'newest' || isOlder(newest, order)) await this.#setAside(order.attempt)
    this.#savepoints.clear()
    const { attempt, version } = order
    const live = new LiveRun(order, this.#shape.process, this.#shape.patience, (level, source, text) =>
      this.log.append({ attempt, version, level, source, text }),
    )
    this.#live = live
    try {
      const identity = await live.ready
      await this.#records.begin({ attempt, version, startedAt: live.startedAt, identity })
    } catch (error) {
      live.kill()
      await live.ended()
      this.#live = null
      throw error
    }
    this.log.append({ attempt, version, level: 'info', source: 'engine', text: `attempt ${attempt} began as process ${live.pid}` })
    live.begin(this.#jobShape(order))
    this.#settled = this.#untilEnd(live)
  }

  /** Older state makes room, and stays there until other state does. */
  async #setAside(attempt: number): Promise<void> {
    const aside = path.join(this.#shape.folder, 'set-aside')
    const target = path.join(aside, String(attempt))
    await mkdir(aside, { recursive: true })
    const older = (await readdir(aside)).filter((name) => name !== String(attempt))
    try {
      await rename(this.#checkpoints, target)
    } catch (error) {
      const { code } = error as { code?: unknown }
      // Done by a start that was broken off, or there is none.
      if (code !== 'ENOENT') throw error
      return
    }
    for (const name of older) await rm(path.join(aside, name), { recursive: true, force: true })
  }

  get #checkpoints(): string {
    return path.join(this.#shape.folder, 'checkpoints')
  }

  #jobShape(order: RunOrder): JobShape {
    const { workersMax, temporaryFolder, patience, folder, process, viewOf } = this.#shape
    const { settings, fixedSettings } = jobSettings(order, {
      'execution.checkpointing.dir': this.#checkpoints,
      'execution.state-recovery.path': savepointOf(order),
    })
    return {
      text: order.script,
      endRecord: { folder: path.join(folder, 'runs'), name: RunRecords.endName(order.attempt) },
      graceMs: patience.graceMs,
      session: {
        settings,
        fixedSettings: {
          ...fixedSettings,
          'execution.state-recovery.ignore-unclaimed-state': String(order.allowsDroppedState),
          'taskmanager.memory.managed.size': `${process.memory.stateBytes} b`,
          'io.tmp.dirs': temporaryFolder,
        },
        stateBytes: process.memory.stateBytes,
        workersMax,
        view: viewOf(order.workspace),
      },
    }
  }

  async #untilEnd(live: LiveRun): Promise<void> {
    const { attempt, version } = live.order
    const reason = await live.ended()
    const identity = await live.ready
    const end = await this.#keepEnd(attempt, endOf(live, reason, this.#clock.nowMs()))
    this.#kept = { record: { attempt, version, startedAt: live.startedAt, identity }, end }
    this.#live = null
    const said = end.failure === null ? `attempt ${attempt} ${end.state}` : `attempt ${attempt} failed: ${textOf(end.failure)}`
    this.log.append({ attempt, version, level: end.failure === null ? 'info' : 'error', source: 'engine', text: said })
    await this.log.flush()
  }

  async stop(attempt: number, how: 'checkpoint' | 'now'): Promise<void> {
    await this.#turn
    if (this.#live?.order.attempt === attempt) this.#live.stop(how)
  }

  async savepoint(attempt: number, { savepointId, stops }: SavepointOrder): Promise<SavepointSight> {
    await this.#turn
    const place = this.savepointFolder(savepointId)
    const known = this.#savepoints.get(savepointId) ?? (await completedAt(place))
    if (known !== null) return known
    const live = this.#live
    if (live === null || live.order.attempt !== attempt) {
      return { state: 'failed', failure: failureOf(processErrors.PROCESSES_RUN_ABSENT({ attempt, job: this.#shape.jobId })) }
    }
    this.#savepoints.set(savepointId, { state: 'in-progress' })
    live.savepoint(place, stops).then(
      ({ bytes }) => this.#savepoints.set(savepointId, { state: 'completed', place, bytes }),
      (error: unknown) => this.#savepoints.set(savepointId, { state: 'failed', failure: failureOf(error) }),
    )
    return { state: 'in-progress' }
  }

  savepointFolder(savepointId: string): string {
    return path.join(this.#shape.folder, 'savepoints', checkFolderName('savepoint', savepointId))
  }

  async removeSavepoint(savepointId: string): Promise<void> {
    const place = this.savepointFolder(savepointId)
    if (this.#savepoints.get(savepointId)?.state === 'in-progress') throw processErrors.PROCESSES_SAVEPOINT_IN_PROGRESS({ savepointId })
    this.#savepoints.delete(savepointId)
    await rm(place, { recursive: true, force: true })
  }

  measure(): Promise<RunMetrics | null> {
    return this.#live?.measure() ?? Promise.resolve(null)
  }

  /** Forgets all runs; fails where one has not ended. */
  async forget(): Promise<void> {
    await this.#turn
    const newest = this.seen()
    if (newest === null) return
    if (newest.endedAt === null) throw jobErrors.JOBS_RUN_IN_THE_WAY({ attempt: newest.attempt, job: this.#shape.jobId })
    await this.#records.clear()
    this.#kept = null
  }

  /** Removes all that is kept of the job; fails where a run of it has not ended. */
  async remove(): Promise<void> {
    await this.forget()
    await this.#log?.flush()
    this.#log = null
    await rm(this.#shape.folder, { recursive: true, force: true })
  }

  /** Ends the run after a last checkpoint, and resolves when that is noted. */
  async close(): Promise<void> {
    await this.#turn
    this.#live?.stop('checkpoint')
    await this.#settled
    await this.#log?.flush()
  }
}

/** Whether all that is kept is of runs before the one that the state of the job began with, such as one that ended with a savepoint. */
function isOlder(newest: SeenRun | null, { origin }: RunOrder): boolean {
  return newest !== null && origin !== undefined && newest.attempt < origin.attempt
}

/**
 * The savepoint that a run begins with: the one that was chosen, or the one with which its state began last. Where there are checkpoints
 * since, it goes on from them.
 */
function savepointOf({ from, origin }: RunOrder): string {
  const chosen = from.kind === 'newest' ? (origin?.from ?? from) : from
  return chosen.kind === 'savepoint' ? chosen.place : ''
}

/** How a run ended whose process noted nothing. */
function endOf(live: LiveRun, reason: Failure | null, endedAt: number): RunEnd {
  const { report } = live
  // Who wants it to end at once does not mind how.
  if (live.stopsHow === 'now' || (live.stopsHow !== null && reason === null)) return { state: 'stopped', endedAt, failure: null, report }
  return { state: 'failed', endedAt, failure: reason ?? failureOf(processErrors.PROCESSES_PROCESS_ENDED({ status: 0 })), report }
}

async function completedAt(place: string): Promise<SavepointSight | null> {
  const found = await findCheckpoints(place).catch(() => [])
  let bytes = 0
  for (const each of found) {
    for (const { found: summary } of await each.list()) bytes += 'stateBytes' in summary ? summary.stateBytes : 0
  }
  return found.length === 0 ? null : { state: 'completed', place, bytes }
}

function textOf({ message, detail, hint, position, code, causes }: Failure): string {
  const where = position === null ? '' : ` (line ${position.line}, column ${position.column})`
  const more = [detail, ...causes.map((cause) => `It came of: ${cause}.`), hint].filter((part) => part !== null)
  return [`${message}${where} [${code}]`, ...more].join('\n')
}
