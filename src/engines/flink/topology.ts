/** The graph of a job before it runs: its operators as EXPLAIN JSON_EXECUTION_PLAN gives them, their ids, and what is chained to one task. */
import { MillraceError } from '#base'
import { flinkErrors } from './errors.ts'
import { operatorHash } from './operator-hash.ts'

export interface TopologyOperator {
  /** Of this plan alone. */
  readonly number: number
  /** That Flink gives it, 32 hexadecimal digits; what is kept in a savepoint goes by it. */
  readonly id: string
  readonly name: string
  /** What it does, without its number: `Calc(select=[n])`. */
  readonly description: string
  readonly parallelism: number
  readonly inputs: readonly TopologyInput[]
}

interface TopologyInput {
  /** The number of the operator that rows come from. */
  readonly from: number
  /** FORWARD, HASH, GLOBAL, REBALANCE, … */
  readonly exchange: string
}

/** Operators that run in one task, the first of which gives it its id. */
export interface TopologyVertex {
  readonly id: string
  readonly parallelism: number
  readonly operators: readonly TopologyOperator[]
}

export interface Topology {
  /** In the order of the numbers of their heads. */
  readonly vertices: readonly TopologyVertex[]
  /** Slots that it takes where all share them. */
  readonly slots: number
}

interface WrittenNode {
  readonly id: number
  readonly type: string
  /** What it does, such as `[1]:TableSourceScan(table=[[default_catalog, default_database, t]], fields=[n])`. */
  readonly contents?: string
  readonly parallelism: number
  readonly predecessors?: readonly { readonly id: number; readonly ship_strategy: string }[]
}

const planMark = '== Physical Execution Plan =='

/** The table that a source reads, with its catalog and database, where it says that. */
export function tableOf({ contents = '' }: WrittenNode): readonly string[] | null {
  const [, path] = /TableSourceScan\(table=\[\[([^\]]*)/.exec(contents) ?? []
  return path === undefined ? null : path.split(', ').slice(0, 3)
}

/**
 * Reads what EXPLAIN JSON_EXECUTION_PLAN answered.
 *
 * @param isOldSource whether a table is read by a source of Flink's older kind, in whose task no sink can be
 * @param chains whether operators run in one task where they can
 */
export function readTopology(explained: string, isOldSource: (table: readonly string[]) => boolean, chains = true): Topology {
  const nodes = nodesIn(explained)
  const graph = new Graph(nodes, isOldSource, chains)
  const ids = idsOf(graph)
  const operators = nodes.map(({ id, type, contents = type, parallelism, predecessors = [] }): TopologyOperator => {
    const inputs = predecessors.map((input) => ({ from: input.id, exchange: input.ship_strategy }))
    return { number: id, id: ids.get(id) ?? '', name: type, description: withoutNumber(contents), parallelism, inputs }
  })
  const heads = operators.filter(({ number }) => graph.headOf(number) === number)
  const vertices = heads.map((head): TopologyVertex => {
    const members = operators.filter(({ number }) => graph.headOf(number) === head.number)
    return { id: head.id, parallelism: head.parallelism, operators: members }
  })
  return { vertices, slots: Math.max(0, ...vertices.map(({ parallelism }) => parallelism)) }
}

/** Numbers of relations are others each time that a statement is planned. */
export function withoutNumber(description: string): string {
  return description.replace(/^\[\d+\]:/, '').replace(/^([^[(]*)\[\d+\](?=$|: )/, '$1')
}

/** Inputs come before what reads them. */
export function nodesIn(explained: string): readonly WrittenNode[] {
  const at = explained.indexOf(planMark)
  try {
    const { nodes } = JSON.parse(at < 0 ? '' : explained.slice(at + planMark.length)) as { readonly nodes?: readonly WrittenNode[] }
    if (Array.isArray(nodes)) return inOrder(nodes)
  } catch (error) {
    if (error instanceof MillraceError) throw error
  }
  throw flinkErrors.ENGINE_FLINK_PLAN()
}

function inOrder(nodes: readonly WrittenNode[]): WrittenNode[] {
  const ordered: WrittenNode[] = []
  const waiting = nodes.toSorted((a, b) => a.id - b.id)
  while (waiting.length > 0) {
    const next = waiting.findIndex(({ predecessors = [] }) => predecessors.every(({ id }) => ordered.some((each) => each.id === id)))
    if (next < 0) throw flinkErrors.ENGINE_FLINK_PLAN()
    ordered.push(...waiting.splice(next, 1))
  }
  return ordered
}

/** Which nodes run in one task. */
class Graph {
  readonly nodes: readonly WrittenNode[]
  /** By number: the number of the first node of its task. */
  readonly #heads = new Map<number, number>()

  constructor(nodes: readonly WrittenNode[], isOldSource: (table: readonly string[]) => boolean, chains: boolean) {
    this.nodes = nodes
    const byNumber = new Map(nodes.map((node) => [node.id, node]))
    for (const { id, type, predecessors = [], parallelism } of nodes) {
      const [input, ...others] = predecessors
      const mayChain = chains && input !== undefined && others.length === 0 && input.ship_strategy === 'FORWARD'
      const head = mayChain && byNumber.get(input.id)?.parallelism === parallelism ? this.headOf(input.id) : id
      const table = tableOf(byNumber.get(head) as WrittenNode)
      const isApart = type.endsWith(': Writer') && table !== null && isOldSource(table)
      this.#heads.set(id, isApart ? id : head)
    }
  }

  headOf(number: number): number {
    return this.#heads.get(number) ?? number
  }

  isChained({ id }: WrittenNode): boolean {
    return this.headOf(id) !== id
  }
}

/** In breadth from the sources, each when all of its inputs have theirs. */
function idsOf(graph: Graph): ReadonlyMap<number, string> {
  const { nodes } = graph
  const hashes = new Map<number, Uint8Array>()
  const outputsOf = (node: WrittenNode): WrittenNode[] =>
    nodes.flatMap((each) => (each.predecessors ?? []).flatMap(({ id }) => (id === node.id ? [each] : [])))
  const queue = nodes.filter(({ predecessors = [] }) => predecessors.length === 0)
  const queued = new Set(queue)
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    const inputs = (node.predecessors ?? []).map(({ id }) => hashes.get(id))
    if (!inputs.every((input) => input !== undefined)) {
      // It comes again with its other input.
      queued.delete(node)
      continue
    }
    const outputs = outputsOf(node)
    const chained = outputs.filter((output) => graph.isChained(output)).length
    hashes.set(node.id, operatorHash(hashes.size, chained, inputs))
    for (const output of outputs) {
      if (queued.has(output)) continue
      queued.add(output)
      queue.push(output)
    }
  }
  return new Map([...hashes].map(([number, hash]) => [number, Buffer.from(hash).toString('hex')]))
}
