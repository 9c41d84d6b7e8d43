/**
 * Drops columns that nobody asks for, down to the readers, and the measures that nobody reads.
 *
 * Right because no row comes or goes with a column: a group keeps its rows whatever is measured of it, and UNION, DISTINCT, outputs
 * and TO_CHANGELOG, whose rows are the changes of others, ask for all of theirs.
 */
import { type Expression, mapPlan, type Plan, type Relation } from '#plan'
import { columnNeeds, measuresOf, neededMatch } from '../needs.ts'

export function pruneColumns(plan: Plan): Plan {
  const needsOf = columnNeeds(plan)
  return mapPlan(plan, (relation, original) => prune(relation, needsOf(original)))
}

function prune(relation: Relation, wanted: ReadonlySet<string>): Relation {
  switch (relation.kind) {
    case 'scan':
      return { ...relation, columns: relation.columns.filter(({ name }) => wanted.has(name)) }
    case 'project':
      return { ...relation, columns: relation.columns.filter(({ name }) => wanted.has(name)) }
    case 'aggregate':
      return { ...relation, measures: relation.measures.filter(({ name }) => wanted.has(name)) }
    case 'over':
      return { ...relation, measures: measuresOf(relation, wanted) }
    case 'top':
      return relation.rank === null || wanted.has(relation.rank) ? relation : { ...relation, rank: null }
    case 'match':
      return neededMatch(relation, wanted)
    case 'values': {
      const places = relation.columns.flatMap(({ name }, index) => (wanted.has(name) ? [index] : []))
      return {
        ...relation,
        columns: relation.columns.filter(({ name }) => wanted.has(name)),
        rows: relation.rows.map((row) => places.map((place) => row[place] as Expression)),
      }
    }
    default:
      return relation
  }
}
