/**
 * What a person wants to be other than Flink plans it, kept beside the script of a job: the parallelism of single vertices and the state of
 * single operators, which are known by their ids, and what is of the whole job. Each edit is told with what comes of it, before anything runs; one whose vertex is gone is told too.
 */
import { counted } from '#base'
import type { StatefulOperator } from './compiled-plan.ts'
import { flinkErrors } from './errors.ts'
import { editedStates, isStateEdit, type StateEdit, stateConsequences, switchesTtl, unboundStates } from './state-edits.ts'
import type { Topology, TopologyVertex } from './topology.ts'

export interface TopologyEdits {
  readonly vertices: readonly VertexEdit[]
  readonly states: readonly StateEdit[]
  /** Into how many groups keys are divided; null: as Flink chooses. */
  readonly maxParallelism: number | null
  /** Whether operators run in one task where they can; null: as configured. */
  readonly chaining: boolean | null
  /** For how long idle state is kept, such as `1 d`; null: as the script says. */
  readonly stateTtl: string | null
}

export interface VertexEdit {
  /** 32 hexadecimal digits; where tables are altered for it, that of a single operator as well. */
  readonly id: string
  /** Its operators when the edit was made, for people. */
  readonly operators: readonly string[]
  readonly parallelism: number
}

/** What a cluster has room for. */
export interface ClusterRoom {
  readonly free: number
  readonly all: number
  readonly taskManagers: number
  /** Of Flink, such as `2.3.0`; empty: not known. */
  readonly version: string
}

/** The graph of a script, and the cluster that is to run it. */
export interface PlannedJob {
  /** As Flink plans it without edits. */
  readonly plain: Topology
  /** As Flink plans it with the edits of the whole job. */
  readonly planned: Topology
  /** What its operators keep, with the edits of the whole job; null: it was not asked, or is not known. */
  readonly states: readonly StatefulOperator[] | null
  readonly room: ClusterRoom
  /** As Flink plans it with tables that were altered for the edits of vertices; null: those come once the job runs. */
  readonly altered?: Topology | null
}

export interface EditedTopology {
  readonly topology: Topology
  /** The graph that edits are bound to. */
  readonly planned: Topology
  /** What its operators keep; null where that is not known. */
  readonly states: readonly StatefulOperator[] | null
  /** Edits whose vertex the script has no more. */
  readonly unbound: readonly VertexEdit[]
  /** Edits whose operator the script has no more. */
  readonly unboundStates: readonly StateEdit[]
  /** What comes of the edits, one sentence each. */
  readonly consequences: readonly string[]
}

export const noEdits: TopologyEdits = { vertices: [], states: [], maxParallelism: null, chaining: null, stateTtl: null }

const parallelismMax = 32_768
const maxParallelismDefault = 128
/** Of a channel, and of a gate besides; as Flink is configured at first. */
const buffersPerChannel = 2
const buffersPerGate = 8
const bufferBytes = 32_768

/** Reads what `writeEdits` wrote, or a person; fails where it is something else. */
export function readEdits(text: string, place: string): TopologyEdits {
  const { vertices, states = [], maxParallelism = null, chaining = null, stateTtl = null } = parsed(text)
  const isWhole =
    Array.isArray(vertices) &&
    vertices.every(isVertexEdit) &&
    Array.isArray(states) &&
    states.every(isStateEdit) &&
    (maxParallelism === null || isParallelism(maxParallelism)) &&
    (chaining === null || typeof chaining === 'boolean') &&
    (stateTtl === null || typeof stateTtl === 'string')
  if (!isWhole) throw flinkErrors.ENGINE_FLINK_EDITS({ place })
  return { vertices, states, maxParallelism, chaining, stateTtl }
}

function parsed(text: string): Readonly<Record<keyof TopologyEdits, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Readonly<Record<keyof TopologyEdits, unknown>>
  } catch {
    return { vertices: null, states: null, maxParallelism: null, chaining: null, stateTtl: null }
  }
}

