/**
 * Runs jobs on one Flink cluster. The id of a run on the cluster follows from the job and its attempt, and is written down before the
 * cluster is asked: a repeated order, also one of a server that came after, finds what the first one has made, and Flink takes no id twice.
 *
 * That a run is not there is said where the cluster answers and does not list it: it lists jobs that have ended for as long as its
 * `jobstore.expiration-time` says, an hour if nobody changed it, and how a run ended is written down at the first look after that.
 */
import { assert, type Clock, failureOf, MillraceError } from '#base'
import type { KeptObjects } from '#catalog'
import { type FlinkJob, type FlinkOrders, hasEnded, type JobReader, jobIdOf, triggerOf } from '#engines'
import { type JobHost, jobErrors, type RunEvidence, type RunOrder, type SavepointOrder, type SavepointSight } from '#jobs'
import type { RunMetrics } from '#metrics'
import { ClusterLink, type FlinkCluster, type Overview } from './cluster-link.ts'
import { remoteErrors } from './errors.ts'
import { FlinkPlanner } from './flink-planner.ts'
import { FlinkSavepoints } from './flink-savepoints.ts'
import { JobTurns } from './job-turns.ts'
import { restorePlaceOf } from './restore-place.ts'
import type { RunBook } from './run-book.ts'
import { RunDetails } from './run-details.ts'
import { failureOfRun } from './run-failure.ts'
import { type FlinkEnd, type FlinkRun, type JobRuns, withEnd, withFacts, withRun, withStop } from './run-record.ts'
import { aliveState, seenRun } from './run-sight.ts'
import { submitJob } from './submit-job.ts'
import { untilTold } from './until-told.ts'

export interface FlinkHostOptions {
  readonly cluster: FlinkCluster
  readonly book: RunBook
  readonly clock: Clock
  /** What the catalog of a workspace holds. */
  readonly keptOf: (workspace: string) => KeptObjects
  /** How long a last savepoint may take until the run is ended without it. */
  readonly stopMsMax?: number
}

const defaultStopMsMax = 60_000
const endsAtOnce = 8
const disposalMsMax = 20_000
const pollMs = 200

export class FlinkHost implements JobHost {
  readonly source: string
  readonly planner: FlinkPlanner
  readonly #link: ClusterLink
  readonly #book: RunBook
  readonly #clock: Clock
  readonly #options: FlinkHostOptions
  readonly #turns = new JobTurns()
  readonly #savepoints: FlinkSavepoints
  readonly #details: RunDetails
  /** By job, with the id of the run that each reads. */
  readonly #readers = new Map<string, { readonly id: string; readonly reader: JobReader }>()

  constructor(options: FlinkHostOptions) {
    const { cluster, book, clock } = options
    this.source = `flink cluster "${cluster.name}"`
    this.#options = options
    this.#book = book
    this.#clock = clock
    this.#link = new ClusterLink(cluster, clock)
    this.#savepoints = new FlinkSavepoints(this.#link, book)
    this.planner = new FlinkPlanner(this.#link, book, clock)
    this.#details = new RunDetails(this.#link, book, clock)
  }

  async start(order: RunOrder): Promise<void> {
    const refused = await this.#turns.take(order.jobId, () => this.#asked(() => this.#start(order)))
    if (refused !== null) throw refused
  }

  /** What the user has to mend; null where the order was taken, or was too late. */
  async #start(order: RunOrder): Promise<MillraceError | null> {
    const { jobId, attempt } = order
    const known = this.#runs(jobId)
    const newest = known.runs.at(-1)
    const isLate = (newest !== undefined && newest.attempt > attempt) || isStopped(known, attempt)
    const own = newest?.attempt === attempt ? newest : null
    if (isLate || own?.isTaken === true || (own !== null && own.end !== null)) return null
    const overview = await this.#link.freshOverview()
    if (own !== null && overview.jobs.has(own.id)) {
      await this.#change(jobId, (runs) => withFacts(runs, attempt, { isTaken: true }))
      return null
    }
    await this.#checkOthers(jobId, attempt, overview)
    return this.#submit(order, own ?? (await this.#begun(order)))
  }

