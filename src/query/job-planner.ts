/** The graph of a script's job before it runs, as Flink plans it, and what edits make of it. Nothing is started. */
import { type Clock, MillraceError } from '#base'
import {
  type EditedTopology,
  editTopology,
  type FlinkJobs,
  idleReaders,
  type KnownEnd,
  memoryFacts,
  noEdits,
  type PlannedJob,
  parallelismOptions,
  partitionsOf,
  type ReadingTask,
  readTopology,
  type StatefulOperator,
  settingsOfEdits,
  statesIn,
  type Topology,
  type TopologyEdits,
  tableEnds,
} from '#engines'
import { printText } from '#plan'
import { checkScript } from './job-script.ts'
import { tableOptionsIn } from './library-uses.ts'
import { quotedPath } from './quoted-path.ts'
import type { RemoteSession } from './remote-session.ts'
import { compilePlan, type ShareFiles } from './shared-plan.ts'

export interface PlanningCluster {
  readonly manager: FlinkJobs
  /** Opens a session that does not wait for its jobs. */
  readonly openSession: (settings: Readonly<Record<string, string>>) => Promise<RemoteSession>
  readonly share: ShareFiles
  readonly clock: Clock
}

/** Whether it is asked what operators keep: it takes a plan in a file, which not every gateway shares. */
export type StatesAsked = 'not' | 'if-shared' | 'needed'

export interface ScriptPlan extends PlannedJob {
  /** Whether tasks get their parallelism once the job runs; else the tables that they read and write have to say it. */
  readonly isAdaptive: boolean
  /** What reads and writes tables. */
  readonly ends: readonly KnownEnd[]
  /** As the script says it; empty: as the cluster does. */
  readonly stateBackend: string
}

export interface EditedPlan extends EditedTopology {
  readonly isAdaptive: boolean
  /** Statements that come before that of the job. */
  readonly statements: readonly string[]
  /** What the job takes of the memory of the cluster, a sentence each. */
  readonly memory: readonly string[]
  /** Why it surely cannot begin there; null: it may. */
  readonly trouble: MillraceError | null
}

interface PlannedGraph {
  readonly topology: Topology
  readonly ends: readonly KnownEnd[]
  readonly states: readonly StatefulOperator[] | null
  readonly stateBackend: string
}

/** Kafka that does not answer is not waited for longer. */
const partitionsMsMax = 5000

export class JobPlanner {
  readonly #cluster: PlanningCluster

  constructor(cluster: PlanningCluster) {
    this.#cluster = cluster
  }

  /** The graph without edits, and with what they say of all of the job. */
  async plan(text: string, edits: TopologyEdits, asked: StatesAsked): Promise<ScriptPlan> {
    checkScript(text)
    const { manager } = this.#cluster
    const isPlain = Object.keys(settingsOfEdits(edits)).length === 0
    const { topology: planned, ends, states, stateBackend } = await this.#graph(text, edits, asked)
    const plain = isPlain ? planned : (await this.#graph(text, noEdits, 'not')).topology
    const [room, isAdaptive] = await Promise.all([manager.slots(), manager.isAdaptive()])
    return { plain, planned, states, ends, stateBackend, room, isAdaptive }
  }

  /** A graph that was planned with those edits, with all of them. */
  async edit(text: string, plan: ScriptPlan, edits: TopologyEdits): Promise<EditedPlan> {
    const options = plan.isAdaptive ? [] : parallelismOptions(plan.planned, plan.ends, edits.vertices)
    const statements = options.map(
      ({ table, key, value }) => `ALTER TABLE ${quotedPath(table)} SET (${printText(key)} = ${printText(value)})`,
    )
    const altered = statements.length === 0 ? null : await this.#graph(text, edits, 'not', statements)
    const edited = editTopology({ ...plan, altered: altered?.topology ?? null }, edits)
    const readers = await this.#readers(edited.topology, altered?.ends ?? plan.ends)
    const consequences = [...edited.consequences, ...readers.flatMap(idleReaders)]
    return { ...edited, consequences, statements, isAdaptive: plan.isAdaptive, ...(await this.#memory(edited, plan)) }
  }

  async #memory({ topology, states }: EditedTopology, plan: ScriptPlan): Promise<Pick<EditedPlan, 'memory' | 'trouble'>> {
    const { manager } = this.#cluster
    const memory = await manager.memory()
    const stateBackend = plan.stateBackend === '' ? await manager.stateBackend() : plan.stateBackend
    const trouble = await manager.lackOfBuffers(topology, memory)
    return { memory: memoryFacts({ topology, states, stateBackend }, memory), trouble }
  }

  /** Null where it is not known: what is wrong with the script its submission says, and tasks of a batch take slots one after another. */
  async neededSlots(text: string): Promise<number | null> {
    try {
      return await this.#prepared(text, {}, [], async (session) => {
        const explained = await session.explainLast(text)
        const mode = session.settings.get('execution.runtime-mode').toLowerCase()
        return mode === '' || mode === 'streaming' ? readTopology(explained, () => false).slots : null
      })
    } catch (error) {
      if (error instanceof MillraceError) return null
      throw error
    }
  }

