/** Planned vertices joined with what their operators do, laid out from left to right. */
import dagre from '@dagrejs/dagre'
import type { Answer } from '../api/call.ts'
import { type OperatorPoint, type OperatorRow, pointsOf, type Sample } from './metric-history.ts'

type Topology = Answer<'GET /workspaces/:workspace/jobs/:job/topology'>
export type Vertex = Topology['vertices'][number]

export interface PlacedVertex {
  readonly vertex: Vertex
  readonly x: number
  readonly y: number
  /** What its operator does now; nothing while it does not run. */
  readonly point: OperatorPoint | undefined
  readonly subtasks: readonly OperatorRow[]
}

export interface PlacedEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly ship: string
  readonly recordsPerSecond: number | undefined
}

const vertexSize: Size = { width: 236, height: 96 }

export interface Size {
  readonly width: number
  readonly height: number
}

/** What can be laid out: it names what leads to it. */
export interface Placeable {
  readonly id: string
  readonly inputs: readonly { readonly from: string }[]
}

export type Direction = 'LR' | 'TB'

const gaps: Readonly<Record<Direction, number>> = { LR: 72, TB: 32 }

export interface Layout {
  readonly direction: Direction
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>
}

/** Lays the vertices out in the direction in which they can be drawn larger within a box. */
export function layOut(vertices: readonly Vertex[], box: Size): Layout {
  const [across, down] = [layOutIn(vertices, 'LR'), layOutIn(vertices, 'TB')]
  const zoom = ({ width, height }: Size): number => Math.min(box.width / width, box.height / height, 1)
  return zoom(across) >= zoom(down) ? across : down
}

export function layOutIn(vertices: readonly Placeable[], direction: Direction, size = vertexSize, gap = gaps[direction]): Layout & Size {
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({ rankdir: direction, nodesep: 28, ranksep: gap, marginx: 16, marginy: 16 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id } of vertices) graph.setNode(id, { ...size })
  for (const { id, inputs } of vertices) for (const { from } of inputs) graph.setEdge(from, id)
  dagre.layout(graph)
  const places = vertices.map(({ id }) => {
    const { x, y } = graph.node(id)
    return [id, { x: x - size.width / 2, y: y - size.height / 2 }] as const
  })
  const { width = 1, height = 1 } = graph.graph()
  return { direction, places: new Map(places), width, height }
}

export function joinVertices(
  vertices: readonly Vertex[],
  places: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
  rows: readonly OperatorRow[],
): PlacedVertex[] {
  return vertices.map((vertex) => ({
    vertex,
    ...(places.get(vertex.id) ?? { x: 0, y: 0 }),
    ...workOf(vertex.id, rows),
  }))
}

/** One operator may compute several vertices, which it then names: each of them shows what it does. */
function workOf(vertex: string, rows: readonly OperatorRow[]): Pick<PlacedVertex, 'point' | 'subtasks'> {
  const found = rows.filter(({ operatorId, nodes }) => operatorId === vertex || nodes.some((node) => String(node) === vertex))
  const [first] = found
  const subtasks = found.filter(({ operatorId }) => operatorId === first?.operatorId)
  return { point: [...pointsOf(subtasks).values()][0], subtasks }
}

/** The same at a moment of the past. What an operator computes is known from what it does now, or else by its own name. */
export function joinPast(
  vertices: readonly Vertex[],
  places: ReadonlyMap<string, { readonly x: number; readonly y: number }>,
  rows: readonly OperatorRow[],
  sample: Sample,
): PlacedVertex[] {
  return vertices.map((vertex) => {
    const operator = workOf(vertex.id, rows).subtasks[0]?.operatorId ?? vertex.id
    return { vertex, ...(places.get(vertex.id) ?? { x: 0, y: 0 }), point: sample.operators.get(operator), subtasks: [] }
  })
}

/** What flows over an edge is what its upper end sends, shared by nothing: each of several readers gets all of it. */
export function edgesOf(vertices: readonly PlacedVertex[]): PlacedEdge[] {
  const points = new Map(vertices.map(({ vertex, point }) => [vertex.id, point]))
  return vertices.flatMap(({ vertex }) =>
    vertex.inputs.map(({ from, ship }, index) => ({
      id: `${from} ${vertex.id} ${index}`,
      from,
      to: vertex.id,
      ship,
      recordsPerSecond: points.get(from)?.recordsOutPerSecond,
    })),
  )
}
