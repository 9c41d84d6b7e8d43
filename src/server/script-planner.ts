/** Reads the scripts of jobs as their processes would, in a session of their workspace that runs nothing. */
import path from 'node:path'
import { fillVariables, type JobSpec, type PlanCheck, type PlannedJob, type Planner, type StatePart, type StateVerdict } from '#jobs'
import type { WorkspaceSessions } from '#processes'
import type { StateFit } from '#query'
import { serverErrors } from './errors.ts'

export class ScriptPlanner implements Planner {
  readonly #sessions: WorkspaceSessions
  readonly #folder: string

  /** @param folder where the processes of this server keep what belongs to jobs */
  constructor(sessions: WorkspaceSessions, folder: string) {
    this.#sessions = sessions
    this.#folder = folder
  }

  async check({ workspace }: PlannedJob, spec: JobSpec): Promise<PlanCheck> {
    const script = fillVariables(spec.program.text, spec.variables)
    const sessions = this.#sessions.of(workspace)
    const diagnostics = await sessions.check(script)
    if (diagnostics.length > 0) return { outputs: [], diagnostics, plan: null }
    const graphs = await sessions.graphs(script)
    const [first] = graphs
    if (first === undefined || graphs.length > 1) throw serverErrors.SERVER_JOB_SCRIPT({ count: graphs.length })
    const outputs = first.graph.nodes.flatMap(({ type }) => (type.startsWith('Sink: ') ? [type.slice('Sink: '.length)] : []))
    return { outputs, diagnostics, plan: first.plan }
  }

  async compare({ workspace, jobId }: PlannedJob, before: JobSpec, after: JobSpec, place: string | null): Promise<StateVerdict> {
    // What a cluster keeps of its jobs it alone can tell.
    if (jobId === null || before.engine.kind !== 'embedded') return { operators: [] }
    const checkpoints = path.join(this.#folder, jobId, 'checkpoints')
    const script = fillVariables(after.program.text, after.variables)
    const settings = { 'execution.checkpointing.dir': checkpoints, 'execution.state-recovery.path': place ?? '' }
    const fit = await this.#sessions.of(workspace).fit(script, settings)
    return { operators: fit === null ? [] : partsOf(fit) }
  }
}

function partsOf({ kept, dropped, started }: StateFit): StatePart[] {
  const part =
    (verdict: StatePart['verdict'], why: string) =>
    (each: StateFit['kept'][number]): StatePart => ({
      operator: each.operator,
      verdict,
      why: each.isChanged ? 'the new version keeps it in another form' : why,
      fragment: null,
      bytes: each.bytes,
    })
  return [
    ...kept.map(part('kept', 'both versions keep the same')),
    ...dropped.map(part('dropped', 'the new version has no such operator')),
    ...started.map(part('new', 'the version that runs has no such operator')),
  ]
}
