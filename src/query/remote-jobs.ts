/** Jobs on a Flink cluster, each started once: its id follows from its name, so that a repeated start finds what runs. */
import { type Clock, closeNames, MillraceError } from '#base'
import {
  type FlinkJars,
  type FlinkJob,
  type FlinkJobs,
  hasEnded,
  type JarFile,
  JobPoller,
  jobIdOf,
  type KnownJob,
  type ParallelismWish,
  type RescaledVertex,
  settingsOfEdits,
  type Topology,
  type TopologyChange,
  type TopologyEdits,
  topologyChanges,
  wantedTtls,
  withTtls,
} from '#engines'
import { queryErrors } from './errors.ts'
import { type EditedPlan, JobPlanner, type PlanningCluster, type ScriptPlan, type StatesAsked } from './job-planner.ts'
import { checkScript } from './job-script.ts'
import type { StatementListener } from './listener.ts'
import type { RemoteSession } from './remote-session.ts'
import { runPlan } from './shared-plan.ts'

export interface StartOptions {
  readonly name: string
  /** The savepoint or checkpoint that it goes on from; empty: none. */
  readonly from: string
  /** NO_CLAIM, CLAIM, or empty for what the cluster does by itself. */
  readonly claimMode: string
  /** Whether state that the script has no place for may be left behind. */
  readonly allowsDroppedState: boolean
}

interface JobStart extends StartOptions {
  /** Definitions and settings, and one INSERT or statement set at the end. */
  readonly text: string
  /** Statements that come before the last one of the text. */
  readonly adjustments: readonly string[]
  /** What is other than Flink plans it. */
  readonly edits: TopologyEdits
  /** The graph with that, where single vertices or operators are edited; null: none is. */
  readonly edited: EditedPlan | null
}

export interface JarProgram {
  readonly jar: JarFile
  /** Empty: the one that the JAR names itself. */
  readonly mainClass: string
  readonly arguments: readonly string[]
  /** 0: as the program or the cluster has it. */
  readonly parallelism: number
  /** Addresses of further JARs, such as file:///opt/x.jar, as the processes of the cluster see them. */
  readonly libraries: readonly string[]
  /** Under Flink's keys. */
  readonly settings: Readonly<Record<string, string>>
}

interface JarStart extends StartOptions, JarProgram {}

export interface StartedJob {
  readonly id: string
  /** Whether it ran already. */
  readonly isAttached: boolean
}

interface RemoteCluster extends PlanningCluster {
  readonly jars: FlinkJars
}

const alreadyThere = /already been submitted|Job has already|DuplicateJob|DuplicateApplication/

const stateWithoutPlace = /Cannot map checkpoint\/savepoint state for operator ([0-9a-f]{32})/

/** Lives of a job by whose ids it is found where it has a name of its own. */
const livesMax = 1000

export class RemoteJobs {
  readonly #manager: FlinkJobs
  readonly #jars: FlinkJars
  readonly #openSession: PlanningCluster['openSession']
  readonly #share: PlanningCluster['share']
  readonly #planner: JobPlanner

  constructor({ manager, jars, openSession, share, clock }: RemoteCluster) {
    this.#manager = manager
    this.#jars = jars
    this.#openSession = openSession
    this.#share = share
    this.#planner = new JobPlanner({ manager, openSession, share, clock })
  }