function isVertexEdit(edit: unknown): edit is VertexEdit {
  const { id, operators, parallelism } = (edit ?? {}) as Readonly<Record<keyof VertexEdit, unknown>>
  const areNames = Array.isArray(operators) && operators.every((name) => typeof name === 'string')
  return typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) && areNames && isParallelism(parallelism)
}

function isParallelism(count: unknown): count is number {
  return Number.isInteger(count) && (count as number) >= 1 && (count as number) <= parallelismMax
}

export function writeEdits(edits: TopologyEdits): string {
  return `${JSON.stringify(edits, null, 2)}\n`
}

/** Settings of the session of a job, for what is of all of it. */
export function settingsOfEdits({ maxParallelism, chaining, stateTtl }: TopologyEdits): Readonly<Record<string, string>> {
  return {
    ...(maxParallelism === null ? {} : { 'pipeline.max-parallelism': String(maxParallelism) }),
    ...(chaining === null ? {} : { 'pipeline.operator-chaining.enabled': String(chaining) }),
    ...(stateTtl === null ? {} : { 'table.exec.state.ttl': stateTtl }),
  }
}

/** The graph with its edits. */
export function editTopology({ plain, planned, states, room, altered = null }: PlannedJob, edits: TopologyEdits): EditedTopology {
  const topology = altered ?? withParallelism(planned, edits)
  const isKnown = (id: string): boolean =>
    planned.vertices.some((vertex) => vertex.id === id || (altered !== null && vertex.operators.some((operator) => operator.id === id)))
  const changed = topology.vertices.filter(
    ({ id, parallelism }) => planned.vertices.find((each) => each.id === id)?.parallelism !== parallelism,
  )
  const consequences = [
    ...roomTaken(plain, topology, room),
    ...networkOf(plain, topology),
    ...changed.flatMap((vertex) => keyGroupsOf(vertex, planned, edits.maxParallelism)),
    ...idsMoved(plain, altered ?? planned),
    ...(edits.maxParallelism === null
      ? []
      : [`state of a savepoint that has other key groups than ${edits.maxParallelism} is not taken over`]),
    ...(edits.stateTtl === null ? [] : [`keyed state that was idle for ${edits.stateTtl} is dropped, and what comes later begins anew`]),
    ...stateConsequences(states ?? [], edits.states),
    ...(edits.stateTtl !== null || switchesTtl(states ?? [], edits.states) ? ttlSwitched(room) : []),
  ]
  const moved = altered === null ? new Map<string, string>() : movedIds(planned, altered)
  const kept = states === null ? null : editedStates(states, edits.states)
  return {
    topology,
    planned,
    states: kept?.map((operator) => ({ ...operator, id: moved.get(operator.id) ?? operator.id })) ?? null,
    unbound: edits.vertices.filter(({ id }) => !isKnown(id)),
    unboundStates: states === null ? [] : unboundStates(edits.states, states),
    consequences,
  }
}

function withParallelism({ vertices: planned }: Topology, edits: TopologyEdits): Topology {
  const wanted = new Map(edits.vertices.map(({ id, parallelism }) => [id, parallelism]))
  const vertices = planned.map((vertex) => ({ ...vertex, parallelism: wanted.get(vertex.id) ?? vertex.parallelism }))
  return { vertices, slots: Math.max(0, ...vertices.map(({ parallelism }) => parallelism)) }
}

/** Options of tables add no operator: both graphs have the same in the same order. */
function movedIds(planned: Topology, altered: Topology): ReadonlyMap<string, string> {
  const inOrder = ({ vertices }: Topology): readonly string[] =>
    vertices
      .flatMap(({ operators }) => operators)
      .toSorted((a, b) => a.number - b.number)
      .map(({ id }) => id)
  const after = inOrder(altered)
  return new Map(inOrder(planned).map((id, index) => [id, after[index] ?? id]))
}

