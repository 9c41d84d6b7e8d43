/** The operators of a job and what flows between them, in the form that EXPLAIN JSON_EXECUTION_PLAN has in Flink. */
import type { Explanation } from '#engines'
import { changelogMode, inputsOf, type Plan, printOutputLine, printRelationLine, type Relation, rootsOf, walkRelations } from '#plan'

export interface ExecutionGraph {
  readonly nodes: readonly ExecutionNode[]
}
interface ExecutionNode {
  readonly id: number
  /** The name of the operator, with `Source: ` or `Sink: ` before it at the ends. */
  readonly type: string
  readonly pact: 'Data Source' | 'Operator' | 'Data Sink'
  readonly contents: string
  readonly changelogMode?: string
  readonly state?: string
  readonly delivery?: string
  readonly predecessors?: readonly Predecessor[]
}
interface Predecessor {
  readonly id: number
  readonly side: 'first' | 'second'
}

export function executionGraph(plan: Plan, explanation: Explanation): ExecutionGraph {
  const ids = new Map<Relation, number>()
  const nodes: ExecutionNode[] = []
  walkRelations(rootsOf(plan), (relation) => {
    ids.set(relation, nodes.length + 1)
    nodes.push(operatorNode(nodes.length + 1, relation, ids, explanation))
  })
  for (const [index, output] of plan.outputs.entries()) {
    const state = explanation.sinkStates[index] ?? null
    const delivery = explanation.deliveries[index]
    nodes.push({
      id: nodes.length + 1,
      type: `Sink: ${output.kind === 'insert' ? output.table.join('.') : 'Collect'}`,
      pact: 'Data Sink',
      contents: printOutputLine(output),
      ...(state === null ? {} : { state: `${state.keeps}; ${state.bound}` }),
      ...(delivery === undefined || delivery === null ? {} : { delivery: delivery.guarantee }),
      predecessors: predecessorsOf([output.input], ids),
    })
  }
  return { nodes }
}

function operatorNode(id: number, relation: Relation, ids: ReadonlyMap<Relation, number>, explanation: Explanation): ExecutionNode {
  const contents = printRelationLine(relation)
  const inputs = inputsOf(relation)
  const note = explanation.stateOf(relation)
  const name = contents.slice(0, contents.indexOf('('))
  return {
    id,
    type: inputs.length === 0 ? `Source: ${relation.kind === 'scan' ? relation.table.join('.') : name}` : name,
    pact: inputs.length === 0 ? 'Data Source' : 'Operator',
    contents,
    changelogMode: changelogMode(explanation.changelog.changelogOf(relation)),
    ...(note === null ? {} : { state: `${note.keeps}; ${note.bound}` }),
    ...(inputs.length === 0 ? {} : { predecessors: predecessorsOf(inputs, ids) }),
  }
}

function predecessorsOf(inputs: readonly Relation[], ids: ReadonlyMap<Relation, number>): Predecessor[] {
  return inputs.map((input, index) => ({ id: ids.get(input) ?? 0, side: index === 0 ? 'first' : 'second' }))
}