  async #graph(text: string, edits: TopologyEdits, asked: StatesAsked, statements: readonly string[] = []): Promise<PlannedGraph> {
    return this.#prepared(text, settingsOfEdits(edits), statements, async (session) => {
      const explained = await session.explainLast(text)
      const found = tableEnds(explained)
      const definitions = new Map<string, string>()
      for (const { table } of found) {
        const key = table.join('\0')
        if (!definitions.has(key)) definitions.set(key, await session.definitionOf(table))
      }
      const optionsOf = (table: readonly string[]): Readonly<Record<string, string>> =>
        tableOptionsIn(definitions.get(table.join('\0')) ?? '')
      const isOldSource = (table: readonly string[]): boolean => optionsOf(table)['connector'] === 'datagen'
      const topology = readTopology(explained, isOldSource, edits.chaining !== false)
      const operators = topology.vertices.flatMap((vertex) => vertex.operators)
      const ends = found.map(({ kind, number, table }) => ({
        kind,
        table,
        id: operators.find((operator) => operator.number === number)?.id ?? '',
        options: optionsOf(table),
        isTemporary: definitions.get(table.join('\0'))?.startsWith('CREATE TEMPORARY ') === true,
      }))
      const compiled = await this.#compiled(session, text, asked)
      const stateBackend = session.settings.get('state.backend.type')
      return { topology, ends, states: compiled === null ? null : statesIn(compiled, topology), stateBackend }
    })
  }

  /** Null where it is not asked for, or need not be there. */
  async #compiled(session: RemoteSession, text: string, asked: StatesAsked): Promise<string | null> {
    if (asked === 'not') return null
    try {
      return await compilePlan(session, text, this.#cluster.share)
    } catch (error) {
      if (asked === 'if-shared' && error instanceof MillraceError) return null
      throw error
    }
  }

  /** Tasks with several readers, and what is known of what they read. */
  async #readers({ vertices }: Topology, ends: readonly KnownEnd[]): Promise<readonly ReadingTask[]> {
    const reading = vertices.filter(({ parallelism, operators }) => parallelism > 1 && operators[0]?.inputs.length === 0)
    return Promise.all(
      reading.map(async (vertex): Promise<ReadingTask> => {
        const end = ends.find(({ id, kind }) => kind === 'source' && id === vertex.id)
        return { vertex, places: end === undefined ? 'not known' : await this.#placesOf(end) }
      }),
    )
  }

  async #placesOf({ table, options }: KnownEnd): Promise<ReadingTask['places']> {
    if (options['connector'] === 'datagen') return 'none'
    try {
      const name = table.at(-1) ?? ''
      const places = await partitionsOf({ name, options, clock: this.#cluster.clock }, AbortSignal.timeout(partitionsMsMax))
      return places ?? 'not known'
    } catch (error) {
      // What is wrong with the options Flink says itself.
      if (error instanceof MillraceError && error.blame !== 'internal') return { failure: error.message }
      throw error
    }
  }

  /** Lets a session of its own have run all of a script but its last statement. */
  async #prepared<T>(
    text: string,
    settings: Readonly<Record<string, string>>,
    statements: readonly string[],
    read: (session: RemoteSession) => Promise<T>,
  ): Promise<T> {
    const session = await this.#cluster.openSession(settings)
    try {
      await session.prepare(text, statements)
      return await read(session)
    } finally {
      await session.close().catch(() => undefined)
    }
  }
}