function roomTaken(plain: Topology, { slots }: Topology, { free, all, taskManagers }: ClusterRoom): string[] {
  if (slots === plain.slots) return []
  const perManager = taskManagers === 0 ? 0 : Math.floor(all / taskManagers)
  const managers = perManager === 0 ? '' : `, which are those of ${counted(Math.ceil(slots / perManager), 'task manager')}`
  const short = slots > free ? `; only ${free} of ${all} are free` : ''
  return [`the job needs ${counted(slots, 'slot')} instead of ${plain.slots}${managers}${short}`]
}

function networkOf(plain: Topology, edited: Topology): string[] {
  const [before, after] = [buffersOf(plain), buffersOf(edited)]
  if (before === after) return []
  const size = `${Math.ceil((after * bufferBytes) / 2 ** 20)} MB`
  return [`rows between its tasks take up to ${counted(after, 'network buffer')} (${size}) instead of ${before}`]
}

/** Of all receiving sides: each subtask has a channel from every subtask that sends to it. */
function buffersOf({ vertices }: Topology): number {
  const vertexOf = new Map(vertices.flatMap((vertex) => vertex.operators.map(({ number }) => [number, vertex] as const)))
  return vertices.reduce((sum, vertex) => {
    const inputs = vertex.operators.flatMap(({ inputs: all }) => all).filter(({ from }) => vertexOf.get(from) !== vertex)
    const channels = inputs.map(({ from, exchange }) => {
      const senders = vertexOf.get(from)?.parallelism ?? 1
      return exchange === 'FORWARD' && senders === vertex.parallelism ? 1 : senders
    })
    return sum + channels.reduce((gate, count) => gate + vertex.parallelism * (buffersPerChannel * count + buffersPerGate), 0)
  }, 0)
}

function keyGroupsOf({ id, parallelism, operators }: TopologyVertex, planned: Topology, wanted: number | null): string[] {
  if (!operators.some(({ inputs }) => inputs.some(({ exchange }) => exchange === 'HASH'))) return []
  const before = planned.vertices.find((vertex) => vertex.id === id)?.parallelism ?? parallelism
  const groups = wanted ?? groupsOf(before)
  if (parallelism > groups) throw flinkErrors.ENGINE_FLINK_PARALLELISM({ vertex: id, max: groups, got: parallelism })
  if (groups % parallelism === 0) return []
  const [most, least] = [Math.ceil(groups / parallelism), Math.floor(groups / parallelism)]
  const percent = Math.round((100 * most * parallelism) / groups - 100)
  return [
    `${shortOf(id)} divides ${groups} groups of keys: some subtasks have ${most}, others ${least}, and the fullest ${percent} % more than its share`,
  ]
}

/** As Flink computes it where nobody has said so. */
function groupsOf(parallelism: number): number {
  const half = parallelism + Math.floor(parallelism / 2)
  return Math.min(parallelismMax, Math.max(maxParallelismDefault, 2 ** Math.ceil(Math.log2(half))))
}

/** Versions before that know state with a time-to-live and without as two kinds. */
const ttlSwitchable = [2, 2] as const

function ttlSwitched({ version }: ClusterRoom): string[] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? []
  if (major === undefined || Number(major) > ttlSwitchable[0]) return []
  if (Number(major) === ttlSwitchable[0] && Number(minor) >= ttlSwitchable[1]) return []
  return [`Flink ${version} does not take over state of a savepoint whose time-to-live is switched on or off; from 2.2 on it does`]
}

/** What is kept goes by ids. */
function idsMoved(plain: Topology, planned: Topology): string[] {
  const idsOf = ({ vertices }: Topology): ReadonlySet<string> => new Set(vertices.flatMap(({ operators }) => operators.map(({ id }) => id)))
  const now = idsOf(planned)
  const gone = [...idsOf(plain)].filter((id) => !now.has(id))
  if (gone.length === 0) return []
  return [
    `${counted(gone.length, 'operator')} of ${idsOf(plain).size} get other ids: a savepoint taken before does not restore them (${gone.map(shortOf).join(', ')})`,
  ]
}

function shortOf(id: string): string {
  return id.slice(0, 8)
}
