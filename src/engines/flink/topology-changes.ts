/**
 * What a planned graph changes of a job: its vertices go by the ids of their first operators, as their state in a savepoint does. What is
 * chained behind a first operator is judged with it.
 */
import type { FlinkVertex } from './read-job.ts'
import { type Topology, type TopologyVertex, withoutNumber } from './topology.ts'

export interface TopologyChange {
  /** A vertex that moves does the same under another id. */
  readonly kind: 'stays' | 'moves' | 'new' | 'gone'
  /** In the plan, else in the job. */
  readonly id: string
  /** In the job, where that is another one; else null. */
  readonly before: string | null
  readonly name: string
  /** Null where there is no such vertex. */
  readonly parallelismBefore: number | null
  readonly parallelismAfter: number | null
  /** In the newest checkpoint of the job; null where none tells. */
  readonly stateBytes: number | null
  /** Whether state of the job comes back: `none` has none, and `unknown` is that of a vertex that does something else under its old id. */
  readonly restores: 'yes' | 'no' | 'unknown' | 'none'
}

/** @param stateBytes by vertex of the job; null: not known */
export function topologyChanges(
  planned: Topology,
  running: readonly FlinkVertex[],
  stateBytes: ReadonlyMap<string, number> | null,
): readonly TopologyChange[] {
  const partners = partnersOf(planned, running)
  const kept = running.map((vertex): TopologyChange => {
    const partner = partners.get(vertex)
    const bytes = stateBytes === null ? null : (stateBytes.get(vertex.id) ?? 0)
    const isSame = partner?.id === vertex.id
    const restores = isSame ? (doesSame(partner, vertex) ? 'yes' : 'unknown') : 'no'
    return {
      kind: partner === undefined ? 'gone' : isSame ? 'stays' : 'moves',
      id: partner?.id ?? vertex.id,
      before: partner === undefined || isSame ? null : vertex.id,
      name: vertex.name,
      parallelismBefore: vertex.parallelism,
      parallelismAfter: partner?.parallelism ?? null,
      stateBytes: bytes,
      restores: bytes === 0 ? 'none' : restores,
    }
  })
  const known = new Set(partners.values())
  const added = planned.vertices.filter((vertex) => !known.has(vertex))
  return [...kept, ...added.map(newVertex)]
}

function newVertex(vertex: TopologyVertex): TopologyChange {
  const { id, parallelism, operators } = vertex
  const name = operators.map((operator) => operator.name).join(' -> ')
  return { kind: 'new', id, before: null, name, parallelismBefore: null, parallelismAfter: parallelism, stateBytes: null, restores: 'none' }
}

/** By id, and what is left by what it does, each with one. */
function partnersOf({ vertices }: Topology, running: readonly FlinkVertex[]): ReadonlyMap<FlinkVertex, TopologyVertex> {
  const partners = new Map<FlinkVertex, TopologyVertex>()
  const pair = (isPartner: (planned: TopologyVertex, vertex: FlinkVertex) => boolean): void => {
    const taken = new Set(partners.values())
    for (const vertex of running) {
      if (partners.has(vertex)) continue
      const partner = vertices.find((each) => !taken.has(each) && isPartner(each, vertex))
      if (partner === undefined) continue
      partners.set(vertex, partner)
      taken.add(partner)
    }
  }
  pair(({ id }, vertex) => id === vertex.id)
  pair(doesSame)
  return partners
}

function doesSame({ operators }: TopologyVertex, { descriptions }: FlinkVertex): boolean {
  // Where a chain has branches, their order is not the same in both.
  const planned = operators.map(({ description }) => description).toSorted()
  const running = descriptions.map(withoutNumber).toSorted()
  return planned.length === running.length && planned.every((description, index) => description === running[index])
}