  /** All that the cluster knows, the newest first. */
  async list(): Promise<readonly FlinkJob[]> {
    return (await this.#manager.list()).toSorted((a, b) => b.startedAt - a.startedAt)
  }

  /** By its id or its name, or the one that it was started by: what runs, else what ended last. Fails when there is none. */
  async find(target: string): Promise<FlinkJob> {
    const jobs = await this.list()
    const ids = new Set([target, ...Array.from({ length: livesMax }, (_, index) => jobIdOf(target, index + 1))])
    const found = jobs.filter(({ id, name }) => ids.has(id) || name === target)
    const [job] = [...found.filter((each) => !hasEnded(each)), ...found]
    if (job !== undefined) return job
    const [nearest] = closeNames(
      target,
      jobs.map(({ name }) => name),
      1,
    )
    throw queryErrors.QUERY_JOB_NOT_FOUND({ job: target }, { hint: nearest === undefined ? undefined : `Did you mean "${nearest}"?` })
  }

  /** The job of this name that runs; null: none does. */
  async running(name: string): Promise<FlinkJob | null> {
    return (await this.list()).find((job) => job.name === name && !hasEnded(job)) ?? null
  }

  /** A job with all that its subtasks tell of themselves. */
  async look(target: string): Promise<KnownJob> {
    return this.#manager.look((await this.find(target)).id)
  }

  /** Looks at a job as often as it is asked to; `random` gives numbers from 0 to 1. */
  async poller(target: string, clock: Clock, intervalMs: number, random: () => number): Promise<JobPoller> {
    const reader = this.#manager.reader((await this.find(target)).id)
    return new JobPoller({ observe: () => reader.observe(), clock, intervalMs, random })
  }

  /** Starts a job, unless one of its name runs. However often and from wherever it is asked for, one runs. */
  async start(start: JobStart): Promise<StartedJob> {
    checkScript(start.text)
    const wish = await this.#wishOf(start)
    const started = await this.#startOnce(start.name, (id) => this.#submit(id, start))
    if (wish !== null) await this.#manager.rescale(started.id, wish)
    return started
  }

  /** The parallelism that is edited; null: none is. Fails where the cluster cannot give it. */
  async #wishOf({ name, edits, edited }: JobStart): Promise<ParallelismWish | null> {
    if (edited === null) return null
    const { topology, unbound, isAdaptive, trouble } = edited
    const isNew = (await this.running(name)) === null
    if (isNew && trouble !== null) throw trouble
    if (edits.vertices.length === 0) return null
    if (isNew) await this.#manager.checkSlots(topology.slots)
    if (!isAdaptive) return null
    const bound = edits.vertices.filter((edit) => !unbound.includes(edit))
    return bound.length === 0 ? null : { all: null, vertices: new Map(bound.map(({ id, parallelism }) => [id, parallelism])) }
  }

  /** Starts the job of a JAR, as `start` does; its main method runs on the cluster. */
  async startJar(start: JarStart): Promise<StartedJob> {
    return this.#startOnce(start.name, (id) => this.#runJar(id, start))
  }

