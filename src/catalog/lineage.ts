/** What data comes from and where it goes: the part of a graph around one thing, bounded in depth and in size. */

/** Data flows from one thing to another: from a table to the view or the job that reads it, from a job to the table that it writes. */
export interface Flow {
  readonly from: string
  readonly to: string
}

interface FlowsAround {
  /** How many flows away each thing is: below zero where it comes before. */
  readonly distances: ReadonlyMap<string, number>
  /** Flows between them. */
  readonly flows: readonly Flow[]
  /** Things that have neighbours which are not within. */
  readonly cut: ReadonlySet<string>
}

/**
 * What leads to a thing, and what it leads to; not what else comes from the same sources. The nearest are taken first. A thing that is both
 * before and behind it, as in a circle, stands where it was found first.
 */
export function flowsAround(start: string, flows: readonly Flow[], bounds: { readonly depth: number; readonly most: number }): FlowsAround {
  const before = Map.groupBy(flows, ({ to }) => to)
  const behind = Map.groupBy(flows, ({ from }) => from)
  const distances = new Map([[start, 0]])
  let edge: { readonly id: string; readonly step: -1 | 1 }[] = [
    { id: start, step: -1 },
    { id: start, step: 1 },
  ]
  for (let depth = 1; depth <= bounds.depth && edge.length > 0; depth++) {
    const next: typeof edge = []
    for (const { id, step } of edge) {
      const neighbours = step === 1 ? (behind.get(id) ?? []).map(({ to }) => to) : (before.get(id) ?? []).map(({ from }) => from)
      for (const neighbour of neighbours) {
        if (distances.has(neighbour) || distances.size >= bounds.most) continue
        distances.set(neighbour, depth * step)
        next.push({ id: neighbour, step })
      }
    }
    edge = next
  }
  const isWithin = ({ from, to }: Flow): boolean => distances.has(from) && distances.has(to)
  const cut = new Set<string>()
  for (const id of distances.keys()) if ([...(before.get(id) ?? []), ...(behind.get(id) ?? [])].some((flow) => !isWithin(flow))) cut.add(id)
  return { distances, flows: flows.filter(isWithin), cut }
}
