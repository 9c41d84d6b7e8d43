/** Lineage for people: who uses a thing, and where it stands in the graph. */
import type { Answer } from '../api/call.ts'
import type { Placeable } from '../job/topology-graph.ts'

export type Lineage = Answer<'GET /workspaces/:workspace/catalog/lineage'>
export type LineageNode = Lineage['nodes'][number]

export interface User {
  readonly node: LineageNode
  readonly how: 'reads' | 'writes'
}

/** Views and jobs that a thing is read by, also by way of views, and jobs that write it: without it, they are broken. */
export function usersOf({ nodes, flows }: Lineage, object: string): User[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const users = new Map<string, User>()
  const open = [object]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const { from, to } of flows) {
      const node = byId.get(to)
      if (from !== id || node === undefined || users.has(`reads ${to}`) || to === object) continue
      if (node.kind === 'view') open.push(to)
      if (node.kind === 'view' || node.kind === 'job') users.set(`reads ${to}`, { node, how: 'reads' })
    }
  }
  for (const { from, to } of flows) {
    const node = byId.get(from)
    if (to === object && node?.kind === 'job') users.set(`writes ${from}`, { node, how: 'writes' })
  }
  return [...users.values()]
}

/** Nodes with what leads to them, as the layout wants them. */
export function placeables({ nodes, flows }: Lineage): (Placeable & { readonly node: LineageNode })[] {
  const inputs = Map.groupBy(flows, ({ to }) => to)
  return nodes.map((node) => ({ id: node.id, node, inputs: (inputs.get(node.id) ?? []).map(({ from }) => ({ from })) }))
}
