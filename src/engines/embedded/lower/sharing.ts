/** What EXPLAIN tells of several workers: which of them have the rows of a relation, and how rows get to the one that needs them. */
import { Exchanges } from '#dataflow'
import { inputsOf, type Plan, type Relation, rootsOf, schemaOf, walkRelations } from '#plan'
import type { ExchangeNote, Sharing } from '../../engine.ts'
import type { Instance } from '../program.ts'
import type { Route } from './route.ts'

/** Exchanges between so many workers, of which there is none. */
export function imaginedExchanges(workers: number): Exchanges {
  const carrier = { send: () => undefined, isFull: () => false, waiting: () => 0, release: () => undefined }
  return new Exchanges({ index: 0, count: workers }, carrier)
}

/** How workers share the plan that an instance was made of; null where it was made for one. */
export function sharingOf(plan: Plan, { exchanges, scans, explained }: Instance): Sharing | null {
  if (exchanges === null) return null
  const workers = exchanges.place.count
  const routes = new Map<Relation, Route[]>()
  for (const route of explained.routes) {
    if (route.relation !== null) routes.set(route.relation, [...(routes.get(route.relation) ?? []), route])
  }
  const divided = new Set(scans.filter(({ source }) => source.divide !== undefined).map(({ table }) => table.join('\u0000')))
  const having = new Map<Relation, number>()
  walkRelations(rootsOf(plan), (relation) => {
    const kinds = (routes.get(relation) ?? []).map(({ kind }) => kind)
    if (relation.kind === 'scan') having.set(relation, divided.has(relation.table.join('\u0000')) ? workers : 1)
    else if (kinds.length > 0) having.set(relation, kinds.includes('single') ? 1 : workers)
    else having.set(relation, Math.max(1, ...inputsOf(relation).map((input) => having.get(input) ?? 1)))
  })
  return {
    workers,
    workersOf: (relation) => having.get(relation) ?? 1,
    writersOf: (output) => explained.writers.get(output) ?? { kind: 'first', keys: [] },
    exchangesOf: (relation) => notesOf(relation, routes.get(relation) ?? []),
  }
}

/** By input of the relation; null where rows stay with their worker. */
function notesOf(relation: Relation, routes: readonly Route[]): readonly (ExchangeNote | null)[] {
  return inputsOf(relation).map((_, index) => {
    const route = routes.length > 1 ? routes[index] : index === 0 ? routes[0] : undefined
    if (route === undefined) return null
    const { kind, isCombined } = route
    return { kind, isCombined, keys: kind === 'hash' ? keyNames(relation, index, route.keys) : [] }
  })
}

/** The columns that decide on the worker, as the input names them. */
export function keyNames(relation: Relation, input: number, count: number): readonly string[] {
  switch (relation.kind) {
    case 'aggregate':
      return count < relation.keys.length ? relation.keys.filter((key) => !isOfWindow(relation.input, key)) : relation.keys
    case 'join':
      return relation.equal.map((key) => (input === 0 ? key.left : key.right))
    case 'top':
    case 'over':
    case 'match':
      return relation.partitionBy
    case 'window':
      return relation.shape.kind === 'session' ? relation.shape.partitionBy : []
    case 'distinct':
      return schemaOf(relation).map(({ name }) => name)
    default:
      return []
  }
}

/** An operator that makes the windows of its rows itself sends them by the other keys. */
function isOfWindow(input: Relation, key: string): boolean {
  const role = schemaOf(input).find(({ name }) => name === key)?.role
  return role === 'window-start' || role === 'window-end' || role === 'window-time'
}