  /** @param submit gives false where the cluster has, or had, a job of the id that it is given */
  async #startOnce(name: string, submit: (id: string) => Promise<boolean>): Promise<StartedJob> {
    let known = await this.#known()
    for (let life = 1; ; life++) {
      const id = jobIdOf(name, life)
      if (!known.has(id) && (await submit(id))) return { id, isAttached: false }
      // It runs now if somebody else was faster. Else the cluster lists a job no more whose id it refuses still: the next life has another.
      if (!known.has(id)) known = await this.#known()
      const job = known.get(id)
      if (job !== undefined && !hasEnded(job)) return { id, isAttached: true }
    }
  }

  /** Fails where the cluster cannot hold the job of a script. It is planned only where it could take more than there is, since that takes time. */
  async #checkSlots(text: string, session: RemoteSession): Promise<void> {
    const told = [session.settings.get('parallelism.default'), ...text.matchAll(/parallelism[\w.-]*\W+(\d+)/gi).map(([, count]) => count)]
    if (!(await this.#manager.lacksSlots(Math.max(1, ...told.map(Number).filter(Number.isFinite))))) return
    const needed = await this.#planner.neededSlots(text)
    if (needed !== null) await this.#manager.checkSlots(needed)
  }

  async #known(): Promise<ReadonlyMap<string, FlinkJob>> {
    return new Map((await this.#manager.list()).map((job) => [job.id, job]))
  }

  /** False where the cluster has, or had, a job of this id. */
  async #submit(id: string, start: JobStart): Promise<boolean> {
    const { name, text, from, claimMode, allowsDroppedState, edits } = start
    const session = await this.#openSession({
      ...settingsOfEdits(edits),
      'pipeline.name': name,
      '$internal.pipeline.job-id': id,
      ...(from === '' ? {} : { 'execution.state-recovery.path': from }),
      ...(claimMode === '' ? {} : { 'execution.state-recovery.claim-mode': claimMode }),
      ...(allowsDroppedState ? { 'execution.state-recovery.ignore-unclaimed-state': 'true' } : {}),
    })
    const submitted: string[] = []
    try {
      await this.#checkSlots(text, session)
      await this.#run(session, start, { submitted: (job) => void submitted.push(job) })
    } catch (error) {
      return alreadyThereOr(error, from)
    } finally {
      await session.close().catch(() => undefined)
    }
    const other = submitted.find((job) => job !== id)
    if (other !== undefined) await this.#refuseId(name, other)
    return true
  }

  async #run(session: RemoteSession, { text, adjustments, edits, edited }: JobStart, listener: StatementListener): Promise<void> {
    const states = edited === null ? [] : edits.states.filter((edit) => !edited.unboundStates.includes(edit))
    const statements = [...adjustments, ...(edited?.statements ?? [])]
    if (edited === null || states.length === 0) return session.run(text, listener, new AbortController().signal, statements)
    await session.prepare(text, statements)
    const change = (plan: string): string => withTtls(plan, edited.planned, wantedTtls(states))
    await runPlan(session, text, { share: this.#share, change, listener })
  }

  async #runJar(id: string, { name, jar, libraries, settings, ...program }: JarStart): Promise<boolean> {
    const all = { ...settings, ...classPathOf(libraries), 'pipeline.name': name }
    try {
      const submitted = await this.#jars.run(await this.#jars.keep(jar), { ...program, settings: all, jobId: id })
      if (submitted !== id) await this.#refuseId(name, submitted)
      return true
    } catch (error) {
      return alreadyThereOr(error, program.from)
    }
  }

  async #refuseId(name: string, got: string): Promise<never> {
    await this.#manager.cancel(got)
    throw queryErrors.QUERY_JOB_ID({ name, got })
  }

  /** The graph of the job that a JAR would submit, as `plan` gives that of a script. */
  async jarTopology({ jar, libraries, settings, ...program }: JarProgram): Promise<Topology> {
    return this.#jars.plan(await this.#jars.keep(jar), { ...program, settings: { ...settings, ...classPathOf(libraries) } })
  }

  /** The graph of a script's job with its edits, and what comes of them. Nothing is started. */
  async edited(text: string, edits: TopologyEdits): Promise<EditedPlan> {
    const plan = await this.plan(text, edits, edits.states.length > 0 ? 'needed' : 'not')
    return this.edit(text, plan, edits)
  }

  /** The graph of a script's job, without edits and with what they say of all of it. Nothing is started. */
  plan(text: string, edits: TopologyEdits, asked: StatesAsked): Promise<ScriptPlan> {
    return this.#planner.plan(text, edits, asked)
  }

  /** A graph that was planned with those edits, with all of them. Nothing is started. */
  edit(text: string, plan: ScriptPlan, edits: TopologyEdits): Promise<EditedPlan> {
    return this.#planner.edit(text, plan, edits)
  }

  /** What a start of a script, with its edits, would change of a job, and what of its state it would leave behind. Nothing is started. */
  async topologyChanges(text: string, edits: TopologyEdits, target: string): Promise<readonly TopologyChange[]> {
    const { id } = await this.find(target)
    const [{ topology }, job] = await Promise.all([this.edited(text, edits), this.#manager.details(id)])
    return topologyChanges(topology, job.vertices, await this.#manager.stateBytes(job))
  }

  slots(): Promise<{ readonly free: number; readonly all: number }> {
    return this.#manager.slots()
  }

  /** Takes a savepoint of a job that runs on; where it is. */
  async savepoint(target: string, folder: string): Promise<string> {
    return this.#manager.savepoint((await this.find(target)).id, { folder })
  }

  /** Stops a job with a savepoint; where that is. Asked again, it says the same. */
  async stop(target: string, folder: string): Promise<string> {
    return this.#manager.stop(await this.find(target), { folder })
  }

  /** Changes the parallelism of a job that runs; what it was, and is. */
  async rescale(target: string, wish: ParallelismWish): Promise<readonly RescaledVertex[]> {
    return this.#manager.rescale((await this.find(target)).id, wish)
  }

  /** Stops a job without a savepoint; what has ended stays as it is. */
  async cancel(target: string): Promise<FlinkJob> {
    const job = await this.find(target)
    if (hasEnded(job)) return job
    await this.#manager.cancel(job.id)
    return (await this.#manager.ended(job.id, new AbortController().signal)) ?? job
  }
}

/** False where an error says that the cluster has, or had, the job; fails with any other. */
function alreadyThereOr(error: unknown, from: string): false {
  if (!(error instanceof MillraceError)) throw error
  const said = `${error.message} ${error.detail ?? ''}`
  if (alreadyThere.test(said)) return false
  const [, operator] = stateWithoutPlace.exec(said) ?? []
  throw operator === undefined ? error : queryErrors.QUERY_JOB_STATE_DROPPED({ from, operator }, { cause: error })
}

function classPathOf(libraries: readonly string[]): Readonly<Record<string, string>> {
  return libraries.length === 0 ? {} : { 'pipeline.classpaths': libraries.join(';') }
}
