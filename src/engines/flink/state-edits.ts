/** What a person wants of the state of single operators: for how long it is kept while idle. Operators are known by their ids. */
import { listed, parseDurationMs, printDuration } from '#base'
import type { StatefulOperator, WantedTtl } from './compiled-plan.ts'

export interface StateEdit {
  /** Of the operator, 32 hexadecimal digits. */
  readonly id: string
  /** Its name when the edit was made, for people. */
  readonly operator: string
  /** As Flink calls it; null: all that it keeps. */
  readonly state: string | null
  /** Such as `1 d`; `0` for ever. */
  readonly ttl: string
}

export function isStateEdit(edit: unknown): edit is StateEdit {
  const { id, operator, state, ttl } = (edit ?? {}) as Readonly<Record<keyof StateEdit, unknown>>
  return (
    typeof id === 'string' &&
    /^[0-9a-f]{32}$/.test(id) &&
    typeof operator === 'string' &&
    (state === null || typeof state === 'string') &&
    typeof ttl === 'string' &&
    parseDurationMs(ttl) !== undefined
  )
}

/** What is wanted of one state comes behind what is wanted of all of its operator. */
export function wantedTtls(edits: readonly StateEdit[]): readonly WantedTtl[] {
  const wanted = edits.map(({ id, state, ttl }) => ({ id, state, ttlMs: parseDurationMs(ttl) ?? 0 }))
  return wanted.toSorted((a, b) => Number(a.state !== null) - Number(b.state !== null))
}

/** Edits whose operator the script has no more, or whose operator keeps no such thing. */
export function unboundStates(edits: readonly StateEdit[], operators: readonly StatefulOperator[]): readonly StateEdit[] {
  return edits.filter(({ id, state }) => {
    const operator = operators.find((each) => each.id === id)
    return operator === undefined || (state !== null && !operator.states.some(({ name }) => name === state))
  })
}

/** What is kept with the edits. */
export function editedStates(operators: readonly StatefulOperator[], edits: readonly StateEdit[]): readonly StatefulOperator[] {
  const wanted = wantedTtls(edits)
  return operators.map(({ id, name, states }) => ({
    id,
    name,
    states: states.map((state) => {
      const last = wanted.findLast((one) => one.id === id && (one.state === null || one.state === state.name))
      return last === undefined ? state : { ...state, ttl: `${last.ttlMs} ms` }
    }),
  }))
}

/** One sentence for each operator whose state is kept for another time than it is planned. */
export function stateConsequences(operators: readonly StatefulOperator[], edits: readonly StateEdit[]): readonly string[] {
  const edited = editedStates(operators, edits)
  return operators.flatMap((operator, index) => {
    const changed = (edited[index]?.states ?? []).filter(({ ttl }, at) => msOf(ttl) !== msOf(operator.states[at]?.ttl ?? ''))
    const told = `${operator.id.slice(0, 8)} ${operator.name}`
    return [...Map.groupBy(changed, ({ ttl }) => ttl)].map(([ttl, states]) => {
      const names = listed(states.map(({ name }) => name))
      if (msOf(ttl) === 0) return `${told} keeps ${names} for ever`
      const time = printTtl(ttl)
      return `${told} drops what was idle for ${time} of ${names}: ${comeOfDrop(operator.name)}`
    })
  })
}

/** Whether state that was kept for ever is to be dropped, or the other way round. */
export function switchesTtl(operators: readonly StatefulOperator[], edits: readonly StateEdit[]): boolean {
  const edited = editedStates(operators, edits)
  return operators.some(({ states }, index) =>
    states.some(({ ttl }, at) => (msOf(ttl) === 0) !== (msOf(edited[index]?.states[at]?.ttl ?? ttl) === 0)),
  )
}

const endings: readonly (readonly [RegExp, string])[] = [
  [/Join/, 'rows that come later find no partner there'],
  [/Aggregate/, 'a group that comes again begins anew'],
  [/^Deduplicate/, 'a row that comes again is taken for new'],
  [/^Rank/, 'a later row takes a place among those that are left'],
]

function comeOfDrop(name: string): string {
  return endings.find(([pattern]) => pattern.test(name))?.[1] ?? 'what replaces or takes back a row of it finds none'
}

function msOf(ttl: string): number {
  return parseDurationMs(ttl) ?? 0
}

/** A time-to-live in the largest unit that it is a whole number of. */
export function printTtl(ttl: string): string {
  const ms = msOf(ttl)
  return ms === 0 ? 'ever' : printDuration(ms)
}
