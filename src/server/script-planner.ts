/** Reads the scripts of jobs as what runs them would: processes in a session of their workspace that runs nothing, clusters by their gateway. */
import path from 'node:path'
import { failureOf } from '#base'
import type { KeptObjects } from '#catalog'
import type { TopologyChange } from '#engines'
import {
  fillVariables,
  type JobSpec,
  type KeptState,
  type PlanCheck,
  type PlannedJob,
  type Planner,
  type StatePart,
  type StateVerdict,
} from '#jobs'
import { jobSettings, type WorkspaceSessions } from '#processes'
import type { FittedOperator, ScriptFit } from '#query'
import type { FlinkPlanner } from '#remote'
import { serverErrors } from './errors.ts'
import { FilledScript } from './filled-script.ts'
import { plannedSettings } from './planned-settings.ts'

export class ScriptPlanner implements Planner {
  readonly #sessions: WorkspaceSessions
  readonly #folder: string
  readonly #clusters: PlannedClusters

  /** @param folder where the processes of this server keep what belongs to jobs */
  constructor(sessions: WorkspaceSessions, folder: string, clusters: PlannedClusters) {
    this.#sessions = sessions
    this.#folder = folder
    this.#clusters = clusters
  }

  async check({ workspace }: PlannedJob, spec: JobSpec): Promise<PlanCheck> {
    if (spec.engine.kind === 'flink') return this.#checkOnCluster(workspace, spec, spec.engine.cluster)
    const script = new FilledScript(spec.program.text, spec.variables)
    const { failures, graphs } = await this.#sessions.of(workspace).review(script.filled, plannedSettings(spec))
    const diagnostics = failures.map((failure) => script.failureIn(failure))
    if (diagnostics.length > 0) return { outputs: [], diagnostics, plan: null }
    const [first] = graphs
    if (first === undefined || graphs.length > 1) throw serverErrors.SERVER_JOB_SCRIPT({ count: graphs.length })
    const outputs = first.graph.nodes.flatMap(({ type }) => (type.startsWith('Sink: ') ? [type.slice('Sink: '.length)] : []))
    return { outputs, diagnostics, plan: first.plan }
  }

  /** What a cluster does not say now its start will. */
  async #checkOnCluster(workspace: string, spec: JobSpec, cluster: string): Promise<PlanCheck> {
    const reading = await this.#clusters.planner(cluster)?.read(this.#planned(workspace, spec))
    switch (reading?.kind) {
      case 'planned':
        return { outputs: reading.outputs, diagnostics: [], plan: reading.plan }
      case 'refused':
        return { outputs: [], diagnostics: [failureOf(reading.error)], plan: null }
      default:
        return { outputs: [], diagnostics: [], plan: null }
    }
  }

  #planned(workspace: string, spec: JobSpec): Parameters<FlinkPlanner['read']>[0] {
    return {
      script: fillVariables(spec.program.text, spec.variables),
      settings: settingsOf(spec),
      kept: this.#clusters.keptOf(workspace),
    }
  }

  async compare({ workspace, jobId }: PlannedJob, kept: KeptState, after: JobSpec): Promise<StateVerdict | null> {
    if (jobId === null) return { operators: [] }
    const { spec: before } = kept
    if (before.engine.kind === 'flink') {
      // Tasks are compared with those of the newest run; what another version has kept nobody looks into.
      if (!kept.isOfRun) return null
      const changes = (await this.#clusters.planner(before.engine.cluster)?.changes(jobId, this.#planned(workspace, after))) ?? null
      const isMeasured = kept.savepoint === null
      return changes === null ? null : { operators: changes.flatMap((change) => partOnCluster(change, isMeasured)) }
    }
    const old = new FilledScript(before.program.text, before.variables)
    const next = new FilledScript(after.program.text, after.variables)
    const fit = await this.#sessions.of(workspace).fit({
      text: next.filled,
      before: old.filled,
      ...jobSettings(after, this.#placesOf(jobId, kept)),
    })
    return { operators: fit === null ? [] : partsOf(fit, old, next) }
  }

  #placesOf(jobId: string, { savepoint, origin }: KeptState): Parameters<typeof jobSettings>[1] {
    // A run that begins with a savepoint finds no checkpoints of its own.
    const own = savepoint === null ? path.join(this.#folder, jobId, 'checkpoints') : path.join(savepoint, 'none')
    return { 'execution.checkpointing.dir': own, 'execution.state-recovery.path': savepoint ?? origin ?? '' }
  }
}

export interface PlannedClusters {
  /** Null for a name that nobody knows. */
  planner(cluster: string): FlinkPlanner | null
  /** What the catalog of a workspace holds. */
  keptOf(workspace: string): KeptObjects
}

/** A task with state; what is chained in it is judged with it. */
function partOnCluster({ kind, name, stateBytes, restores }: TopologyChange, isMeasured: boolean): StatePart[] {
  const part = (verdict: StatePart['verdict'], why: string): StatePart[] => [
    { operator: name, verdict, why, fragment: null, bytes: isMeasured ? stateBytes : null, holds: [] },
  ]
  switch (restores) {
    case 'yes':
      return part('kept', 'both versions have the same task')
    case 'no':
      return part('dropped', kind === 'moves' ? 'the new version has this task under another id' : 'the new version has no such task')
    case 'unknown':
      return part('dropped', 'the task does something else now, and may not find its state')
    case 'none':
      return []
  }
}

function partsOf({ kept, dropped, started }: ScriptFit, old: FilledScript, next: FilledScript): StatePart[] {
  const part =
    (verdict: StatePart['verdict'], why: string, script: FilledScript) =>
    ({ operator, isChanged, parts, clause }: FittedOperator): StatePart => ({
      operator,
      verdict,
      why: isChanged ? 'the new version keeps it in another form' : why,
      fragment: clause === null ? null : script.fragmentOf(clause),
      bytes: parts === null ? null : parts.reduce((sum, { bytes }) => sum + bytes, 0),
      holds: (parts ?? []).map(({ name, entries }) => ({ name, entries })),
    })
  return [
    ...dropped.map(part('dropped', 'the new version has no such operator', old)),
    ...kept.map(part('kept', 'both versions keep the same', next)),
    ...started.map(part('new', 'the version before has no such operator', next)),
  ]
}

function settingsOf({ settings, parallelism }: JobSpec): Record<string, string> {
  return { ...settings, 'parallelism.default': String(parallelism) }
}
