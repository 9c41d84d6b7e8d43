/** The operators of a job and what flows between them, in the form that EXPLAIN JSON_EXECUTION_PLAN has in Flink. */
import type { ExchangeNote, Explanation, WritersNote } from '#engines'
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
  /** How many workers have its rows. */
  readonly parallelism: number
  readonly changelogMode?: string
  readonly state?: string
  readonly delivery?: string
  readonly predecessors?: readonly Predecessor[]
}
interface Predecessor {
  readonly id: number
  /** FORWARD: rows stay with their worker. HASH: to the one that holds the key. GLOBAL: to the first. REBALANCE: to any. */
  readonly ship_strategy: 'FORWARD' | 'HASH' | 'GLOBAL' | 'REBALANCE'
  /** The columns of the key. */
  readonly keys?: readonly string[]
  /** Whether rows of a key are combined before they go. */
  readonly combined?: true
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
    const { sharing } = explanation
    const writers = sharing?.writersOf(output) ?? null
    nodes.push({
      id: nodes.length + 1,
      type: `Sink: ${output.kind === 'insert' ? output.table.join('.') : 'Collect'}`,
      pact: 'Data Sink',
      contents: printOutputLine(output),
      parallelism: sharing === null || writers?.kind === 'first' ? 1 : sharing.workers,
      ...(state === null ? {} : { state: `${state.keeps}; ${state.bound}` }),
      ...(delivery === undefined || delivery === null ? {} : { delivery: delivery.guarantee }),
      predecessors: [{ id: ids.get(output.input) ?? 0, ...shipping(writers === null ? null : toWriters(writers)), side: 'first' }],
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
    parallelism: explanation.sharing?.workersOf(relation) ?? 1,
    changelogMode: changelogMode(explanation.changelog.changelogOf(relation)),
    ...(note === null ? {} : { state: `${note.keeps}; ${note.bound}` }),
    ...(inputs.length === 0 ? {} : { predecessors: predecessorsOf(relation, ids, explanation) }),
  }
}

function predecessorsOf(relation: Relation, ids: ReadonlyMap<Relation, number>, { sharing }: Explanation): Predecessor[] {
  const exchanges = sharing?.exchangesOf(relation) ?? []
  return inputsOf(relation).map((input, index) => ({
    id: ids.get(input) ?? 0,
    ...shipping(exchanges[index] ?? null),
    side: index === 0 ? 'first' : 'second',
  }))
}

/** How rows come to who writes them; null where they stay with their worker. */
function toWriters({ kind, keys }: WritersNote): ExchangeNote | null {
  return kind === 'each' ? null : { kind: kind === 'first' ? 'single' : 'hash', keys, isCombined: false }
}

function shipping(exchange: ExchangeNote | null): Omit<Predecessor, 'id' | 'side'> {
  if (exchange === null) return { ship_strategy: 'FORWARD' }
  switch (exchange.kind) {
    case 'hash':
      return { ship_strategy: 'HASH', keys: exchange.keys, ...(exchange.isCombined ? { combined: true } : {}) }
    case 'single':
      return { ship_strategy: 'GLOBAL' }
    case 'balanced':
      return { ship_strategy: 'REBALANCE' }
  }
}
