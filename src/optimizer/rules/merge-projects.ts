/** Makes one projection of two, so that rules and readers see which columns are really used. */
import {
  determinismOf,
  isLargerThan,
  mapExpression,
  mapPlan,
  type NamedExpression,
  type Plan,
  type Project,
  type Relation,
  rootsOf,
  sharedRelations,
  walkExpression,
} from '#plan'

/** A merged expression larger than this is left in two steps: merging repeats what is used twice. */
const partsMax = 2000

export function mergeProjects(plan: Plan): Plan {
  const shared = sharedRelations(rootsOf(plan))
  const kept = new Set<Relation>()
  return mapPlan(plan, (relation, original) => {
    const merged = relation.kind === 'project' && !kept.has(relation.input) ? mergeBelow(relation) : relation
    if (shared.has(original)) kept.add(merged)
    return merged
  })
}

function mergeBelow(project: Project): Project {
  const below = project.input
  if (below.kind !== 'project' || below.columns.some((column) => repeats(column, project))) return project
  const values = new Map(below.columns.map((column) => [column.name, column.value]))
  const columns = project.columns.map(({ name, value }) => ({
    name,
    value: mapExpression(value, (part) => (part.kind === 'column' ? (values.get(part.name) ?? part) : part)),
  }))
  return columns.some((column) => isLargerThan(column.value, partsMax)) ? project : { kind: 'project', input: below.input, columns }
}

/** Whether merging would compute something more than once that gives another value each time. */
function repeats({ name, value }: NamedExpression, project: Project): boolean {
  if (determinismOf(value) !== 'row') return false
  let uses = 0
  for (const column of project.columns) {
    walkExpression(column.value, (part) => {
      if (part.kind === 'column' && part.name === name) uses++
    })
  }
  return uses > 1
}
