/** A grouping set that is written several times gives its rows as often: it is grouped once, and its rows are repeated. */
import { bigintType, integerType, withNullable } from '#data'
import { type Aggregate, type Expression, groupingIdOf, type Relation, schemaOf } from '#plan'
import type * as tree from '../syntax/tree.ts'
import { callOf } from './call.ts'
import type { BindContext } from './context.ts'
import { constant } from './literals.ts'
import { passedColumns } from './names.ts'

/** The aggregate itself where all its sets differ. */
export function withRepeatedSets(context: BindContext, relation: Relation, position: tree.Select['position']): Relation {
  if (relation.kind !== 'aggregate' || relation.groupingSets === null) return relation
  const { keys, groupingSets } = relation
  const sets = new Map<number, { readonly set: readonly string[]; times: number }>()
  for (const set of groupingSets.sets) {
    const id = groupingIdOf(keys, set)
    const known = sets.get(id)
    if (known === undefined) sets.set(id, { set, times: 1 })
    else known.times++
  }
  if (sets.size === groupingSets.sets.length) return relation
  const grouped: Aggregate = { ...relation, groupingSets: { ...groupingSets, sets: Array.from(sets.values(), ({ set }) => set) } }
  const type = withNullable(bigintType, false)
  const id: Expression = { kind: 'column', name: groupingSets.groupingId, type }
  const branches = Array.from(sets, ([number, { times }]) => ({
    when: callOf('=', [id, constant(type, number)], position),
    then: constant(type, times),
  }))
  const times: Expression = { kind: 'case', branches, otherwise: constant(type, 1), type }
  const copy = { name: context.freshName('copy'), type: withNullable(integerType, false) }
  const repeated: Relation = {
    kind: 'unnest',
    input: grouped,
    collection: callOf('COPIES', [times], position),
    join: 'inner',
    columns: [copy],
    ordinality: null,
  }
  const names = new Set(schemaOf(grouped).map(({ name }) => name))
  return { kind: 'project', input: repeated, columns: passedColumns(repeated).filter(({ name }) => names.has(name)) }
}
