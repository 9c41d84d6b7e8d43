/**
 * The plan of a job as COMPILE PLAN writes it: what each node of it keeps, and for how long. Its nodes have numbers of their own; they are
 * known by what they do, and where several do the same by their order, which is that of the operators in the graph.
 */
import { flinkErrors } from './errors.ts'
import type { Topology, TopologyOperator } from './topology.ts'

/** An operator whose state has a time-to-live of its own. */
export interface StatefulOperator {
  /** 32 hexadecimal digits. */
  readonly id: string
  readonly name: string
  /** As Flink calls them; of a join `leftState` and `rightState`. */
  readonly states: readonly KeptState[]
}

interface KeptState {
  readonly name: string
  /** As Flink writes it, such as `86400000 ms`; zero keeps it for ever. */
  readonly ttl: string
}

/** For how long one state of an operator is kept. */
export interface WantedTtl {
  /** Of the operator. */
  readonly id: string
  /** Null: all of them. */
  readonly state: string | null
  readonly ttlMs: number
}

interface WrittenNode {
  readonly id: number
  readonly type: string
  readonly description: string
  readonly state?: readonly KeptState[]
}

interface BoundNode {
  /** Its place in the plan. */
  readonly at: number
  readonly operator: TopologyOperator
  readonly states: readonly KeptState[]
}

/** What is kept, in the order of the plan. Operators that cannot be told from others are left out. */
export function statesIn(compiled: string, planned: Topology): readonly StatefulOperator[] {
  return boundNodes(compiled, planned).map(({ operator: { id, name }, states }) => ({ id, name, states: states.map(onlyTtl) }))
}

/** The plan with other times. Fails where it has not what is wanted. */
export function withTtls(compiled: string, planned: Topology, wanted: readonly WantedTtl[]): string {
  const plan = parsed(compiled, exactNumber)
  const nodesOf = boundNodes(compiled, planned)
  const isThere = ({ id, state }: WantedTtl): boolean =>
    nodesOf.some(({ operator, states }) => operator.id === id && (state === null || states.some(({ name }) => name === state)))
  if (!wanted.every(isThere)) throw flinkErrors.ENGINE_FLINK_PLAN()
  const bound = new Map(nodesOf.map((each) => [each.at, each]))
  const nodes = plan.nodes.map((node, at) => {
    const { operator, states = [] } = bound.get(at) ?? {}
    if (operator === undefined) return node
    const state = (node.state ?? []).map((each, index) => {
      const name = states[index]?.name
      const last = wanted.findLast((one) => one.id === operator.id && (one.state === null || one.state === name))
      return last === undefined ? each : { ...each, ttl: `${last.ttlMs} ms` }
    })
    return { ...node, state }
  })
  return JSON.stringify({ ...plan, nodes }, null, 2)
}

function onlyTtl({ name, ttl }: KeptState): KeptState {
  return { name, ttl }
}

function boundNodes(compiled: string, planned: Topology): BoundNode[] {
  const { nodes } = parsed(compiled, (_key, value) => value)
  const kept = nodes.flatMap((node, at) => (isKeeping(node) ? [{ node, at }] : []))
  const operators = planned.vertices.flatMap((vertex) => vertex.operators).toSorted((a, b) => orderOf(a.name) - orderOf(b.name))
  const alike = Map.groupBy(operators, keyOfOperator)
  return [...Map.groupBy(kept, ({ node }) => keyOfNode(node))]
    .flatMap(([key, members]) => {
      const partners = alike.get(key) ?? []
      if (partners.length !== members.length) return []
      return members
        .toSorted((a, b) => a.node.id - b.node.id)
        .map(({ node, at }, index) => ({ at, operator: partners[index] as TopologyOperator, states: node.state ?? [] }))
    })
    .toSorted((a, b) => a.at - b.at)
}

const materializer = 'SinkMaterializer'

/** A sink keeps what it writes in an operator before it. */
function keyOfNode({ type, description }: WrittenNode): string {
  return type.startsWith('stream-exec-sink') ? materializer : description
}

function keyOfOperator({ name, description }: TopologyOperator): string {
  return name.startsWith(`${materializer}[`) ? materializer : description
}

/** The number that planning gave an operator; what has none comes first. */
function orderOf(name: string): number {
  return Number(/\[(\d+)\](?=$|: )/.exec(name)?.[1] ?? 0)
}

function isKeeping({ id, type, description, state }: WrittenNode): boolean {
  return (
    Number.isInteger(id) &&
    typeof type === 'string' &&
    typeof description === 'string' &&
    Array.isArray(state) &&
    state.length > 0 &&
    state.every((each: unknown) => {
      const { name, ttl } = (each ?? {}) as Partial<KeptState>
      return typeof name === 'string' && typeof ttl === 'string'
    })
  )
}

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown

function parsed(compiled: string, reviver: Reviver): { readonly nodes: readonly WrittenNode[] } {
  try {
    const plan = JSON.parse(compiled, reviver) as { readonly nodes?: readonly WrittenNode[] } | null
    const nodes = plan?.nodes
    if (Array.isArray(nodes) && nodes.every((node) => typeof node === 'object' && node !== null)) return { ...plan, nodes }
  } catch {
    // Told below.
  }
  throw flinkErrors.ENGINE_FLINK_PLAN()
}

const { rawJSON } = JSON as unknown as { rawJSON(this: void, source: string): unknown }

/** Literals may have more digits than a number here holds. */
function exactNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' ? rawJSON(context?.source ?? String(value)) : value
}
