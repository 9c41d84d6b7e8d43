/** What a person wants to be other than a job is planned, and the edits that it makes of those there were. */
import { listed } from '#base'
import type { ScriptPlan, StateEdit, StatefulOperator, TopologyEdits } from '#query'
import { usageErrors } from './errors.ts'

/** What is left out stays as it was. */
export interface WantedEdits {
  /** By the id of a vertex; null: as planned. */
  readonly parallelism: ReadonlyMap<string, number | null>
  readonly states: readonly WantedState[]
  readonly maxParallelism?: number | null
  readonly chaining?: boolean | null
  readonly stateTtl?: string | null
  /** Whether slot sharing groups are wished for, which a script cannot have. */
  readonly hasGroups: boolean
  /** Whether all edits made before are taken away first. */
  readonly clears: boolean
}

export interface WantedState {
  /** The beginning of the id of an operator. */
  readonly start: string
  /** Null: all that it keeps. */
  readonly state: string | null
  /** Null: as planned. */
  readonly ttl: string | null
}

/** With what is wanted of the whole job. */
export function withWhole(
  known: TopologyEdits,
  { maxParallelism = known.maxParallelism, chaining = known.chaining, stateTtl = known.stateTtl }: WantedEdits,
): TopologyEdits {
  return { ...known, maxParallelism, chaining, stateTtl }
}

/** With what is wanted of single tasks, and where tables are altered for that, of what reads and writes them. */
export function withVertices(
  known: TopologyEdits,
  { parallelism }: WantedEdits,
  { planned: { vertices }, isAdaptive, ends }: Pick<ScriptPlan, 'planned' | 'isAdaptive' | 'ends'>,
): TopologyEdits {
  const operators = vertices.flatMap((vertex) => vertex.operators)
  const others = isAdaptive ? [] : ends.map(({ id }) => id)
  const edits = new Map(known.vertices.map((edit) => [edit.id, edit]))
  for (const [start, count] of parallelism) {
    const matching = [...new Set([...vertices.map(({ id }) => id), ...others, ...edits.keys()])].filter((id) => id.startsWith(start))
    const [id] = matching
    if (id === undefined || matching.length > 1)
      throw usageErrors.CLI_VERTEX({ id: start }, { detail: `There are ${vertices.map((each) => each.id).join(', ')}.` })
    const members = vertices.find((vertex) => vertex.id === id)?.operators ?? operators.filter((operator) => operator.id === id)
    const names = members.map(({ name }) => name)
    if (count === null) edits.delete(id)
    else edits.set(id, { id, operators: names.length > 0 ? names : (edits.get(id)?.operators ?? []), parallelism: count })
  }
  return { ...known, vertices: [...edits.values()] }
}

/** With what is wanted of the state of single operators. */
export function withStates(known: TopologyEdits, wanted: WantedEdits['states'], operators: readonly StatefulOperator[]): TopologyEdits {
  const edits = new Map(known.states.map((edit) => [keyOf(edit), edit]))
  for (const { start, state, ttl } of wanted) {
    const ids = new Set([...operators.map(({ id }) => id), ...known.states.map(({ id }) => id)])
    const [id, ...others] = [...ids].filter((each) => each.startsWith(start))
    if (id === undefined || others.length > 0) throw usageErrors.CLI_STATEFUL_OPERATOR({ id: start }, { detail: detailOf(operators) })
    const operator = operators.find((each) => each.id === id)
    const names = operator?.states.map(({ name }) => name) ?? []
    if (ttl !== null && state !== null && !names.includes(state))
      throw usageErrors.CLI_STATE({ id, state }, { detail: `It keeps ${listed(names) || 'nothing'}.` })
    const key = keyOf({ id, state })
    if (ttl === null) edits.delete(key)
    else edits.set(key, { id, operator: operator?.name ?? edits.get(key)?.operator ?? '', state, ttl })
  }
  return { ...known, states: [...edits.values()] }
}

function keyOf({ id, state }: Pick<StateEdit, 'id' | 'state'>): string {
  return `${id}/${state ?? ''}`
}

function detailOf(operators: readonly StatefulOperator[]): string {
  if (operators.length === 0) return 'No operator of the job keeps state that has a time-to-live.'
  return `State is kept by ${listed(operators.map(({ id, name }) => `${id} (${name})`))}.`
}
