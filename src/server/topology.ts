/** The operators of a job as they are planned, in the words of the contract. */
import type { TopologyAnswer } from '#api'
import type { JobSpec } from '#jobs'
import type { WorkspaceSessions } from '#processes'
import { FilledScript } from './filled-script.ts'
import { plannedSettings } from './planned-settings.ts'

export async function topologyOf(sessions: WorkspaceSessions, workspace: string, spec: JobSpec): Promise<TopologyAnswer> {
  const script = new FilledScript(spec.program.text, spec.variables)
  const graphs = await sessions.of(workspace).graphs(script.filled, plannedSettings(spec))
  const [first] = graphs
  if (first === undefined) return { vertices: [], plan: '' }
  const vertices = first.graph.nodes.map(({ id, type, pact, parallelism, contents, state, predecessors = [] }) => ({
    id: String(id),
    name: type,
    kind: kindOf[pact],
    parallelism,
    detail: state === undefined ? contents : `${contents}\n${state}`,
    fragment: first.clauses[id] === undefined ? null : script.fragmentOf(first.clauses[id]),
    inputs: predecessors.map(({ id: from, ship_strategy: ship }) => ({ from: String(from), ship })),
  }))
  return { vertices, plan: first.plan }
}

const kindOf = { 'Data Source': 'source', Operator: 'operator', 'Data Sink': 'sink' } as const
