/** Reads scripts of jobs as the SQL gateway of their cluster does. Nothing is started. */
import { assert, type Clock, MillraceError } from '#base'
import type { KeptObjects } from '#catalog'
import { FlinkJars, type TopologyChange, tableEnds } from '#engines'
import { noEdits, RemoteJobs, type RemoteSession } from '#query'
import type { ClusterLink } from './cluster-link.ts'
import { isOfStatement, prepareScript, sendableScript, sendDefinitions } from './gateway-script.ts'
import type { RunBook } from './run-book.ts'

export interface PlannedScript {
  readonly script: string
  /** Under Flink's keys. */
  readonly settings: Readonly<Record<string, string>>
  /** What the catalog of its workspace holds. */
  readonly kept: KeptObjects
}

/** What a cluster says of a script. */
export type ScriptReading =
  | { readonly kind: 'planned'; readonly plan: string; readonly outputs: readonly string[] }
  | { readonly kind: 'refused'; readonly error: MillraceError }
  /** The cluster cannot be asked now. */
  | { readonly kind: 'unknown' }

export class FlinkPlanner {
  readonly #link: ClusterLink
  readonly #book: RunBook
  readonly #clock: Clock

  constructor(link: ClusterLink, book: RunBook, clock: Clock) {
    this.#link = link
    this.#book = book
    this.#clock = clock
  }

  read(planned: PlannedScript): Promise<ScriptReading> {
    return inTime(this.#read(planned), { kind: 'unknown' })
  }

  async #read(planned: PlannedScript): Promise<ScriptReading> {
    let session: RemoteSession | null = null
    try {
      const { script, kept } = sendableScript(planned.script, planned.settings, planned.kept)
      session = await this.#link.cluster.openSession(planned.settings)
      await prepareScript(session, script, kept)
      const plan = await session.explainLast(script)
      const written = tableEnds(plan).filter(({ kind }) => kind === 'sink')
      return { kind: 'planned', plan, outputs: written.map(({ table }) => table.join('.')) }
    } catch (error) {
      if (!(error instanceof MillraceError)) throw error
      const isTheirs = isOfStatement(error) && (session === null ? error.code !== 'ENGINE_FLINK_REFUSED' : await session.isOpen())
      return isTheirs ? { kind: 'refused', error } : { kind: 'unknown' }
    } finally {
      await session?.close().catch(() => undefined)
    }
  }

  /** What a start of a script would change of the newest run of a job, and what of its state it would leave behind; null: nobody knows. */
  changes(jobId: string, planned: PlannedScript): Promise<readonly TopologyChange[] | null> {
    return inTime(this.#changes(jobId, planned), null)
  }

  async #changes(jobId: string, { settings, ...planned }: PlannedScript): Promise<readonly TopologyChange[] | null> {
    const run = this.#book.of(this.#link.name, jobId).runs.at(-1)
    if (run === undefined) return null
    try {
      const { script, kept } = sendableScript(planned.script, settings, planned.kept)
      const jobs = new RemoteJobs({
        manager: await this.#link.jobs(),
        jars: new FlinkJars(await this.#link.cluster.address()),
        openSession: async (own) => {
          const session = await this.#link.cluster.openSession({ ...settings, ...own })
          await sendDefinitions(session, kept)
          return session
        },
        share: async () => {
          assert(false, 'no plan is edited')
        },
        clock: this.#clock,
      })
      return await jobs.topologyChanges(script, noEdits, run.id)
    } catch (error) {
      // The start itself will tell what does not fit.
      if (error instanceof MillraceError && error.blame !== 'internal') return null
      throw error
    }
  }
}

/** Who asks for a plan waits for it. */
const answerMsMax = 20_000

async function inTime<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), answerMsMax)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
