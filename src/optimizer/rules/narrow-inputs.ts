/**
 * Puts a projection below each relation that keeps rows (joins, Top-N, OVER, sorting), where its input has columns that only something
 * below needed: a column that a filter tested is then not kept with each row.
 *
 * Right because the projection hands columns on as they are, time columns included. The table of versions or of lookups in a join as of
 * a time stays as it is: an engine finds its rows by it.
 */
import { inputsOf, mapPlan, type Plan, type Relation, referTo, schemaOf, withInputs } from '#plan'
import { columnNeeds, needsOfInputs } from '../needs.ts'

export function narrowInputs(plan: Plan): Plan {
  const needsOf = columnNeeds(plan)
  return mapPlan(plan, (relation, original) => {
    if (!keepsRows(relation)) return relation
    const needed = needsOfInputs(original, needsOf(original))
    const isFixed = (index: number): boolean => relation.kind === 'join' && relation.asOf !== null && index === 1
    return withInputs(
      relation,
      inputsOf(relation).map((input, index) => (isFixed(index) ? input : narrowed(input, new Set(needed[index])))),
    )
  })
}

function keepsRows({ kind }: Relation): boolean {
  return kind === 'join' || kind === 'top' || kind === 'over' || kind === 'sort'
}

/** A relation without columns is left as it is: nothing is kept of it but how many rows there are. */
function narrowed(input: Relation, needed: ReadonlySet<string>): Relation {
  const schema = schemaOf(input)
  const columns = schema.filter(({ name }) => needed.has(name))
  if (columns.length === schema.length || columns.length === 0) return input
  return { kind: 'project', input, columns: columns.map((column) => ({ name: column.name, value: referTo(column) })) }
}