  /** Fails where an earlier run is alive, and notes how others ended: the next one begins with what they leave. */
  async #checkOthers(jobId: string, attempt: number, { jobs }: Overview): Promise<void> {
    for (const run of this.#runs(jobId).runs) {
      const job = jobs.get(run.id)
      if (run.attempt === attempt || run.end !== null || job === undefined) continue
      if (!hasEnded(job)) throw jobErrors.JOBS_RUN_IN_THE_WAY({ attempt: run.attempt, job: jobId })
      await this.#noteEnd(jobId, run, job)
    }
  }

  /** The record of a run, before it begins. */
  async #begun(order: RunOrder): Promise<FlinkRun> {
    const { jobId, attempt, version } = order
    const folders = await this.#link.folders()
    if (folders?.checkpoints === '') throw new NeverRuns(remoteErrors.REMOTE_CHECKPOINTS_LOST({ cluster: this.#link.name }))
    const id = jobIdOf(`server/${jobId}`, attempt)
    const run: FlinkRun = {
      attempt,
      version,
      id,
      startedAt: this.#clock.nowMs(),
      from: await restorePlaceOf(order, this.#runs(jobId), await this.#link.orders()),
      isTaken: false,
      folder: folders === undefined ? '' : `${folders.checkpoints.replace(/\/+$/, '')}/${id}`,
      state: null,
      end: null,
    }
    await this.#change(jobId, (runs) => withRun(runs, run))
    return run
  }

  async #submit(order: RunOrder, { id, from, attempt }: FlinkRun): Promise<MillraceError | null> {
    const { jobId } = order
    const kept = this.#options.keptOf(order.workspace)
    const isWanted = (): boolean => !isStopped(this.#runs(jobId), attempt)
    this.#link.expire()
    const submitted = await submitJob(this.#link, { order, id, from, kept, isWanted })
    this.#link.expire()
    switch (submitted.kind) {
      case 'taken':
        await this.#change(jobId, (runs) => withFacts(runs, attempt, { isTaken: true }))
        return null
      case 'given-up':
        await this.#noteRefusal(jobId, attempt, { state: 'stopped', endedAt: this.#clock.nowMs(), failure: null })
        return null
      case 'refused': {
        await this.#noteRefusal(jobId, attempt, { state: 'failed', endedAt: this.#clock.nowMs(), failure: failureOf(submitted.error) })
        return submitted.error
      }
    }
  }

  async #noteRefusal(jobId: string, attempt: number, end: FlinkEnd): Promise<void> {
    await this.#change(jobId, (runs) => withEnd(runs, attempt, end, null))
  }

  async observe(jobIds: readonly string[]): Promise<ReadonlyMap<string, RunEvidence>> {
    const { source } = this
    const at = this.#clock.nowMs()
    let overview: Overview
    try {
      overview = await this.#link.overview()
    } catch (error) {
      const { message: reason } = failureOf(error)
      return new Map(jobIds.map((jobId): [string, RunEvidence] => [jobId, { kind: 'unreachable', source, at, reason }]))
    }
    const found = new Map<string, RunEvidence>()
    for (let from = 0; from < jobIds.length; from += endsAtOnce) {
      const group = jobIds.slice(from, from + endsAtOnce)
      for (const [jobId, evidence] of await Promise.all(group.map((jobId) => this.#evidence(jobId, overview)))) found.set(jobId, evidence)
    }
    this.#details.note(jobIds.flatMap((jobId) => this.#running(jobId, overview)))
    return found
  }

  async #evidence(jobId: string, overview: Overview): Promise<[string, RunEvidence]> {
    const { source } = this
    const { at, jobs } = overview
    try {
      const run = await this.#seen(jobId, jobs)
      return [jobId, run === null ? { kind: 'absent', source, at } : { kind: 'present', source, at, run }]
    } catch (error) {
      // How it ended is not known yet.
      return [jobId, { kind: 'unreachable', source, at, reason: failureOf(error).message }]
    }
  }

  /** Null where neither the newest run nor an earlier one is there. */
  async #seen(jobId: string, jobs: Overview['jobs']): Promise<Extract<RunEvidence, { kind: 'present' }>['run'] | null> {
    const { runs } = this.#runs(jobId)
    const older = runs.slice(0, -1).find((run) => run.end === null && isAlive(jobs.get(run.id)))
    const run = older ?? runs.at(-1)
    if (run === undefined) return null
    if (run.end !== null) return seenRun(run, null, this.#details.report(jobId, run))
    const job = jobs.get(run.id)
    if (job === undefined) return null
    return seenRun(hasEnded(job) ? await this.#noteEnd(jobId, run, job) : run, job, this.#details.report(jobId, run))
  }

  #running(jobId: string, { jobs }: Overview): { jobId: string; run: FlinkRun }[] {
    const run = this.#runs(jobId).runs.at(-1)
    const job = run?.end === null ? jobs.get(run.id) : undefined
    return run !== undefined && job !== undefined && aliveState(job) === 'running' ? [{ jobId, run }] : []
  }

  /** Writes down how a run ended, with what it leaves: the cluster forgets it. */
  async #noteEnd(jobId: string, run: FlinkRun, job: FlinkJob): Promise<FlinkRun> {
    const orders = await this.#link.orders()
    // What was written down of an older moment would be an older checkpoint.
    if (!(await untilTold(() => orders.isToldEnded(run.id)))) throw remoteErrors.REMOTE_END_UNTOLD({ attempt: run.attempt })
    const state = (await orders.newestState(run.id)) ?? null
    const { stop } = this.#runs(jobId)
    // A savepoint that somebody else stopped it with is theirs.
    const isOwn = state !== null && (!state.isOfStop || (stop?.attempt === run.attempt && stop.how === 'checkpoint'))
    const end: FlinkEnd = {
      state: job.state === 'FAILED' ? 'failed' : job.state === 'CANCELED' || state?.isOfStop === true ? 'stopped' : 'finished',
      endedAt: job.endedAt ?? this.#clock.nowMs(),
      failure: job.state === 'FAILED' ? failureOfRun(this.#link.name, await orders.failure(run.id)) : null,
    }
    const place = state === null ? null : { place: state.place, isOwn }
    const noted = await this.#change(jobId, (runs) => withEnd(runs, run.attempt, end, place))
    this.#readers.delete(jobId)
    return noted.runs.find(({ attempt }) => attempt === run.attempt) ?? { ...run, end }
  }

  async stop(jobId: string, attempt: number, how: 'checkpoint' | 'now'): Promise<void> {
    // Known before its turn comes: a start that is under way gives up.
    await this.#change(jobId, (runs) => withStop(runs, { attempt, how, at: this.#clock.nowMs() }))
    await this.#turns.take(jobId, () => this.#asked(() => this.#stop(jobId, attempt, how)))
  }

  async #stop(jobId: string, attempt: number, how: 'checkpoint' | 'now'): Promise<void> {
    const run = this.#runs(jobId).runs.find((each) => each.attempt === attempt)
    if (run === undefined || run.end !== null) return
    const job = (await this.#link.freshOverview()).jobs.get(run.id)
    if (job === undefined || hasEnded(job)) return
    const orders = await this.#link.orders()
    // What does not run has nothing newer than its checkpoints, which it leaves.
    const isEnding = how === 'checkpoint' && aliveState(job) === 'running' && (await this.#endsWithState(jobId, run, orders))
    if (!isEnding) await orders.cancel(run.id)
    this.#link.expire()
  }

  /** Stops a run with a savepoint in Flink's own form, which the next run takes over; false where that does not come. */
  async #endsWithState(jobId: string, run: FlinkRun, orders: FlinkOrders): Promise<boolean> {
    const trigger = triggerOf('stop', run.id)
    const sight = await orders.savepointSight(run.id, trigger)
    const { stop } = this.#runs(jobId)
    if (sight.kind === 'failed') return false
    if (sight.kind === 'completed') return true
    const isLate = stop !== null && this.#clock.nowMs() - stop.at > (this.#options.stopMsMax ?? defaultStopMsMax)
    if (sight.kind === 'in-progress') return !isLate
    try {
      await orders.savepoint(run.id, { trigger, folder: await this.#link.savepointFolder(), stops: true, format: 'NATIVE' })
      return true
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'ENGINE_FLINK_REFUSED') return false
      throw error
    }
  }

  async savepoint(jobId: string, attempt: number, order: SavepointOrder): Promise<SavepointSight> {
    return this.#turns.take(jobId, () => this.#asked(() => this.#savepoints.take(jobId, attempt, order)))
  }

  async measure(jobId: string): Promise<RunMetrics | null> {
    const run = this.#runs(jobId).runs.at(-1)
    if (run === undefined || run.end !== null) return null
    const known = this.#readers.get(jobId)
    const reader = known?.id === run.id ? known.reader : (await this.#link.jobs()).reader(run.id)
    this.#readers.set(jobId, { id: run.id, reader })
    const observed = await reader.observe()
    return observed.kind === 'present' ? observed.metrics : null
  }

  async forget(jobId: string): Promise<void> {
    await this.#turns.take(jobId, () => this.#asked(() => this.#forget(jobId)))
  }

  async #forget(jobId: string): Promise<void> {
    const { runs } = this.#runs(jobId)
    if (runs.some(({ end }) => end === null)) await this.#checkOthers(jobId, 0, await this.#link.freshOverview())
    await this.#book.remove(this.#link.name, jobId)
    this.#details.drop(jobId)
    this.#readers.delete(jobId)
  }

  /** Removes the state that the newest run left, too. */
  async remove(jobId: string): Promise<void> {
    await this.#turns.take(jobId, () =>
      this.#asked(async () => {
        const { runs } = this.#runs(jobId)
        if (runs.some(({ end }) => end === null)) await this.#checkOthers(jobId, 0, await this.#link.freshOverview())
        // Each run takes over what the one before it left.
        const newest = this.#runs(jobId).runs.at(-1)
        const left = newest?.state ?? newest?.from
        if (left?.isOwn === true) await this.#dispose(left.place)
        await this.#forget(jobId)
      }),
    )
  }

  async removeSavepoint(jobId: string, savepointId: string, place: string): Promise<void> {
    await this.#turns.take(jobId, () =>
      this.#asked(async () => {
        const known = this.#runs(jobId).savepoints.find(({ id }) => id === savepointId)
        assert(known === undefined || known.sight !== null, 'a savepoint that is removed has ended')
        await this.#dispose(place)
      }),
    )
  }

  /** Resolves when it is gone, also where it was before. */
  async #dispose(place: string): Promise<void> {
    const orders = await this.#link.orders()
    const request = await orders.dispose(place)
    const startedMs = this.#clock.monotonicMs()
    for (;;) {
      const sight = await orders.disposalSight(request)
      if (sight.kind === 'completed' || (sight.kind === 'failed' && isGone(sight.reason))) return
      const cluster = this.#link.name
      if (sight.kind === 'failed') throw remoteErrors.REMOTE_DISPOSAL_FAILED({ cluster, place, reason: sight.reason })
      if (this.#clock.monotonicMs() - startedMs > disposalMsMax)
        throw remoteErrors.REMOTE_DISPOSAL_FAILED({ cluster, place, reason: `it took longer than ${disposalMsMax / 1000} s` })
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  #runs(jobId: string): JobRuns {
    return this.#book.of(this.#link.name, jobId)
  }

  #change(jobId: string, change: (known: JobRuns) => JobRuns): Promise<JobRuns> {
    return this.#book.change(this.#link.name, jobId, change)
  }

  /** What a cluster refuses now it may take later: only what is known to be the user's fault is told as such. */
  async #asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof NeverRuns) throw error.reason
      if (!(error instanceof MillraceError) || error.blame !== 'user') throw error
      throw remoteErrors.REMOTE_CLUSTER_TROUBLE({ cluster: this.#link.name, reason: error.message }, { detail: error.detail, cause: error })
    }
  }
}

/** Carries an error of the user past those of the cluster. */
class NeverRuns extends Error {
  readonly reason: MillraceError

  constructor(reason: MillraceError) {
    super(reason.message)
    this.reason = reason
  }
}

function isStopped({ stop }: JobRuns, attempt: number): boolean {
  return stop !== null && stop.attempt >= attempt
}

function isAlive(job: FlinkJob | undefined): boolean {
  return job !== undefined && !hasEnded(job)
}

function isGone(reason: string): boolean {
  return /FileNotFound|does not exist|No such file|Cannot find/i.test(reason)
}
